"""Draws synthesized pictures as training sees them, lesions outlined by subtype, to look at.

    python -m hemorica_training.contact --data data.npz --out contact.png [--seed 32] [--plain]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from . import anatomy
from .augment import Augment
from .mimic_set import framed_input
from .pool import numbered
from .sources import SIZE

ROWS, COLUMNS = 5, 8
# Blue, green, red of none, EPH, SDH, SAH, IPH, IVH.
COLORS = np.array([[0, 0, 0], [0, 165, 255], [230, 180, 90], [140, 200, 40], [40, 110, 230], [170, 120, 220]], np.uint8)


def outlined(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Input 0..1 and labels [s, s] -> uint8 [s, s, 3]."""
    image = np.repeat((x * 255).astype(np.uint8)[..., None], 3, 2)
    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    edge = (labels > 0) & (labels != cv2.erode(labels, cross))
    image[edge] = COLORS[labels[edge]]
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("contact.png"))
    parser.add_argument("--seed", type=int, default=32)
    parser.add_argument("--plain", action="store_true", help="without augmentation")
    options = parser.parse_args()
    data = np.load(options.data)
    clean = data["train_hu"][data["train_labels"].sum(1) == 0][::7]
    heads = [found for found in map(anatomy.find, clean) if found is not None]
    augment = Augment(options.seed)
    tiles = []
    for n in range(ROWS * COLUMNS):
        hu, labels = numbered(heads, 0.85, options.seed, n)
        if options.plain:
            view = framed_input(hu), cv2.resize(labels, (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
        else:
            view = augment.view(hu, labels)
        tiles.append(outlined(*view))
    sheet = np.vstack([np.hstack(tiles[row * COLUMNS : (row + 1) * COLUMNS]) for row in range(ROWS)])
    cv2.imwrite(str(options.out), sheet)


if __name__ == "__main__":
    main()
