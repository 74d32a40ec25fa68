"""Measures of masks and scores, and what a mask is: threshold, smallest lesion, one subtype a lesion."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage

from . import raster
from .sources import SIZE, SUBTYPES

THRESHOLD = 0.5
# Smallest lesion that is kept, mL; chosen on the validation patients (validate.py --choose).
SMALLEST_ML = 0.05
# Volume of a pixel of a framed slice, mL, where the source does not say: a head of 200 mm in its margins, slices of 5 mm.
PIXEL_ML = (224 / SIZE) ** 2 * 5 / 1000
SCORE_PIXELS = 50
FOUND_PIXELS = 20
SEED = 32
DRAWS = 2000


def in_source(plane: np.ndarray, frame: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """[SIZE, SIZE] over a frame, read at the centre of every pixel of the source; 0 outside of the frame."""
    left, top, side = frame
    rows, columns = np.indices(shape, dtype=np.float32)
    y, x = (rows + 0.5 - top) / side * SIZE - 0.5, (columns + 0.5 - left) / side * SIZE - 0.5
    inside = (y >= -0.5) & (y <= SIZE - 0.5) & (x >= -0.5) & (x <= SIZE - 0.5)
    value = raster.warp(np.ascontiguousarray(plane, np.float32), np.clip(y, 0, SIZE - 1), np.clip(x, 0, SIZE - 1))
    return np.where(inside, value, 0)


def lesions(blood: np.ndarray, pixel_ml: float = PIXEL_ML, threshold: float = THRESHOLD, smallest: float = SMALLEST_ML) -> tuple[np.ndarray, int]:
    """Numbered lesions of a slice: pixels from the threshold on that touch, corners included; those under `smallest` mL dropped."""
    parts, count = ndimage.label(blood >= threshold, np.ones((3, 3)))
    sizes = np.bincount(parts.ravel(), minlength=count + 1) * pixel_ml
    keep = np.flatnonzero(sizes[1:] >= smallest) + 1
    renumbered = np.zeros(count + 1, np.int32)
    renumbered[keep] = np.arange(1, len(keep) + 1)
    return renumbered[parts], len(keep)


def kinds_by_lesion(parts: np.ndarray, count: int, blood: np.ndarray, subtype: np.ndarray) -> np.ndarray:
    """Labels 0..5: a lesion takes the subtype that most of its pixels speak for, weighted by their probability."""
    out = np.zeros(parts.shape, np.uint8)
    best = subtype.argmax(0)
    for n in range(1, count + 1):
        lesion = parts == n
        out[lesion] = 1 + np.bincount(best[lesion], blood[lesion], len(SUBTYPES)).argmax()
    return out


def kinds_by_pixel(parts: np.ndarray, subtype: np.ndarray) -> np.ndarray:
    return np.where(parts > 0, subtype.argmax(0) + 1, 0).astype(np.uint8)


def dice(a: np.ndarray, b: np.ndarray) -> float:
    total = a.sum() + b.sum()
    return float(2 * (a & b).sum() / total) if total else 1.0


def slice_score(blood: np.ndarray) -> np.ndarray:
    """Score of slices [n, s, s]: mean of the SCORE_PIXELS most likely pixels."""
    return np.sort(blood.reshape(len(blood), -1), 1)[:, -SCORE_PIXELS:].mean(1)


def auc(label: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve by ranks (Mann-Whitney), ties counting half; nan where there is one class only."""
    positive, negative = score[label > 0], score[label == 0]
    if len(positive) == 0 or len(negative) == 0:
        return float("nan")
    order = np.sort(negative)
    below, upto = np.searchsorted(order, positive, "left"), np.searchsorted(order, positive, "right")
    return float((below + upto).mean() / 2 / len(negative))


def bootstrap(groups: np.ndarray, value: Callable[[np.ndarray], float]) -> list[float]:
    """95 % percentile interval of `value(indices)` under drawing whole patients (`groups` [n]) with replacement; seeded."""
    rng = np.random.default_rng(SEED)
    names = np.unique(groups)
    members = [np.flatnonzero(groups == name) for name in names]
    draws = [value(np.concatenate([members[i] for i in rng.integers(len(names), size=len(names))])) for _ in range(DRAWS)]
    return [float(v) for v in np.nanpercentile(draws, [2.5, 97.5])]


def estimate(groups: np.ndarray, value: Callable[[np.ndarray], float]) -> dict[str, float | list[float]]:
    """The value over all and its interval."""
    return {"value": value(np.arange(len(groups))), "interval": bootstrap(groups, value)}
