"""A model folder of an architecture with random weights, and what PyTorch gives for an input.

    python training/tests/random_model.py NAME INPUT FOLDER

INPUT holds float32 [pictures, 3, 224, 224]; FOLDER gets the model and expected.bin, the logits of these
pictures. Prints the number of weights of the graph. Used by test/architectures.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from hemorica_architectures.catalog import CATALOG, CHANNELS, SIDE, Architecture  # noqa: E402
from hemorica_architectures.export import export  # noqa: E402
from hemorica_architectures.manifests import MODEL_FILE, read_template  # noqa: E402

SEED = 32


def random_network(architecture: Architecture, pictures: Tensor) -> nn.Module:
    """A network in which every layer matters, with logits of about 1 over these pictures.

    As libraries initialize them, residual branches begin as nothing and logits are nearly 0, which would
    hide errors. Those of segmenters have the mean 0 and the deviation 1. Those of classifiers have the root
    mean square 1: random networks tell slices of one head little apart, and to blow that up would blow up
    rounding as well.
    """
    torch.manual_seed(SEED)
    network = architecture.build(pretrained=False)
    for module in network.modules():
        if isinstance(module, (nn.BatchNorm2d, nn.LayerNorm, nn.GroupNorm)) and module.weight is not None:
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.1)
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None  # the mean over all that it sees
    with torch.no_grad():
        network.train()
        for start in range(0, len(pictures), 4):
            network(pictures[start : start + 4])
        network.eval()
        logits = network(pictures)
        if architecture.task == "classification":
            last, mean, scale = network.get_classifier(), 0, logits.square().mean().sqrt()
        else:
            last, mean, scale = network.segmentation_head[0], logits.mean(), logits.std()
        last.weight /= scale
        last.bias.copy_((last.bias - mean) / scale)
    return network


def main() -> None:
    name, source, target = sys.argv[1:]
    folder = Path(target)
    architecture = CATALOG[name]
    pictures = torch.from_numpy(np.fromfile(source, np.float32).reshape(-1, CHANNELS, SIDE, SIDE))
    network = random_network(architecture, pictures)
    with torch.no_grad():
        # One by one: no picture's logits depend on another's.
        expected = torch.cat([network(picture[None]) for picture in pictures])
    export(network, {**read_template(architecture), "provenance": f"Random weights, seed {SEED}."}, folder, pictures)
    expected.numpy().tofile(folder / "expected.bin")
    # Of the graph: an encoder that is used in part has more.
    graph = onnx.load(folder / MODEL_FILE).graph
    weights = sum(numpy_helper.to_array(one).size for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT)
    print(json.dumps({"parameters": weights}))


main()
