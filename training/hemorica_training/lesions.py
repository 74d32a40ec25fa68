"""Synthesized hemorrhage of each subtype, pasted into a slice without blood.

Each function takes the anatomy and a generator and returns (shape, density): `shape` float32
[GRID, GRID] in 0..1, how much of the pixel is blood, and `density` float32 HU of that blood. The
caller pastes them. None where the anatomy has no place for it. What they look like follows the
radiological descriptions: EPH a biconvex lens at the inner table, SDH a crescent along convexity,
falx or tentorium whose density falls with age, SAH in sulci and cisterns, IPH inside the
parenchyma, IVH in the ventricles with a level.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from . import raster
from .anatomy import Anatomy, across, along

Lesion = tuple[np.ndarray, np.ndarray]


def blood(rng: np.random.Generator, anatomy: Anatomy, low: float, high: float) -> np.ndarray:
    """HU of a bleed: a mean, a slow and a fast unevenness."""
    # Beta: the ends are rarer than the middle, the faint end less than the dense one.
    mean = low + (high - low) * rng.beta(1.5, 1.9)
    field = mean + rng.uniform(0, 5) * raster.noise(rng, anatomy.hu.shape, 18) + rng.uniform(0, 3) * raster.noise(rng, anatomy.hu.shape, 3)
    return field.astype(np.float32)


def soften(mask: np.ndarray, rng: np.random.Generator, most: float = 1.4) -> np.ndarray:
    return raster.blur(mask.astype(np.float32), rng.uniform(0.4, most))


def brain_level(anatomy: Anatomy) -> float:
    return float(np.median(anatomy.hu[anatomy.cavity & ~anatomy.csf]))


def intraparenchymal(rng: np.random.Generator, anatomy: Anatomy) -> Lesion | None:
    """One deformed ellipsoid, or a cluster of contusions near the cortex."""
    level = brain_level(anatomy)
    contusions = rng.random() < 0.4
    inner = anatomy.cavity & (anatomy.depth > (3 if contusions else 8)) & ~anatomy.csf
    if contusions:
        inner &= anatomy.depth < 40
    places = np.argwhere(inner)
    if len(places) == 0:
        return None
    rows, columns = np.indices(anatomy.hu.shape, dtype=np.float32)
    mask = np.zeros(anatomy.hu.shape, bool)
    at = places[rng.integers(len(places))]
    for _ in range(rng.integers(1, 7) if contusions else 1):
        radius = np.exp(rng.uniform(np.log(2.0), np.log(11 if contusions else 36)))
        ratio, angle = rng.uniform(0.45, 1), rng.uniform(0, np.pi)
        center = at + (rng.normal(0, 9, 2) if contusions else 0)
        y, x = rows - center[0], columns - center[1]
        u, v = x * np.cos(angle) + y * np.sin(angle), (y * np.cos(angle) - x * np.sin(angle)) / ratio
        warp = rng.uniform(0.05, 0.35) * raster.noise(rng, mask.shape, max(4.0, radius * 0.7))
        mask |= np.hypot(u, v) / radius + warp < 1
    mask &= anatomy.cavity & (anatomy.depth > 1.2)
    if mask.sum() < 6:
        return None
    return soften(mask, rng), blood(rng, anatomy, level + 9, min(level + 48, 84))


def intraventricular(rng: np.random.Generator, anatomy: Anatomy) -> Lesion | None:
    """Ventricles filled up to a level (the patient lies on the back), or cast whole."""
    parts, count = ndimage.label(raster.dilate(anatomy.ventricles, 1) & anatomy.cavity)
    # Ventricles lie around the midline; CSF further out is a deep sulcus or a cyst.
    radius = np.sqrt(anatomy.cavity.sum() / np.pi)
    near = np.abs(across(anatomy)) < 0.42 * radius
    choices = [n for n in range(1, count + 1) if (parts == n).sum() >= 25 and near[parts == n].mean() > 0.7]
    if not choices:
        return None
    chosen = [n for n in choices if rng.random() < 0.75] or [int(rng.choice(choices))]
    space = np.isin(parts, chosen)
    if rng.random() < 0.35:
        space = raster.dilate(space, int(rng.integers(1, 4))) & anatomy.cavity
    if rng.random() < 0.6:
        down = along(anatomy) + rng.normal(0, 0.08) * across(anatomy)
        low, high = np.percentile(down[space], [5, 95])
        space &= down + rng.uniform(0, 1.5) * raster.noise(rng, space.shape, 10) > rng.uniform(low - 3, high)
    elif rng.random() < 0.5:
        space &= raster.noise(rng, space.shape, rng.uniform(6, 20)) > rng.uniform(-0.8, 0.6)
    if space.sum() < 8:
        return None
    return soften(space, rng, 1.1), blood(rng, anatomy, 42, 82)


def subarachnoid(rng: np.random.Generator, anatomy: Anatomy) -> Lesion | None:
    """CSF of sulci and cisterns raised in some region; thin winding lines where sulci are not seen."""
    depth = anatomy.depth
    tissue = raster.blur(anatomy.hu, 0.7)
    region = raster.noise(rng, depth.shape, rng.uniform(25, 60)) > rng.uniform(-0.3, 1.2)
    band = anatomy.cavity & ~raster.dilate(anatomy.ventricles, 4) & region
    fraction = np.clip((brain_level(anatomy) - 4 - tissue) / rng.uniform(8, 16), 0, 1)
    if rng.random() < 0.7:
        # Sulci narrower than a pixel: winding lines normal to the surface, thinning with depth.
        winding = raster.noise(rng, depth.shape, rng.uniform(7, 14))
        lines = np.exp(-((winding / rng.uniform(0.07, 0.2)) ** 2)) * np.exp(-depth / rng.uniform(8, 22))
        fraction = np.maximum(fraction, lines * rng.uniform(0.5, 1.0))
    if rng.random() < 0.3:
        # Sylvian fissure or interhemispheric cistern: a thick winding line further in.
        winding = raster.noise(rng, depth.shape, rng.uniform(16, 30))
        fraction = np.maximum(fraction, np.exp(-((winding / rng.uniform(0.05, 0.12)) ** 2)) * rng.uniform(0.5, 1.0))
    if rng.random() < 0.25:
        surface = np.exp(-((depth - 1.5) / rng.uniform(1.0, 2.5)) ** 2)
        fraction = np.maximum(fraction, surface * rng.uniform(0.4, 0.9))
    shape = raster.blur(np.where(band, fraction, 0).astype(np.float32), rng.uniform(0.3, 0.9))
    if (shape > 0.45).sum() < 12:
        return None
    return shape, blood(rng, anatomy, 44, 74)


def _along_table(rng: np.random.Generator, anatomy: Anatomy, half_arc: float) -> np.ndarray:
    """Position along the inner table from a random place, -1..1 within `half_arc` pixels."""
    radius = np.sqrt(anatomy.cavity.sum() / np.pi)
    turn = np.angle(np.exp(1j * (anatomy.arc - rng.uniform(-np.pi, np.pi))))
    return turn * radius / half_arc


def epidural(rng: np.random.Generator, anatomy: Anatomy) -> Lesion | None:
    """A lens: short along the inner table and thick in the middle, smooth inner border."""
    half = rng.uniform(12, 52)
    most = half * rng.uniform(0.22, 0.75)
    position = _along_table(rng, anatomy, half)
    thickness = most * np.clip(1 - position**2, 0, None) ** rng.uniform(0.6, 1.0)
    mask = anatomy.cavity & (anatomy.depth < thickness + rng.uniform(0, 0.8) * raster.noise(rng, position.shape, 9)) & (np.abs(position) < 1)
    if mask.sum() < 20:
        return None
    density = blood(rng, anatomy, 50, 80)
    if rng.random() < 0.3:
        # Fresh, unclotted blood swirls darker inside the clot.
        density -= rng.uniform(5, 20) * (raster.noise(rng, mask.shape, 8) > 0.7)
    return soften(mask, rng, 1.1), density


def subdural(rng: np.random.Generator, anatomy: Anatomy) -> Lesion | None:
    """A crescent along the convexity, or a band along the falx or the tentorium."""
    kind = rng.random()
    level = brain_level(anatomy)
    low, high = (46, 78) if rng.random() < 0.75 else (level + 5, level + 16)
    if kind < 0.62:
        half = rng.uniform(35, 150)
        most = np.exp(rng.uniform(np.log(1.8), np.log(20)))
        position = _along_table(rng, anatomy, half)
        profile = np.clip(1 - np.abs(position) ** rng.uniform(2, 5), 0, None) * (1 + 0.3 * raster.noise(rng, position.shape, 40))
        mask = anatomy.cavity & (anatomy.depth < most * profile) & (np.abs(position) < 1)
        if most > 5 and rng.random() < 0.22:
            # Old blood: as dense as the brain or darker, yet denser than CSF.
            low, high = 18, level + 6
    elif kind < 0.85:
        side = across(anatomy) + rng.uniform(1, 4) * raster.noise(rng, anatomy.hu.shape, 50) + rng.normal(0, 2)
        width = np.exp(rng.uniform(np.log(1.5), np.log(8)))
        start, end = np.sort(rng.uniform(-1, 1, 2)) * 0.5 * np.sqrt(anatomy.cavity.sum())
        reach = along(anatomy)
        one_sided = side * rng.choice([-1, 1])
        mask = anatomy.cavity & (one_sided > -0.8) & (one_sided < width) & (reach > start) & (reach < max(end, start + 25))
        mask &= ~anatomy.ventricles & (anatomy.depth > 1)
    else:
        # Tentorium: an oblique, slightly bent band from the midline backwards and outwards.
        sign = rng.choice([-1, 1])
        slope, offset, bend = rng.uniform(0.4, 1.3), rng.uniform(5, 35), rng.uniform(-0.006, 0.006)
        side = across(anatomy) * sign
        line = along(anatomy) - offset - slope * side - bend * side**2
        mask = anatomy.cavity & (side > 2) & (np.abs(line) < rng.uniform(1.2, 5)) & (side < rng.uniform(25, 70))
    if mask.sum() < 15:
        return None
    density = blood(rng, anatomy, low, high)
    if kind < 0.62 and rng.random() < 0.25:
        # Mixed age: older, darker blood above a level.
        density -= np.clip(rng.uniform(6, 22) * (-along(anatomy) + rng.normal(0, 25) > 0), 0, None)
    return soften(mask, rng, 1.0), density


MAKERS = {"EPH": epidural, "SDH": subdural, "SAH": subarachnoid, "IPH": intraparenchymal, "IVH": intraventricular}
