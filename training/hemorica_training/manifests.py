"""What Hemorica must know of the models (docs/models.md); `sha256` is set by the export."""

from __future__ import annotations

from .measures import SMALLEST_ML, THRESHOLD
from .sources import ABOVE_HU, MARGIN, SIZE, SUBTYPES

INPUT = {
    "name": "ct",
    "layout": "NCHW",
    "orientation": "axial-radiological",
    "width": SIZE,
    "height": SIZE,
    "channels": [{"slice": 0, "window": {"center": 40, "width": 80}, "mean": 0, "deviation": 1}],
    "framing": {"kind": "head", "above": int(ABOVE_HU), "minimumArea": 500, "margin": MARGIN},
    "resampling": "linear-antialiased",
}

LICENSE = {
    "name": "MIT; training data CC BY 4.0",
    "attribution": "Trained on CT-ICH (Hssayeni et al., Data 2020, 5, 14; PhysioNet, CC BY 4.0) with synthesized hemorrhage.",
    "use": "any",
}

PROVENANCE = "U-Net with a pixel-unshuffle stem and three heads, trained by training/ of Hemorica on real slices with synthesized and weakly labeled hemorrhage."
RESEARCH = "For research only, not a medical device. MODEL_CARD.md says what was measured and where it fails."


def _manifest(name: str, title: str, task: str, outputs: dict, rest: dict) -> dict:
    head = {"format": "hemorica-model", "formatVersion": 1, "name": name, "title": title, "version": "1.0.0", "task": task}
    tail = {"license": LICENSE, "provenance": PROVENANCE, "research": RESEARCH}
    return head | {"file": "model.onnx", "sha256": "", "input": INPUT, "outputs": outputs, "threshold": THRESHOLD} | rest | tail


MANIFESTS = {
    "ich-seg": _manifest(
        "ich-seg",
        "ICH segmentation",
        "segmentation",
        {
            "blood": {"name": "blood", "activation": "sigmoid"},
            "subtype": {"name": "subtype", "activation": "softmax", "labels": list(SUBTYPES)},
        },
        {"postprocessing": {"minimumVolume": SMALLEST_ML}},
    ),
    "ich-cls": _manifest(
        "ich-cls",
        "ICH classification",
        "classification",
        {
            "slice": {"name": "slice", "activation": "sigmoid", "labels": ["any", *SUBTYPES]},
            "patient": {"kind": "mean-of-top", "count": 3},
        },
        {},
    ),
}
