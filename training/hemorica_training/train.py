"""Trains the reference network.

    python -m hemorica_training.train --data data.npz --out run --minutes 110
    python -m hemorica_training.train --data data.npz --out run --until 12:00

Resumable: a checkpoint is written every few minutes (to a temporary file, then renamed) and found
again by the same command. The length is set by --minutes of training time, by --until (a UTC time
of today: the rate falls so that it ends then, however slow the machine is), or by --pictures.
"""

from __future__ import annotations

import argparse
import copy
import datetime
import math
import time
from pathlib import Path

import numpy as np
import torch

from . import anatomy, losses
from .augment import Augment
from .checkpoint import save
from .network import HemorrhageNet
from .pool import Pool

BATCH_SYNTHETIC, BATCH_REAL, BATCH_WEAK = 24, 6, 2
BATCH = BATCH_SYNTHETIC + BATCH_REAL + BATCH_WEAK
PEAK_RATE = 2e-3
WARM_UP = 200
# Part of the training after which the running mean labels the slices that have slice labels only.
TEACHER_FROM = 0.75
BLOOD_SHARE = 0.8
SAVE_SECONDS = 180


def slice_labels(mask: torch.Tensor) -> torch.Tensor:
    """Any and the five subtypes, float [n, 6], of label images [n, s, s]; a subtype counts from 8 pixels on."""
    present = torch.stack([(mask == n + 1).flatten(1).sum(1) >= 8 for n in range(5)], 1).float()
    return torch.cat([present.amax(1, keepdim=True), present], 1)


class Real:
    """The slices without blood and those with blood and slice labels only, of the patients that training may see."""

    def __init__(self, path: Path):
        data = np.load(path)
        hu, labels = data["train_hu"], data["train_labels"]
        clean = labels.sum(1) == 0
        self.negatives, self.bleeding, self.bleeding_labels = hu[clean], hu[~clean], labels[~clean]
        found = [anatomy.find(one) for one in self.negatives]
        self.heads = [one for one in found if one is not None]
        # Jaw, face and vertex: nothing is synthesized on them, so they are drawn more often as they are.
        self.closed_off = np.flatnonzero([one is None for one in found])

    def without_blood(self, n: int, rng: np.random.Generator) -> np.ndarray:
        """int8 [n, g, g]: half of them from all slices without blood, half from those on which nothing is synthesized."""
        any_, closed_off = rng.integers(len(self.negatives), size=n), rng.choice(self.closed_off, size=n)
        return self.negatives[np.where(rng.random(n) < 0.5, any_, closed_off)]


class Trainer:
    """Network, its running mean (the model that is kept, and the teacher of weak slices), optimizer and count of steps."""

    def __init__(self, seed: int, compiled: bool):
        torch.manual_seed(seed)
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.net = HemorrhageNet().to(self.device, memory_format=torch.channels_last)
        self.mean = copy.deepcopy(self.net).eval()
        self.run = torch.compile(self.net) if compiled else self.net
        decay = [p for p in self.net.parameters() if p.ndim > 1]
        plain = [p for p in self.net.parameters() if p.ndim <= 1]
        groups = [{"params": decay, "weight_decay": 2e-2}, {"params": plain, "weight_decay": 0}]
        self.optimizer = torch.optim.AdamW(groups, lr=PEAK_RATE)
        self.steps, self.spent = 0, 0.0

    def state(self) -> dict:
        return {
            "net": self.net.state_dict(),
            "mean": self.mean.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "steps": self.steps,
            "spent": self.spent,
        }

    def load(self, path: Path) -> None:
        state = torch.load(path, map_location=self.device)
        self.net.load_state_dict(state["net"])
        self.mean.load_state_dict(state["mean"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.spent = state["steps"], state["spent"]

    def step(self, x: np.ndarray, y: np.ndarray, weak_labels: np.ndarray, done: float) -> np.ndarray:
        """One step on BATCH inputs, of which the last len(weak_labels) have slice labels only; `done` 0..1. Returns the losses."""
        rate = PEAK_RATE * min(1, (self.steps + 1) / WARM_UP) * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * done)))
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        inputs = torch.from_numpy(x).to(self.device).contiguous(memory_format=torch.channels_last)
        labels = torch.from_numpy(y).to(self.device).long()
        weak = torch.from_numpy(weak_labels).to(self.device)
        strong = len(x) - len(weak)
        taught = done >= TEACHER_FROM
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            blood, subtype, slice_ = self.run(inputs)
            with torch.no_grad():
                teacher = torch.sigmoid(self.mean(inputs[strong:])[0].float()) if taught else None
        blood, subtype, slice_ = blood.float(), subtype.float(), slice_.float()
        targets = torch.cat([slice_labels(labels[:strong]), torch.cat([torch.ones_like(weak[:, :1]), weak], 1)])
        parts = [losses.masked(blood[:strong], subtype[:strong], labels[:strong]), losses.slices(slice_, targets)]
        loss = parts[0] + 0.5 * parts[1]
        if teacher is not None:
            parts.append(losses.weak(blood[strong:], subtype[strong:], weak, teacher))
            loss = loss + 0.5 * parts[2]
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 3.0)
        self.optimizer.step()
        self.steps += 1
        self.follow()
        return np.array([float(part.detach()) for part in parts] + [0.0] * (3 - len(parts)))

    @torch.no_grad()
    def follow(self) -> None:
        """Moves the mean towards the network."""
        keep = min(0.996, (1 + self.steps) / (10 + self.steps))
        mean, net = self.mean.state_dict().values(), self.net.state_dict().values()
        pairs = list(zip(mean, net))
        torch._foreach_lerp_([m for m, n in pairs if m.is_floating_point()], [n for m, n in pairs if m.is_floating_point()], 1 - keep)
        for m, n in pairs:
            if not m.is_floating_point():
                m.copy_(n)


def seconds_until(clock: str) -> float:
    """From now to the next time that clocks show HH:MM UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    hour, minute = map(int, clock.split(":"))
    at = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return ((at - now).total_seconds()) % 86400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=110)
    length.add_argument("--until", help="HH:MM, UTC")
    length.add_argument("--pictures", type=int, default=0)
    parser.add_argument("--pool", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=32)
    parser.add_argument("--compile", action="store_true", help="torch.compile: a third faster on a CPU, a minute to start; needs a C++ compiler")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    trainer = Trainer(options.seed, options.compile)
    checkpoint = options.out / "checkpoint.pt"
    if checkpoint.exists():
        trainer.load(checkpoint)
        print(f"goes on from step {trainer.steps}", flush=True)
    real = Real(options.data)
    pool = Pool(real.heads, options.pool, BLOOD_SHARE, options.seed, first=trainer.steps * BATCH_SYNTHETIC)
    augment = Augment(options.seed + trainer.steps)
    rng = np.random.default_rng((options.seed, trainer.steps))
    while pool.filled() < min(400, options.pool):
        time.sleep(0.5)

    total = trainer.spent + seconds_until(options.until) if options.until else options.minutes * 60
    began = time.time() - trainer.spent
    saved = shown = time.time()
    sums, count = np.zeros(3), 0
    while True:
        trainer.spent = time.time() - began
        done = trainer.steps * BATCH / options.pictures if options.pictures else trainer.spent / total
        if done >= 1:
            break
        made, made_labels = pool.sample(BATCH_SYNTHETIC, rng)
        clean = real.without_blood(BATCH_REAL, rng)
        weak = rng.integers(len(real.bleeding), size=BATCH_WEAK)
        unlabeled = np.zeros((BATCH_REAL + BATCH_WEAK, *made_labels.shape[1:]), np.uint8)
        x, y = augment.batch(np.concatenate([made, clean, real.bleeding[weak]]), np.concatenate([made_labels, unlabeled]))
        sums += trainer.step(x, y, real.bleeding_labels[weak], done)
        count += 1
        if time.time() - shown > 30:
            means = " ".join(f"{value / count:.3f}" for value in sums)
            print(f"{trainer.spent / 60:6.1f} min {trainer.steps * BATCH:8d} pictures ({int(pool.counts[0])} made), loss {means}", flush=True)
            shown, sums, count = time.time(), np.zeros(3), 0
        if time.time() - saved > SAVE_SECONDS:
            save(checkpoint, lambda file: torch.save(trainer.state(), file))
            saved = time.time()
    save(checkpoint, lambda file: torch.save(trainer.state(), file))
    save(options.out / "model.pt", lambda file: torch.save(trainer.mean.state_dict(), file))


if __name__ == "__main__":
    main()
