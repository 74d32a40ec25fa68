"""Runs a model through Hemorica on one scan stored in many ways, and compares the masks.

    python -m hemorica_training.robustness --scan head.nii.gz --model ../models/ich-seg --cli ../dist/cli.js

Two bleeds are drawn into the scan (a ball in the brain, a crescent under the skull), so that there is
something to find. Exchanged axes, flips and slice order must give the very same mask. Slices of half
and of double thickness and missing slices hold other voxels: their masks are compared by Dice.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import tempfile
from pathlib import Path

import nibabel
import numpy as np

from . import anatomy
from .measures import dice
from .sources import grid, head_frame, resampled

Scan = tuple[np.ndarray, np.ndarray]
"""Voxels [i, j, k] and the affine of their indices, RAS mm."""


def with_bleeds(hu: np.ndarray) -> np.ndarray:
    """HU [i, j, k], slices along k, with a ball of 62 HU in the brain and a crescent of 60 HU under the skull of some middle slices."""
    out = hu.copy()
    middle = hu.shape[2] // 2
    for k in range(middle - 3, middle + 4):
        picture = hu[:, :, k].astype(np.float32)
        frame = head_frame(picture)
        found = frame and anatomy.find(grid(picture, frame))
        if not found:
            continue
        rows, columns = np.indices(found.hu.shape)
        radius = 14 - 2.5 * abs(k - middle)
        ball = np.hypot(rows - found.center[0] - 14, columns - found.center[1] - 34) < radius
        crescent = found.cavity & (found.depth < 9 - 2 * abs(k - middle)) & (columns < found.center[1] - 30)
        left, top, side = frame
        # Back onto the scan's own pixels: the frame of the frame is the whole picture.
        scale = found.hu.shape[0] / side
        back = (-left * scale, -top * scale, max(picture.shape) * scale)
        for mask, density in ((ball & found.cavity, 62), (crescent, 60)):
            full = resampled(mask, back, max(picture.shape), 0, nearest=True)[: picture.shape[0], : picture.shape[1]] > 0
            out[:, :, k][full & (picture < 80)] = density
    return out


def turned(scan: Scan, order: tuple[int, int, int], flips: tuple[int, ...]) -> Scan:
    """The same scan with its axes in another order and some of them reversed."""
    voxels, affine = scan
    voxels, affine = voxels.transpose(order), affine[:, [*order, 3]]
    for axis in flips:
        affine = affine.copy()
        affine[:3, 3] += affine[:3, axis] * (voxels.shape[axis] - 1)
        affine[:3, axis] *= -1
        voxels = np.flip(voxels, axis)
    return voxels, affine


def turned_back(mask: np.ndarray, order: tuple[int, int, int], flips: tuple[int, ...]) -> np.ndarray:
    return np.flip(mask, flips).transpose(np.argsort(order)) if flips else mask.transpose(np.argsort(order))


def thinner(scan: Scan) -> Scan:
    """Every slice as two of half its thickness."""
    voxels, affine = scan
    affine = affine.copy()
    affine[:3, 3] -= affine[:3, 2] / 4
    affine[:3, 2] /= 2
    return voxels.repeat(2, 2), affine


def thicker(scan: Scan) -> Scan:
    """Every two slices as their mean."""
    voxels, affine = scan
    even = voxels[:, :, : voxels.shape[2] // 2 * 2].astype(np.float32)
    affine = affine.copy()
    affine[:3, 3] += affine[:3, 2] / 2
    affine[:3, 2] *= 2
    return np.rint((even[:, :, ::2] + even[:, :, 1::2]) / 2).astype(voxels.dtype), affine


def segment(scans: dict[str, Scan], model: Path, cli: Path) -> dict[str, np.ndarray]:
    """Masks bool [i, j, k] of each, as `hemorica segment` finds them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for label, (voxels, affine) in scans.items():
            nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(voxels), affine), folder / f"{label}.nii.gz")
        command = ["node", cli, "segment", folder, "--model", model.resolve(), "--nifti", "--quiet", "--out", folder / "out"]
        subprocess.run(command, check=True)
        return {label: np.asarray(nibabel.load(folder / "out" / f"{label}.ich.nii.gz").dataobj) > 0 for label in scans}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scan", type=Path, required=True, help="NIfTI, slices along the third axis")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--cli", type=Path, required=True)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    image = nibabel.load(options.scan)
    plain = np.asarray(image.dataobj).astype(np.int16)
    voxels = with_bleeds(plain)
    scan = voxels, image.affine
    ways = [(order, flips) for order in itertools.permutations(range(3)) for flips in ((), (0,), (1,), (2,), (0, 1, 2))]
    scans = {f"way{n}": turned(scan, *way) for n, way in enumerate(ways)}
    missing = voxels.shape[2] // 2 + 1
    scans |= {"thin": thinner(scan), "thick": thicker(scan), "plain": (plain, image.affine)}
    scans["missing"] = np.delete(voxels, missing, 2), image.affine
    masks = segment(scans, options.model, options.cli)
    first = masks["way0"]
    pairs = first[:, :, : first.shape[2] // 2 * 2]
    drawn = voxels != plain
    result = {
        "stored in other ways": len(ways),
        "of them with the very same mask": sum(bool((turned_back(masks[f"way{n}"], *way) == first).all()) for n, way in enumerate(ways)),
        "Dice of the drawn bleeds": dice(first, drawn),
        "Dice, slices of half the thickness": dice(masks["thin"][:, :, ::2], first),
        "Dice, slices of double thickness": dice(masks["thick"], pairs[:, :, ::2] | pairs[:, :, 1::2]),
        "Dice, a slice missing": dice(masks["missing"], np.delete(first, missing, 2)),
        "false blood without the bleeds, mL": float(masks["plain"].sum() * abs(np.linalg.det(image.affine[:3, :3])) / 1000),
    }
    text = json.dumps(result, indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
