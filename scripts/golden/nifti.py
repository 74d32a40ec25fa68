"""Golden values of NIfTI files by nibabel and SimpleITK, for test/unit/core/formats/nifti-golden.test.ts.

    python3 -m venv VENV && VENV/bin/pip install -r scripts/golden/requirements.txt
    VENV/bin/python scripts/golden/nifti.py FOLDER OUT.json [FILE...]

reads the files (relative to FOLDER; all NIfTI files below it by default) and writes, for each:
stored type, size, number of volumes, scaling, affine (LPS, mm), SHA-256 of the raw voxels of a
volume (little-endian, first index fastest), and at seeded voxels the raw value, the scaled value
and the LPS position; the last two by SimpleITK as well, where it reads the file.

The files of test/golden/nifti-fixtures are written by `UPDATE_GOLDEN=1 node scripts/unit.mjs nifti-golden`.
"""

import hashlib
import json
import random
import sys
from pathlib import Path

import nibabel
import numpy
import SimpleITK

SAMPLES = 12
TO_LPS = numpy.diag([-1.0, -1.0, 1.0, 1.0])


def number(value):
    """JSON has no integers above 2^53 that JavaScript reads exactly: those become strings."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, int) and abs(value) >= 2**53:
        return str(value)
    return value


def golden_volume(image, raw, scaled, time, seed):
    volume = raw.reshape(raw.shape[:3] + (-1,), order="F")[..., time]
    values = scaled.reshape(scaled.shape[:3] + (-1,), order="F")[..., time]
    affine = TO_LPS @ image.affine
    pick = random.Random(seed)
    samples = []
    for _ in range(SAMPLES):
        index = [pick.randrange(n) for n in volume.shape]
        world = affine @ numpy.array([*index, 1.0])
        samples.append(
            {
                "index": index,
                "raw": number(volume[tuple(index)]),
                "value": float(values[tuple(index)]),
                "world": [float(mm) for mm in world[:3]],
            }
        )
    little = volume.astype(volume.dtype.newbyteorder("<"))
    return {
        "timePoint": time,
        "sha256": hashlib.sha256(little.tobytes(order="F")).hexdigest(),
        "samples": samples,
    }


def stated_slope(path):
    """scl_slope as the file has it; nibabel clears the field of what it has loaded. 0 for Analyze, which has none."""
    with nibabel.openers.Opener(str(path)) as file:
        start = file.read(540)
    for header in (nibabel.Nifti1Header, nibabel.Nifti2Header):
        if header.may_contain_header(start):
            return float(header(start[: header.sizeof_hdr], check=False)["scl_slope"])
    return 0.0


def add_itk(path, volumes, affine, has_forms):
    """The same samples by SimpleITK; nothing where it cannot read the file as one number per voxel.

    Left out is what ITK does otherwise by intent: it takes no sform whose axes are not perpendicular,
    adds the intercept where a slope of 0 says that voxels are not scaled (nifti1.h), and places files
    that state no orientation in its own way.
    """
    axes = affine[:3, :3] / numpy.linalg.norm(affine[:3, :3], axis=0)
    perpendicular = numpy.abs(axes.T @ axes - numpy.eye(3)).max() < 1e-4
    scaled = stated_slope(path) != 0
    try:
        image = SimpleITK.ReadImage(str(path))
    except RuntimeError:
        return
    if image.GetNumberOfComponentsPerPixel() != 1 or image.GetDimension() > 4:
        return
    for volume in volumes:
        for sample in volume["samples"]:
            index = sample["index"][: image.GetDimension()]
            if image.GetDimension() == 4:
                index = [*index, volume["timePoint"]]
            point = image.TransformIndexToPhysicalPoint(index)
            # A 2-D image has no third coordinate to compare.
            if image.GetDimension() > 2 and perpendicular and has_forms:
                sample["itkWorld"] = [float(mm) for mm in point[:3]]
            if scaled:
                sample["itkValue"] = float(image.GetPixel(index))


def golden(path):
    image = nibabel.load(path)
    proxy = image.dataobj
    raw = numpy.asanyarray(proxy.get_unscaled())
    scaled = image.get_fdata(caching="unchanged")
    while raw.ndim < 3:
        raw, scaled = raw[..., None], scaled[..., None]
    count = int(numpy.prod(raw.shape[3:], dtype=int))
    slope, intercept = float(proxy.slope), float(proxy.inter)
    header = image.header
    is_nifti = "sform_code" in header
    has_forms = is_nifti and (int(header["sform_code"]) > 0 or int(header["qform_code"]) > 0)
    volumes = [golden_volume(image, raw, scaled, time, f"{path.name}{time}") for time in sorted({0, count - 1})]
    if len(image.shape) <= 4:  # SimpleITK crashes on more dimensions
        add_itk(path, volumes, image.affine, has_forms)
    return {
        "storedType": raw.dtype.newbyteorder("=").name,
        "size": list(raw.shape[:3]),
        "volumes": count,
        "slope": slope,
        "intercept": intercept,
        # Without sform and qform nibabel centres the volume, where nifti1.h has no shift.
        "affine": (TO_LPS @ image.affine).flatten().tolist() if has_forms or not is_nifti else None,
        "zooms": [float(mm) for mm in header.get_zooms()[:3]],
        "points": volumes,
    }


def main(folder, out, names):
    folder = Path(folder)
    found = names or [
        str(path.relative_to(folder))
        for pattern in ("*.nii", "*.nii.gz", "*.hdr", "*.hdr.gz")
        for path in folder.rglob(pattern)
    ]
    results = {}
    for name in sorted(set(found)):
        try:
            results[name] = golden(folder / name)
        except (nibabel.filebasedimages.ImageFileError, FileNotFoundError) as error:
            print(f"{name}: not read ({error})", file=sys.stderr)
    lines = [f"{json.dumps(name)}: {json.dumps(value, separators=(',', ':'))}" for name, value in results.items()]
    Path(out).write_text("{\n" + ",\n".join(lines) + "\n}\n")


main(sys.argv[1], sys.argv[2], sys.argv[3:])
