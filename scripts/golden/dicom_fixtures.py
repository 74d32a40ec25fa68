"""Makes the small DICOM files of test/fixtures/dicom: every transfer syntax and many odd but legal forms.

    python scripts/golden/dicom_fixtures.py

The images are 16 columns by 12 rows, so that a mistaken transposition cannot pass, and smooth, so that
lossy coders are accurate. Encoders: imagecodecs, GDCM (through pydicom) and pydicom itself, none of which
Hemorica uses. The patient in them is invented: readers must not keep any trace of it.
"""

import copy
import io
import shutil
import struct
from pathlib import Path

import imagecodecs
import numpy as np
from PIL import Image
from pydicom import dcmwrite
from pydicom._uid_dict import UID_dictionary
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    EnhancedCTImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RTPlanStorage,
    SecondaryCaptureImageStorage,
)

# pydicom does not know JPEG XL yet, and refuses to write what it does not know.
UID_dictionary["1.2.840.10008.1.2.4.110"] = ("JPEG XL Lossless", "Transfer Syntax", "", "", "JPEGXLLossless")

OUT = Path(__file__).parents[2] / "test/fixtures/dicom"
ROWS, COLUMNS = 12, 16
ROOT = "1.2.826.0.1.3680043.10.1561"
SERIES = f"{ROOT}.2.1"


def smooth(k=0, scale=1000):
    """Signed values like Hounsfield units, -scale to scale."""
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.round(scale * np.sin(x / 5 + k / 3) * np.cos(y / 4)).astype(np.int16)


def base(number=1, position=(-10.5, -20.25, 30.0), pixels=None, signed=True, bits=16, allocated=16):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"{ROOT}.3.{number}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = f"{ROOT}.9"
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.SOPClassUID = meta.MediaStorageSOPClassUID
    ds.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    ds.StudyDate, ds.StudyTime, ds.StudyID = "20200101", "120000", "1"
    ds.Modality = "CT"
    ds.PatientName = "SECRET^PERSON"
    ds.PatientID = "SECRET-ID"
    ds.PatientBirthDate = "19700101"
    ds.SliceThickness = 5
    ds.StudyInstanceUID = f"{ROOT}.1.1"
    ds.SeriesInstanceUID = SERIES
    ds.FrameOfReferenceUID = f"{ROOT}.4.1"
    ds.SeriesNumber = 3
    ds.InstanceNumber = number
    ds.ImagePositionPatient = [float(v) for v in position]
    ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    ds.SamplesPerPixel = 1
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.Rows, ds.Columns = ROWS, COLUMNS
    ds.PixelSpacing = [0.5, 0.75]
    ds.BitsAllocated = allocated
    ds.BitsStored = bits
    ds.HighBit = bits - 1
    ds.PixelRepresentation = int(signed)
    ds.RescaleIntercept = 0 if signed else -1024
    ds.RescaleSlope = 1
    ds.RescaleType = "HU"
    if pixels is not None:
        ds.PixelData = pixels.tobytes()
        ds["PixelData"].VR = "OW" if allocated > 8 else "OB"
    return ds


def write(name, ds, syntax=None):
    if syntax is not None:
        ds.file_meta.TransferSyntaxUID = syntax
    # dcmwrite() converts the byte order of all elements but the pixel data, which the caller has swapped.
    uid = ds.file_meta.TransferSyntaxUID
    dcmwrite(OUT / name, ds, implicit_vr=uid == ImplicitVRLittleEndian, little_endian=uid != ExplicitVRBigEndian, enforce_file_format=True)


def compressed(name, syntax, streams, ds, frames=1, table=True):
    """`streams`: encoded frames; a frame may be a list of its fragments."""
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.PixelData = encapsulate(streams, has_bot=table)
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    write(name, ds, syntax)


def uint12(k=0):
    return (smooth(k) + 1024).astype(np.uint16)


def uint8(k=0):
    return np.round((smooth(k) + 1000) / 8).astype(np.uint8)


def codestream(container):
    """The bare JPEG XL codestream of a container (box jxlc): coders write 16 bits only into containers."""
    at = container.index(b"jxlc") - 4
    length = struct.unpack(">I", container[at:at + 4])[0]
    return container[at + 8:at + length] if length else container[at + 8:]


def syntaxes():
    hu = smooth()
    write("implicit.dcm", base(pixels=hu), ImplicitVRLittleEndian)
    write("explicit_le.dcm", base(pixels=hu))
    write("explicit_be.dcm", base(pixels=hu.astype(">i2")), ExplicitVRBigEndian)
    write("deflated.dcm", base(pixels=hu), "1.2.840.10008.1.2.1.99")
    rle = base(pixels=hu)
    rle.compress("1.2.840.10008.1.2.5", encoding_plugin="pydicom", generate_instance_uid=False)
    write("rle.dcm", rle)
    raw = hu.view(np.uint16)
    lossless = "1.2.840.10008.1.2.4"
    compressed("jpegll_57.dcm", f"{lossless}.57", [imagecodecs.jpeg8_encode(raw, lossless=True, predictor=4, bitspersample=16)], base())
    compressed("jpegll_70.dcm", f"{lossless}.70", [imagecodecs.jpeg8_encode(raw, lossless=True, predictor=1, bitspersample=16)], base())
    compressed("jpegll_8.dcm", f"{lossless}.70", [imagecodecs.jpeg8_encode(uint8(), lossless=True, predictor=1)], base(signed=False, bits=8, allocated=8))
    compressed("jpegls_80.dcm", f"{lossless}.80", [imagecodecs.jpegls_encode(raw)], base())
    compressed("jpegls_81.dcm", f"{lossless}.81", [imagecodecs.jpegls_encode(uint12(), 2)], base(signed=False, bits=12))
    compressed("j2k_90.dcm", f"{lossless}.90", [imagecodecs.jpeg2k_encode(hu, reversible=True, codecformat="j2k")], base())
    compressed("j2k_91.dcm", f"{lossless}.91", [imagecodecs.jpeg2k_encode(hu, 60, reversible=False, codecformat="j2k")], base())
    # The stream is unsigned, although the header says signed: values are the header's two's complement.
    compressed("j2k_unsigned_stream.dcm", f"{lossless}.90", [imagecodecs.jpeg2k_encode(raw, reversible=True, codecformat="j2k")], base())
    compressed("htj2k_201.dcm", f"{lossless}.201", [imagecodecs.htj2k_encode(hu, reversible=True)], base())
    compressed("htj2k_203.dcm", f"{lossless}.203", [imagecodecs.htj2k_encode(hu, 0.0001, reversible=False)], base())
    compressed("jxl_110.dcm", f"{lossless}.110", [codestream(imagecodecs.jpegxl_encode(raw, lossless=True))], base())
    compressed("jxl_container_110.dcm", f"{lossless}.110", [imagecodecs.jpegxl_encode(uint12(), lossless=True, usecontainer=True, bitspersample=12)], base(signed=False, bits=12))
    compressed("jpeg_50.dcm", f"{lossless}.50", [imagecodecs.jpeg8_encode(uint8(), 95)], base(signed=False, bits=8, allocated=8))
    compressed("jpeg_51.dcm", f"{lossless}.51", [imagecodecs.jpeg8_encode(uint12(), 95, bitspersample=12)], base(signed=False, bits=12))


    progressive = io.BytesIO()
    Image.fromarray(uint8()).save(progressive, "JPEG", quality=95, progressive=True)
    compressed("jpeg_progressive_55.dcm", f"{lossless}.55", [progressive.getvalue()], base(signed=False, bits=8, allocated=8))


def bit_forms():
    hu = smooth()
    # Twelve of sixteen bits hold the signed value; the others hold what overlays once stored there.
    low = (hu & 0x0FFF).astype(np.uint16) | 0xA000
    write("stored_12_signed_overlay.dcm", base(pixels=low, bits=12))
    high = ((uint12() << 4) | 0x5).astype(np.uint16)
    shifted = base(pixels=high, signed=False, bits=12)
    shifted.HighBit = 15
    write("stored_12_high_bit_15.dcm", shifted)
    write("int8.dcm", base(pixels=(smooth(scale=100)).astype(np.int8), bits=8, allocated=8))
    # 8-bit samples in big-endian words: their bytes are swapped in pairs.
    swapped = base(pixels=uint8(), signed=False, bits=8, allocated=8)
    swapped.PixelData = uint8().reshape(-1, 2)[:, ::-1].tobytes()
    swapped["PixelData"].VR = "OW"
    write("uint8_be_words.dcm", swapped, ExplicitVRBigEndian)
    write("int32.dcm", base(pixels=hu.astype(np.int32) * 70000, bits=32, allocated=32))
    float32 = base(bits=32, allocated=32)
    float32.FloatPixelData = (hu / 8).astype(np.float32).tobytes()
    for keyword in ("BitsStored", "HighBit", "PixelRepresentation"):
        delattr(float32, keyword)
    write("float32.dcm", float32)
    slope = base(pixels=uint12(), signed=False, bits=12)
    slope.RescaleSlope, slope.RescaleIntercept = "0.5", "-512.25"
    slope.PixelPaddingValue = 24
    slope.PixelPaddingRangeLimit = 30
    write("slope_and_padding.dcm", slope)
    mono = base(pixels=hu)
    mono.PhotometricInterpretation = "MONOCHROME1"
    write("monochrome1_ct.dcm", mono)
    xray = base(pixels=uint12(), signed=False, bits=12)
    xray.PhotometricInterpretation, xray.Modality = "MONOCHROME1", "DX"
    xray.SOPClassUID = xray.file_meta.MediaStorageSOPClassUID = DigitalXRayImageStorageForPresentation
    write("monochrome1_dx.dcm", xray)


def file_forms():
    hu = smooth()
    plain = base(pixels=hu)
    write("whole.dcm", plain)
    whole = (OUT / "whole.dcm").read_bytes()
    (OUT / "whole.dcm").unlink()
    (OUT / "no_preamble.dcm").write_bytes(whole[128 + 4:])
    meta_length = 12 + struct.unpack("<I", whole[140:144])[0]
    (OUT / "no_meta_explicit.dcm").write_bytes(whole[132 + meta_length:])
    # Files without a name's extension are as common.
    implicit = base(pixels=hu)
    write("x", implicit, ImplicitVRLittleEndian)
    raw = (OUT / "x").read_bytes()
    meta_length = 12 + struct.unpack("<I", raw[140:144])[0]
    (OUT / "x").write_bytes(raw[132 + meta_length:])
    (OUT / "x").rename(OUT / "NO_META_IMPLICIT")
    wrong = base(pixels=hu)
    write("wrong_syntax.dcm", wrong)
    data = (OUT / "wrong_syntax.dcm").read_bytes()
    (OUT / "wrong_syntax.dcm").write_bytes(data.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0", 1))
    nested = base(pixels=hu)
    item, inner = Dataset(), Dataset()
    inner.CodeValue, inner.CodeMeaning = "T-A0100", "Brain"
    inner.Rows = 7  # A nested element must not be taken for the image's own.
    item.AnatomicRegionSequence = Sequence([inner])
    nested.ReferencedImageSequence = Sequence([item, copy.deepcopy(item)])
    nested["ReferencedImageSequence"].is_undefined_length = True
    nested.ReferencedImageSequence[0].is_undefined_length_sequence_item = True
    nested.add_new(0x00291010, "UN", b"\xfe\xff\x00\xe0\x04\x00\x00\x00abcd")
    write("nested_sequences.dcm", nested)


def frames():
    volume = np.stack([smooth(k) for k in range(3)])
    classic = base(pixels=volume)
    classic.NumberOfFrames = 3
    classic.SpacingBetweenSlices = 2.5
    write("multiframe_classic.dcm", classic)
    streams = [imagecodecs.jpegls_encode(frame.view(np.uint16)) for frame in volume]
    parts = [[stream[:20], stream[20:] + b"\0" * (len(stream) % 2)] for stream in streams]
    write_fragments("fragments_offset_table.dcm", parts, True)
    write_fragments("fragments_no_table.dcm", parts, False)
    extended = base()
    extended.NumberOfFrames = 3
    encoded, offsets, lengths = encapsulate_extended(streams)
    extended.PixelData, extended.ExtendedOffsetTable, extended.ExtendedOffsetTableLengths = encoded, offsets, lengths
    extended["PixelData"].VR = "OB"
    extended["PixelData"].is_undefined_length = True
    write("extended_offset_table.dcm", extended, "1.2.840.10008.1.2.4.80")
    enhanced(volume)


def write_fragments(name, parts, table):
    ds = base()
    ds.NumberOfFrames = len(parts)
    items, offsets, offset = b"", [], 0
    for fragments in parts:
        offsets.append(offset)
        for fragment in fragments:
            items += struct.pack("<HHI", 0xFFFE, 0xE000, len(fragment)) + fragment
            offset += 8 + len(fragment)
    entries = struct.pack(f"<{len(offsets)}I", *offsets) if table else b""
    ds.PixelData = struct.pack("<HHI", 0xFFFE, 0xE000, len(entries)) + entries + items
    ds["PixelData"].VR = "OB"
    ds["PixelData"].is_undefined_length = True
    write(name, ds, "1.2.840.10008.1.2.4.80")


def enhanced(volume):
    """Frames in the order 2, 0, 1 along the normal, each with its own rescale; groups of undefined length."""
    order = [2, 0, 1]
    ds = base(pixels=np.stack([volume[k] - 10 * k for k in order]))
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    ds.NumberOfFrames = 3
    for keyword in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness",
                    "RescaleIntercept", "RescaleSlope", "RescaleType"):
        delattr(ds, keyword)
    shared = Dataset()
    measures, plane = Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.5, 0.75], 4
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Sequence([measures]), Sequence([plane])
    ds.SharedFunctionalGroupsSequence = Sequence([shared])
    groups = []
    for k in order:
        group, position, values = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [-10.5, -20.25, 30.0 + 4 * k]
        values.RescaleIntercept, values.RescaleSlope, values.RescaleType = 10 * k, 1, "HU"
        group.PlanePositionSequence = Sequence([position])
        group.PixelValueTransformationSequence = Sequence([values])
        group.is_undefined_length_sequence_item = True
        groups.append(group)
    ds.PerFrameFunctionalGroupsSequence = Sequence(groups)
    ds["PerFrameFunctionalGroupsSequence"].is_undefined_length = True
    write("enhanced.dcm", ds)


def not_scans():
    plan = base()
    plan.Modality = "RTPLAN"
    plan.SOPClassUID = plan.file_meta.MediaStorageSOPClassUID = RTPlanStorage
    for keyword in ("Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit"):
        delattr(plan, keyword)
    write("rt_plan.dcm", plan)
    color = base(pixels=np.zeros((ROWS, COLUMNS, 3), np.uint8), signed=False, bits=8, allocated=8)
    color.SamplesPerPixel, color.PhotometricInterpretation, color.PlanarConfiguration = 3, "RGB", 0
    color.SOPClassUID = color.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    write("color.dcm", color)
    whole = base(pixels=smooth())
    write("truncated.dcm", whole)
    data = (OUT / "truncated.dcm").read_bytes()
    (OUT / "truncated.dcm").write_bytes(data[:-100])


def directory():
    files = FileSet()
    files.ID, files.UID = "TEST", f"{ROOT}.5.1"
    for number in range(2):
        ds = base(number=number + 1, position=(0, 0, 5 * number), pixels=smooth(number))
        ds.PatientName = "SECRET^PERSON"
        files.add(ds)
    scout = base(number=9, pixels=smooth(5))
    scout.SeriesInstanceUID, scout.SeriesNumber = f"{ROOT}.2.2", 1
    files.add(scout)
    shutil.rmtree(OUT / "dicomdir", ignore_errors=True)
    files.write(OUT / "dicomdir")


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    syntaxes()
    bit_forms()
    file_forms()
    frames()
    not_scans()
    directory()
    print(sum(1 for f in OUT.rglob("*") if f.is_file()), "files,", sum(f.stat().st_size for f in OUT.rglob("*") if f.is_file()), "bytes")


if __name__ == "__main__":
    main()
