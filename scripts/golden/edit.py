"""Golden results of mask operations by SciPy and SimpleITK, for test/unit/core/edit/golden.test.ts.

    python scripts/golden/edit.py        (needs: pip install numpy scipy SimpleITK)

Writes test/golden/edit.json. Arrays are in the order k, j, i: one string of digits for each slice's
row, or rows of numbers. Distances are mm, rounded to 1e-6.
"""

import json
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy import ndimage

RANDOM = np.random.default_rng(20240607)
SIZE = (5, 12, 14)  # k, j, i
SPACING = (1.9, 0.7, 0.45)  # mm along k, j, i


def digits(array):
    return [["".join(str(int(value)) for value in row) for row in plane] for plane in array]


def rounded(array):
    return [[[round(float(value), 6) for value in row] for row in plane] for plane in array]


def random_mask(fraction):
    noise = ndimage.gaussian_filter(RANDOM.standard_normal(SIZE), (0.6, 1, 1))
    return noise > np.quantile(noise, 1 - fraction)


def distances(mask):
    """Distance of each voxel to the nearest voxel of the mask: in space, and within each slice."""
    outside = ~mask
    in_slices = np.stack(
        [ndimage.distance_transform_edt(plane, sampling=SPACING[1:]) for plane in outside]
    )
    return {"mask": digits(mask), "space": rounded(ndimage.distance_transform_edt(outside, sampling=SPACING)),
            "slices": rounded(in_slices)}


def margins(mask):
    """Dilation of a mask and erosion of all but it with a ball of 2 mm and a disc of 1.6 mm; the image's edge erodes nothing."""
    out = {"mask": digits(mask), "radius": {"space": 2.0, "slices": 1.6}}
    # Slices so far apart that the ball is a disc.
    for name, ball in (("space", ball_of(2.0, SPACING)), ("slices", ball_of(1.6, (1e9, *SPACING[1:])))):
        out[name] = {
            "grown": digits(ndimage.binary_dilation(mask, ball)),
            "shrunk": digits(ndimage.binary_erosion(~mask, ball, border_value=1)),
        }
    return out


def ball_of(radius, spacing):
    reach = [int(radius // step) for step in spacing]
    k, j, i = np.ogrid[tuple(slice(-n, n + 1) for n in reach)]
    return (k * spacing[0]) ** 2 + (j * spacing[1]) ** 2 + (i * spacing[2]) ** 2 <= radius**2 + 1e-9


def holes():
    mask = random_mask(0.62)
    mask[1:4, 3:9, 3:10] = True
    mask[2, 5:7, 5:8] = False
    return {
        "mask": digits(mask),
        "space": digits(ndimage.binary_fill_holes(mask)),
        "slices": digits(np.stack([ndimage.binary_fill_holes(plane) for plane in mask])),
    }


def parts(mask):
    """Sizes of the connected parts, descending."""
    out = {"mask": digits(mask)}
    for name, structure in (("face", ndimage.generate_binary_structure(3, 1)), ("full", np.ones((3, 3, 3)))):
        for where in ("space", "slices"):
            linked = structure.copy()
            if where == "slices":
                linked[[0, 2]] = 0
            numbered, count = ndimage.label(mask, linked)
            out.setdefault(where, {})[name] = sorted(np.bincount(numbered.ravel())[1:].tolist(), reverse=True)
    return out


def grown():
    """Region growing with SimpleITK's ConnectedThreshold from the brightest of the smoothed voxels."""
    hu = np.round(ndimage.gaussian_filter(RANDOM.standard_normal(SIZE), (0.5, 0.9, 0.9)) * 60 + 40).astype(np.int16)
    image = sitk.GetImageFromArray(hu)
    seed = np.unravel_index(np.argmax(hu), hu.shape)
    low, high = 42, int(hu.max())
    out = {"hu": hu.tolist(), "seed": [int(n) for n in reversed(seed)], "min": low, "max": high}
    for name, connectivity in (
        ("face", sitk.ConnectedThresholdImageFilter.FaceConnectivity),
        ("full", sitk.ConnectedThresholdImageFilter.FullConnectivity),
    ):
        region = sitk.ConnectedThreshold(
            image, [out["seed"]], lower=low, upper=high, replaceValue=1, connectivity=connectivity
        )
        out[name] = digits(sitk.GetArrayFromImage(region))
    return out


golden = {
    "size": list(reversed(SIZE)),
    "spacing": list(reversed(SPACING)),
    "distances": distances(random_mask(0.04)),
    "margins": margins(random_mask(0.02)),
    "holes": holes(),
    "parts": parts(random_mask(0.3)),
    "grown": grown(),
}
target = Path(__file__).resolve().parents[2] / "test" / "golden" / "edit.json"
target.parent.mkdir(parents=True, exist_ok=True)
target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
print(f"{target.name}: {target.stat().st_size} bytes")
