"""Random weights for BLAST-CT, in the layout of the package's cache: python training/tests/random_blast_ct.py CACHE"""

import sys
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1]))

from blast_ct.models import DeepMedic  # noqa: E402

from hemorica_architectures.blast_ct import read_config  # noqa: E402

PATCH = 110


def random_network() -> nn.Module:
    """A network whose logits have deviation 1 for each class over a patch of noise, and the same mean."""
    torch.manual_seed(32)
    config = read_config()
    network = DeepMedic(config["data"]["input_channels"], config["data"]["num_classes"], **config["model"]["DeepMedic"])
    for module in network.modules():
        if isinstance(module, nn.BatchNorm3d):
            module.momentum = None
    # Smooth noise with air around it, as a head has.
    coarse = torch.randn(1, 1, 14, 14, 14)
    patch = nn.functional.interpolate(coarse, (PATCH,) * 3, mode="trilinear").clamp(-1, 1)
    with torch.no_grad():
        network.train()
        network(patch)
        network.eval()
        logits = network(patch)[0]
        last = network.fully_connected[-1].conv
        last.weight /= logits.std((0, 2, 3, 4)).view(-1, 1, 1, 1, 1)
    return network


def main() -> None:
    file = Path(sys.argv[1]) / "saved_models" / "model_1.torch_model"
    file.parent.mkdir(parents=True, exist_ok=True)
    torch.save(random_network().state_dict(), file)


main()
