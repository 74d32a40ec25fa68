from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path

import nibabel
import numpy as np
from hemorica_architectures.annotation import AnnotationError, read_annotation
from hemorica_architectures.scan import network_masks, network_pictures, read_scan

GOLDEN = Path(__file__).parent / "golden"
WINDOW = {"center": 40, "width": 80}


def label_map(name: str) -> np.ndarray:
    """What Hemorica wrote beside the annotation, [slice, row, column]."""
    return np.asarray(nibabel.load(GOLDEN / f"{name}.ich.nii.gz").dataobj).transpose(2, 1, 0)


class Reading(unittest.TestCase):
    def test_masks_are_those_of_the_label_map_that_hemorica_writes(self):
        for name in ("head", "turned"):
            labels = read_annotation(GOLDEN / f"{name}.ich.json").labels
            self.assertGreater(int((labels > 0).sum()), 800)
            np.testing.assert_array_equal(labels, label_map(name))

    def test_the_hash_is_that_of_the_scan(self):
        for name in ("head", "turned"):
            annotation = read_annotation(GOLDEN / f"{name}.ich.json")
            self.assertEqual(annotation.image, GOLDEN / f"{name}.nii.gz")
            self.assertEqual(annotation.sha256, read_scan(GOLDEN / f"{name}.nii.gz").sha256)

    def test_slices_say_what_is_stated_else_what_the_mask_says(self):
        content = json.loads((GOLDEN / "head.ich.json").read_text())
        healthy, bleeding = 0, 3
        self.assertTrue((label_map("head")[bleeding] > 0).any())
        content["slices"][healthy]["rows"] = list(range(128))
        for finding in content["slices"][healthy]["findings"].values():
            finding["present"] = None
        content["slices"][healthy]["findings"]["SAH"]["present"] = True
        for finding in content["slices"][bleeding]["findings"].values():
            finding["present"] = False
        content["patient"] = {name: {"present": None} for name in content["patient"]}
        annotation = self.changed(content)
        self.assertEqual(annotation.slices[healthy], {"SAH"})
        self.assertEqual(annotation.slices[bleeding], frozenset())
        self.assertIn("SAH", annotation.patient)

    def test_rows_of_readers_are_read(self):
        content = json.loads((GOLDEN / "head.ich.json").read_text())
        content["slices"][0]["rows"][3] = "3 E0 D5+4 V109 @Jane E7 Doe"
        row = self.changed(content).labels[0, 3]
        expected = np.zeros(110, np.uint8)
        expected[0], expected[5:9], expected[109] = 1, 2, 5
        np.testing.assert_array_equal(row, expected)

    def test_what_is_no_annotation_is_refused_with_its_name(self):
        good = json.loads((GOLDEN / "head.ich.json").read_text())
        for row in ("3 E109+2", "4 E0", "3 X0", "3 E0+4 D3", "3 E5+0"):
            content = json.loads(json.dumps(good))
            content["slices"][0]["rows"][3] = row
            with self.assertRaisesRegex(AnnotationError, "changed.ich.json"):
                self.changed(content)
        for key, value in (("version", 2), ("format", "other"), ("slices", []), ("image", {})):
            with self.assertRaisesRegex(AnnotationError, "changed.ich.json"):
                self.changed({**good, key: value})

    def changed(self, content: dict):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "changed.ich.json"
            path.write_text(json.dumps(content))
            return read_annotation(path)


class Pictures(unittest.TestCase):
    def test_a_head_gives_the_same_pictures_however_it_is_stored(self):
        usual, turned = (read_scan(GOLDEN / f"{name}.nii.gz") for name in ("head", "turned"))
        self.assertNotEqual(usual.hu.shape, turned.hu.shape)
        pictures = network_pictures(usual, WINDOW, 224)
        self.assertEqual(pictures.shape, (8, 224, 224))
        np.testing.assert_array_equal(pictures, network_pictures(turned, WINDOW, 224))

    def test_masks_lie_on_the_pictures_blood(self):
        for name in ("head", "turned"):
            scan = read_scan(GOLDEN / f"{name}.nii.gz")
            # The bleed of the synthetic head, 70 HU in brain of 32: on the patient's left, which is on the right.
            bleed = (scan.hu > 60) & (scan.hu < 90)
            masks = network_masks(scan, bleed, 224)
            pictures = network_pictures(scan, WINDOW, 224)
            self.assertEqual(masks.any((1, 2)).tolist(), [False, False, True, True, True, True, False, False])
            self.assertGreater(float(pictures[masks].min()), 0.55)
            self.assertGreater(float(np.argwhere(masks)[:, 2].mean()), 130)


if __name__ == "__main__":
    unittest.main()
