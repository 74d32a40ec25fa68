"""Anatomy of a head-framed slice in the brain window: bone, cavity, brain, CSF, ventricles, midline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

BONE_HU = 92.0


@dataclass
class Anatomy:
    """Masks and maps of one slice, all [GRID, GRID]; lengths in pixels (about 0.8 mm)."""

    hu: np.ndarray
    """float32, HU."""
    bone: np.ndarray
    cavity: np.ndarray
    """Inside of the skull, brain and CSF."""
    depth: np.ndarray
    """Distance of a cavity pixel from the inner table, 0 outside."""
    csf: np.ndarray
    ventricles: np.ndarray
    """CSF far from the inner table."""
    center: tuple[float, float]
    """Row and column of the cavity's centroid."""
    axis: float
    """Angle of the midline to the vertical, radians, positive when its top leans to larger columns."""
    arc: np.ndarray
    """Arc position of the nearest inner-table pixel around the centroid, radians -pi..pi."""


def find(hu: np.ndarray, smallest: int = 4000) -> Anatomy | None:
    """The anatomy of a slice; None where no closed cranial cavity of `smallest` pixels is seen (jaw, face)."""
    hu = hu.astype(np.float32)
    bone = ndimage.binary_closing(hu >= BONE_HU, iterations=3)
    # Filling row by row from outside: the cavity is what bone encloses, without air sinuses.
    inside = ndimage.binary_fill_holes(bone) & ~bone
    inside = ndimage.binary_opening(inside, iterations=3)
    parts, count = ndimage.label(inside)
    if count == 0:
        return None
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    cavity = parts == sizes.argmax()
    if cavity.sum() < smallest:
        return None
    cavity = ndimage.binary_fill_holes(cavity)
    tissue = ndimage.gaussian_filter(hu, 1.0)
    if not 15 < np.median(hu[cavity]) < 50:
        return None
    depth, nearest = ndimage.distance_transform_edt(cavity, return_indices=True)
    csf = cavity & (tissue < 19)
    deep = ndimage.binary_opening(csf & (depth > 16))
    rows, columns = np.nonzero(cavity)
    center = (float(rows.mean()), float(columns.mean()))
    axis = midline(rows, columns)
    arc = np.arctan2(nearest[0] - center[0], nearest[1] - center[1]).astype(np.float32)
    return Anatomy(hu, bone, cavity, depth.astype(np.float32), csf, deep, center, axis, arc)


def midline(rows: np.ndarray, columns: np.ndarray) -> float:
    """Angle of the cavity's long axis to the vertical, radians: the head is longer than it is wide."""
    covariance = np.cov(np.stack([rows, columns]).astype(np.float64))
    values, vectors = np.linalg.eigh(covariance)
    row, column = vectors[:, values.argmax()]
    if row > 0:
        row, column = -row, -column
    angle = float(np.arctan2(column, -row))
    return angle if abs(angle) < 0.9 and values.max() > 1.08 * values.min() else 0.0


def across(anatomy: Anatomy) -> np.ndarray:
    """Signed distance of every pixel to the midline through the centroid, pixels, positive to larger columns."""
    rows, columns = np.indices(anatomy.hu.shape, dtype=np.float32)
    sine, cosine = np.sin(anatomy.axis), np.cos(anatomy.axis)
    return (columns - anatomy.center[1]) * cosine + (rows - anatomy.center[0]) * sine


def along(anatomy: Anatomy) -> np.ndarray:
    """Signed distance along the midline from the centroid, pixels, negative to the front."""
    rows, columns = np.indices(anatomy.hu.shape, dtype=np.float32)
    sine, cosine = np.sin(anatomy.axis), np.cos(anatomy.axis)
    return (rows - anatomy.center[0]) * cosine - (columns - anatomy.center[1]) * sine
