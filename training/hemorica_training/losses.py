"""Losses of pictures with voxel masks and of slices with labels alone."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def dice(probability: Tensor, target: Tensor, dims: tuple[int, ...]) -> Tensor:
    """1 - soft Dice over `dims`, with a smoothing of 20 pixels so that tiny lesions do not dominate."""
    overlap = (probability * target).sum(dims)
    return 1 - (2 * overlap + 20) / (probability.sum(dims) + target.sum(dims) + 20)


def masked(blood: Tensor, subtype: Tensor, labels: Tensor) -> Tensor:
    """blood [n,1,s,s], subtype [n,5,s/4,s/4] logits; labels long [n,s,s]."""
    target = (labels > 0).float()[:, None]
    cross = F.binary_cross_entropy_with_logits(blood, target, reduction="none")
    probability = torch.sigmoid(blood)
    hard = cross * (1 + (cross.detach() > 0.5))
    has = target.amax((1, 2, 3))
    per_image = (dice(probability, target, (1, 2, 3)) * has).sum() / has.sum().clamp(min=1)
    pooled = dice(probability, target, (0, 1, 2, 3))
    small = F.max_pool2d(labels[:, None].float(), 4)[:, 0].long()
    kinds = F.cross_entropy(subtype, small - 1, ignore_index=-1, reduction="none")
    # Every lesion pixel counts by the root of its lesion's share, so that small bleeds teach too.
    area = (small > 0).flatten(1).sum(1).clamp(min=1)
    weight = (small > 0) / area[:, None, None] ** 0.5
    kind = (kinds * weight).sum() / weight.sum().clamp(min=1e-6)
    return hard.mean() * 6 + per_image + pooled + 0.6 * kind


def slices(logits: Tensor, labels: Tensor) -> Tensor:
    """logits [n,6] of any and the subtypes; labels float [n,6]."""
    return F.binary_cross_entropy_with_logits(logits, labels)


def weak(blood: Tensor, subtype: Tensor, labels: Tensor, teacher: Tensor) -> Tensor:
    """Slices with blood somewhere: labels float [n,5]; teacher [n,1,s,s], blood probability of the averaged model on the same view.

    No pixel is asked to be blood because the slice has some: where the network does not see the bleed yet,
    that makes it call the edges of ventricles blood. Only what the teacher is sure of is taken over.
    """
    sure = (teacher > 0.85) | (teacher < 0.08)
    pseudo = F.binary_cross_entropy_with_logits(blood, (teacher > 0.5).float(), reduction="none")
    agree = (pseudo * sure).sum() / sure.sum().clamp(min=1)
    # Where blood is seen, its subtype is one of the listed ones.
    seen = F.max_pool2d(teacher, 4) > 0.85
    listed = (torch.softmax(subtype, 1) * labels[:, :, None, None]).sum(1, keepdim=True)
    kind = (-torch.log(listed.clamp(min=1e-4)) * seen).sum() / seen.sum().clamp(min=20)
    return 3 * agree + 0.4 * kind
