from __future__ import annotations

import time
import unittest

import numpy as np

from hemorica_training import anatomy, lesions, mimics
from hemorica_training.mimic_set import mimic_set
from hemorica_training.pool import Pool, numbered
from hemorica_training.raster import dilate
from hemorica_training.sources import HU_MAX, HU_MIN, SUBTYPES
from hemorica_training.synthesis import picture

from .phantom import INNER, ellipse, head

DRAWS = 25


def drawn(maker, found, count=DRAWS):
    """Lesions of the seeds 0, 1, ... of which there is one: (mask, density)."""
    made = [maker(np.random.default_rng(seed), found) for seed in range(count)]
    return [(shape > 0.5, density) for shape, density in (one for one in made if one is not None) if (shape > 0.5).any()]


class Anatomy(unittest.TestCase):
    def test_is_found_in_a_head(self):
        found = anatomy.find(head())
        brain = ellipse(INNER)
        self.assertGreater((found.cavity & brain).sum() / brain.sum(), 0.98)
        self.assertFalse((found.cavity & ~dilate(brain, 2)).any())
        self.assertGreater(found.ventricles[118, 114], 0)
        self.assertLess(abs(found.axis), 0.05)

    def test_is_none_without_a_closed_cavity(self):
        self.assertIsNone(anatomy.find(np.full((256, 256), -20, np.int8)))


class Lesions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.found = anatomy.find(head())
        cls.made = {name: drawn(maker, cls.found) for name, maker in lesions.MAKERS.items()}

    def test_each_subtype_is_drawn_most_times(self):
        for name, made in self.made.items():
            self.assertGreater(len(made), 0.6 * DRAWS, name)

    def test_none_reaches_far_beyond_the_cavity(self):
        for name, made in self.made.items():
            for mask, _ in made:
                self.assertFalse((mask & ~dilate(self.found.cavity, 2)).any(), name)

    def test_epidural_lies_at_the_inner_table_in_one_piece_thicker_than_at_its_ends(self):
        for mask, _ in self.made["EPH"]:
            inside = mask & self.found.cavity
            depth = self.found.depth[inside]
            self.assertLessEqual(depth.min(), 2)
            # Convex: pixels become fewer with depth.
            self.assertGreaterEqual((depth < np.median(depth) + 1).sum(), 0.5 * len(depth))

    def test_subdural_at_the_convexity_is_longer_than_thick(self):
        for mask, _ in self.made["SDH"]:
            rows, columns = np.nonzero(mask)
            length = max(np.ptp(rows), np.ptp(columns)) + 1
            self.assertGreater(length, 1.2 * mask.sum() / length)

    def test_intraparenchymal_lies_inside_the_brain(self):
        for mask, _ in self.made["IPH"]:
            self.assertGreater(self.found.depth[mask].min(), 0)

    def test_intraventricular_lies_in_the_ventricles(self):
        near = dilate(self.found.ventricles, 7)
        for mask, _ in self.made["IVH"]:
            self.assertGreater(near[mask].mean(), 0.95)

    def test_subarachnoid_spares_the_ventricles(self):
        for mask, _ in self.made["SAH"]:
            self.assertLess(self.found.ventricles[mask].mean(), 0.1)

    def test_blood_is_denser_than_brain(self):
        level = lesions.brain_level(self.found)
        for name, made in self.made.items():
            mean = np.mean([density[mask].mean() for mask, density in made])
            self.assertGreater(mean, level + 8, name)


class Pictures(unittest.TestCase):
    def setUp(self):
        self.heads = [anatomy.find(head(seed)) for seed in range(3)]

    def test_are_the_same_for_a_seed_and_a_number(self):
        for number in (0, 7):
            first, second = (numbered(self.heads, 0.8, 32, number) for _ in range(2))
            np.testing.assert_array_equal(first[0], second[0])
            np.testing.assert_array_equal(first[1], second[1])
        self.assertFalse(np.array_equal(numbered(self.heads, 0.8, 32, 1)[0], numbered(self.heads, 0.8, 33, 1)[0]))

    def test_masks_are_enclosed_and_hold_known_labels(self):
        seen = set()
        for number in range(40):
            rng = np.random.default_rng(number)
            hu, labels = picture(self.heads[0], rng, True)
            self.assertFalse((labels[~self.heads[0].cavity] > 0).any())
            self.assertEqual((hu.dtype, labels.dtype), (np.int8, np.uint8))
            self.assertTrue(HU_MIN <= hu.min() and hu.max() <= HU_MAX)
            seen |= set(np.unique(labels).tolist())
        self.assertEqual(seen, set(range(len(SUBTYPES) + 1)))

    def test_without_blood_there_is_no_label(self):
        for number in range(20):
            self.assertFalse(picture(self.heads[0], np.random.default_rng(number), False)[1].any())

    def test_drawing_leaves_the_background_as_it_was(self):
        before = self.heads[0].hu.copy()
        for number in range(10):
            picture(self.heads[0], np.random.default_rng(number), True)
        np.testing.assert_array_equal(self.heads[0].hu, before)

    def test_pool_goes_on_with_the_number_that_it_is_given(self):
        # As large as what it makes ahead, so that no picture is replaced while the test looks.
        pool = Pool(self.heads, 2000, 0.8, 32, first=5)
        try:
            while pool.filled() < 3:
                time.sleep(0.02)
            for n in range(3):
                hu, labels = numbered(self.heads, 0.8, 32, 5 + n)
                np.testing.assert_array_equal(pool.hu[n], hu)
                np.testing.assert_array_equal(pool.labels[n], labels)
        finally:
            pool.process.terminate()
            pool.process.join()


class Mimics(unittest.TestCase):
    def test_each_brightens_and_scalp_blood_stays_outside(self):
        found = anatomy.find(head())
        for maker in mimics.MAKERS:
            changed = [maker(np.random.default_rng(seed), found, found.hu) - found.hu for seed in range(8)]
            self.assertGreater(max(change.max() for change in changed), 5, maker.__name__)
            if maker is mimics.scalp:
                self.assertLess(max(np.abs(change[found.cavity]).max() for change in changed), 1)

    def test_set_is_the_same_every_time(self):
        clean = np.stack([head(seed) for seed in range(3)])
        first, second = mimic_set(clean), mimic_set(clean)
        self.assertIn("scalp", first)
        for name in first:
            np.testing.assert_array_equal(first[name][0], second[name][0])


if __name__ == "__main__":
    unittest.main()
