"""Golden values of the networks' input for what manifests can ask for beyond one window of one slice: ImageNet's
mean and deviation, several windows, neighbours, orientations, and patches of a volume. Written from docs/models.md with
NumPy's matrices, for test/unit/core/model/input-features.test.ts.

    VENV/bin/python scripts/golden/model_features.py DATA test/golden/model-features.json

Volumes are the real, tilted head of DATA/head-ct-ge and drawn ones that the test makes as well (see `drawn_volume`).
"""

import json
import math
import random
import sys
from pathlib import Path

import numpy
import pydicom
from scipy import ndimage

from model_input import AIR, frame_of

BRAIN = {"center": 40, "width": 80}
SUBDURAL = {"center": 80, "width": 200}
BONE = {"center": 600, "width": 2800}
IMAGENET = [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
HEAD = {"kind": "head", "above": 20, "minimumArea": 500, "margin": 0.06}

SLICES = {
    "imagenet": {
        "name": "x", "layout": "NCHW", "orientation": "axial-radiological", "width": 224, "height": 224,
        "channels": [{"slice": 0, "window": BRAIN, "mean": m, "deviation": d} for m, d in IMAGENET],
        "framing": HEAD, "resampling": "linear-antialiased",
    },
    "three windows": {
        "name": "x", "layout": "NCHW", "orientation": "axial-radiological", "width": 160, "height": 128,
        "channels": [{"window": BRAIN}, {"window": SUBDURAL}, {"window": BONE}],
        "framing": {"kind": "whole"}, "resampling": "linear", "windowing": "after-resampling",
    },
    "neighbours, turned": {
        "name": "x", "layout": "NCHW", "orientation": "SRA", "width": 96, "height": 96,
        "channels": [{"slice": s, "window": BRAIN, "mean": 0.5, "deviation": 0.25} for s in (-2, -1, 0, 1, 2)],
        "framing": HEAD, "resampling": "linear-antialiased", "windowing": "after-resampling", "outside": -200,
    },
}

PATCHES = {
    "axial blocks": {
        "name": "x", "layout": "NCDHW", "orientation": "axial-radiological", "depth": 16, "height": 96, "width": 80,
        "channels": [{"window": BRAIN}], "framing": {"kind": "whole"}, "resampling": "linear",
        "spacing": [3, 1.5, 1.25], "overlap": 0.25, "blending": "gaussian",
    },
    "turned blocks around the head": {
        "name": "x", "layout": "NCDHW", "orientation": "RAS", "depth": 48, "height": 56, "width": 24,
        "channels": [{"window": BRAIN, "mean": 0.4, "deviation": 0.3}, {"window": BONE}],
        "framing": HEAD, "resampling": "linear-antialiased", "windowing": "after-resampling",
        "spacing": [2, 2, 6], "overlap": 0.5, "blending": "linear", "context": [4, 2, 0], "outside": -500,
    },
    "upside down, larger than the scan": {
        "name": "x", "layout": "NCDHW", "orientation": "IAR", "depth": 40, "height": 24, "width": 16,
        "channels": [{"window": {"center": 0, "width": 1500}}], "framing": {"kind": "whole"},
        "resampling": "linear-antialiased", "spacing": [1.5, 1, 2.5], "overlap": 0.5, "blending": "mean",
    },
    "edges repeated": {
        "name": "x", "layout": "NCDHW", "orientation": "PIL", "depth": 44, "height": 40, "width": 36,
        "channels": [{"window": BONE, "mean": 0.5, "deviation": 0.5}], "framing": {"kind": "whole"},
        "resampling": "linear", "spacing": [4, 4.5, 4], "overlap": 0, "blending": "mean", "context": [12, 10, 11], "border": "edge",
    },
}

# name, directions of rows and columns (LPS), spacing, size, LPS mm of each slice's first voxel
DRAWN = [
    ("tilted and uneven", [[1, 0, 0], [0, 1, 0]], (0.9, 1.1), (40, 36),
     [[-20, -18 + 0.3 * z, z] for z in (0, 4, 8, 13, 18, 23, 33, 38, 43)]),
    ("sagittal, feet first", [[0, -1, 0], [0, 0, -1]], (0.8, 0.7), (30, 44), [[-14 + 3.0 * n, 12, 15] for n in range(10)]),
]

LETTERS = {"L": (0, 1), "R": (0, -1), "P": (1, 1), "A": (1, -1), "S": (2, 1), "I": (2, -1)}


def headings(orientation):
    letters = "SPL" if orientation == "axial-radiological" else orientation
    return [LETTERS[letter] for letter in letters]


def drawn_hu(columns, rows, slices):
    k, j, i = numpy.mgrid[0:slices, 0:rows, 0:columns].astype(numpy.int64)
    return ((i * 7919 + j * 104729 + k * 1299709 + i * j * 31 + j * k * 17) % 1501 - 700).astype(float)


def drawn_volume(axes, spacing, size, positions):
    return {"hu": drawn_hu(size[0], size[1], len(positions)), "axes": numpy.array(axes, float),
            "spacing": spacing, "positions": numpy.array(positions, float)}


def real_volume(folder):
    files = [pydicom.dcmread(file) for file in folder.glob("*.dcm")]
    orientation = numpy.array([float(v) for v in files[0].ImageOrientationPatient]).reshape(2, 3)
    normal = numpy.cross(*orientation)
    files.sort(key=lambda d: float(numpy.dot(numpy.array([float(v) for v in d.ImagePositionPatient]), normal)))
    pictures = []
    for dataset in files:
        picture = dataset.pixel_array * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)
        if "PixelPaddingValue" in dataset:
            picture[dataset.pixel_array == dataset.PixelPaddingValue] = numpy.nan
        pictures.append(picture)
    spacing = (float(files[0].PixelSpacing[1]), float(files[0].PixelSpacing[0]))
    positions = numpy.array([[float(v) for v in d.ImagePositionPatient] for d in files])
    return {"hu": numpy.array(pictures), "axes": orientation, "spacing": spacing, "positions": positions}


def normal_of(volume):
    normal = numpy.cross(*volume["axes"])
    return normal if numpy.dot(volume["positions"][-1] - volume["positions"][0], normal) >= 0 else -normal


def axes_of(volume, orientation):
    """For depth, height and width: the volume's axis (0 along a row, 1 down, 2 along the normal) and the way along it."""
    directions = [*volume["axes"], normal_of(volume)]
    found = []
    for world, sign in headings(orientation):
        axis = max(range(3), key=lambda a: abs(directions[a][world]))
        found.append((axis, sign if directions[axis][world] >= 0 else -sign))
    return found


def triangle(centres, scale, wide, count):
    """Weights [outputs, inputs] around the centres; what lies beyond the inputs is left out."""
    half = max(1, scale) if wide else 1
    lowest = int(math.floor(min(centres) - half)) - 1
    highest = int(math.ceil(max(centres) + half)) + 1
    places = numpy.arange(lowest, highest + 1)
    weights = numpy.maximum(0, 1 - abs(places[None, :] - numpy.array(centres)[:, None]) / half)
    weights /= weights.sum(axis=1, keepdims=True)
    kept = (places >= 0) & (places < count)
    matrix = numpy.zeros((len(centres), count))
    matrix[:, places[kept]] = weights[:, kept]
    return matrix


def edge_triangle(centre, scale, wide, count):
    """Weights of the slices around a place; the first and the last go on beyond the ends."""
    half = max(1, scale) if wide else 1
    weights = numpy.zeros(count)
    for k in range(math.floor(centre - half) - 1, math.ceil(centre + half) + 2):
        weights[min(count - 1, max(0, k))] += max(0, 1 - abs(k - centre) / half)
    return weights / weights.sum()


def window(hu, channel):
    low = channel["window"]["center"] - channel["window"]["width"] / 2
    return numpy.clip((hu - low) / channel["window"]["width"], 0, 1)


def resampled(values, outside, down, across):
    return outside + down @ (values - outside) @ across.T


def channel_values(channel, values):
    return (values - channel.get("mean", 0)) / channel.get("deviation", 1)


def slice_input(pictures, n, spacing, manifest):
    frame = frame_of(pictures[n], spacing, manifest["framing"]) if manifest["framing"]["kind"] == "head" else None
    if manifest["framing"]["kind"] == "whole":
        rows, columns = pictures[n].shape
        side = max(columns * spacing[0], rows * spacing[1])
        width, height = side / spacing[0], side / spacing[1]
        frame = ((columns - width) / 2, (rows - height) / 2, width, height)
    if frame is None:
        return None, None
    x, y, width, height = frame
    wide = manifest["resampling"] == "linear-antialiased"
    columns, rows = manifest["width"], manifest["height"]
    across = triangle([x + (o + 0.5) * width / columns - 0.5 for o in range(columns)], width / columns, wide, pictures[n].shape[1])
    down = triangle([y + (o + 0.5) * height / rows - 0.5 for o in range(rows)], height / rows, wide, pictures[n].shape[0])
    outside = numpy.array(float(manifest.get("outside", AIR)))
    channels = []
    for channel in manifest["channels"]:
        picture = pictures[min(len(pictures) - 1, max(0, n + channel.get("slice", 0)))]
        if manifest.get("windowing", "before-resampling") == "before-resampling":
            values = resampled(window(picture, channel), window(outside, channel), down, across)
        else:
            values = window(resampled(picture, outside, down, across), channel)
        channels.append(channel_values(channel, values))
    return frame, numpy.stack(channels)


def oriented(volume, manifest):
    """Pictures [n, rows, columns] and their spacing along columns and rows."""
    hu = volume["hu"]
    depth, rows, columns = axes_of(volume, manifest["orientation"])
    hu = numpy.transpose(hu, [2 - depth[0], 2 - rows[0], 2 - columns[0]])
    hu = hu[tuple(slice(None, None, sign) for _, sign in (depth, rows, columns))]
    return hu, (volume["spacing"][columns[0]], volume["spacing"][rows[0]])


def places(volume):
    """Of each slice's first voxel: mm along rows, columns and normal."""
    basis = numpy.column_stack([*volume["axes"], normal_of(volume)])
    return numpy.linalg.solve(basis, volume["positions"].T).T


def extent_of(volume, manifest):
    at = places(volume)
    slices, rows, columns = volume["hu"].shape
    sx, sy = volume["spacing"]
    z = at[:, 2]
    gaps = numpy.diff(z)
    edges = numpy.concatenate([[z[0] - gaps[0] / 2], z[:-1] + gaps / 2, [z[-1] + gaps[-1] / 2]])
    whole = [(at[:, 0].min() - sx / 2, at[:, 0].max() + (columns - 0.5) * sx),
             (at[:, 1].min() - sy / 2, at[:, 1].max() + (rows - 0.5) * sy), (edges[0], edges[-1])]
    framing = manifest["framing"]
    if framing["kind"] == "whole":
        return whole
    low, high = numpy.full(3, numpy.inf), numpy.full(3, -numpy.inf)
    for k in range(slices):
        labels, count = ndimage.label(volume["hu"][k] > framing["above"], structure=numpy.ones((3, 3)))
        sizes = numpy.bincount(labels.ravel())[1:]
        if count == 0 or sizes.max() * sx * sy < framing["minimumArea"]:
            continue
        r, c = ndimage.find_objects(labels)[int(sizes.argmax())]
        low = numpy.minimum(low, [at[k, 0] + (c.start - 0.5) * sx, at[k, 1] + (r.start - 0.5) * sy, edges[k]])
        high = numpy.maximum(high, [at[k, 0] + (c.stop - 0.5) * sx, at[k, 1] + (r.stop - 0.5) * sy, edges[k + 1]])
    margin = framing["margin"] * (high - low).max()
    return [(max(w[0], a - margin), min(w[1], b + margin)) for w, a, b in zip(whole, low, high)]


def grid_values(volume, manifest):
    """The grid [channels, normal, columns, rows] of the volume's own axes, its first point and its spacing."""
    axes = axes_of(volume, manifest["orientation"])
    spacing = [0.0] * 3
    for (axis, _), step in zip(axes, manifest["spacing"]):
        spacing[axis] = step
    extent = extent_of(volume, manifest)
    size = [max(1, math.floor((b - a) / s + 0.5)) for (a, b), s in zip(extent, spacing)]
    start = [(a + b) / 2 - (n - 1) / 2 * s for (a, b), n, s in zip(extent, size, spacing)]
    wide = manifest["resampling"] == "linear-antialiased"
    outside = numpy.array(float(manifest.get("outside", AIR)))
    at = places(volume)
    z = at[:, 2]
    slices, rows, columns = volume["hu"].shape
    usual = sorted(numpy.diff(z))[(len(z) - 2) // 2]
    before = manifest.get("windowing", "before-resampling") == "before-resampling"
    hu = numpy.where(numpy.isnan(volume["hu"]), outside, volume["hu"])
    out = numpy.empty((len(manifest["channels"]), size[2], size[1], size[0]))
    for m in range(size[2]):
        location = start[2] + m * spacing[2]
        below = int(numpy.clip(numpy.searchsorted(z, location, side="right") - 1, 0, slices - 2))
        t = (location - z[below]) / (z[below + 1] - z[below])
        lattice = at[below] + t * (at[below + 1] - at[below])
        k = edge_triangle(below + t, spacing[2] / usual, wide, slices)
        centres = [[(start[a] + n * spacing[a] - lattice[a]) / volume["spacing"][a] for n in range(size[a])] for a in (0, 1)]
        across = triangle(centres[0], spacing[0] / volume["spacing"][0], wide, columns)
        down = triangle(centres[1], spacing[1] / volume["spacing"][1], wide, rows)
        for c, channel in enumerate(manifest["channels"]):
            if before:
                mixed = numpy.tensordot(k, window(hu, channel), 1)
                values = resampled(mixed, window(outside, channel), down, across)
            else:
                values = window(resampled(numpy.tensordot(k, hu, 1), outside, down, across), channel)
            out[c, m] = channel_values(channel, values)
    return out, start, spacing, size


def starts_of(size, tile, overlap):
    if size <= tile:
        return [-((tile - size) // 2)]
    count = math.ceil((size - tile) / max(1, math.floor(tile * (1 - overlap)))) + 1
    return [math.floor(n * (size - tile) / (count - 1) + 0.5) for n in range(count)]


def bordered(values, reach, channel, manifest):
    if manifest.get("border") == "edge":
        return numpy.pad(values, reach, mode="edge")
    outside = numpy.array(float(manifest.get("outside", AIR)))
    return numpy.pad(values, reach, constant_values=float(channel_values(channel, window(outside, channel))))


def blocks(volume, manifest):
    """All blocks in order, each [channels, depth, height, width], and the first points of their outputs."""
    grid, start, spacing, size = grid_values(volume, manifest)
    axes = axes_of(volume, manifest["orientation"])
    patch, context = [0] * 3, [0] * 3
    for (axis, _), length, around in zip(axes, (manifest["depth"], manifest["height"], manifest["width"]), manifest.get("context", [0, 0, 0])):
        patch[axis], context[axis] = length, around
    starts = [starts_of(n, p - 2 * c, manifest["overlap"]) for n, p, c in zip(size, patch, context)]
    reach = max(patch) + max(context)
    padded = numpy.stack([bordered(values, reach, channel, manifest) for channel, values in zip(manifest["channels"], grid)])
    order = [0] + [3 - axis for axis, _ in axes]
    turns = (slice(None), *[slice(None, None, sign) for _, sign in axes])
    found = []
    for c in starts[2]:
        for b in starts[1]:
            for a in starts[0]:
                first = [a - context[0] + reach, b - context[1] + reach, c - context[2] + reach]
                cut = padded[:, first[2]:first[2] + patch[2], first[1]:first[1] + patch[1], first[0]:first[0] + patch[0]]
                found.append(([a, b, c], numpy.transpose(cut, order)[turns]))
    return found, {"start": start, "spacing": spacing, "size": size}


def samples(values, pick, count):
    flat = values.ravel()
    return [[at, float(flat[at])] for at in (pick.randrange(flat.size) for _ in range(count))]


def patch_case(volume, manifest, seed):
    pick = random.Random(seed)
    found, grid = blocks(volume, manifest)
    chosen = sorted({0, len(found) - 1, *(pick.randrange(len(found)) for _ in range(2))})
    return {"grid": grid, "blocks": [start for start, _ in found],
            "values": [{"block": n, "mean": float(found[n][1].mean()), "samples": samples(found[n][1], pick, 40)} for n in chosen]}


def main():
    real = real_volume(Path(sys.argv[1]) / "head-ct-ge")
    result = {"slices": [], "patches": []}
    for seed, (name, manifest) in enumerate(SLICES.items()):
        pictures, spacing = oriented({**real, "hu": numpy.where(numpy.isnan(real["hu"]), manifest.get("outside", AIR), real["hu"])}, manifest)
        pick = random.Random(seed)
        cases = []
        for n in range(len(pictures)):
            frame, values = slice_input(pictures, n, spacing, manifest)
            cases.append({"frame": frame and list(frame), "mean": None if frame is None else float(values.mean()),
                          "samples": [] if frame is None else samples(values, pick, 25)})
        result["slices"].append({"name": name, "input": manifest, "pictures": cases})
    for seed, (name, manifest) in enumerate(PATCHES.items()):
        volumes = [{"volume": "real", **patch_case(real, manifest, seed)}]
        if manifest["framing"]["kind"] == "whole":
            for drawn, *description in DRAWN:
                volumes.append({"volume": drawn, **patch_case(drawn_volume(*description), manifest, seed)})
        result["patches"].append({"name": name, "input": manifest, "volumes": volumes})
    result["drawn"] = [dict(zip(("name", "axes", "spacing", "size", "positions"), one)) for one in DRAWN]
    Path(sys.argv[2]).write_text(json.dumps(result) + "\n")


if __name__ == "__main__":
    main()
