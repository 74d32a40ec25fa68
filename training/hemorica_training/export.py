"""Writes the two model folders from a trained network, and checks them against it.

    python -m hemorica_training.export --checkpoint run/model.pt --models ../models

ich-seg has the outputs `blood` and `subtype`, ich-cls the output `slice`, all logits, and both see each
slice and its mirror image. They are opset 17 with a free number of pictures. An output that differs from PyTorch by more than 1e-3 is refused.
model.json is kept but for the hash, where the folder has one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from torch import Tensor, nn

from .manifests import MANIFESTS
from .network import HemorrhageNet, load
from .sources import SIZE

OPSET = 17
TOLERANCE = 1e-3
MAXIMUM_BYTES = 8_000_000


class Segmenter(nn.Module):
    """The network without its slice head; logits are the mean of those of the slice and of its mirror image."""

    def __init__(self, net: HemorrhageNet):
        super().__init__()
        self.net = net

    def forward(self, ct: Tensor) -> tuple[Tensor, Tensor]:
        blood, subtype, _ = self.net(ct)
        mirrored, mirrored_subtype, _ = self.net(ct.flip(3))
        return (blood + mirrored.flip(3)) / 2, (subtype + mirrored_subtype.flip(3)) / 2


class Classifier(nn.Module):
    """The encoder and the slice head alone, on the slice and its mirror image."""

    def __init__(self, net: HemorrhageNet):
        super().__init__()
        self.net = net

    def forward(self, ct: Tensor) -> Tensor:
        return (self.net.classify(self.net.encode(ct)) + self.net.classify(self.net.encode(ct.flip(3)))) / 2


def write(network: nn.Module, outputs: list[str], file: Path, inputs: np.ndarray) -> None:
    """Exports, then compares with `network` on inputs float32 [n, 1, SIZE, SIZE]."""
    names = ["ct", *outputs]
    torch.onnx.export(
        network,
        (torch.from_numpy(inputs[:2]),),
        file,
        input_names=names[:1],
        output_names=names[1:],
        dynamic_axes={name: {0: "pictures"} for name in names},
        opset_version=OPSET,
        dynamo=False,
    )
    if file.stat().st_size > MAXIMUM_BYTES:
        raise SystemExit(f"{file} has {file.stat().st_size} bytes, more than {MAXIMUM_BYTES}")
    with torch.no_grad():
        expected = network(torch.from_numpy(inputs))
    expected = [expected] if isinstance(expected, Tensor) else list(expected)
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for name, want, got in zip(outputs, expected, session.run(outputs, {"ct": inputs})):
        difference = float(np.abs(want.numpy() - got).max())
        if not difference <= TOLERANCE:
            raise SystemExit(f"{file}: {name} differs from PyTorch by {difference}")
        print(f"{file}: {name} {got.shape}, largest difference from PyTorch {difference:.1e}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True, help="folder of ich-seg and ich-cls")
    options = parser.parse_args()
    net = load(options.checkpoint)
    inputs = np.random.default_rng(32).random((3, 1, SIZE, SIZE), np.float32)
    for name, network, outputs in (("ich-seg", Segmenter(net), ["blood", "subtype"]), ("ich-cls", Classifier(net), ["slice"])):
        folder = options.models / name
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / "model.onnx"
        write(network.eval(), outputs, file, inputs)
        described = folder / "model.json"
        manifest = json.loads(described.read_text()) if described.exists() else MANIFESTS[name]
        manifest["sha256"] = hashlib.sha256(file.read_bytes()).hexdigest()
        described.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
