"""Measures a model on slices that training never sees, at a threshold fixed in advance.

    python -m hemorica_training.evaluate --data data.npz --model models/ich-seg --classifier models/ich-cls --json results.json
    python -m hemorica_training.evaluate --data data.npz --checkpoint run/model.pt
    python -m hemorica_training.evaluate --data data.npz --baseline

`--baseline` measures an HU threshold inside the brain. Intervals are bootstrap percentiles (95 %)
over patients, seeded.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from . import measures as m
from .mimic_set import mimic_set
from .predict import Predict, from_checkpoint, from_folder, from_threshold
from .sources import SUBTYPES


def measure_masks(predict: Predict, data: np.lib.npyio.NpzFile) -> dict:
    """BHSD: slices with voxel masks of the subtypes, compared on the pixels of the source."""
    truth, groups, frames = data["bhsd_mask"], data["bhsd_patient"], data["bhsd_frames"]
    blood, subtype, _ = predict(data["bhsd_inputs"], data["bhsd_hu"])
    by_lesion, by_pixel = [], []
    for n, frame in enumerate(frames):
        pixel_ml = m.PIXEL_ML * (blood.shape[-1] / frame[2]) ** 2
        probability = m.in_source(blood[n], frame, truth[n].shape)
        planes = np.stack([m.in_source(plane, frame, truth[n].shape) for plane in subtype[n]])
        parts, count = m.lesions(probability, pixel_ml)
        by_lesion.append(m.kinds_by_lesion(parts, count, probability, planes))
        by_pixel.append(m.kinds_by_pixel(parts, planes))
    lesion, pixel = np.stack(by_lesion), np.stack(by_pixel)
    each = np.array([m.dice(a > 0, b > 0) for a, b in zip(lesion, truth)])
    both = np.array([[((a > 0) & (b > 0)).sum(), (a > 0).sum(), (b > 0).sum()] for a, b in zip(lesion, truth)], np.float64)

    def kinds(found: np.ndarray) -> dict[str, float]:
        values = {name: m.dice(found == k, truth == k) for k, name in enumerate(SUBTYPES, 1)}
        return values | {"mean": float(np.mean(list(values.values())))}

    return {
        "slices": len(truth),
        "patients": len(np.unique(groups)),
        "mean Dice": m.estimate(groups, lambda i: float(each[i].mean())),
        "pooled Dice": m.estimate(groups, lambda i: float(2 * both[i, 0].sum() / both[i, 1:].sum())),
        "precision": m.estimate(groups, lambda i: float(both[i, 0].sum() / max(both[i, 1].sum(), 1))),
        "recall": m.estimate(groups, lambda i: float(both[i, 0].sum() / max(both[i, 2].sum(), 1))),
        "subtype Dice, one a lesion": kinds(lesion),
        "subtype Dice, by pixel": kinds(pixel),
        "confusion (rows: truth none, EPH..IVH)": [[int((lesion[truth == t] == p).sum()) for p in range(6)] for t in range(6)],
    }


def measure_labels(blood: np.ndarray, subtype: np.ndarray, slices: np.ndarray | None, labels: np.ndarray, groups: np.ndarray) -> dict:
    """Slices with slice labels: [n, s, s], [n, 5, s, s], [n, 6] or none, [n, 5], [n]."""
    has = labels.max(1)
    kept = np.stack([m.lesions(one)[0] > 0 for one in blood])
    found = kept.sum((1, 2)) >= m.FOUND_PIXELS
    mass = (subtype * (kept * blood)[:, None]).sum((2, 3))

    def patients(i: np.ndarray, score: np.ndarray) -> float:
        names = np.unique(groups[i])
        return m.auc(np.array([has[groups == p].max() for p in names]), np.array([score[groups == p].max() for p in names]))

    def side(score: np.ndarray, positive: np.ndarray, kinds: np.ndarray) -> dict:
        named = (has > 0) & positive
        right = labels[np.arange(len(labels)), kinds.argmax(1)] > 0
        return {
            "AUC slices": m.estimate(groups, lambda i: m.auc(has[i], score[i])),
            "AUC patients": m.estimate(groups, lambda i: patients(i, score)),
            "sensitivity": m.estimate(groups, lambda i: float(positive[i][has[i] > 0].mean()) if has[i].any() else float("nan")),
            "specificity": m.estimate(groups, lambda i: float((~positive[i][has[i] == 0]).mean())),
            "subtype top-1": float(right[named].mean()) if named.any() else float("nan"),
        }

    result = {"slices": len(has), "with blood": int(has.sum()), "patients": len(np.unique(groups))}
    result["segmentation"] = side(m.slice_score(blood), found, mass)
    if slices is not None:
        result["classification"] = side(slices[:, 0], slices[:, 0] >= m.THRESHOLD, slices[:, 1:])
    return result


def measure_mimics(predict: Predict, data: np.lib.npyio.NpzFile) -> dict[str, dict[str, float]]:
    """False blood in mL a slice of 5 mm, by kind of mimic, on held-out slices without blood."""
    result = {}
    for name, (inputs, hu) in mimic_set(data["held_hu"][data["held_labels"].sum(1) == 0]).items():
        volumes = np.array([(m.lesions(one)[0] > 0).sum() * m.PIXEL_ML for one in predict(inputs, hu)[0]])
        result[name] = {"mean mL": float(volumes.mean()), "largest mL": float(volumes.max()), "slices with any": float((volumes > 0).mean())}
    return result


def measure(predict: Predict, data: np.lib.npyio.NpzFile) -> dict:
    held = predict(data["held_inputs"], data["held_hu"])
    return {
        "threshold": m.THRESHOLD,
        "smallest lesion, mL": m.SMALLEST_ML,
        "masks (BHSD)": measure_masks(predict, data),
        "slice labels (CT-ICH, held out)": measure_labels(*held, data["held_labels"], data["held_patient"]),
        "mimics (on held-out CT-ICH slices without blood)": measure_mimics(predict, data),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--checkpoint", type=Path)
    which.add_argument("--model", type=Path, help="folder of a segmentation model")
    which.add_argument("--baseline", action="store_true")
    parser.add_argument("--classifier", type=Path, help="folder of a classification model, beside --model")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.baseline:
        predict: Predict = from_threshold
    else:
        predict = from_checkpoint(options.checkpoint) if options.checkpoint else from_folder(options.model, options.classifier)
    text = json.dumps(measure(predict, np.load(options.data)), indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
