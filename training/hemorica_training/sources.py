"""Reads the data sets into one file of head-framed slices.

    python -m hemorica_training.sources FOLDER --out data.npz

Training sees GRID x GRID signed bytes of HU clipped to -20..100; measuring sees what Hemorica gives
the network. What each source is and what its license allows is in README.md; nothing of it enters
the repository.
"""

from __future__ import annotations

import argparse
import csv
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

GRID = 256
SIZE = 224
# The framing of the models' manifests.
ABOVE_HU, MARGIN = 20.0, 0.06
# Below the folder of the data sets.
FOLDERS = ("training/ct-ich", "training/bhsd-slices", "data/head-ct-ge")
HU_MIN, HU_MAX = -20.0, 100.0
SUBTYPES = ("EPH", "SDH", "SAH", "IPH", "IVH")

# Patients of ct-ich that training never sees, chosen by patient before the first training:
# four of the twenty with blood and eight of the thirty without.
HELD_OUT_CT_ICH = frozenset({"74", "84", "88", "93", "56", "60", "63", "98", "102", "108", "116", "125"})

# Patients of the training part on which a threshold, a smallest volume and the state of a training are judged.
VALIDATION_CT_ICH = frozenset({"53", "97", "82", "55", "105", "113", "126"})


@dataclass
class Slices:
    """Head-framed slices and what is known of them."""

    hu: np.ndarray
    """int8 [n, GRID, GRID], HU clipped to HU_MIN..HU_MAX."""
    inputs: np.ndarray
    """float16 [n, SIZE, SIZE], what the network sees."""
    frames: np.ndarray
    """float64 [n, 3], left, top and side of the frame in pixels of the source."""
    labels: np.ndarray
    """float32 [n, 5], slice labels of the subtypes; 0 or 1."""
    patient: np.ndarray
    """str [n]."""
    mask: np.ndarray | None = None
    """uint8 [n, h, w] of the source, 0 none, 1..5 subtypes, where voxel masks exist."""


Frame = tuple[float, float, float]
"""Left, top and side of a square, pixels; pixel p covers [p, p + 1)."""


def head_frame(hu: np.ndarray) -> Frame | None:
    """The square that models see (docs/models.md, framing `head`): the largest part above ABOVE_HU and MARGIN of its box.

    None where that part is smaller than 2000 pixels of a 512 x 512 picture would be: no head.
    """
    parts, count = ndimage.label(hu > ABOVE_HU, np.ones((3, 3)))
    if count == 0:
        return None
    sizes = np.bincount(parts.ravel())[1:]
    if sizes.max() < 2000 * hu.size / 512**2:
        return None
    rows, columns = ndimage.find_objects(parts)[int(sizes.argmax())]
    side = max(rows.stop - rows.start, columns.stop - columns.start) * (1 + 2 * MARGIN)
    return (columns.start + columns.stop - side) / 2, (rows.start + rows.stop - side) / 2, side


def resampled(image: np.ndarray, frame: Frame, size: int, outside: float, nearest: bool = False) -> np.ndarray:
    """The frame of an image brought to size x size, antialiased; `outside` where the frame reaches beyond it."""
    left, top, side = frame
    border = int(max(0, -left, -top, left + side - image.shape[1], top + side - image.shape[0])) + int(2 * side / size) + 2
    padded = np.pad(image.astype(np.float32), border, constant_values=outside)
    box = (left + border, top + border, left + side + border, top + side + border)
    how = Image.Resampling.NEAREST if nearest else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(padded).resize((size, size), how, box=box))


def network_input(hu: np.ndarray, frame: Frame) -> np.ndarray:
    """float32 [SIZE, SIZE] in 0..1 as Hemorica makes it from a slice: window 0 to 80 HU first, then resampled."""
    return resampled(np.clip(hu / 80, 0, 1), frame, SIZE, 0)


def grid(hu: np.ndarray, frame: Frame) -> np.ndarray:
    """int8 [GRID, GRID], HU clipped to HU_MIN..HU_MAX, for training."""
    return np.clip(np.rint(resampled(np.clip(hu, HU_MIN, HU_MAX), frame, GRID, HU_MIN)), HU_MIN, HU_MAX).astype(np.int8)


class Reader:
    """Collects slices; those that show no head are passed by."""

    def __init__(self) -> None:
        self.grids: list[np.ndarray] = []
        self.inputs: list[np.ndarray] = []
        self.frames: list[Frame] = []
        self.labels: list[list[float]] = []
        self.patients: list[str] = []
        self.masks: list[np.ndarray] = []

    def add(self, hu: np.ndarray, labels: list[float], patient: str, mask: np.ndarray | None = None) -> None:
        frame = head_frame(hu)
        if frame is None:
            return
        self.grids.append(grid(hu, frame))
        self.inputs.append(network_input(hu, frame).astype(np.float16))
        self.frames.append(frame)
        self.labels.append(labels)
        self.patients.append(patient)
        if mask is not None:
            self.masks.append(mask)

    def slices(self) -> Slices:
        masks = np.stack(self.masks) if self.masks else None
        labels = np.array(self.labels, np.float32)
        return Slices(np.stack(self.grids), np.stack(self.inputs), np.array(self.frames), labels, np.array(self.patients), masks)


def read_ct_ich(folder: Path) -> Slices:
    """PhysioNet CT-ICH slices (window -20..100 HU as bytes) with their slice labels."""
    reader = Reader()
    with open(folder / "slices.csv", newline="") as file:
        for row in csv.DictReader(file):
            values = np.asarray(Image.open(folder / "brain" / row["file"]).convert("L"), np.float32)
            reader.add(values * (120 / 255) - 20, [float(row[subtype]) for subtype in SUBTYPES], row["patient"])
    return reader.slices()


def read_bhsd(folder: Path) -> Slices:
    """BHSD slices (HU clipped to 0..255 as bytes) with voxel masks; used for measuring only."""
    reader = Reader()
    for file in sorted((folder / "images").glob("*.png")):
        values = np.asarray(Image.open(file).convert("L"), np.float32)
        mask = np.asarray(Image.open(folder / "masks" / file.name).convert("L"))
        reader.add(values, [float((mask == n + 1).any()) for n in range(5)], file.stem[:3], mask)
    return reader.slices()


def read_dicom_head(folder: Path) -> Slices:
    """A blood-free head as a folder of DICOM slices."""
    import pydicom

    reader = Reader()
    for file in sorted(folder.glob("*.dcm")):
        dataset = pydicom.dcmread(file)
        hu = dataset.pixel_array.astype(np.float32) * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
        reader.add(hu, [0.0] * 5, folder.name)
    return reader.slices()


def prepare(data: Path, out: Path) -> None:
    """Reads the sources below `data` and writes `out` (npz): what may be trained on, what is held out, what has masks."""
    ct_ich = read_ct_ich(data / "training" / "ct-ich")
    held = np.isin(ct_ich.patient, list(HELD_OUT_CT_ICH))
    validation = np.isin(ct_ich.patient, list(VALIDATION_CT_ICH))
    ge = read_dicom_head(data / "data" / "head-ct-ge")
    bhsd = read_bhsd(data / "training" / "bhsd-slices")
    arrays = {"ge_inputs": ge.inputs, "ge_frames": ge.frames}
    arrays |= {"bhsd_inputs": bhsd.inputs, "bhsd_frames": bhsd.frames, "bhsd_hu": bhsd.hu}
    arrays |= {"bhsd_mask": bhsd.mask, "bhsd_patient": bhsd.patient}
    for name, use in {"train": ~held & ~validation, "validation": validation, "held": held}.items():
        arrays |= {f"{name}_hu": ct_ich.hu[use], f"{name}_labels": ct_ich.labels[use], f"{name}_patient": ct_ich.patient[use]}
        if name != "train":
            arrays[f"{name}_inputs"] = ct_ich.inputs[use]
    out.parent.mkdir(parents=True, exist_ok=True)
    np.savez(out, **arrays)


def main() -> None:
    parser = argparse.ArgumentParser(description="Reads the data sets below a folder into one file for training and measuring.")
    parser.add_argument("folder", type=Path, nargs="?", default=os.environ.get("HEMORICA_TRAINING_DATA"), help="default: HEMORICA_TRAINING_DATA")
    parser.add_argument("--out", type=Path, default=Path("data.npz"))
    options = parser.parse_args()
    if options.folder is None:
        parser.error("name the folder of the data sets, or set HEMORICA_TRAINING_DATA")
    missing = [name for name in FOLDERS if not (options.folder / name).is_dir()]
    if missing:
        parser.error(f"{options.folder} has no {', '.join(missing)}: training/README.md says where to get them")
    prepare(options.folder, options.out)


if __name__ == "__main__":
    main()
