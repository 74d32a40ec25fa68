"""The mask of BLAST-CT by PyTorch: python training/tests/blast_ct_reference.py SCAN MODEL WEIGHTS OUT

SCAN is a NIfTI file or a folder with one DICOM series, MODEL a folder that hemorica_architectures.blast_ct has
written of WEIGHTS. The scan is brought to blocks by scripts/golden/model_features.py, and back as docs/models.md says.
OUT gets probability.bin (float32) and labels.bin (uint8), each [slices, rows, columns] from the lowest slice along the
normal; printed is where these lie. Used by test/architectures.
"""

import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import torch
from scipy import ndimage
from torch import nn

TRAINING = Path(__file__).parents[1]
sys.path[:0] = [str(TRAINING), str(TRAINING.parent / "scripts" / "golden")]

from hemorica_architectures.blast_ct import build  # noqa: E402
from model_features import AIR, axes_of, blocks, places, real_volume  # noqa: E402

VALUES = {"EPH": 1, "SDH": 2, "SAH": 3, "IPH": 4, "IVH": 5}


def nifti_volume(file: Path) -> dict:
    image = nibabel.load(file)
    lps = np.diag([-1, -1, 1, 1]) @ image.affine
    steps = np.linalg.norm(lps[:3, :2], axis=0)
    hu = np.asarray(image.dataobj, float).T
    positions = np.array([(lps @ [0, 0, k, 1])[:3] for k in range(len(hu))])
    return {"hu": hu, "axes": (lps[:3, :2] / steps).T, "spacing": tuple(steps), "positions": positions}


def class_grid(volume: dict, manifest: dict, network: nn.Module) -> tuple[np.ndarray, dict]:
    """Probabilities [classes, normal, columns, rows] over the grid, and where it lies."""
    cut, grid = blocks(volume, manifest)
    axes = axes_of(volume, manifest["orientation"])
    turns = (slice(None), *[slice(None, None, sign) for _, sign in axes])
    back = np.argsort([0] + [3 - axis for axis, _ in axes])
    sums, count = None, np.zeros(grid["size"][::-1])
    for number, (first, patch) in enumerate(cut):
        with torch.no_grad():
            logits = network(torch.from_numpy(patch[None].astype(np.float32)))[0].numpy()
        logits = np.transpose(logits[turns], back)
        if sums is None:
            sums = np.zeros((len(logits), *count.shape))
        covered, own = [], []
        for axis in (2, 1, 0):
            low, high = max(0, first[axis]), min(grid["size"][axis], first[axis] + logits.shape[3 - axis])
            covered.append(slice(low, high))
            own.append(slice(low - first[axis], high - first[axis]))
        sums[(slice(None), *covered)] += logits[(slice(None), *own)]
        count[tuple(covered)] += 1
        print(f"block {number + 1} of {len(cut)}", file=sys.stderr)
    return torch.from_numpy(sums / count).softmax(0).numpy(), grid


def weights(at: np.ndarray, count: int) -> np.ndarray:
    """[points, count]: of the grid's points for each of these points (in its steps); none beyond its faces."""
    clamped = np.clip(at, 0, count - 1)
    matrix = np.maximum(0, 1 - np.abs(clamped[:, None] - np.arange(count)[None]))
    return matrix * ((at >= -0.5) & (at <= count - 0.5))[:, None]


def voxel_classes(volume: dict, planes: np.ndarray, grid: dict) -> np.ndarray:
    """The grid's values at the scan's voxels: [classes, slices, rows, columns]."""
    slices, rows, columns = volume["hu"].shape
    out = np.zeros((len(planes), slices, rows, columns), np.float32)
    for k, place in enumerate(places(volume)):
        layer = weights((place[2:] - grid["start"][2]) / grid["spacing"][2], grid["size"][2])[0]
        picture = np.tensordot(planes, layer, axes=(1, 0))
        across, down = (
            weights((place[a] + np.arange(n) * volume["spacing"][a] - grid["start"][a]) / grid["spacing"][a], grid["size"][a])
            for a, n in ((0, columns), (1, rows))
        )
        out[:, k] = down @ picture @ across.T
    return out


def lesion_labels(blood: np.ndarray, subtypes: dict[str, np.ndarray], thickness: np.ndarray) -> np.ndarray:
    """One subtype for all voxels of a lesion: the one with most probability of blood times volume."""
    lesions, count = ndimage.label(blood >= 0.5, structure=np.ones((3, 3, 3)))
    names = list(subtypes)
    likeliest = np.argmax([subtypes[name] for name in names], axis=0)
    said = blood * thickness[:, None, None]
    votes = [ndimage.sum_labels(said * (likeliest == n), lesions, np.arange(count + 1)) for n in range(len(names))]
    winners = np.array([VALUES[name] for name in names])[np.argmax(votes, axis=0)]
    winners[0] = 0
    return winners[lesions].astype(np.uint8)


def main() -> None:
    scan, model, file, out = (Path(one) for one in sys.argv[1:])
    manifest = json.loads((model / "model.json").read_text())
    volume = real_volume(scan) if scan.is_dir() else nifti_volume(scan)
    volume["hu"] = np.where(np.isnan(volume["hu"]), AIR, volume["hu"])
    volume_classes = voxel_classes(volume, *class_grid(volume, manifest["input"], build([file])))
    labels = manifest["outputs"]["classes"]["labels"]
    subtypes = {name: volume_classes[n] for n, name in enumerate(labels) if name != "background"}
    blood = sum(subtypes.values())
    thickness = np.gradient(places(volume)[:, 2])
    out.mkdir(parents=True, exist_ok=True)
    blood.astype(np.float32).tofile(out / "probability.bin")
    lesion_labels(blood, subtypes, thickness).tofile(out / "labels.bin")
    print(json.dumps({"positions": volume["positions"].tolist()}))


main()
