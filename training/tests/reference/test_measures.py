from __future__ import annotations

import unittest

import numpy as np

from hemorica_training import measures as m
from hemorica_training.sources import SIZE

from .phantom import ellipse


class Masks(unittest.TestCase):
    def test_dice(self):
        a, b = np.array([1, 1, 0, 0]) > 0, np.array([1, 0, 1, 0]) > 0
        self.assertEqual(m.dice(a, b), 0.5)
        self.assertEqual(m.dice(a & False, b & False), 1.0)

    def test_small_lesions_are_dropped_and_corners_touch(self):
        blood = np.zeros((SIZE, SIZE), np.float32)
        blood[10, 10] = blood[11, 11] = 0.5
        blood[50:60, 50:60] = 0.9
        blood[80, 80] = 0.49
        parts, count = m.lesions(blood, pixel_ml=0.01, smallest=0.02)
        self.assertEqual(count, 2)
        self.assertEqual(parts[10, 10], parts[11, 11])
        self.assertEqual(m.lesions(blood, pixel_ml=0.01, smallest=0.03)[1], 1)

    def test_a_lesion_takes_the_subtype_of_most_of_its_blood(self):
        blood = np.where(ellipse((20, 20), (100, 100), SIZE), 0.9, 0).astype(np.float32)
        subtype = np.zeros((5, SIZE, SIZE), np.float32)
        subtype[3], subtype[4, :90] = 0.5, 0.9
        parts, count = m.lesions(blood)
        self.assertEqual(np.unique(m.kinds_by_lesion(parts, count, blood, subtype)).tolist(), [0, 4])
        self.assertEqual(np.unique(m.kinds_by_pixel(parts, subtype)).tolist(), [0, 4, 5])

    def test_a_plane_is_read_in_the_source(self):
        plane = ellipse((20, 30), (90, 140), SIZE).astype(np.float32)
        back = m.in_source(plane, np.array([30.0, -12.0, 448.0]), (512, 512)) >= 0.5
        rows, columns = np.nonzero(back)
        self.assertAlmostEqual(rows.mean(), (90.5 / SIZE) * 448 - 12 - 0.5, delta=0.3)
        self.assertAlmostEqual(columns.mean(), (140.5 / SIZE) * 448 + 30 - 0.5, delta=0.3)
        self.assertAlmostEqual(back.sum(), plane.sum() * 4, delta=0.03 * plane.sum() * 4)


class Scores(unittest.TestCase):
    def test_auc_is_the_share_of_pairs_in_order(self):
        rng = np.random.default_rng(2)
        label, score = rng.integers(0, 2, 60), rng.integers(0, 9, 60).astype(float)
        pairs = [(p > n) + 0.5 * (p == n) for p in score[label == 1] for n in score[label == 0]]
        self.assertAlmostEqual(m.auc(label, score), np.mean(pairs))
        self.assertTrue(np.isnan(m.auc(np.zeros(4), np.arange(4.0))))

    def test_intervals_hold_the_value_and_are_seeded(self):
        values = np.random.default_rng(3).normal(size=80)
        groups = np.arange(80) // 2
        first = m.estimate(groups, lambda i: float(values[i].mean()))
        self.assertEqual(first, m.estimate(groups, lambda i: float(values[i].mean())))
        low, high = first["interval"]
        self.assertTrue(low < first["value"] < high)
        # Two of a patient count as one draw: about 1.96 deviations of the mean on each side.
        self.assertAlmostEqual(high - low, 2 * 1.96 * values.reshape(-1, 2).mean(1).std() / np.sqrt(40), delta=0.08)


if __name__ == "__main__":
    unittest.main()
