"""Exports the weights of an installed `blast-ct` package (Apache-2.0) as a 3-D model of Hemorica.

    python -m hemorica_architectures.blast_ct --out DIR [--models N] [--weights FILE...]

The package fetches its weights from its own repository when they are first asked for. Monteiro et al.,
"Multi-class semantic segmentation and quantification of traumatic brain injury lesions on head CT using
deep learning", Lancet Digital Health 2020, doi:10.1016/S2589-7500(20)30085-6.
"""

import argparse
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

import torch
from blast_ct.assets import NUM_MODELS, get_config_path, get_model_path
from blast_ct.models import DeepMedic
from torch import Tensor, nn

from .export import ExportError, check, write_onnx
from .manifests import INPUT, MODEL_FILE, OUTPUT, write_model

PATCH = 125
"""Voxels along a side of the input. The network gives the 45 in its middle. Of the 110 that the package takes it gives 30, at a third more work for each."""
LABELS = ["background", "IPH", "SDH", "background", "IVH"]
"""Of the package's classes: background, IPH, extra-axial hemorrhage, perilesional edema, IVH."""


class Ensemble(nn.Module):
    """Patches [1, 1, depth, height, width] to the logits of the five classes, in the middle of the patch."""

    def __init__(self, members: list[nn.Module]):
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, patch: Tensor) -> Tensor:
        logits = [member(patch)[0] for member in self.members]
        if len(logits) == 1:
            return logits[0]
        # Of the members' mean probability, whose softmax it is again.
        return torch.stack([one.softmax(1) for one in logits]).mean(0).clamp_min(1e-12).log()


def read_config() -> dict:
    return json.loads(Path(get_config_path()).read_text(encoding="utf-8"))


def build(weights: list[Path]) -> Ensemble:
    """The package's network with each of these weights. Throws ExportError."""
    config = read_config()
    members = []
    for file in weights:
        member = DeepMedic(config["data"]["input_channels"], config["data"]["num_classes"], **config["model"]["DeepMedic"])
        try:
            member.load_state_dict(torch.load(file, map_location="cpu", weights_only=True))
        except Exception as error:  # of another network, or damaged in whatever way
            raise ExportError(f"{file}: these are no weights of BLAST-CT ({error}). Name others.") from error
        members.append(member)
    return Ensemble(members).eval()


def manifest(members: int, output: int) -> dict:
    """`output`: voxels along a side of what the network gives."""
    data = read_config()["data"]
    normalization = data["transformation"]["IntensityWindowNormalization"]
    low, high = normalization["lower_bound"], normalization["upper_bound"]
    window = {"center": (low + high) / 2, "width": high - low}
    return {
        "format": "hemorica-model",
        "formatVersion": 1,
        "name": "blast-ct" if members == 1 else f"blast-ct-{members}",
        "title": "BLAST-CT" if members == 1 else f"BLAST-CT, ensemble of {members}",
        "version": version("blast-ct"),
        "task": "segmentation",
        "file": MODEL_FILE,
        "input": {
            "name": INPUT,
            "layout": "NCDHW",
            "depth": PATCH,
            "height": PATCH,
            "width": PATCH,
            "spacing": data["resolution"],
            "context": [(PATCH - output) // 2] * 3,
            "overlap": 0,
            "blending": "mean",
            # As the package pads: a scan ends within the head, which then goes on as it was.
            "border": "edge",
            "orientation": "axial-radiological",
            # The package runs on the air around the head as well, where it finds nothing.
            "framing": {"kind": "head", "above": -200, "minimumArea": 2000, "margin": 0.02},
            "resampling": "linear",
            "windowing": "after-resampling",
            # To -1..1.
            "channels": [{"window": window, "mean": 0.5, "deviation": 0.5}],
        },
        "outputs": {"classes": {"name": OUTPUT, "activation": "softmax", "labels": LABELS}},
        "threshold": 0.5,
        "postprocessing": {"minimumVolume": 0},
        "license": {
            "name": "Apache-2.0",
            "attribution": "Monteiro et al., Lancet Digital Health 2020; github.com/biomedia-mira/blast-ct",
            "use": "any",
        },
        "provenance": f"Weights of the PyPI package blast-ct {version('blast-ct')}, exported without training. By its authors "
        "trained on head CT of traumatic brain injury from several sites.",
        "research": "For research only. Not a medical device. Its extra-axial class (epidural, subdural and subarachnoid "
        "together) is shown as SDH; perilesional edema is not shown.",
    }


def export(network: Ensemble, folder: Path) -> None:
    """Writes the model folder. Throws ExportError where ONNX Runtime does not give what PyTorch gives."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        file = Path(scratch) / MODEL_FILE
        patch = torch.rand(1, 1, PATCH, PATCH, PATCH, generator=torch.Generator().manual_seed(0)) * 2 - 1
        write_onnx(network, patch, file, dynamic=False)
        check(network, patch, file)
        output = network.members[0].get_output_size((PATCH,) * 3)[0]
        write_model(manifest(len(network.members), output), file, folder)


def main() -> int:
    parser = argparse.ArgumentParser(prog="hemorica_architectures.blast_ct", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the model")
    parser.add_argument("--models", type=int, default=1, choices=range(1, NUM_MODELS + 1), metavar="N", help="how many of the package's 15 networks, averaged; default 1")
    parser.add_argument("--weights", type=Path, nargs="+", help="weights to take instead, as blast-ct-train writes them")
    arguments = parser.parse_args()
    try:
        export(build(arguments.weights or fetch(arguments.models)), arguments.out)
    except ExportError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def fetch(count: int) -> list[Path]:
    """The package's weights, which it downloads where they are not there yet. Throws ExportError."""
    try:
        return [Path(get_model_path(n)) for n in range(1, count + 1)]
    except OSError as error:
        raise ExportError(
            f"blast-ct: its weights cannot be fetched ({error}). Connect to the internet, or name files by --weights."
        ) from error


if __name__ == "__main__":
    sys.exit(main())
