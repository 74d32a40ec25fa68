"""From a PyTorch network to ONNX with its manifest, checked against each other."""

import logging
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from .catalog import CHANNELS, SIDE
from .manifests import INPUT, OUTPUT, write_model

OPSET = 18
TOLERANCE = 1e-3
"""Largest difference between the outputs of PyTorch and ONNX Runtime, for the outputs' scale or 1."""


class ExportError(Exception):
    pass


def export(network: nn.Module, manifest: dict, folder: Path, pictures: Tensor | None = None) -> None:
    """Writes a model folder. Throws ExportError where ONNX Runtime does not give what PyTorch gives.

    `pictures`: input on which the two are compared, at least three; drawn heads where it is left out.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # On the same file system, so that the network can be moved; removed with whatever is left of a failed export.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        file = Path(scratch) / manifest["file"]
        if pictures is None:
            pictures = drawn_heads(3)
        write_onnx(network, pictures[:2], file)
        # Another number of pictures than the graph was traced with.
        check(network, pictures[:3], file)
        write_model(manifest, file, folder)


def drawn_heads(count: int) -> Tensor:
    """Ellipses of gray noise in a white rim. Of mere noise, activations of a sound network can grow without bound."""
    generator = torch.Generator().manual_seed(0)
    y, x = torch.meshgrid(torch.linspace(-1, 1, SIDE), torch.linspace(-1, 1, SIDE), indexing="ij")
    sizes = 0.6 + 0.3 * torch.rand(count, generator=generator)
    distance = (x.square() / 0.64 + y.square()) / sizes.square().view(-1, 1, 1)
    gray = 0.4 + 0.06 * torch.randn(count, SIDE, SIDE, generator=generator)
    heads = torch.where(distance > 1, 0.0, torch.where(distance > 0.85, 1.0, gray)).clamp(0, 1)
    return heads.unsqueeze(1).repeat(1, CHANNELS, 1, 1)


def write_onnx(network: nn.Module, example: Tensor, file: Path, dynamic: bool = True) -> None:
    """Traces a network; `dynamic`: to take any number of pictures. The weights are in the file itself."""
    network.eval()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Of the exporter's own libraries; what matters of its result is checked.
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network,
            (example,),
            input_names=[INPUT],
            output_names=[OUTPUT],
            opset_version=OPSET,
            dynamo=True,
            dynamic_shapes=({0: torch.export.Dim("pictures", min=1)},) if dynamic else None,
            verbose=False,
        )
    graph = program.model_proto
    # Where each operation came from: paths of this machine, and a third of a small file.
    for node in graph.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    onnx.save_model(graph, file)


def check(network: nn.Module, example: Tensor, file: Path) -> None:
    with torch.no_grad():
        expected = network(example).numpy()
    session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
    found = session.run(None, {session.get_inputs()[0].name: example.numpy()})[0]
    if found.shape != expected.shape or not np.isfinite(found).all():
        raise ExportError(f"{file.name}: ONNX Runtime gives {found.shape}, PyTorch {expected.shape}, or no numbers.")
    difference = float(np.abs(found - expected).max())
    if difference > TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ExportError(f"{file.name}: ONNX Runtime and PyTorch differ by {difference:.2g}.")
