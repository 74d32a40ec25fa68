"""Whether training prepares pictures as Hemorica does: python training/tests/prepared_input.py SCAN INPUT

INPUT holds what Hemorica gives a network of the paper for the NIfTI scan. Used by test/architectures.
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from hemorica_architectures.scan import network_pictures, read_scan  # noqa: E402

TOLERANCE = 1e-4


def main() -> None:
    scan, source = sys.argv[1:]
    pictures = network_pictures(read_scan(Path(scan)), {"center": 40, "width": 80}, 224)
    found = np.fromfile(source, np.float32).reshape(-1, 3, 224, 224)
    if found.shape[0] != pictures.shape[0] or pictures.std() < 0.1:
        sys.exit(f"{pictures.shape} instead of {found.shape}, deviation {pictures.std():.3f}")
    difference = float(np.abs(found - pictures[:, None]).max())
    if difference > TOLERANCE:
        sys.exit(f"the pictures differ by {difference:.2g}")
    print(difference)


main()
