"""A test set of what is bright and no blood, drawn on real slices without blood by fixed seeds."""

from __future__ import annotations

import numpy as np
from PIL import Image

from . import anatomy, mimics
from .sources import HU_MAX, HU_MIN, SIZE

SEED = 5150
PICTURES = 40
# What the skull is stored as where it does not saturate the window of 0 to 80 HU.
DULL_BONE_HU = 70.0


def framed_input(hu: np.ndarray) -> np.ndarray:
    """[g, g] HU -> float32 [SIZE, SIZE] in 0..1 of the brain window, antialiased."""
    window = np.clip(hu.astype(np.float32) / 80, 0, 1)
    return np.asarray(Image.fromarray(window).resize((SIZE, SIZE), Image.Resampling.BILINEAR))


def mimic_set(clean: np.ndarray) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """clean: int8 [n, g, g], slices without blood. For each kind of mimic, inputs [PICTURES, SIZE, SIZE] and HU int8.

    "as it is" are the slices themselves, and "dull bone" those whose skull is no brighter than blood may be.
    """
    heads = [found for found in map(anatomy.find, clean) if found is not None]
    kinds = {"as it is": lambda rng, head: head.hu, "dull bone": lambda rng, head: np.minimum(head.hu, DULL_BONE_HU)}
    kinds |= {maker.__name__: (lambda rng, head, maker=maker: maker(rng, head, head.hu)) for maker in mimics.MAKERS}
    result = {}
    for number, (name, draw) in enumerate(kinds.items()):
        pictures = []
        for n in range(PICTURES):
            rng = np.random.default_rng((SEED, number, n))
            pictures.append(draw(rng, heads[rng.integers(len(heads))]))
        hu = np.clip(np.rint(np.stack(pictures)), HU_MIN, HU_MAX).astype(np.int8)
        result[name] = (np.stack([framed_input(one) for one in hu]), hu)
    return result
