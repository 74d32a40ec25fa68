from __future__ import annotations

import unittest

import numpy as np

from hemorica_training.augment import Augment
from hemorica_training.sources import GRID, SIZE

from .phantom import ellipse, head


class Views(unittest.TestCase):
    def test_picture_and_mask_move_together(self):
        labels = (ellipse((30, 14), (100, 150)) * 4).astype(np.uint8)
        hu = np.where(labels > 0, 90, -20).astype(np.int8)
        augment = Augment(3)
        # Gray levels left as they are: only where things lie is looked at.
        augment.gray = lambda picture: picture
        for _ in range(40):
            picture, mask = augment.view(hu, labels)
            blob, marked = picture > 35, mask == 4
            union = (blob | marked).sum()
            self.assertGreater(union, 200)
            self.assertGreater((blob & marked).sum() / union, 0.9)

    def test_are_the_same_for_a_seed(self):
        labels = np.zeros((4, GRID, GRID), np.uint8)
        pictures = np.stack([head(n) for n in range(4)])
        first, second = (Augment(9).batch(pictures, labels)[0] for _ in range(2))
        np.testing.assert_array_equal(first, second)
        self.assertFalse(np.array_equal(first, Augment(10).batch(pictures, labels)[0]))

    def test_are_inputs_of_the_network(self):
        x, y = Augment(1).batch(np.stack([head()] * 20), np.zeros((20, GRID, GRID), np.uint8))
        self.assertEqual((x.shape, x.dtype), ((20, 1, SIZE, SIZE), np.float32))
        self.assertEqual((y.shape, y.dtype), ((20, SIZE, SIZE), np.uint8))
        self.assertTrue(x.min() >= 0 and x.max() <= 1)

    def test_labels_are_never_mixed(self):
        labels = np.where(ellipse((30, 30)), 5, 0).astype(np.uint8)
        augment = Augment(4)
        for _ in range(10):
            self.assertLessEqual(set(np.unique(augment.view(head(), labels)[1]).tolist()), {0, 5})


if __name__ == "__main__":
    unittest.main()
