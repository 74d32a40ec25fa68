"""What the network, a model folder or a threshold says of slices, all in one form."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from . import anatomy, raster
from .sources import SIZE, SUBTYPES

Prediction = tuple[np.ndarray, np.ndarray, np.ndarray | None]
Predict = Callable[[np.ndarray, np.ndarray], Prediction]
"""(inputs [n, SIZE, SIZE] in 0..1, hu int8 [n, g, g]) -> probabilities of blood [n, SIZE, SIZE], of the subtypes
[n, 5, SIZE, SIZE] with sum 1, and of the slice labels any, EPH..IVH [n, 6] where the model has them."""

BATCH = 16


def enlarged(planes: np.ndarray) -> np.ndarray:
    """[n, c, h, w] brought to SIZE by linear interpolation, as the engine reads a plane at a voxel."""
    rows, columns = np.indices((SIZE, SIZE), dtype=np.float32)
    scale = planes.shape[-1] / SIZE
    rows, columns = ((np.clip((m + 0.5) * scale - 0.5, 0, planes.shape[-1] - 1)) for m in (rows, columns))
    return np.stack([[raster.warp(np.ascontiguousarray(plane, np.float32), rows, columns) for plane in one] for one in planes])


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def softmax(x: np.ndarray) -> np.ndarray:
    raised = np.exp(x - x.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


ACTIVATIONS = {"sigmoid": sigmoid, "softmax": softmax, "none": lambda x: x}


def from_checkpoint(path: Path) -> Predict:
    """The running mean of a training checkpoint, or a network saved alone."""
    import torch

    from .network import load

    net = load(path)

    def predict(inputs: np.ndarray, hu: np.ndarray) -> Prediction:
        parts: list[tuple[np.ndarray, ...]] = []
        with torch.no_grad():
            for batch in torch.from_numpy(inputs.astype(np.float32))[:, None].split(BATCH):
                blood, subtype, slices = (output.numpy() for output in net(batch))
                parts.append((sigmoid(blood)[:, 0], enlarged(softmax(subtype)), sigmoid(slices)))
        blood, subtype, slices = (np.concatenate(part) for part in zip(*parts))
        return blood, subtype, slices

    return predict


def from_folder(folder: Path, classifier: Path | None = None) -> Predict:
    """A segmentation model with its manifest, and a classification model beside it."""
    import onnxruntime

    def run(where: Path):
        manifest = json.loads((where / "model.json").read_text())
        session = onnxruntime.InferenceSession(where / manifest["file"], providers=["CPUExecutionProvider"])
        return lambda x, output: ACTIVATIONS[output["activation"]](session.run([output["name"]], {manifest["input"]["name"]: x})[0]), manifest

    segment, manifest = run(folder)
    classify, other = run(classifier) if classifier else (None, None)

    def predict(inputs: np.ndarray, hu: np.ndarray) -> Prediction:
        blood, subtype, slices = [], [], []
        for n in range(0, len(inputs), BATCH):
            x = inputs[n : n + BATCH, None].astype(np.float32)
            blood.append(segment(x, manifest["outputs"]["blood"])[:, 0])
            subtype.append(enlarged(segment(x, manifest["outputs"]["subtype"])))
            if classify:
                slices.append(classify(x, other["outputs"]["slice"]))
        return np.concatenate(blood), np.concatenate(subtype), np.concatenate(slices) if classify else None

    return predict


def from_threshold(inputs: np.ndarray, hu: np.ndarray) -> Prediction:
    """The baseline: 50 to 90 HU after smoothing, inside the cranial cavity; no subtype."""
    blood = np.zeros((len(hu), SIZE, SIZE), np.float32)
    for n, image in enumerate(hu):
        found = anatomy.find(image)
        if found is not None:
            smooth = raster.blur(found.hu, 1.5)
            inside = found.cavity & (found.depth > 2) & (smooth > 50) & (smooth < 90)
            blood[n] = np.asarray(Image.fromarray(inside.astype(np.float32)).resize((SIZE, SIZE), Image.Resampling.BILINEAR))
    return blood, np.full((len(hu), len(SUBTYPES), SIZE, SIZE), 1 / len(SUBTYPES), np.float32), None
