"""A few seconds of what ``cogmap bench fuzz`` does for hours, and that it would notice."""

from __future__ import annotations

import math
import mmap
import random
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import cogmap.runtime.image_size
from cogmap.bench.fuzz import figures_of
from cogmap.bench.fuzzing import drive as drive_module
from cogmap.bench.fuzzing import mutate
from cogmap.bench.fuzzing.drive import SURFACES, drive, open_surface
from cogmap.bench.fuzzing.surface import Surface
from cogmap.memory.asking import ask
from cogmap.memory.persistence import load_map
from cogmap.memory.programs.check import check
from cogmap.runtime import wire
from cogmap.runtime.image_size import image_size
from cogmap.runtime.launchfile import read_launch_file
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.playback import MAX_CHUNK_BYTES, Recording
from cogmap.runtime.request_server import RequestServer

EXAMPLES = {"map": 40, "launch": 80, "question": 120, "request": 100}
HYPOTHESIS = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@pytest.fixture(scope="module", params=SURFACES)
def surface(request: pytest.FixtureRequest) -> Iterator[Surface]:
    opened = open_surface(request.param)
    yield opened
    opened.close()


def test_valid_inputs_are_read(surface):
    for seed in surface.seeds[:20]:
        surface.feed(seed)


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_hostile_is_refused_with_words(surface):
    @settings(max_examples=EXAMPLES.get(surface.name, 300), **HYPOTHESIS)
    @given(chance=st.integers(0, 2**63), steps=st.integers(1, 3))
    def refused(chance, steps):
        rng = random.Random(chance)
        data = rng.choice(surface.seeds)
        for _ in range(steps):
            data = surface.mutate(rng, data, rng.choice(surface.seeds))
        with suppress(CogmapError):
            surface.feed(data)

    refused()


def test_any_bytes_are_refused_with_words(surface):
    @settings(max_examples=60, **HYPOTHESIS)
    @given(data=st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
    def refused(data):
        with suppress(CogmapError):
            surface.feed(data)

    refused()


def fragile(data: bytes) -> str:
    if b"\xff" in data:
        raise ValueError("this is a crash")
    if b"\x00" in data:
        raise CogmapError("this is a refusal")
    return "fine"


def test_a_crash_is_noticed_and_its_input_kept(tmp_path):
    surface = Surface("fragile", (b"seed",), mutate.mutated_bytes, fragile)
    result = drive(surface, 3000, seed=1, folder=tmp_path)
    ((kind, count),) = result.crashes.items()
    assert "ValueError" in kind and count > 0
    (kept,) = (path for path in tmp_path.glob("crash-*") if path.suffix != ".txt")
    with pytest.raises(ValueError, match="this is a crash"):
        fragile(kept.read_bytes())
    _, bars = figures_of(result, wanted=3000)
    missed = [bar.figure for bar in bars if not bar.ok]
    assert missed[0] == "fragile: outcomes"
    assert missed[1:] == ["fragile: crashes, hangs, bloat, leaked files and threads"]


def test_a_leak_and_a_hang_are_noticed(tmp_path):
    held, files = [], []

    def leaky(data: bytes) -> None:
        held.append(mmap.mmap(-1, 200_000))  # what was freed before cannot serve it
        held[-1].write(b"x" * 200_000)
        files.append((tmp_path / "open").open("w"))

    surface = Surface("leaky", (b"seed",), mutate.mutated_bytes, leaky, limit_s=0.0)
    result = drive(surface, 400, seed=1, folder=tmp_path)
    for file in files:
        file.close()
    assert result.grown_mb > 32 and result.leaked_files > 200 and result.hangs == 400
    assert not all(bar.ok for bar in figures_of(result, wanted=400)[1])


def test_a_wait_is_a_hang_though_it_takes_no_processor_time(tmp_path, monkeypatch):
    monkeypatch.setattr("cogmap.bench.fuzzing.drive._MOST_WAIT_S", 0.1)

    def sleepy(data: bytes) -> None:
        time.sleep(1.5 * (data == b"sleep"))

    surface = Surface("sleepy", (b"go", b"sleep"), lambda rng, one, other: other, sleepy)
    result = drive(surface, 12, seed=1, folder=tmp_path)
    assert 0 < result.hangs < 12 and 0 < result.longest_wait_s < 5
    assert (tmp_path / "hang-1").read_bytes() == b"sleep"


def test_inputs_that_all_end_at_the_first_check_show_nothing(tmp_path):
    def closed(data: bytes) -> None:
        raise CogmapError("this is no input")

    surface = Surface("closed", (b"seed",), mutate.mutated_bytes, closed)
    _, bars = figures_of(drive(surface, 400, seed=1, folder=tmp_path), wanted=400)
    assert [bar.figure for bar in bars if not bar.ok] == ["closed: accepted", "closed: outcomes"]


def test_inputs_that_were_not_fed_are_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("cogmap.bench.fuzzing.drive._Watch.feed", lambda *_: "ok")
    surface = Surface("unfed", (b"seed",), mutate.mutated_bytes, fragile)
    figures, _ = figures_of(drive(surface, 40, seed=1, folder=tmp_path), wanted=40)
    assert figures["unfed: inputs read"] == 0


def test_memory_that_is_taken_for_a_moment_is_noticed(tmp_path):
    def hungry(data: bytes) -> int:
        return len(b"x" * (2**27 if data == b"many" else 1))

    hungry(b"many")  # what the process once held must not hide what it holds now
    surface = Surface("hungry", (b"few", b"many"), lambda rng, one, other: other, hungry)
    result = drive(surface, 40, seed=1, folder=tmp_path)
    assert 0 < result.bloated < 40 and 120 < result.largest_mb < 140 and result.grown_mb < 32
    assert (tmp_path / "bloated-1").read_bytes() == b"many"
    assert not all(bar.ok for bar in figures_of(result, wanted=40)[1])


def test_equal_seeds_give_equal_inputs(tmp_path):
    def inputs(seed: int) -> list[bytes]:
        seen: list[bytes] = []
        drive(Surface("noted", (b"seed",), mutate.mutated_bytes, seen.append), 50, seed, tmp_path)
        return seen

    assert inputs(1) == inputs(1) != inputs(2)


@given(chance=st.integers(0, 2**63))
def test_a_tree_is_changed_in_a_copy(chance):
    tree = {"a": [1, {"b": 2.0}], "c": "x"}
    mutate.mutated_tree(random.Random(chance), tree)
    assert tree == {"a": [1, {"b": 2.0}], "c": "x"}


READERS = {
    "wire": wire.decode,
    "recording": Recording.__init__,
    "map": load_map,
    "launch": read_launch_file,
    "program": check,
    "question": ask,
    "request": RequestServer.receive,
}
"""What reads bytes of strangers, as docs/security.md lists it."""


def test_every_reader_of_untrusted_bytes_is_fed(surface):
    called = set()
    sys.setprofile(lambda frame, event, _: event == "call" and called.add(frame.f_code))
    try:
        surface.feed(surface.seeds[0])
    finally:
        sys.setprofile(None)
    assert SURFACES.keys() == READERS.keys()
    assert READERS[surface.name].__code__ in called


def test_recordings_reach_what_the_reader_takes():
    """Chunks up to its limit, and messages of very many parts; its limit is within the bar."""
    opened, rng, sizes = open_surface("recording"), random.Random(1), set()
    opened.close()
    assert opened.limit_mb * 2**20 > MAX_CHUNK_BYTES
    for _ in range(300):
        data = opened.mutate(rng, rng.choice(opened.seeds), opened.seeds[0])
        sizes |= {size for _, _, size, *_ in chunks_of(data)}
    assert max(size for size in sizes if size <= MAX_CHUNK_BYTES) > 0.99 * MAX_CHUNK_BYTES


def test_what_malloc_keeps_for_later_is_no_growth():
    """Of what is larger than it gave back at once before, it keeps some."""
    before = drive_module._Held.now().bytes
    for _ in range(4):
        bytearray(19 * 2**20)[::4096] = bytes(19 * 256)
    assert drive_module._Held.now().bytes - before < 8 * 2**20


def test_recordings_do_not_grow_without_end():
    opened, rng = open_surface("recording"), random.Random(3)
    opened.close()
    data = opened.seeds[0]
    for _ in range(60):
        data = opened.mutate(rng, data, data)
        assert len(data) <= 2**18, "an input has 2 MB to be noted in before it is read"
        if len(data) < 1000:
            data = opened.seeds[0]


def chunks_of(data: bytes) -> Iterator[tuple[int, ...]]:
    """Heads of chunks, as far as there are any."""
    at = 8
    while at + 49 <= len(data):
        opcode, length = struct.unpack_from("<BQ", data, at)
        if opcode == 6:
            yield struct.unpack_from("<QQQII", data, at + 9)
        at += 9 + length


@pytest.mark.parametrize("name", ["wire", "recording", "map"])
def test_heads_of_images_are_changed(name, monkeypatch):
    """So that a decoder that believes one would be noticed."""
    said = []

    def noted(data):
        said.append(math.prod(image_size(data)))
        return 1, 2**40

    monkeypatch.setattr(cogmap.runtime.image_size, "image_size", noted)
    opened, rng = open_surface(name), random.Random(1)
    while len(set(said)) < 2:  # a time limit ends it
        with suppress(CogmapError):
            opened.feed(opened.mutate(rng, rng.choice(opened.seeds), rng.choice(opened.seeds)))
    opened.close()
