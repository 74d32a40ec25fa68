"""Training by the paper's recipe: cross entropy, Adam without a schedule, batches of 16, 50 epochs, no augmentation."""

import json
import math
import random
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from . import metrics
from .catalog import Architecture
from .dataset import Slices
from .files import write_atomically

FIRST_JUDGED = 10
"""Epochs up to this one are not judged, where there are more."""
BEST = 10
"""The paper reports the mean of this many epochs, those of the lowest validation loss."""
CHECKPOINT = "checkpoint.pt"
WEIGHTS = "best.pt"
HISTORY = "history.json"


class TrainingError(Exception):
    pass


@dataclass(frozen=True)
class Recipe:
    epochs: int = 50
    batch: int = 16
    rate: float = 1e-3
    seed: int = 32
    pretrained: bool = True
    threshold: float = 0.5


@dataclass(frozen=True)
class Normalization:
    """Of each channel: (gray - mean) / deviation."""

    mean: list[float]
    deviation: list[float]

    def __call__(self, gray: Tensor) -> Tensor:
        """Pictures [n, side, side] of 0 to 1 to the network's input [n, channels, side, side]."""
        mean = torch.tensor(self.mean, device=gray.device).view(1, -1, 1, 1)
        deviation = torch.tensor(self.deviation, device=gray.device).view(1, -1, 1, 1)
        return (gray.float()[:, None] - mean) / deviation


def train(
    architecture: Architecture,
    recipe: Recipe,
    normalize: Normalization,
    training: Slices,
    validation: Slices,
    folder: Path,
    device: torch.device,
) -> nn.Module:
    """Trains, or goes on from the folder's checkpoint, and returns the network of the judged epoch with the lowest validation loss.

    Throws TrainingError where the checkpoint is of another recipe, or the loss is no number.
    """
    _seed(recipe.seed)
    file = folder / CHECKPOINT
    settings = {"name": architecture.name, **asdict(recipe)}
    state = torch.load(file, map_location="cpu", weights_only=True) if file.is_file() else None
    if state and state["settings"] != settings:
        raise TrainingError(f"{file}: it is of another recipe, {state['settings']}. Name another --out, or remove it.")
    # Weights to go on from need no download.
    network = architecture.build(recipe.pretrained and not state).to(device)
    optimizer = torch.optim.Adam(network.parameters(), lr=recipe.rate)
    history: list[dict] = []
    if state:
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        history = json.loads(state["history"])
    for epoch in range(len(history) + 1, recipe.epochs + 1):
        # Each epoch has its own seed, so that a run that was taken up again is the run that never stopped.
        _seed(recipe.seed * 1000 + epoch)
        loss = _train_epoch(network, optimizer, architecture, recipe, normalize, training, device)
        figures = validate(network, architecture, recipe, normalize, validation, device)
        history.append({"epoch": epoch, "training loss": loss, **figures})
        print(_line(history[-1]), flush=True)
        if best_epochs(history, recipe.epochs)[:1] == [history[-1]]:
            _save(folder / WEIGHTS, network.state_dict())
        write_atomically(folder / HISTORY, (json.dumps(history, indent=1) + "\n").encode())
        state = {
            "settings": settings,
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "history": json.dumps(history),
        }
        _save(file, state)
    network.load_state_dict(torch.load(folder / WEIGHTS, map_location=device, weights_only=True))
    return network.cpu().eval()


def best_epochs(history: list[dict], epochs: int) -> list[dict]:
    """The judged epochs, lowest validation loss first, at most ten."""
    judged = [row for row in history if row["epoch"] > FIRST_JUDGED or epochs <= FIRST_JUDGED]
    return sorted(judged, key=lambda row: row["validation loss"])[:BEST]


def reported(history: list[dict], epochs: int) -> dict[str, float]:
    """The paper's figures: means over the best epochs, of those figures that each of them has."""
    best = best_epochs(history, epochs)
    names = [name for name in best[0] if name not in ("epoch", "training loss", "validation loss")]
    defined = [name for name in names if all(row[name] is not None for row in best)]
    return {name: sum(row[name] for row in best) / len(best) for name in defined}


def _train_epoch(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    architecture: Architecture,
    recipe: Recipe,
    normalize: Normalization,
    slices: Slices,
    device: torch.device,
) -> float:
    network.train()
    usable = _usable(architecture, slices)
    order = usable[torch.randperm(len(usable)).numpy()]
    # One picture alone has no statistics for a batch normalization of 1 x 1 maps.
    batches = [batch for start in range(0, len(order), recipe.batch) if len(batch := order[start : start + recipe.batch]) > 1]
    total = 0.0
    for batch in batches:
        loss = _loss(network, architecture, normalize, slices, batch, device)
        if not math.isfinite(loss.item()):
            raise TrainingError("the loss is no number. Lower --rate, and look at the scans.")
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(batch)
    return total / sum(map(len, batches))


def validate(
    network: nn.Module,
    architecture: Architecture,
    recipe: Recipe,
    normalize: Normalization,
    slices: Slices,
    device: torch.device,
) -> dict[str, float | None]:
    """Mean loss, and the figures of `metrics` at the recipe's threshold."""
    network.eval()
    usable = _usable(architecture, slices)
    probabilities, losses = [], 0.0
    with torch.no_grad():
        for start in range(0, len(usable), recipe.batch):
            batch = usable[start : start + recipe.batch]
            logits = _logits(network, normalize, slices, batch, device)
            losses += _entropy(logits, _target(architecture, slices, batch, device)).item() * len(batch)
            probabilities.append(torch.sigmoid(logits).cpu().numpy())
    probability = np.concatenate(probabilities)
    is_classifier = architecture.task == "classification"
    truth = (slices.labels[usable][:, None] if is_classifier else slices.masks[usable][:, None]).astype(bool)
    figures = metrics.ratios(probability, truth, recipe.threshold)
    scores = {"AUC": metrics.auc(probability[:, 0], truth[:, 0])} if is_classifier else {}
    return {"validation loss": losses / len(usable), **figures, **scores}


def _usable(architecture: Architecture, slices: Slices) -> np.ndarray:
    usable = np.arange(len(slices.labels)) if architecture.task == "classification" else np.flatnonzero(slices.drawn)
    if len(usable) < 2:
        raise TrainingError(f"{len(usable)} slices are too few.")
    return usable


def _logits(network: nn.Module, normalize: Normalization, slices: Slices, batch: np.ndarray, device: torch.device) -> Tensor:
    return network(normalize(torch.from_numpy(slices.pictures[batch]).to(device)))


def _target(architecture: Architecture, slices: Slices, batch: np.ndarray, device: torch.device) -> Tensor:
    values = slices.labels[batch] if architecture.task == "classification" else slices.masks[batch]
    return torch.from_numpy(values).to(device).float()[:, None]


# With a single logit, cross entropy is that of a sigmoid.
_entropy = nn.functional.binary_cross_entropy_with_logits


def _loss(
    network: nn.Module,
    architecture: Architecture,
    normalize: Normalization,
    slices: Slices,
    batch: np.ndarray,
    device: torch.device,
) -> Tensor:
    return _entropy(_logits(network, normalize, slices, batch, device), _target(architecture, slices, batch, device))


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def _save(file: Path, state: dict) -> None:
    buffer = BytesIO()
    torch.save(state, buffer)
    write_atomically(file, buffer.getvalue())


def _line(row: dict) -> str:
    return "  ".join(f"{name} {'-' if value is None else f'{value:.4g}'}" for name, value in row.items())
