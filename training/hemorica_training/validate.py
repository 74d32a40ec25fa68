"""Judges a checkpoint on the validation patients, who are neither trained on nor held out.

    python -m hemorica_training.validate --data data.npz --checkpoint run/checkpoint.pt

Synthesized bleeds on their slices give Dice; their real slices, labeled by slice only, give the area
under the curve and the false area. Threshold and smallest lesion are chosen here; the held-out sets
have no part in it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from . import anatomy
from . import measures as m
from .mimic_set import framed_input
from .pool import numbered
from .predict import from_checkpoint
from .sources import SIZE, SUBTYPES

PICTURES = 200
SEED = 977


def synthesized(hu: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures on slices without blood: inputs and HU, labels uint8 [count, SIZE, SIZE]."""
    heads = [found for found in map(anatomy.find, hu) if found is not None]
    made = [numbered(heads, 1.0, SEED, n) for n in range(count)]
    labels = [np.asarray(Image.fromarray(label).resize((SIZE, SIZE), Image.Resampling.NEAREST)) for _, label in made]
    return np.stack([framed_input(hu) for hu, _ in made]), np.stack([hu for hu, _ in made]), np.stack(labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, required=True)
    options = parser.parse_args()
    data = np.load(options.data)
    predict = from_checkpoint(options.checkpoint)
    label = data["validation_labels"].max(1)
    inputs, hu, truth = synthesized(data["validation_hu"][label == 0], PICTURES)
    made, subtype, _ = predict(inputs, hu)
    real, _, slices = predict(data["validation_inputs"], data["validation_hu"])

    kinds = np.stack([m.kinds_by_lesion(*m.lesions(b), b, s) for b, s in zip(made, subtype)])
    print("synthesized, subtype Dice", {name: round(m.dice(kinds == k, truth == k), 3) for k, name in enumerate(SUBTYPES, 1)})
    print(f"real, AUC of {int(label.sum())} of {len(label)} slices: segmentation {m.auc(label, m.slice_score(real)):.3f}, slice head {m.auc(label, slices[:, 0]):.3f}")
    print("threshold smallest | synthesized: mean Dice, pooled | real: sensitivity, specificity, false mL a clean slice")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7):
        for smallest in (0.02, 0.05, 0.1, 0.2) if threshold == m.THRESHOLD else (m.SMALLEST_ML,):
            masks = [np.stack([m.lesions(one, threshold=threshold, smallest=smallest)[0] > 0 for one in each]) for each in (made, real)]
            each = [m.dice(a, b > 0) for a, b in zip(masks[0], truth) if b.any()]
            area = masks[1].sum((1, 2))
            found = area >= m.FOUND_PIXELS
            print(
                f"{threshold:9.2f} {smallest:8.2f} | {np.mean(each):.3f} {m.dice(masks[0], truth > 0):.3f} | "
                f"{found[label > 0].mean():.2f} {(~found[label == 0]).mean():.2f} {area[label == 0].mean() * m.PIXEL_ML:.3f}"
            )


if __name__ == "__main__":
    main()
