"""A dataset in Hemorica's layout: a folder of NIfTI scans with an annotation beside each."""

import csv
import hashlib
import json
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np

from .annotation import SUFFIX, Annotation, AnnotationError, read_annotation
from .files import write_atomically
from .scan import ScanError, network_masks, network_pictures, read_scan

TEST_SHARE = 0.2


class DatasetError(Exception):
    """Names the folder or file, what is wrong and what to do."""


@dataclass(frozen=True)
class Case:
    """A scan with its annotation."""

    name: str
    """Path below the dataset's folder."""
    patient: str
    annotation: Annotation
    image: Path


def find_cases(folder: Path, patients: Path | None) -> list[Case]:
    """All annotated scans below a folder, by name. Those that cannot be used are told on stderr.

    `patients`: CSV with the columns scan and patient, as `hemorica evaluate` takes it; without it, scans
    with the same voxels are one patient, and all others a patient each. Throws DatasetError.
    """
    named = _read_patients(patients) if patients else {}
    cases = []
    for path in sorted(folder.rglob(f"*{SUFFIX}")):
        try:
            annotation = read_annotation(path)
            image = _image_of(path, annotation)
        except (AnnotationError, DatasetError) as error:
            print(f"left out: {error}", file=sys.stderr)
            continue
        name = image.relative_to(folder.resolve()).as_posix()
        if named and name not in named and image.name not in named:
            raise DatasetError(f"{patients}: it names no patient for {name}. Add a row for the scan.")
        patient = named.get(name) or named.get(image.name) or annotation.sha256
        cases.append(Case(name, patient, annotation, image))
    if not cases:
        raise DatasetError(f"{folder}: it holds no annotated NIfTI scan. Name a folder with scans and their {SUFFIX} files.")
    return cases


def _image_of(path: Path, annotation: Annotation) -> Path:
    base = path.name.removesuffix(SUFFIX)
    beside = [annotation.image] if annotation.image else [path.with_name(base + end) for end in (".nii.gz", ".nii")]
    for image in beside:
        if image.is_file() and image.name.endswith((".nii", ".nii.gz")):
            return image.resolve()
    raise DatasetError(f"{path}: its scan is not there as NIfTI. Put it there; `hemorica convert` writes NIfTI of a series.")


def _read_patients(path: Path) -> dict[str, str]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            return {row["scan"]: row["patient"] for row in csv.DictReader(file)}
    except (OSError, KeyError) as error:
        raise DatasetError(f"{path}: it cannot be read as CSV with the columns scan and patient ({error}).") from error


def split(cases: list[Case], seed: int) -> tuple[list[Case], list[Case]]:
    """Training and test cases: of the patients, 80 % and 20 %, stratified by subtype. Throws DatasetError.

    Patients are grouped by the rarest subtype that they have (none of the healthy), and a fifth of each group
    is drawn for the test; what remains of a fifth is carried over to the next group.
    """
    subtypes: dict[str, set[str]] = {}
    for case in cases:
        subtypes.setdefault(case.patient, set()).update(case.annotation.patient)
    counts: dict[str, int] = {}
    for found in subtypes.values():
        for subtype in found:
            counts[subtype] = counts.get(subtype, 0) + 1
    groups: dict[str, list[str]] = {}
    for patient in sorted(subtypes):
        rarest = min(subtypes[patient], key=lambda subtype: (counts[subtype], subtype), default="")
        groups.setdefault(rarest, []).append(patient)
    random = np.random.default_rng(seed)
    held: set[str] = set()
    due = 0.0
    for rarest in sorted(groups, key=lambda group: (len(groups[group]), group)):
        due += TEST_SHARE * len(groups[rarest])
        take = int(due + 0.5)
        due -= take
        held.update(np.asarray(groups[rarest])[random.permutation(len(groups[rarest]))[:take]].tolist())
    if not held or len(held) == len(subtypes):
        raise DatasetError(f"{len(subtypes)} patients are too few to hold a fifth of them back. Add scans.")
    return [case for case in cases if case.patient not in held], [case for case in cases if case.patient in held]


@dataclass(frozen=True)
class Slices:
    """Slices of many scans, ready for a network."""

    pictures: np.ndarray
    """float16 [slice, side, side]: windowed gray of 0 to 1."""
    masks: np.ndarray
    """bool [slice, side, side]: blood."""
    labels: np.ndarray
    """bool [slice]: blood on the slice, as stated, else as the mask says."""

    @property
    def drawn(self) -> np.ndarray:
        """bool [slice]: whether the mask says what the label says. A slice that is said to have blood and has no mask teaches no segmentation."""
        return self.masks.any((1, 2)) == self.labels


def load_slices(cases: list[Case], window: dict[str, float], side: int, cache: Path) -> Slices:
    """Slices of all cases, axial pictures towards the head. What was prepared once is read from the cache. Throws DatasetError."""
    parts = [_prepared(case, window, side, cache) for case in cases]
    return Slices(*(np.concatenate([part[name] for part in parts]) for name in ("pictures", "masks", "labels")))


def _prepared(case: Case, window: dict[str, float], side: int, cache: Path) -> dict[str, np.ndarray]:
    digest = hashlib.sha256(json.dumps([window, side, case.annotation.sha256]).encode())
    digest.update(case.annotation.path.read_bytes())
    file = cache / f"{digest.hexdigest()[:32]}.npz"
    if file.is_file():
        with np.load(file) as saved:
            return dict(saved)
    try:
        scan = read_scan(case.image)
    except ScanError as error:
        raise DatasetError(str(error)) from error
    if scan.sha256 != case.annotation.sha256:
        raise DatasetError(f"{case.annotation.path}: it is of other voxels than {case.image.name} has. Put its own scan there.")
    labels = case.annotation.labels
    has_blood = np.array([bool(found) for found in case.annotation.slices])
    part = {
        "pictures": network_pictures(scan, window, side).astype(np.float16),
        "masks": network_masks(scan, labels > 0, side),
        # One value a slice, brought into the order of the pictures as a volume of its slices would be.
        "labels": scan.axial(np.broadcast_to(has_blood[:, None, None], labels.shape)).any((1, 2)),
    }
    cache.mkdir(parents=True, exist_ok=True)
    _save(file, part)
    return part


def _save(file: Path, part: dict[str, np.ndarray]) -> None:
    buffer = BytesIO()
    np.savez_compressed(buffer, **part)
    write_atomically(file, buffer.getvalue())
