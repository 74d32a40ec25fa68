"""Runs the tests of the training code: python tests/run.py [results.json] in the folder `training`.

Those of the network need PyTorch and are run where it is installed, those of the architectures where
requirements-architectures.txt is; all others need only requirements-test.txt.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import unittest
from pathlib import Path

TRAINING = Path(__file__).resolve().parent.parent


def main() -> int:
    os.chdir(TRAINING)
    sys.path.insert(0, str(TRAINING))
    folders = ["reference"]
    if importlib.util.find_spec("torch"):
        folders.append("network")
    else:
        print("PyTorch is not installed here: the tests of the network are left to an environment of requirements.txt.")
    if importlib.util.find_spec("timm"):
        folders.append("architectures")
    loader = unittest.TestLoader()
    tests = unittest.TestSuite(loader.discover(f"tests/{folder}", top_level_dir=str(TRAINING)) for folder in folders)
    result = unittest.TextTestRunner().run(tests)
    failures = [{"title": str(test), "message": message} for test, message in [*result.failures, *result.errors]]
    if len(sys.argv) > 1:
        counts = {"passed": result.testsRun - len(failures), "failed": len(failures), "failures": failures}
        Path(sys.argv[1]).write_text(json.dumps(counts))
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
