"""The reference network: a U-Net on a pixel-unshuffled slice with three heads (blood, subtype, slice labels)."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTHS = (16, 32, 64, 128, 160)


class Block(nn.Sequential):
    """A 3x3 convolution, batch normalization and ReLU."""

    def __init__(self, channels_in: int, channels: int, stride: int = 1):
        super().__init__(nn.Conv2d(channels_in, channels, 3, stride, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(inplace=True))


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut; the second may look further by dilation."""

    def __init__(self, channels_in: int, channels: int, stride: int = 1, dilation: int = 1):
        super().__init__()
        self.first = Block(channels_in, channels, stride)
        self.second = nn.Conv2d(channels, channels, 3, 1, dilation, dilation, bias=False)
        self.norm = nn.BatchNorm2d(channels)
        plain = stride == 1 and channels_in == channels
        self.shortcut = nn.Identity() if plain else nn.Conv2d(channels_in, channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.norm(self.second(self.first(x))) + self.shortcut(x))


class Context(nn.Module):
    """Weighs the channels by the mean over the whole slice: which slice of the head this is."""

    def __init__(self, channels: int):
        super().__init__()
        self.weigh = nn.Sequential(nn.Linear(channels, channels // 4), nn.ReLU(), nn.Linear(channels // 4, channels))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.weigh(x.mean((2, 3))))[:, :, None, None]


def twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


class HemorrhageNet(nn.Module):
    """input float [n, 1, 224, 224] in 0..1 (HU 0..80); logits of blood [n, 1, 224, 224], subtype [n, 5, 56, 56], slice [n, 6].

    Most of the work is done on 56 x 56 and below; 112 x 112 has one block on the way in and one on the way out.
    """

    def __init__(self, widths: tuple[int, ...] = WIDTHS):
        super().__init__()
        a, b, c, d, e = widths
        self.stem = nn.Sequential(Block(4, a), Block(a, a))
        self.down1 = nn.Sequential(Residual(a, b, 2), Residual(b, b))
        self.down2 = nn.Sequential(Residual(b, c, 2), Residual(c, c))
        self.down3 = nn.Sequential(Residual(c, d, 2), Residual(d, d, dilation=2), Context(d))
        self.down4 = nn.Sequential(Residual(d, e, 2), Context(e))
        self.deep = nn.ModuleList([nn.Conv2d(e, c, 1), nn.Conv2d(c, c, 1), nn.Conv2d(c, b, 1), nn.Conv2d(b, a, 1)])
        self.across = nn.ModuleList([nn.Conv2d(d, c, 1), nn.Conv2d(c, c, 1), nn.Conv2d(b, b, 1), nn.Conv2d(a, a, 1)])
        self.join = nn.ModuleList([Block(c, c), Block(c, c), Residual(b, b), Block(a, a + 8)])
        self.blood = nn.Conv2d(a + 8, 4, 1)
        self.subtype = nn.Sequential(Block(b + c, b), nn.Conv2d(b, 5, 1))
        self.slice = nn.Sequential(nn.Linear(2 * (d + e), 96), nn.ReLU(), nn.Dropout(0.2), nn.Linear(96, 6))

    def encode(self, x: Tensor) -> list[Tensor]:
        x0 = self.stem(F.pixel_unshuffle(x, 2) * 2 - 1)
        x1 = self.down1(x0)
        x2 = self.down2(x1)
        x3 = self.down3(x2)
        return [x0, x1, x2, x3, self.down4(x3)]

    def classify(self, features: list[Tensor]) -> Tensor:
        """Logits of any, EPH, SDH, SAH, IPH, IVH for the slice."""
        pooled = [f(x) for x in features[3:] for f in (lambda t: t.mean((2, 3)), lambda t: t.amax((2, 3)))]
        return self.slice(torch.cat(pooled, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.encode(x)
        y, below = features[4], []
        for deep, across, join, skip in zip(self.deep, self.across, self.join, features[3::-1]):
            y = join(twice(deep(y)) + across(skip))
            below.append(y)
        kinds = self.subtype(torch.cat([below[2], twice(below[1])], 1))
        return F.pixel_shuffle(self.blood(y), 2), kinds, self.classify(features)


def load(path: Path) -> HemorrhageNet:
    """The running mean of a training checkpoint, or a network saved alone, ready to measure."""
    net = HemorrhageNet().eval()
    state = torch.load(path, map_location="cpu")
    net.load_state_dict(state.get("mean", state))
    return net
