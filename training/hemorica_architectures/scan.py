"""Scans (NIfTI) as the axial pictures that networks see, as docs/models.md says of the input."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import nibabel
import numpy as np
from nibabel.orientations import axcodes2ornt, io_orientation, ornt_transform
from PIL import Image

AIR = -1000.0


class ScanError(Exception):
    """Names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Scan:
    hu: np.ndarray
    """float32 [slice, row, column], in the file's voxel order."""
    sha256: str
    """Of the stored voxels, little-endian, slice by slice."""
    orientation: np.ndarray
    """From the file's axes to left, back, head: the axis and its sign for each, as nibabel has it."""
    spacing: tuple[float, float]
    """mm between pixels along x and y of an axial picture."""

    def axial(self, volume: np.ndarray) -> np.ndarray:
        """A volume [slice, row, column] in the file's order as pictures [picture, y, x]: x to the left, y to the back, pictures towards the head."""
        return nibabel.apply_orientation(volume.transpose(2, 1, 0), self.orientation).transpose(2, 1, 0)


def read_scan(path: Path) -> Scan:
    """Throws ScanError."""
    try:
        image = nibabel.load(path)
        stored = np.asanyarray(image.dataobj.get_unscaled())
    except Exception as error:  # whatever a damaged file makes of the reader
        raise ScanError(f"{path}: it cannot be read as NIfTI ({error}). Name another file.") from error
    while stored.ndim > 3:
        stored = stored[..., 0]
    if stored.ndim != 3:
        raise ScanError(f"{path}: it has {stored.ndim} dimensions. A scan has three.")
    stored = stored.transpose(2, 1, 0)
    little = np.ascontiguousarray(stored, stored.dtype.newbyteorder("<"))
    slope, intercept = image.header.get_slope_inter()
    hu = stored.astype(np.float32) * np.float32(1 if slope is None else slope)
    hu += np.float32(0 if intercept is None else intercept)
    hu[~np.isfinite(hu)] = AIR
    # nibabel's codes say where an axis leads to: L, P and S are the patient's left, back and head.
    orientation = ornt_transform(io_orientation(image.affine), axcodes2ornt(("L", "P", "S")))
    spacing = np.empty(3)
    spacing[orientation[:, 0].astype(int)] = image.header.get_zooms()[:3]
    return Scan(hu, hashlib.sha256(little).hexdigest(), orientation, (float(spacing[0]), float(spacing[1])))


def frame(shape: tuple[int, int], spacing: tuple[float, float]) -> tuple[float, float, float, float]:
    """The square in mm around a whole picture: left, top, right, bottom in its pixels."""
    rows, columns = shape
    side = max(columns * spacing[0], rows * spacing[1])
    width, height = side / spacing[0], side / spacing[1]
    left, top = (columns - width) / 2, (rows - height) / 2
    return left, top, left + width, top + height


def resize(picture: np.ndarray, box: tuple[float, float, float, float], side: int, outside: float) -> np.ndarray:
    """The framed part of a picture at `side` x `side`, each pixel the mean under a triangle; `outside` beyond the picture."""
    left, top, right, bottom = box
    # Far enough for every triangle that reaches over the frame.
    reach = 2 * max(1.0, (right - left) / side, (bottom - top) / side)
    border = int(np.ceil(max(0.0, -left, -top) + reach)) + 1
    padded = np.pad(picture.astype(np.float32), border, constant_values=outside)
    shifted = tuple(edge + border for edge in box)
    return np.asarray(Image.fromarray(padded).resize((side, side), Image.Resampling.BILINEAR, box=shifted))


def network_pictures(scan: Scan, window: dict[str, float], side: int) -> np.ndarray:
    """The windowed gray pictures of a scan, float32 [picture, side, side] of 0 to 1, before normalization."""
    low = window["center"] - window["width"] / 2
    outside = float(np.clip((AIR - low) / window["width"], 0, 1))
    pictures = scan.axial(scan.hu)
    box = frame(pictures.shape[1:], scan.spacing)
    gray = [resize(np.clip((picture - low) / window["width"], 0, 1), box, side, outside) for picture in pictures]
    return np.stack(gray)


def network_masks(scan: Scan, mask: np.ndarray, side: int) -> np.ndarray:
    """Where blood covers at least half of a pixel of the input; bool [picture, side, side] of a mask in the file's order."""
    pictures = scan.axial(mask)
    box = frame(pictures.shape[1:], scan.spacing)
    return np.stack([resize(picture, box, side, 0) >= 0.5 for picture in pictures])
