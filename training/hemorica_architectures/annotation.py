"""Reader of annotation files (docs/annotation-format.md)."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SUBTYPES = ("EPH", "SDH", "SAH", "IPH", "IVH")
LETTERS = "EDAPV"
"""Of the subtypes, in rows of a mask."""
SUFFIX = ".ich.json"
VERSION = 1

RUN = re.compile(rf"([{LETTERS}])(\d+)(?:\+(\d+))?")


class AnnotationError(Exception):
    """Names the file, what is wrong and what to do."""


@dataclass(frozen=True)
class Annotation:
    """What is said of a scan, in its own voxel order."""

    path: Path
    image: Path | None
    """The scan, where the annotation names a file."""
    sha256: str
    """Of the scan's voxels as stored."""
    labels: np.ndarray
    """uint8 [slice, row, column]: 0 none, 1 to 5 EPH SDH SAH IPH IVH."""
    slices: tuple[frozenset[str], ...]
    """Subtypes of each slice: as stated, else as the mask says."""
    patient: frozenset[str]
    """Subtypes of the patient: as stated, else those of any slice."""


def read_annotation(path: Path) -> Annotation:
    """Throws AnnotationError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise AnnotationError(f"{path}: it cannot be read as JSON ({error}). Restore the file.") from error
    try:
        return _read(path, content)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        problem = f"it is not an annotation ({type(error).__name__}: {error})"
        raise AnnotationError(f"{path}: {problem}. See what `hemorica validate` says of it.") from error


def _read(path: Path, content: dict) -> Annotation:
    if content["format"] != "hemorica.annotation" or content["version"] != VERSION:
        raise ValueError(f"format {content['format']!r}, version {content['version']!r}, instead of version {VERSION}")
    image = content["image"]
    columns, rows, slices = image["size"]
    if len(content["slices"]) != slices:
        raise ValueError(f"{len(content['slices'])} slices instead of {slices}")
    labels = np.zeros((slices, rows, columns), np.uint8)
    found = []
    for k, part in enumerate(content["slices"]):
        if part["slice"] != k or len(part["rows"]) != rows:
            raise ValueError(f"slice {k} is {part['slice']} with {len(part['rows'])} rows")
        for j, row in enumerate(part["rows"]):
            _paint(row, j, labels[k, j])
        stated = {subtype: part["findings"][subtype]["present"] for subtype in SUBTYPES}
        found.append(_present(stated, set(np.unique(labels[k]))))
    stated = {subtype: content["patient"][subtype]["present"] for subtype in SUBTYPES}
    in_slices = {SUBTYPES.index(subtype) + 1 for subtypes in found for subtype in subtypes}
    return Annotation(
        path=path,
        image=path.parent / image["file"] if "file" in image else None,
        sha256=image["sha256"],
        labels=labels,
        slices=tuple(found),
        patient=_present(stated, in_slices),
    )


def _paint(row: int | str, number: int, out: np.ndarray) -> None:
    text = str(row).split(" @")[0]
    first, *runs = text.split()
    if int(first) != number:
        raise ValueError(f"row {number} is numbered {first}")
    for run in runs:
        match = RUN.fullmatch(run)
        if not match:
            raise ValueError(f"row {number} has the run {run!r}")
        letter, start, columns = match.groups()
        begin, end = int(start), int(start) + int(columns or 1)
        if end > out.size or end == begin or out[begin:end].any():
            raise ValueError(f"row {number} has the run {run!r}, out of the image or over another")
        out[begin:end] = LETTERS.index(letter) + 1


def _present(stated: dict[str, bool | None], labels: set[int]) -> frozenset[str]:
    return frozenset(
        subtype
        for label, subtype in enumerate(SUBTYPES, 1)
        if (label in labels if stated[subtype] is None else stated[subtype])
    )
