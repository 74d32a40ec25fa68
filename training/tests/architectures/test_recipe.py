from __future__ import annotations

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from hemorica_architectures import training
from hemorica_architectures.catalog import CATALOG
from hemorica_architectures.dataset import Slices
from hemorica_architectures.export import ExportError, check, export
from hemorica_architectures.manifests import TEMPLATES, template, text
from hemorica_architectures.training import Normalization, Recipe, TrainingError, best_epochs, reported, train
from torch import nn

SIDE = 24
GRAY = Normalization([0.0] * 3, [1.0] * 3)


class Tiny:
    """Stands for an architecture: two layers instead of a hundred."""

    name, task = "tiny", "segmentation"

    def build(self, pretrained: bool) -> nn.Module:
        return nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.Conv2d(6, 1, 1))


def bright_squares(count: int, seed: int) -> Slices:
    random = np.random.default_rng(seed)
    pictures = random.normal(0.4, 0.05, (count, SIDE, SIDE))
    masks = np.zeros((count, SIDE, SIDE), bool)
    for n in range(0, count, 2):
        y, x = random.integers(0, SIDE - 8, 2)
        masks[n, y : y + 8, x : x + 8] = True
    pictures[masks] += 0.4
    return Slices(pictures.astype(np.float16), masks, masks.any((1, 2)))


class Training(unittest.TestCase):
    def run_tiny(self, folder: Path, recipe: Recipe) -> nn.Module:
        with contextlib.redirect_stdout(io.StringIO()):
            return train(Tiny(), recipe, GRAY, bright_squares(40, 1), bright_squares(10, 2), folder, torch.device("cpu"))

    def test_the_loss_falls_and_blood_is_found(self):
        with tempfile.TemporaryDirectory() as name:
            self.run_tiny(Path(name), Recipe(epochs=12, batch=4, rate=1e-2))
            history = json.loads((Path(name) / "history.json").read_text())
            self.assertEqual([row["epoch"] for row in history], list(range(1, 13)))
            self.assertLess(history[-1]["training loss"], 0.5 * history[0]["training loss"])
            self.assertGreater(history[-1]["F1"], 0.9)

    def test_a_run_that_was_stopped_becomes_the_run_that_was_not(self):
        recipe = Recipe(epochs=4, batch=4)
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
            whole = self.run_tiny(Path(one), recipe)
            epoch, calls = training._train_epoch, []

            def stopped(*arguments):
                calls.append(1)
                if len(calls) == 3:
                    raise KeyboardInterrupt
                return epoch(*arguments)

            with mock.patch.object(training, "_train_epoch", stopped), self.assertRaises(KeyboardInterrupt):
                self.run_tiny(Path(other), recipe)
            resumed = self.run_tiny(Path(other), recipe)
            for before, after in zip(whole.state_dict().values(), resumed.state_dict().values(), strict=True):
                self.assertTrue(torch.equal(before, after))
            with self.assertRaisesRegex(TrainingError, "another recipe"):
                self.run_tiny(Path(other), Recipe(epochs=4, batch=4, seed=33))

    def test_epochs_are_judged_after_the_tenth(self):
        history = [{"epoch": n, "training loss": 0.0, "validation loss": abs(n - 5), "F1": float(n)} for n in range(1, 31)]
        best = best_epochs(history, 30)
        self.assertEqual([row["epoch"] for row in best], list(range(11, 21)))
        self.assertEqual(reported(history, 30), {"F1": 15.5})
        self.assertEqual(best_epochs(history[:6], 6)[0]["epoch"], 5)


class Catalog(unittest.TestCase):
    def test_templates_are_those_of_the_catalog(self):
        self.assertEqual({file.stem for file in TEMPLATES.iterdir()}, set(CATALOG))
        for name, architecture in CATALOG.items():
            self.assertEqual((TEMPLATES / f"{name}.json").read_text(encoding="utf-8"), text(template(architecture)))

    def test_pyramids_of_tiny_and_small_differ(self):
        sizes = [sum(weights.numel() for weights in CATALOG[name].build(False).parameters()) for name in ("pspnet-swinv2-tiny", "pspnet-swinv2-small")]
        self.assertGreater(sizes[1], 1.5 * sizes[0])


class Export(unittest.TestCase):
    def test_a_graph_of_another_network_is_found_out(self):
        torch.manual_seed(1)
        network, other = Tiny().build(False).eval(), Tiny().build(False).eval()
        pictures = torch.rand(3, 3, 224, 224)
        with tempfile.TemporaryDirectory() as name:
            export(network, template(CATALOG["unet-resnet18"]), Path(name))
            self.assertEqual({file.name for file in Path(name).iterdir()}, {"model.onnx", "model.json"})
            check(network, pictures, Path(name) / "model.onnx")
            with self.assertRaises(ExportError):
                check(other, pictures, Path(name) / "model.onnx")


if __name__ == "__main__":
    unittest.main()
