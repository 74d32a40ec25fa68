"""Reference values for the DICOM reader, by decoders that share no code with it.

    python scripts/golden/dicom.py [--data DIR]

Writes test/golden/dicom.json: for the project's own fixtures, and, where DIR is there, for real files.
Stored values come from pydicom (with pylibjpeg, GDCM or its own decoders) or, where it has none, from
imagecodecs; geometry comes from SimpleITK (GDCM) and from dcm2niix's conversion. Where pydicom and
SimpleITK both read a file, their Hounsfield units must agree, or the script fails.
"""

import argparse
import hashlib
import json
from pathlib import Path

import imagecodecs
import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.encaps import generate_frames

REPO = Path(__file__).parents[2]
FIXTURES = REPO / "test/fixtures/dicom"
LOSSY = {".50": "jpeg8", ".51": "jpeg8", ".53": "jpeg8", ".55": "jpeg8", ".81": None, ".91": None, ".203": None}
PLUGINS = ["pydicom", "pylibjpeg", "gdcm"]
# 12 stored bits of 16 with other data in the rest, and words of bytes: pydicom hands these out as they lie.
RAW_BITS = {"stored_12_signed_overlay.dcm", "stored_12_high_bit_15.dcm", "uint8_be_words.dcm"}


def read(path):
    ds = pydicom.dcmread(path, force=True)
    if "TransferSyntaxUID" not in ds.file_meta:
        ds.file_meta.TransferSyntaxUID = (
            pydicom.uid.ImplicitVRLittleEndian if ds.is_implicit_VR else pydicom.uid.ExplicitVRLittleEndian
        )
    return ds


def decode_frames(ds, decode):
    count = int(ds.get("NumberOfFrames", 1))
    frames = [decode(frame) for frame in generate_frames(ds.PixelData, number_of_frames=count)]
    return frames[0] if count == 1 else np.stack(frames)


def stored_values(path, ds):
    """Stored values as [frame][row][column] integers or floats, and who decoded them."""
    syntax = str(ds.file_meta.TransferSyntaxUID)
    lossy = next((codec for suffix, codec in LOSSY.items() if syntax.endswith(suffix)), None)
    if lossy == "jpeg8":
        return decode_frames(ds, imagecodecs.jpeg8_decode), "imagecodecs (libjpeg-turbo)"
    if syntax.endswith(".4.110"):
        values = decode_frames(ds, imagecodecs.jpegxl_decode)
        return (values.view(np.int16) if ds.PixelRepresentation else values), "imagecodecs (libjxl)"
    for plugin in PLUGINS:
        try:
            ds.pixel_array_options(decoding_plugin=plugin)
            return ds.pixel_array, f"pydicom ({plugin})"
        except (NotImplementedError, RuntimeError, AttributeError, ValueError, KeyError):
            continue
    raise RuntimeError(f"no reference decoder reads {path}")


def itk_values(path):
    """Rescaled values by GDCM; None where it cannot read the file."""
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError:
        return None, None
    return sitk.GetArrayFromImage(image), image


def digest(values):
    """sha256 of the values as little-endian 32-bit integers, i fastest."""
    return hashlib.sha256(np.ascontiguousarray(values, dtype="<i4").tobytes()).hexdigest()


def sample(values, step):
    flat = values.reshape(-1)[::step]
    return [int(v) if v == int(v) else float(v) for v in flat]


def frame_value(ds, k, keyword, default):
    groups = ds.get("PerFrameFunctionalGroupsSequence")
    shared = ds.get("SharedFunctionalGroupsSequence")
    for group in ([groups[k]] if groups else []) + ([shared[0]] if shared else []):
        for macro in group:
            if macro.VR == "SQ" and macro.value and keyword in macro.value[0]:
                return float(macro.value[0][keyword].value)
    return float(ds.get(keyword, default))


def image_entry(label, path):
    ds = read(path)
    values, decoder = stored_values(path, ds)
    values = values.reshape((-1, ds.Rows, ds.Columns))
    itk, image = itk_values(path)
    if path.name in RAW_BITS:
        values, decoder = itk - int(ds.RescaleIntercept), "SimpleITK (GDCM)"
    if path.name == "stored_12_high_bit_15.dcm":
        # GDCM and pydicom take the low bits here, against PS3.5 8.1.1: the stored bits end at the high bit.
        raw = np.frombuffer(ds.PixelData, "<u2").reshape(values.shape)
        values, itk, decoder = raw >> 4, None, "numpy, shifted as PS3.5 8.1.1 says"
    syntax = str(ds.file_meta.TransferSyntaxUID)
    lossless = not any(syntax.endswith(suffix) for suffix in LOSSY)
    slopes = [frame_value(ds, k, "RescaleSlope", 1) for k in range(len(values))]
    intercepts = [frame_value(ds, k, "RescaleIntercept", 0) for k in range(len(values))]
    hounsfield = np.stack([v * s + b for v, s, b in zip(values.astype(float), slopes, intercepts)])
    checked = itk is not None and itk.size == hounsfield.size and len(set(intercepts)) == 1
    if checked:
        worst = float(np.abs(itk.reshape(hounsfield.shape) - hounsfield).max())
        if worst > (0 if lossless else 1.01 * max(slopes)):
            print(f"  {label}: GDCM differs by up to {worst}")
            checked = False
    order = slice_order(ds, len(values))
    exact = lossless and values.dtype.kind != "f" and len(set(zip(slopes, intercepts))) == 1
    step = 1 if values.size < 1000 and not exact else 4099 if exact and values.size > 4099 else 257 if values.size > 1000 else 7
    entry = {
        "file": label,
        "decoder": decoder + (", SimpleITK" if checked else ""),
        "syntax": syntax,
        "lossless": lossless,
        "size": [int(ds.Columns), int(ds.Rows), len(values)],
        "step": step,
        "hounsfield": sample(hounsfield[order], step),
    }
    if exact:
        entry |= {"slope": slopes[0], "intercept": intercepts[0], "sha256": digest(values[order])}
    if image is not None and image.GetDimension() >= 2 and len(values) == 1 and "ImagePositionPatient" in ds:
        entry |= {
            "spacing": list(image.GetSpacing())[:2],
            "origin": list(image.GetOrigin()),
            "row": list(np.array(image.GetDirection()).reshape(3, 3)[:, 0]),
            "column": list(np.array(image.GetDirection()).reshape(3, 3)[:, 1]),
        }
    return entry


def slice_order(ds, count):
    """Frames by position along the normal."""
    groups = ds.get("PerFrameFunctionalGroupsSequence")
    if not groups:
        return list(range(count))
    shared = ds.SharedFunctionalGroupsSequence[0]
    cosines = np.array(shared.PlaneOrientationSequence[0].ImageOrientationPatient, float)
    normal = np.cross(cosines[:3], cosines[3:])
    along = [np.dot(normal, np.array(g.PlanePositionSequence[0].ImagePositionPatient, float)) for g in groups]
    return list(np.argsort(along, kind="stable"))


def series_entry(label, folder, reference):
    """The tilted, unevenly spaced head: SimpleITK for each slice, dcm2niix for voxels and origin."""
    slices = []
    for path in sorted(folder.glob("*.dcm")):
        values, image = itk_values(path)
        slices.append((values[0], np.array(image.GetOrigin()), np.array(image.GetDirection()).reshape(3, 3), image.GetSpacing(), path.name))
    normal = slices[0][2][:, 2]
    slices.sort(key=lambda s: float(np.dot(s[1], normal)))
    volume = np.stack([s[0] for s in slices])
    steps = np.diff([float(np.dot(s[1], normal)) for s in slices])
    whole = slices[-1][1] - slices[0][1]
    nifti = nibabel.load(reference)
    # dcm2niix stores rows bottom up, so the order of j is the other one; its axes are RAS.
    same = np.array_equal(np.asarray(nifti.dataobj)[:, ::-1, :].T, volume)
    lps = np.diag([-1, -1, 1, 1]) @ nifti.affine
    last_row = lps @ np.array([0, volume.shape[1] - 1, 0, 1])
    ours = slices[0][1] + slices[0][2][:, 1] * slices[0][3][1] * (volume.shape[1] - 1)
    if not same or np.abs(lps[:3, 3] - ours).max() > 1e-3:
        raise RuntimeError("SimpleITK and dcm2niix disagree")
    return {
        "folder": label,
        "decoder": "SimpleITK (GDCM), dcm2niix",
        "size": list(volume.shape[::-1]),
        "sha256": digest(volume),
        "spacing": list(slices[0][3])[:2],
        "row": list(slices[0][2][:, 0]),
        "column": list(slices[0][2][:, 1]),
        "files": [s[4] for s in slices],
        "positions": [list(s[1]) for s in slices],
        "steps": [float(s) for s in steps],
        "tilt": float(np.degrees(np.arccos(np.dot(whole, normal) / np.linalg.norm(whole)))),
        "dcm2niixOrigin": [float(v) for v in lps[:3, 3]],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=REPO.parent / "shared/data")
    data = parser.parse_args().data
    skipped = {"color.dcm", "rt_plan.dcm", "truncated.dcm"}
    files = [(f"fixtures/{p.name}", p) for p in sorted(FIXTURES.iterdir()) if p.is_file() and p.name not in skipped]
    for folder in ("dicom-transfer-syntaxes", "head-ct-ge-syntaxes"):
        files += [(f"{folder}/{p.name}", p) for p in sorted((data / folder).glob("CT*")) + sorted((data / folder).glob("*.dcm")) if not p.name.startswith("US-")]
    odd = ["CT_small.dcm", "J2K_pixelrep_mismatch.dcm", "JLSL_16_15_1_1F.dcm", "JPEGLSNearLossless_16.dcm",
           "bad_sequence.dcm", "eCT_Supplemental.dcm", "explicit_VR-UN.dcm", "image_dfl.dcm"]
    files += [(f"dicom-odd/{name}", data / "dicom-odd" / name) for name in odd]
    images = [image_entry(label, path) for label, path in dict(files).items() if path.exists()]
    series = []
    if (data / "head-ct-ge").exists():
        series.append(series_entry("head-ct-ge", data / "head-ct-ge", data / "head-ct-ge-reference/ge.nii.gz"))
    golden = {
        "madeBy": "scripts/golden/dicom.py",
        "versions": {
            "pydicom": pydicom.__version__,
            "imagecodecs": imagecodecs.__version__,
            "SimpleITK": sitk.Version.VersionString(),
            "nibabel": nibabel.__version__,
        },
        "images": images,
        "series": series,
    }
    lines = [f' "{key}": {json.dumps(value)}' for key, value in golden.items() if key not in ("images", "series")]
    for key in ("images", "series"):
        lines.append(f' "{key}": [\n' + ",\n".join("  " + json.dumps(entry) for entry in golden[key]) + "\n ]")
    (REPO / "test/golden/dicom.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(len(images), "images,", len(series), "series")


if __name__ == "__main__":
    main()
