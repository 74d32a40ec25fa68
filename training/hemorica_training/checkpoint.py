"""Checkpoints that survive an interruption."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO


def save(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Writes beside `path` and renames: an interruption leaves the old file or the new one, never half of one."""
    partial = path.with_name(path.name + ".partial")
    with open(partial, "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
