"""Golden values of the networks' input by Pillow and SciPy, for test/unit/core/model/preprocess.test.ts.

    python3 -m venv VENV && VENV/bin/pip install -r scripts/golden/requirements.txt
    VENV/bin/python scripts/golden/model_input.py test/fixtures/manifests/slices.json DATA test/golden/model-input.json

reads the manifest and makes the input of pictures that the test makes as well (see `drawn`) and of
real slices: the files of DATA/head-ct-ge. For each picture it writes the frame (x, y, width, height
in pixels), the mean of the input, and the input at seeded places.
"""

import json
import random
import sys
from pathlib import Path

import numpy
import pydicom
from PIL import Image
from scipy import ndimage

SAMPLES = 60
AIR = -1000.0

# name, columns, rows, spacing along x and y in mm, centre and radii of the head in pixels
DRAWN = [
    ("square pixels", 320, 300, (0.7, 0.7), (150, 140), (96, 121)),
    ("flat pixels", 200, 330, (0.9, 0.55), (101, 160), (77, 150)),
    ("enlarged", 96, 90, (2.0, 2.0), (47, 44), (38, 43)),
    ("beyond the edge", 256, 256, (0.8, 0.8), (40, 128), (110, 90)),
]


def drawn(columns, rows, centre, radii):
    """An elliptic head with a skull and uneven content, and a table that does not touch it."""
    y, x = numpy.mgrid[0:rows, 0:columns].astype(numpy.int64)
    noise = (x * 7919 + y * 104729 + x * y * 31) % 101
    distance = ((x - centre[0]) / radii[0]) ** 2 + ((y - centre[1]) / radii[1]) ** 2
    picture = numpy.full((rows, columns), AIR)
    picture[distance <= 1] = 900
    inside = distance <= 0.85
    picture[inside] = noise[inside] - 10
    table = (y >= rows - 6) & (y < rows - 2)
    picture[table & (distance > 1.1)] = 70
    return picture


def frame_of(picture, spacing, framing):
    labels, count = ndimage.label(picture > framing["above"], structure=numpy.ones((3, 3)))
    if count == 0:
        return None
    sizes = numpy.bincount(labels.ravel())[1:]
    if sizes.max() * spacing[0] * spacing[1] < framing["minimumArea"]:
        return None
    rows, columns = ndimage.find_objects(labels)[int(sizes.argmax())]
    width_mm = (columns.stop - columns.start) * spacing[0]
    height_mm = (rows.stop - rows.start) * spacing[1]
    side = max(width_mm, height_mm) * (1 + 2 * framing["margin"])
    width, height = side / spacing[0], side / spacing[1]
    return (
        (columns.start + columns.stop) / 2 - width / 2,
        (rows.start + rows.stop) / 2 - height / 2,
        width,
        height,
    )


def network_input(picture, frame, manifest):
    x, y, width, height = frame
    size = (manifest["width"], manifest["height"])
    channels = []
    for channel in manifest["channels"]:
        low = channel["window"]["center"] - channel["window"]["width"] / 2
        window = numpy.clip((picture - low) / channel["window"]["width"], 0, 1)
        values = (window - channel["mean"]) / channel["deviation"]
        border = int(max(picture.shape) + 2 * max(width / size[0], height / size[1]) + 2)
        outside = (0 - channel["mean"]) / channel["deviation"]
        padded = numpy.pad(values, border, constant_values=outside).astype(numpy.float32)
        box = (x + border, y + border, x + width + border, y + height + border)
        channels.append(numpy.asarray(Image.fromarray(padded).resize(size, Image.Resampling.BILINEAR, box=box)))
    return numpy.stack(channels)


def golden(name, picture, spacing, manifest, seed):
    frame = frame_of(picture, spacing, manifest["framing"])
    if frame is None:
        return {"name": name, "frame": None}
    values = network_input(picture, frame, manifest)
    pick = random.Random(seed)
    samples = []
    for _ in range(SAMPLES):
        at = pick.randrange(values.size)
        samples.append([at, float(values.ravel()[at])])
    return {"name": name, "frame": list(frame), "mean": float(values.mean(dtype=numpy.float64)), "samples": samples}


def main():
    manifest = json.loads(Path(sys.argv[1]).read_text())["input"]
    result = {"drawn": [], "real": []}
    for seed, (name, columns, rows, spacing, centre, radii) in enumerate(DRAWN):
        picture = drawn(columns, rows, centre, radii)
        case = golden(name, picture, spacing, manifest, seed)
        result["drawn"].append({**case, "columns": columns, "rows": rows, "spacing": spacing, "centre": centre, "radii": radii})
    for seed, file in enumerate(sorted((Path(sys.argv[2]) / "head-ct-ge").glob("*.dcm"))):
        dataset = pydicom.dcmread(file)
        picture = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
        if "PixelPaddingValue" in dataset:
            picture[dataset.pixel_array == dataset.PixelPaddingValue] = AIR
        spacing = (float(dataset.PixelSpacing[1]), float(dataset.PixelSpacing[0]))
        result["real"].append(golden(file.name, picture, spacing, manifest, 100 + seed))
    Path(sys.argv[3]).write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
