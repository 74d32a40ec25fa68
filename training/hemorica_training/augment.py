"""Random views of training pictures: how a slice lies, how it was scanned and how it was stored."""

from __future__ import annotations

import cv2
import numpy as np

from . import raster
from .sources import GRID, HU_MIN, SIZE

BANK = 1024


class Augment:
    """Draws views from one generator, so that a seed gives the same views again."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        white = self.rng.standard_normal((BANK, BANK), dtype=np.float32)
        slow = raster.blur(white, 0.9)
        # Noise of unit deviation, drawn once: white, and correlated as a soft kernel leaves it.
        self.bank = (white, slow / slow.std())
        rows, columns = np.indices((SIZE, SIZE), dtype=np.float32)
        self.rows, self.columns = (rows + 0.5) / SIZE - 0.5, (columns + 0.5) / SIZE - 0.5

    def maps(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of the source, pixels, of every pixel of the view: any rotation, flip, scale, shear, shift, slow warp."""
        rng = self.rng
        # Most heads lie nearly straight; some lie any way.
        angle = rng.uniform(-0.35, 0.35) if rng.random() < 0.6 else rng.uniform(-np.pi, np.pi)
        scale, stretch, shear = rng.uniform(0.86, 1.18), rng.uniform(0.9, 1.12), rng.uniform(-0.1, 0.1)
        flip = -1 if rng.random() < 0.5 else 1
        cosine, sine = np.cos(angle), np.sin(angle)
        columns = (cosine * scale * flip) * self.columns + ((shear - sine) * scale * stretch) * self.rows
        rows = (sine * scale * flip) * self.columns + (cosine * scale * stretch) * self.rows
        if rng.random() < 0.6:
            knots = rng.standard_normal((6, 6, 2), dtype=np.float32) * np.float32(rng.uniform(0, 0.014))
            bend = cv2.resize(knots, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
            rows, columns = rows + bend[..., 0], columns + bend[..., 1]
        shift = rng.uniform(-0.03, 0.03, 2) + 0.5
        return (rows + shift[0]) * GRID - 0.5, (columns + shift[1]) * GRID - 0.5

    def noise(self) -> np.ndarray:
        row, column = self.rng.integers(0, BANK - SIZE, 2)
        return self.bank[self.rng.integers(2)][row : row + SIZE, column : column + SIZE]

    def gray(self, hu: np.ndarray) -> np.ndarray:
        """HU float32 [h, w] with other noise, sharpness and level, to the input 0..1 of the brain window 0..80."""
        rng = self.rng
        if rng.random() < 0.6:
            # Softer, or sharper where the weight is negative.
            weight = np.float32(rng.uniform(-0.6, 1.0))
            hu = hu + (raster.blur(hu, rng.uniform(0.6, 1.3)) - hu) * weight
        if rng.random() < 0.7:
            hu = hu + self.noise() * np.float32(rng.uniform(0, 6.5))
        hu = hu * np.float32(rng.uniform(0.92, 1.1)) + np.float32(rng.uniform(-4, 4))
        if rng.random() < 0.05:
            # Bone that does not saturate the window: a picture stored with a wider or unknown one.
            hu = np.minimum(hu, np.float32(rng.uniform(62, 80)))
        x = np.clip(hu / 80, 0, 1)
        if rng.random() < 0.5:
            x = x ** np.float32(np.exp(rng.uniform(-0.12, 0.12)))
        # As stored by picture files: whole gray levels.
        return np.round(x * 255) / 255

    def view(self, hu: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """hu int8 and labels uint8 [GRID, GRID] -> input float32 [SIZE, SIZE] in 0..1, labels uint8 [SIZE, SIZE]."""
        rows, columns = self.maps()
        picture = raster.warp(hu.astype(np.float32), rows, columns, outside=HU_MIN)
        return self.gray(picture), raster.warp(labels, rows, columns, nearest=True)

    def batch(self, hu: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Views of [n, GRID, GRID]: inputs float32 [n, 1, SIZE, SIZE], labels uint8 [n, SIZE, SIZE]."""
        views = [self.view(*one) for one in zip(hu, labels)]
        return np.stack([v[0] for v in views])[:, None].astype(np.float32), np.stack([v[1] for v in views])
