from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

from hemorica_training.checkpoint import save


class Checkpoints(unittest.TestCase):
    def test_an_interruption_leaves_the_last_one_whole(self):
        with tempfile.TemporaryDirectory() as name:
            path = Path(name) / "checkpoint.pt"
            save(path, lambda file: file.write(b"first"))

            def interrupted(file):
                file.write(b"sec")
                raise KeyboardInterrupt

            with self.assertRaises(KeyboardInterrupt):
                save(path, interrupted)
            self.assertEqual(path.read_bytes(), b"first")
            save(path, lambda file: file.write(b"third"))
            self.assertEqual(path.read_bytes(), b"third")
            self.assertEqual([file.name for file in Path(name).iterdir()], ["checkpoint.pt"])


if __name__ == "__main__":
    unittest.main()
