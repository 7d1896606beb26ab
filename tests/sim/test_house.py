"""Whole houses: the same bytes from the same seed, in any process."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

from cogmap.sim.house import build_house


def digest(value: object) -> str:
    """Hash of every byte of a scene, arrays with dtype and shape."""
    sha = hashlib.sha256()

    def feed(item: object) -> None:
        if isinstance(item, np.ndarray):
            sha.update(f"{item.dtype}{item.shape}".encode())
            sha.update(item.tobytes())
        elif is_dataclass(item):
            for part in fields(item):
                feed(getattr(item, part.name))
        elif isinstance(item, tuple):
            sha.update(b"(")
            for part in item:
                feed(part)
            sha.update(b")")
        else:
            sha.update(repr(item).encode() + b";")

    feed(value)
    return sha.hexdigest()


def test_same_seed_same_bytes_in_another_process():
    program = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('here', {__file__!r})\n"
        "here = importlib.util.module_from_spec(spec); spec.loader.exec_module(here)\n"
        "sys.stdout.write(here.digest(here.build_house(7, 5)))\n"
    )
    for hash_seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": hash_seed},
        )  # fmt: skip
        assert run.stdout == digest(build_house(7, 5))


def test_other_seed_other_house():
    assert digest(build_house(1, 3)) != digest(build_house(2, 3))


def test_number_of_rooms_is_drawn_or_given():
    assert len(build_house(0, 3).rooms) == 3
    assert len({len(build_house(seed).rooms) for seed in range(3)}) > 1
    with pytest.raises(ValueError, match="rooms: 12"):
        build_house(0, 12)


def test_building_takes_less_than_two_seconds():
    start = time.process_time()
    build_house(11, 8)
    assert time.process_time() - start < 2.0
