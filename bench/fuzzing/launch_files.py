"""Launch files. An input is TOML."""

from __future__ import annotations

import random
import re
import tempfile
from pathlib import Path

from cogmap.bench.fuzzing.mutate import ODD_NUMBERS, ODD_TEXTS, mutated_bytes, mutated_text
from cogmap.bench.fuzzing.surface import Surface
from cogmap.launch.running import BUILT_IN
from cogmap.runtime.launchfile import RunSection, read_launch_file

__all__ = ["surface"]

_WORDS = (
    *(f"{name} =" for name in RunSection.__struct_fields__),
    "[run]", "[node.x]", "[node]", "[[node.x]]", "[node.'']", "uses", "params", "inputs", "outputs",
    '"latest"', '"lossless"', '"cogmap.nodes.memory:Memory"', '".:x"', '"os:system"', '":"',
    '"cogmap.runtime.node:Node"', '"cogmap.runtime.node:Source"', "{}", "[]", "{ a = 1 }", "[[1]]",
    "true", "1e400", "nan", "1979-05-27", '""', '"""', "=", ",", "}", "]", "\n",
)  # fmt: skip
_QUOTED = re.compile(r'"[^"\n]*"')
_NUMBER = re.compile(r"(?<=[= ])-?[0-9][0-9.]*")


def surface(folder: Path | None = None) -> Surface:
    held = tempfile.TemporaryDirectory(prefix="cogmap-fuzz-", dir=folder)
    path = Path(held.name) / "fuzzed.toml"
    seeds = tuple(file.read_bytes() for file in sorted(BUILT_IN.glob("*.toml")))

    def feed(data: bytes) -> object:
        path.write_bytes(data)
        return read_launch_file(path)

    for seed in seeds:  # imports the nodes, which no input should be charged with
        feed(seed)
    return Surface("launch", seeds, _mutate, feed, close=held.cleanup)


def _mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    text = data.decode(errors="replace")
    change = rng.randrange(6)
    if change == 0:
        return mutated_bytes(rng, data, other)
    if change <= 2:
        return mutated_text(rng, text, _WORDS, other.decode(errors="replace")).encode()
    if change == 3:
        return _replaced(rng, _NUMBER, text, str(rng.choice(ODD_NUMBERS))).encode()
    if change == 4:
        return _replaced(rng, _QUOTED, text, f'"{_escaped(rng.choice(ODD_TEXTS))}"').encode()
    return _lines_moved(rng, text).encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\x00", "\\u0000")


def _replaced(rng: random.Random, what: re.Pattern[str], text: str, by: str) -> str:
    """One of the places, by another or by something odd."""
    found = list(what.finditer(text))
    if not found:
        return text
    at = rng.choice(found)
    value = rng.choice(found).group() if rng.random() < 0.5 else by
    return text[: at.start()] + value + text[at.end() :]


def _lines_moved(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    for _ in range(rng.randint(1, 4)):
        line = lines[rng.randrange(len(lines))]
        if rng.random() < 0.5:
            lines.remove(line)
        lines.insert(rng.randrange(len(lines) + 1), line)
    return "\n".join(lines)
