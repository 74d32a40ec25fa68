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
    """A network in which every layer matters, with logits of mean 0 and deviation 1 over these pictures.

    As libraries initialize them, residual branches begin as nothing and logits are nearly 0, which would
    hide errors. Without the statistics of pictures, activations of deep networks grow without bound.
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
        if architecture.task == "classification":
            read_differences(network, pictures)
        else:
            last, logits = network.segmentation_head[0], network(pictures)
            last.weight /= logits.std()
            last.bias.copy_((last.bias - logits.mean()) / logits.std())
    return network


def read_differences(network: nn.Module, pictures: Tensor) -> None:
    """Sets a classifier's last layer to what its features of these pictures differ in most.

    Random networks tell slices of one head little apart: along a direction at random, features differ by a
    thousandth of what they have in common, and to blow that up to logits would blow up rounding as well.
    """
    last = network.get_classifier()
    seen = []
    hook = last.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    network(pictures)
    hook.remove()
    features = seen[0].double()
    direction = torch.linalg.svd(features - features.mean(0), full_matrices=False)[2][0]
    scores = features @ direction
    last.weight.copy_(direction[None] / scores.std())
    last.bias.copy_(-scores.mean() / scores.std())


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
