"""Manifests (docs/models.md) of the architectures: their templates, and what an export fills in."""

import hashlib
import json
import os
from pathlib import Path

from .catalog import CATALOG, CHANNELS, SIDE, Architecture
from .files import write_atomically

TEMPLATES = Path(__file__).parent / "templates"
MODEL_FILE = "model.onnx"
MANIFEST_FILE = "model.json"
INPUT = "image"
OUTPUT = "logits"

WINDOW = {"center": 40, "width": 80}
"""HU, mapped to 0..1: the paper states no further normalization."""
THRESHOLD = 0.5


def template(architecture: Architecture) -> dict:
    """Manifest of an architecture; its hash, version, license and provenance are those of no model yet."""
    channel = {"slice": 0, "window": WINDOW, "mean": 0, "deviation": 1}
    manifest = {
        "format": "hemorica-model",
        "formatVersion": 1,
        "name": architecture.name,
        "title": architecture.title,
        "version": "0.0.0",
        "task": architecture.task,
        "file": MODEL_FILE,
        "sha256": "0" * 64,
        "input": {
            "name": INPUT,
            "layout": "NCHW",
            "width": SIDE,
            "height": SIDE,
            "orientation": "axial-radiological",
            "framing": {"kind": "whole"},
            "resampling": "linear-antialiased",
            "channels": [channel] * CHANNELS,
        },
    }
    if architecture.task == "classification":
        slices = {"name": OUTPUT, "activation": "sigmoid", "labels": ["any"]}
        manifest["outputs"] = {"slice": slices, "patient": {"kind": "max"}}
    else:
        # The networks of the paper do not tell subtypes apart; IPH is the most frequent one of its data.
        manifest["outputs"] = {"blood": {"name": OUTPUT, "activation": "sigmoid", "subtype": "IPH"}}
        manifest["postprocessing"] = {"minimumVolume": 0}
    return {
        **manifest,
        "threshold": THRESHOLD,
        "license": {"name": "not stated", "attribution": "Name the data and the initial weights.", "use": "non-commercial"},
        "provenance": "Say what it was trained on and how.",
        "research": "For research only. Not a medical device.",
    }


def text(manifest: dict) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"


def write_templates(folder: Path = TEMPLATES) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for architecture in CATALOG.values():
        (folder / f"{architecture.name}.json").write_text(text(template(architecture)), encoding="utf-8")


def read_template(architecture: Architecture) -> dict:
    return json.loads((TEMPLATES / f"{architecture.name}.json").read_text(encoding="utf-8"))


def write_model(manifest: dict, network: Path, folder: Path) -> None:
    """Moves a network into a model folder and writes its manifest, which names the network's hash, last."""
    folder.mkdir(parents=True, exist_ok=True)
    sha256 = hashlib.sha256(network.read_bytes()).hexdigest()
    os.replace(network, folder / manifest["file"])
    write_atomically(folder / MANIFEST_FILE, text({**manifest, "sha256": sha256}).encode())
