from __future__ import annotations

import contextlib
import io
import shutil
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np
from hemorica_architectures.dataset import Case, DatasetError, find_cases, load_slices, split
from hemorica_architectures.metrics import auc, ratios
from hemorica_architectures.annotation import read_annotation

GOLDEN = Path(__file__).parent / "golden"
WINDOW = {"center": 40, "width": 80}


class Finding(unittest.TestCase):
    def test_scans_with_the_same_voxels_are_one_patient_unless_a_table_says_otherwise(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for part in ("a", "b"):
                shutil.copytree(GOLDEN, folder / part)
            cases = find_cases(folder, None)
            self.assertEqual([case.name for case in cases], [f"{part}/{scan}.nii.gz" for part in "ab" for scan in ("head", "turned")])
            self.assertEqual(cases[0].patient, cases[2].patient)
            self.assertNotEqual(cases[0].patient, cases[1].patient)
            table = folder / "patients.csv"
            table.write_text("scan,patient\na/head.nii.gz,1\na/turned.nii.gz,1\nb/head.nii.gz,2\nb/turned.nii.gz,3\n")
            self.assertEqual([case.patient for case in find_cases(folder, table)], ["1", "1", "2", "3"])
            table.write_text("scan,patient\na/head.nii.gz,1\n")
            with self.assertRaisesRegex(DatasetError, "patients.csv.*turned.nii.gz"):
                find_cases(folder, table)

    def test_what_cannot_be_used_is_told_and_left_out(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copytree(GOLDEN, folder, dirs_exist_ok=True)
            (folder / "turned.nii.gz").unlink()
            told = io.StringIO()
            with contextlib.redirect_stderr(told):
                cases = find_cases(folder, None)
            self.assertEqual([case.name for case in cases], ["head.nii.gz"])
            self.assertIn("turned.ich.json", told.getvalue())
        with tempfile.TemporaryDirectory() as name, self.assertRaisesRegex(DatasetError, "no annotated NIfTI scan"):
            find_cases(Path(name), None)


class Slices(unittest.TestCase):
    def test_slices_come_towards_the_head_and_again_from_the_cache(self):
        with tempfile.TemporaryDirectory() as name:
            cache = Path(name) / "cache"
            cases = find_cases(GOLDEN, None)
            slices = load_slices(cases, WINDOW, 64, cache)
            self.assertEqual(slices.pictures.shape, (16, 64, 64))
            self.assertEqual(slices.pictures.dtype, np.float16)
            np.testing.assert_array_equal(slices.pictures[:8], slices.pictures[8:])
            np.testing.assert_array_equal(slices.labels[:8], slices.masks[:8].any((1, 2)))
            self.assertTrue(slices.drawn.all())
            self.assertEqual(len(list(cache.iterdir())), 2)
            again = load_slices(cases, WINDOW, 64, cache)
            for one, other in ((slices.pictures, again.pictures), (slices.masks, again.masks), (slices.labels, again.labels)):
                np.testing.assert_array_equal(one, other)

    def test_a_label_without_a_mask_teaches_no_segmentation(self):
        (case, _) = find_cases(GOLDEN, None)
        with tempfile.TemporaryDirectory() as name:
            slices = load_slices([case], WINDOW, 64, Path(name))
        silent = replace(slices, masks=np.zeros_like(slices.masks))
        np.testing.assert_array_equal(silent.drawn, ~slices.labels)

    def test_an_annotation_of_other_voxels_is_refused(self):
        case, other = find_cases(GOLDEN, None)
        with tempfile.TemporaryDirectory() as name, self.assertRaisesRegex(DatasetError, "other voxels"):
            load_slices([replace(case, image=other.image)], WINDOW, 64, Path(name))


class Split(unittest.TestCase):
    def test_a_fifth_of_the_patients_of_each_subtype_is_held_back_whole(self):
        base = read_annotation(GOLDEN / "head.ich.json")
        subtypes = [[], ["IPH"], ["IPH", "IVH"], ["SDH"]]
        # Two scans of each of 200 patients.
        cases = [
            Case(f"{n}-{scan}", str(n), replace(base, patient=frozenset(subtypes[n % 4])), base.path)
            for n in range(200)
            for scan in range(2)
        ]
        training, test = split(cases, 32)
        self.assertEqual((len(training), len(test)), (320, 80))
        held = {case.patient for case in test}
        self.assertFalse(held & {case.patient for case in training})
        for group in range(4):
            self.assertEqual(sum(int(patient) % 4 == group for patient in held), 10)
        self.assertEqual([case.name for case in split(cases, 32)[1]], [case.name for case in test])
        self.assertNotEqual([case.name for case in split(cases, 33)[1]], [case.name for case in test])

    def test_too_few_patients_are_refused(self):
        base = read_annotation(GOLDEN / "head.ich.json")
        with self.assertRaisesRegex(DatasetError, "too few"):
            split([Case("a", "a", base, base.path), Case("b", "b", base, base.path)], 32)


class Metrics(unittest.TestCase):
    def test_ratios_by_hand(self):
        probability = np.array([0.9, 0.5, 0.5, 0.4, 0.1])
        truth = np.array([True, True, False, True, False])
        figures = ratios(probability, truth, 0.5)
        self.assertEqual(figures, {"precision": 2 / 3, "recall": 2 / 3, "F1": 2 / 3, "IoU": 0.5, "specificity": 0.5})
        self.assertIsNone(ratios(probability, truth, 0.95)["precision"])

    def test_auc_counts_pairs(self):
        random = np.random.default_rng(3)
        scores, truth = random.integers(0, 6, 60) / 5, random.random(60) < 0.4
        positives, negatives = scores[truth][:, None], scores[~truth][None]
        pairs = ((positives > negatives) + 0.5 * (positives == negatives)).mean()
        self.assertAlmostEqual(auc(scores, truth), pairs, places=12)
        self.assertIsNone(auc(scores, np.ones(60, bool)))


if __name__ == "__main__":
    unittest.main()
