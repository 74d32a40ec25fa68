"""What is bright and no blood: calcification, falx, sinus, tentorium, partial volume, beam hardening, scalp hematoma."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from . import raster
from .anatomy import Anatomy, across, along


def calcification(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Choroid plexus, pineal gland, basal ganglia, wall of a vessel: small, well over 80 HU in the middle."""
    places = np.argwhere(anatomy.ventricles if anatomy.ventricles.any() and rng.random() < 0.7 else anatomy.cavity & (anatomy.depth > 25))
    if len(places) == 0:
        return hu
    rows, columns = np.indices(hu.shape, dtype=np.float32)
    at = places[rng.integers(len(places))]
    mirrored = rng.random() < 0.5
    for sign in (1, -1) if mirrored else (1,):
        column = at[1] if sign == 1 else 2 * anatomy.center[1] - at[1]
        radius = rng.uniform(1.0, 4.5)
        blob = np.exp(-(((rows - at[0]) ** 2 + ((columns - column) * rng.uniform(0.7, 1.5)) ** 2) / radius**2) ** rng.uniform(1, 2))
        hu = hu + blob * rng.uniform(60, 160)
    return hu


def falx(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """The falx: a thin straight line in the middle, 10 to 35 HU over the brain, often only in front and behind."""
    line = np.exp(-((across(anatomy) + rng.normal(0, 1.5)) / rng.uniform(0.7, 1.5)) ** 2)
    reach = np.abs(along(anatomy)) > rng.uniform(-20, 50)
    keep = anatomy.cavity & reach & ~anatomy.ventricles
    return hu + np.where(keep, line, 0) * rng.uniform(8, 35)


def sinus(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Superior sagittal, straight or transverse sinus: a triangle or band at the back of the inner table, 48 to 72 HU."""
    side = np.abs(across(anatomy)) if rng.random() < 0.65 else np.abs(across(anatomy) - rng.choice([-1, 1]) * rng.uniform(20, 50))
    back = along(anatomy) > 20 if rng.random() < 0.75 else along(anatomy) < -20
    width, height = rng.uniform(3, 8), rng.uniform(3, 11)
    triangle = anatomy.cavity & back & (side / width + anatomy.depth / height < 1)
    soft = raster.blur(triangle.astype(np.float32), rng.uniform(0.5, 1.2))
    return hu * (1 - soft) + soft * rng.uniform(46, 72)


def tentorium(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """The edge of the tentorium: thin symmetric oblique lines, a little over the brain."""
    slope, offset = rng.uniform(0.4, 1.3), rng.uniform(5, 35)
    line = along(anatomy) - offset - slope * np.abs(across(anatomy))
    return hu + np.where(anatomy.cavity, np.exp(-((line / rng.uniform(0.8, 2.0)) ** 2)), 0) * rng.uniform(4, 18)


def hardening(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Beam hardening: a bright rim under the skull, and dark and bright bands between thick bones."""
    hu = hu + np.where(anatomy.cavity, np.exp(-anatomy.depth / rng.uniform(2, 6)), 0) * rng.uniform(2, 16)
    angle = rng.uniform(0, np.pi)
    rows, columns = np.indices(hu.shape, dtype=np.float32)
    position = rows * np.cos(angle) + columns * np.sin(angle)
    bands = ndimage.gaussian_filter1d(rng.standard_normal(400), rng.uniform(2, 7))
    bands = bands / np.abs(bands).max()
    region = np.clip(raster.noise(rng, hu.shape, 70), 0, 1)
    return hu + np.where(anatomy.cavity, bands[np.clip(position.astype(int), 0, 399)], 0) * region * rng.uniform(3, 14)


def partial_bone(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Partial volume of bone in a thick slice: orbital roof, petrous ridge, vertex."""
    edge = np.exp(-anatomy.depth / rng.uniform(1.5, 7)) * np.clip(raster.noise(rng, hu.shape, 30) - rng.uniform(0, 1), 0, 1)
    return hu + np.where(anatomy.cavity, edge, 0) * rng.uniform(30, 120)


def scalp(rng: np.random.Generator, anatomy: Anatomy, hu: np.ndarray) -> np.ndarray:
    """Scalp hematoma: bright swelling outside the skull."""
    outside = ~ndimage.binary_fill_holes(anatomy.bone | anatomy.cavity)
    distance, nearest = ndimage.distance_transform_edt(outside, return_indices=True)
    arc = np.arctan2(nearest[0] - anatomy.center[0], nearest[1] - anatomy.center[1])
    turn = np.angle(np.exp(1j * (arc - rng.uniform(-np.pi, np.pi))))
    swelling = outside & (distance < rng.uniform(4, 16) * np.clip(1 - (turn / rng.uniform(0.2, 0.7)) ** 2, 0, 1))
    soft = raster.blur(swelling.astype(np.float32), 0.8)
    return hu * (1 - soft) + soft * (rng.uniform(40, 75) + 4 * raster.noise(rng, hu.shape, 6))


MAKERS = (calcification, falx, sinus, tentorium, hardening, partial_bone, scalp)
