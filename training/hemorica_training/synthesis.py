"""One training picture: a real slice without blood, mimics, lesions, and what they do around them."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from . import lesions, mimics, raster
from .anatomy import Anatomy
from .sources import HU_MAX, HU_MIN, SUBTYPES

# How often each subtype is drawn; the rarer and harder ones more often than in life.
# How often each kind of mimic is drawn.
MIMIC_SHARE = 0.16
WEIGHTS = np.array([0.2, 0.26, 0.2, 0.2, 0.14])


def displace(hu: np.ndarray, shape: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mass effect: tissue near a lesion is pushed away from its centre, less with distance."""
    blood = shape > 0.5
    if blood.sum() < 80 or rng.random() < 0.4:
        return hu
    distance = raster.distance(~blood)
    away_row, away_column = np.gradient(raster.blur(distance, 3))
    push = rng.uniform(0.1, 0.6) * np.sqrt(blood.sum() / np.pi) * np.exp(-distance / rng.uniform(8, 30))
    push *= ~blood
    rows, columns = np.indices(hu.shape, dtype=np.float32)
    return raster.warp(hu, rows - away_row * push, columns - away_column * push)


def edema(hu: np.ndarray, shape: np.ndarray, cavity: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A darker rim around a parenchymal bleed."""
    width = rng.uniform(1.5, 12)
    distance = raster.distance(shape < 0.5)
    warp = 1 + 0.4 * raster.noise(rng, hu.shape, 12)
    rim = np.exp(-((distance / (width * np.clip(warp, 0.3, 2))) ** 2))
    return hu - np.where(cavity, rim, 0) * rng.uniform(0, 14)


def picture(anatomy: Anatomy, rng: np.random.Generator, blood: bool) -> tuple[np.ndarray, np.ndarray]:
    """A slice without blood with mimics and, if `blood`, one or more lesions: (HU int8 clipped, labels uint8 0..5)."""
    labels = np.zeros(anatomy.hu.shape, np.uint8)
    out = anatomy.hu
    for maker in mimics.MAKERS:
        if rng.random() < MIMIC_SHARE:
            out = maker(rng, anatomy, out)
    if blood:
        count = rng.choice([1, 2, 3], p=[0.72, 0.22, 0.06])
        for name in rng.choice(SUBTYPES, size=count, replace=False, p=WEIGHTS):
            lesion = lesions.MAKERS[name](rng, anatomy)
            if lesion is None:
                continue
            shape, density = lesion
            shape = np.where(anatomy.cavity | (anatomy.depth > 0), shape, shape * 0.5)
            out = displace(out, shape, rng)
            if name == "IPH" and shape.max() > 0.5 and rng.random() < 0.75:
                out = edema(out, shape, anatomy.cavity, rng)
            grain = out - raster.blur(out, 1.2)
            # Fresh blood is denser than what it replaces; old subdural blood need not be.
            fresh = density.mean() > lesions.brain_level(anatomy) + 4
            target = (np.maximum(density, raster.blur(out, 3) + 4) if fresh else density) + np.clip(grain, -8, 8) * rng.uniform(0.4, 1)
            target = np.where(anatomy.bone, out, target)
            out = out * (1 - shape) + target * shape
            labels[(shape > 0.5) & anatomy.cavity] = SUBTYPES.index(name) + 1
    return np.clip(np.rint(out), HU_MIN, HU_MAX).astype(np.int8), labels
