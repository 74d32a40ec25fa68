from __future__ import annotations

import csv
import tempfile
import unittest
from pathlib import Path

import numpy as np
from PIL import Image

from hemorica_training import sources
from hemorica_training.sources import HELD_OUT_CT_ICH, SIZE, SUBTYPES, VALIDATION_CT_ICH

from .phantom import ellipse, head


class Splits(unittest.TestCase):
    def test_are_apart_and_written_down(self):
        self.assertEqual(HELD_OUT_CT_ICH & VALIDATION_CT_ICH, frozenset())
        self.assertEqual(sorted(HELD_OUT_CT_ICH, key=int), "56 60 63 74 84 88 93 98 102 108 116 125".split())

    def test_no_held_out_patient_is_trained_on(self):
        patients = ["70", "74", "53", "125", "89"]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            brain = folder / "training/ct-ich/brain"
            brain.mkdir(parents=True)
            with open(brain.parent / "slices.csv", "w", newline="") as file:
                table = csv.DictWriter(file, ["file", "patient", *SUBTYPES])
                table.writeheader()
                for n, patient in enumerate(patients):
                    values = np.rint((head(n).astype(float) + 20) * 255 / 120).astype(np.uint8)
                    Image.fromarray(values).save(brain / f"{n}.jpg", quality=95)
                    table.writerow({"file": f"{n}.jpg", "patient": patient, **dict.fromkeys(SUBTYPES, 0), "EPH": n % 2})
            for kind in ("images", "masks"):
                (folder / "training/bhsd-slices" / kind).mkdir(parents=True)
                picture = np.clip(head(), 0, 100) if kind == "images" else ellipse((9, 9)) * 4
                Image.fromarray(picture.astype(np.uint8)).save(folder / "training/bhsd-slices" / kind / "101001.png")
            read_dicom, sources.read_dicom_head = sources.read_dicom_head, lambda _: sources.read_bhsd(folder / "training/bhsd-slices")
            try:
                sources.prepare(folder, folder / "data.npz")
            finally:
                sources.read_dicom_head = read_dicom
            data = np.load(folder / "data.npz")
            self.assertEqual(data["train_patient"].tolist(), ["70", "89"])
            self.assertEqual(data["validation_patient"].tolist(), ["53"])
            self.assertEqual(data["held_patient"].tolist(), ["74", "125"])
            self.assertEqual(data["held_labels"][:, 0].tolist(), [1.0, 1.0])
            self.assertEqual(int((data["bhsd_mask"] == 4).sum()), int(ellipse((9, 9)).sum()))


class Framing(unittest.TestCase):
    def test_is_the_box_of_the_head_with_its_margin(self):
        left, top, side = sources.head_frame(head().astype(float))
        # Scalp of 118 x 98 pixels radius: rows 10 to 246.
        self.assertAlmostEqual(side, 237 * 1.12)
        self.assertAlmostEqual(left + side / 2, 128.5)
        self.assertAlmostEqual(top + side / 2, 128.5)

    def test_a_slice_without_head_is_passed_by(self):
        self.assertIsNone(sources.head_frame(np.full((256, 256), -1000.0)))
        self.assertIsNone(sources.head_frame(np.where(ellipse((5, 5)), 100.0, -1000.0)))

    def test_left_stays_left_and_front_stays_front(self):
        hu = head().astype(float)
        hu[ellipse((10, 10), (60, 90))] = 75
        frame = sources.head_frame(hu)
        x = sources.network_input(hu, frame)
        bright = (x > 0.9) & (sources.resampled(ellipse((95, 75)), frame, SIZE, 0) > 0.5)
        rows, columns = np.nonzero(bright)
        left, top, side = frame
        self.assertAlmostEqual(rows.mean(), (60.5 - top) / side * SIZE - 0.5, delta=0.6)
        self.assertAlmostEqual(columns.mean(), (90.5 - left) / side * SIZE - 0.5, delta=0.6)

    def test_beyond_the_picture_there_is_air(self):
        image = np.full((40, 40), 50.0)
        out = sources.resampled(image, (-20.0, 0.0, 40.0), 40, -7.0)
        self.assertTrue((out[:, :19] == -7).all())
        self.assertTrue((out[:, 21:] == 50).all())


if __name__ == "__main__":
    unittest.main()
