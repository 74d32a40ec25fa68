"""Image operations on float32 slices, by OpenCV because synthesis is bound by them."""

from __future__ import annotations

import cv2
import numpy as np

cv2.setNumThreads(1)


def blur(image: np.ndarray, sigma: float) -> np.ndarray:
    """Gaussian of `sigma` pixels, the border mirrored; float32."""
    return cv2.GaussianBlur(np.ascontiguousarray(image, np.float32), (0, 0), sigmaX=float(sigma), borderType=cv2.BORDER_REFLECT)


def ball(radius: int) -> np.ndarray:
    """A disc as structuring element, `2 radius + 1` pixels wide."""
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))


def dilate(mask: np.ndarray, radius: int) -> np.ndarray:
    return cv2.dilate(mask.astype(np.uint8), ball(radius)) > 0


def opened(mask: np.ndarray, radius: int) -> np.ndarray:
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, ball(radius)) > 0


def closed(mask: np.ndarray, radius: int) -> np.ndarray:
    return cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, ball(radius)) > 0


def distance(mask: np.ndarray) -> np.ndarray:
    """Distance of every pixel of `mask` from the nearest one outside of it, pixels; float32."""
    return cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)


def noise(rng: np.random.Generator, shape: tuple[int, int], scale: float) -> np.ndarray:
    """Noise of mean 0 and unit deviation over the picture, and about `scale` pixels correlation; float32."""
    cells = [max(3, int(np.ceil(side / scale)) + 2) for side in shape]
    coarse = rng.standard_normal(cells, dtype=np.float32)
    # A random part of the cells, so that their grid does not lie at the same place in all pictures.
    wide = cv2.resize(coarse, (int(cells[1] * scale) + 1, int(cells[0] * scale) + 1), interpolation=cv2.INTER_CUBIC)
    row, column = (rng.integers(0, max(1, extent - side + 1)) for extent, side in zip(wide.shape, shape))
    field = wide[row : row + shape[0], column : column + shape[1]]
    if field.shape != shape:
        field = cv2.resize(field, shape[::-1])
    return (field - field.mean()) / (field.std() + 1e-6)


def warp(image: np.ndarray, rows: np.ndarray, columns: np.ndarray, nearest: bool = False, outside: float = 0) -> np.ndarray:
    """`image` (float32 or uint8) read at (rows, columns), float32 maps of pixels."""
    how = cv2.INTER_NEAREST if nearest else cv2.INTER_LINEAR
    return cv2.remap(image, columns.astype(np.float32), rows.astype(np.float32), how, borderMode=cv2.BORDER_CONSTANT, borderValue=outside)
