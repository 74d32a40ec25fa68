"""A pool of synthesized pictures in shared memory, renewed by a process of its own while training reads it."""

from __future__ import annotations

import multiprocessing as mp
import os
import time

import numpy as np

from .anatomy import Anatomy
from .sources import GRID
from .synthesis import picture


class Pool:
    """`capacity` pictures; the first `filled()` are ready.

    Every picture is drawn from the seed and its own number, so that the n-th picture is always the
    same one. The producer rests while it has made more than one new picture for every `reuse` drawn.
    """

    def __init__(self, backgrounds: list[Anatomy], capacity: int, blood_share: float, seed: int, reuse: float = 3.5, first: int = 0):
        context = mp.get_context("fork")
        self.hu = np.frombuffer(context.RawArray("b", capacity * GRID * GRID), np.int8).reshape(capacity, GRID, GRID)
        self.labels = np.frombuffer(context.RawArray("B", capacity * GRID * GRID), np.uint8).reshape(capacity, GRID, GRID)
        # Pictures made and pictures drawn.
        self.counts = np.frombuffer(context.RawArray("q", 2), np.int64)
        self.capacity, self.reuse = capacity, reuse
        arguments = (self.hu, self.labels, self.counts, backgrounds, blood_share, seed, reuse, first)
        self.process = context.Process(target=_produce, args=arguments, daemon=True)
        self.process.start()

    def filled(self) -> int:
        if not self.process.is_alive():
            raise RuntimeError("the process that synthesizes pictures has ended")
        return min(int(self.counts[0]), self.capacity)

    def sample(self, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        index = rng.integers(self.filled(), size=n)
        self.counts[1] += n
        return self.hu[index], self.labels[index]


def _produce(hu, labels, counts, backgrounds: list[Anatomy], blood_share: float, seed: int, reuse: float, first: int) -> None:
    os.nice(5)
    ahead = min(len(hu), 1500)
    parent = os.getppid()
    # Ends with the training, also where that was killed.
    while os.getppid() == parent:
        made = int(counts[0])
        if made > ahead + counts[1] / reuse:
            time.sleep(0.2)
            continue
        hu[made % len(hu)], labels[made % len(hu)] = numbered(backgrounds, blood_share, seed, first + made)
        counts[0] = made + 1


def numbered(backgrounds: list[Anatomy], blood_share: float, seed: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """The picture of that number."""
    rng = np.random.default_rng((seed, number))
    return picture(backgrounds[rng.integers(len(backgrounds))], rng, bool(rng.random() < blood_share))
