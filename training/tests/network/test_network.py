from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch

from hemorica_training import losses
from hemorica_training.checkpoint import save
from hemorica_training.network import HemorrhageNet, load
from hemorica_training.predict import from_checkpoint
from hemorica_training.sources import SIZE
from hemorica_training.train import Trainer, slice_labels

from ..reference.phantom import ellipse


def batch(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two pictures with masks and one with a slice label only."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((3, SIZE, SIZE), np.uint8)
    labels[0][ellipse((20, 20), (100, 90), SIZE)] = 4
    pictures = rng.random((3, 1, SIZE, SIZE), np.float32) * 0.4 + (labels > 0)[:, None] * np.float32(0.4)
    return pictures, labels, np.array([[1, 0, 0, 0, 0]], np.float32)


class Network(unittest.TestCase):
    def test_outputs_have_the_shapes_that_the_manifests_mean(self):
        torch.manual_seed(0)
        blood, subtype, slices = HemorrhageNet().eval()(torch.rand(2, 1, SIZE, SIZE))
        self.assertEqual([tuple(t.shape) for t in (blood, subtype, slices)], [(2, 1, SIZE, SIZE), (2, 5, 56, 56), (2, 6)])

    def test_slice_labels_of_masks(self):
        mask = torch.zeros(2, SIZE, SIZE, dtype=torch.long)
        mask[0, :4, :2] = 3
        mask[1, 0, :7] = 2
        self.assertEqual(slice_labels(mask).tolist(), [[1, 0, 0, 1, 0, 0], [0] * 6])

    def test_a_perfect_answer_costs_least(self):
        labels = torch.from_numpy(batch(0)[1][:2]).long()
        right = (labels[:, None] > 0).float() * 20 - 10
        kinds = torch.zeros(2, 5, 56, 56)
        kinds[:, 3] = 9
        wrong = losses.masked(-right, kinds, labels)
        self.assertLess(losses.masked(right, kinds, labels), 0.01)
        self.assertGreater(wrong, 3)

    def test_weak_slices_teach_what_the_teacher_is_sure_of_and_nothing_else(self):
        blood = torch.zeros(1, 1, SIZE, SIZE, requires_grad=True)
        teacher = torch.full((1, 1, SIZE, SIZE), 0.5)
        teacher[..., :20, :20], teacher[..., 100:, :] = 0.95, 0.01
        losses.weak(blood, torch.zeros(1, 5, 56, 56), torch.ones(1, 5), teacher).backward()
        self.assertTrue((blood.grad[..., :20, :20] < 0).all())
        self.assertTrue((blood.grad[..., 100:, :] > 0).all())
        self.assertTrue((blood.grad[..., 20:100, :] == 0).all())


class Resuming(unittest.TestCase):
    def test_goes_on_as_if_never_interrupted(self):
        first = Trainer(5, compiled=False)
        for n in range(2):
            first.step(*batch(n), n / 3)
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "checkpoint.pt"
            save(path, lambda file: torch.save(first.state(), file))
            second = Trainer(99, compiled=False)
            second.load(path)
            self.assertEqual(second.steps, 2)
            # No dropout: both must do the very same step.
            first.net.slice[2].p = second.net.slice[2].p = 0
            for a, b in zip(first.net.state_dict().values(), second.net.state_dict().values()):
                torch.testing.assert_close(a, b)
            for a, b in zip(first.mean.state_dict().values(), second.mean.state_dict().values()):
                torch.testing.assert_close(a, b)
            np.testing.assert_allclose(*(trainer.step(*batch(2), 2 / 3) for trainer in (first, second)), rtol=1e-4)
            # The optimizer's memory was restored as well, or the step would have led elsewhere.
            for a, b in zip(first.net.state_dict().values(), second.net.state_dict().values()):
                torch.testing.assert_close(a, b)
            # Measuring takes the mean of the checkpoint, not the network that is being trained.
            x = batch(7)[0][:, 0]
            with torch.no_grad():
                expected = torch.sigmoid(load(path)(torch.from_numpy(x)[:, None])[0])[:, 0].numpy()
            np.testing.assert_allclose(from_checkpoint(path)(x, x)[0], expected, atol=1e-5)


if __name__ == "__main__":
    unittest.main()
