"""A drawn head: skull, brain, ventricles and sulci, so that tests need no data."""

from __future__ import annotations

import numpy as np

from hemorica_training.sources import GRID

CENTER = (128.0, 128.0)
OUTER, INNER = (112.0, 92.0), (102.0, 82.0)


def ellipse(radii: tuple[float, float], center: tuple[float, float] = CENTER, size: int = GRID) -> np.ndarray:
    rows, columns = np.indices((size, size), dtype=np.float64)
    return ((rows - center[0]) / radii[0]) ** 2 + ((columns - center[1]) / radii[1]) ** 2 <= 1


def head(seed: int = 1) -> np.ndarray:
    """int8 [GRID, GRID], HU clipped to -20..100, front on top."""
    rng = np.random.default_rng(seed)
    hu = np.full((GRID, GRID), -20.0)
    hu[ellipse((118, 98))] = 40
    hu[ellipse(OUTER)] = 100
    brain = ellipse(INNER)
    hu[brain] = 32 + rng.normal(0, 2, brain.sum())
    for angle in np.arange(0, 2 * np.pi, 0.35):
        sulcus = ellipse((6, 6), (128 + 90 * np.sin(angle), 128 + 71 * np.cos(angle)))
        hu[sulcus & brain] = 8
    for side in (-1, 1):
        hu[ellipse((26, 8), (118, 128 + side * 14))] = 6
    return np.clip(np.rint(hu), -20, 100).astype(np.int8)
