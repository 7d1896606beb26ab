"""Map folders. An input is a MessagePack map of the files that differ from a stored map's."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import random
import tempfile
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import zstandard

from cogmap.bench.fuzzing.mutate import (
    mutated_array_bytes,
    mutated_bytes,
    mutated_tree,
    odd_value,
    with_other_head,
)
from cogmap.bench.fuzzing.surface import Surface
from cogmap.memory.cognitive_map import CognitiveMap, MapConfig
from cogmap.memory.dense.reconstruction import ReconstructionConfig
from cogmap.memory.dense.surface import SurfaceConfig
from cogmap.memory.packed_array import pack
from cogmap.memory.persistence import MANIFEST
from cogmap.memory.render.marks import mark_jpeg, objects_in
from cogmap.runtime.messages import CogmapError, Detection

__all__ = ["surface"]

Files = dict[str, bytes]
_FRAMES = 12
_PICTURES = "jpegs"
_JPEG = b"\xff\xd8"


def surface(folder: Path | None = None) -> Surface:
    held = tempfile.TemporaryDirectory(prefix="cogmap-fuzz-", dir=folder)
    where = Path(held.name) / "map"
    _small_map().save(where)
    stored = {path.name: path.read_bytes() for path in where.iterdir()}

    def feed(data: bytes) -> object:
        try:
            changed = msgspec.msgpack.decode(data, type=Files)
        except (msgspec.DecodeError, UnicodeDecodeError):
            changed = {MANIFEST: data}
        written = {name for name in changed if name.replace(".", "").replace("-", "").isalnum()}
        try:
            for name in written:
                (where / name).write_bytes(changed[name])
            return _use(where)
        finally:
            for name in written:
                (where / name).unlink()
                if name in stored:
                    (where / name).write_bytes(stored[name])

    def mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
        change = rng.randrange(11)
        if change == 0:
            changed = {MANIFEST: mutated_bytes(rng, stored[MANIFEST])}
        elif change == 1:
            name = rng.choice(sorted(stored))
            changed = {name: mutated_bytes(rng, stored[name])}
        elif change <= 3:
            changed = {MANIFEST: _signed(mutated_tree(rng, _manifest(stored)))}
        elif change == 4:
            changed = _with_another_array(rng, stored, _PICTURES)
        else:
            changed = _with_another_array(rng, stored)
        return msgspec.msgpack.encode(changed)

    seeds = (msgspec.msgpack.encode({MANIFEST: stored[MANIFEST]}),)
    return Surface("map", seeds, mutate, feed, limit_s=5.0, close=held.cleanup)


def _use(where: Path) -> str:
    """What somebody does who was given a map: look, ask, go on."""
    loaded = CognitiveMap.load(where)
    loaded.layout()
    answer = loaded.run('distance(find("cup"), the(find("plate")))')
    with contextlib.suppress(CogmapError):
        for number in loaded.keyframes():
            mark_jpeg(loaded.picture(number), objects_in(loaded.layout(), number))
    with contextlib.suppress(CogmapError):
        loaded.layout(as_of_ns=500_000_000)
    loaded.surface_points()
    return answer.status


def _small_map() -> CognitiveMap:
    """A wall with two boxes before it, looked at for a second."""
    surface_config = SurfaceConfig(voxel_size_m=0.05, initial_blocks=64)
    made = CognitiveMap(MapConfig(ReconstructionConfig(surface=surface_config), grid_every=6))
    depth, color = np.full((60, 80), 2.0, np.float32), np.full((60, 80, 3), 90, np.uint8)
    seen = []
    for label, left in (("cup", 10), ("plate", 50)):
        mask = np.zeros(depth.shape, np.bool_)
        mask[20:40, left : left + 20] = True
        depth[mask] = 1.5
        embedding = np.ones(8, np.float32)
        seen.append(Detection(mask=mask, label=label, score=0.8, embedding=embedding))
    pose = np.array([[0.0, 0, 1, 0], [-1, 0, 0, 0], [0, -1, 0, 1], [0, 0, 0, 1]])
    for number in range(_FRAMES):
        pose[1, 3] = 0.02 * number
        made.observe(
            stamp_ns=number * 100_000_000,
            world_from_camera=pose.copy(),
            intrinsics=(70.0, 70.0, 39.5, 29.5),
            depth_m=depth,
            color=color,
            detections=seen,
        )
    return made


def _manifest(stored: Files) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads(stored[MANIFEST])
    return manifest


def _signed(manifest: Any) -> bytes:
    """With the checksum that the loader asks for: who writes a hostile map can compute it, too."""
    if isinstance(manifest, dict):
        manifest.pop("sha256", None)
        plain = json.dumps(manifest, sort_keys=True, default=str)
        manifest["sha256"] = hashlib.sha256(plain.encode()).hexdigest()
    return json.dumps(manifest, default=str).encode()


def _with_another_array(rng: random.Random, stored: Files, of: str = "") -> Files:
    """One of the arrays changed, and all that vouches for it made to fit."""
    manifest = _manifest(stored)
    names = sorted(
        name for name, file in manifest["files"].items() if "raw_size" in file and name.endswith(of)
    )
    entry = manifest["files"][rng.choice(names)]
    content, raw_size = _array_changed(rng, stored[entry["file"]])
    entry |= {
        "raw_size": raw_size, "size": len(content), "sha256": hashlib.sha256(content).hexdigest(),
    }  # fmt: skip
    return {entry["file"]: content, MANIFEST: _signed(manifest)}


def _array_changed(rng: random.Random, packed: bytes) -> tuple[bytes, int]:
    raw = zstandard.ZstdDecompressor().decompress(packed)
    if rng.random() < 0.15:
        raw = mutated_bytes(rng, raw)
        return zstandard.ZstdCompressor(level=1).compress(raw), len(raw)
    array = np.load(io.BytesIO(raw), allow_pickle=False)
    if array[:2].tobytes() == _JPEG and rng.random() < 0.5:
        return pack(np.frombuffer(with_other_head(rng, array.tobytes()), np.uint8))
    if array.dtype == np.uint8 and array.ndim == 1:
        with contextlib.suppress(msgspec.DecodeError, TypeError, OverflowError, UnicodeError):
            tree = msgspec.msgpack.decode(array.tobytes())
            array = np.frombuffer(msgspec.msgpack.encode(mutated_tree(rng, tree)), np.uint8)
            return pack(array)
    return pack(_other_array(rng, array))


def _other_array(rng: random.Random, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    change = rng.randrange(6)
    if change == 0:
        return array[: rng.randrange(len(array) + 1)] if array.ndim else array.reshape(1)
    if change == 1:
        return np.concatenate([array, array]) if array.ndim else array
    if change == 2:
        return array.astype(rng.choice((np.float64, np.float32, np.int64, np.uint8, np.bool_)))
    if change == 3:
        return array.reshape(-1) if rng.random() < 0.5 else array[None]
    if change == 4 and rng.random() < 0.1:
        return np.asarray(str(odd_value(rng))[:100])
    raw = bytearray(np.ascontiguousarray(array).tobytes())
    mutated_array_bytes(rng, raw, array.dtype.itemsize)
    return np.frombuffer(bytes(raw), array.dtype).reshape(array.shape)
