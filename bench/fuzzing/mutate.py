"""Changes to valid inputs: of bytes, of trees of plain data, of text. All chance is in ``rng``."""

from __future__ import annotations

import copy
import random
import re
import struct
from collections.abc import Sequence
from typing import Any

__all__ = [
    "mutated_array_bytes",
    "mutated_bytes",
    "mutated_text",
    "mutated_tree",
    "odd_value",
    "with_odd_values",
    "with_other_head",
]

MOST_BYTES = 1 << 18
ODD_NUMBERS = (
    0, 1, -1, 2, 7, 127, 128, 255, 256, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**53,
    2**63 - 1, 2**63, 2**64 - 1, -(2**31), -(2**63),
)  # fmt: skip
ODD_REALS = (0.0, -0.0, 1e-320, 1e-9, 0.5, 1e9, 1e38, 1e300, -1e300, float("inf"), float("nan"))
ODD_TEXTS = (
    "", " ", "x", "../../x", "/etc/passwd", "a" * 300, "\x00", "\n", "\u202e", "\ufffd", "é", "🪑",
    "%s%n", "{0.__class__}", "__class__", "$(id)", "`id`", "-1", "1e999", "null", "[[[[", "<b>",
)  # fmt: skip
_ODD: dict[type, Sequence[Any]] = {int: ODD_NUMBERS, float: ODD_REALS, str: ODD_TEXTS}
_JPEG_SIZE = re.compile(rb"\xff[\xc0-\xc2]\x00[\x0b\x11]\x08(....)", re.DOTALL)
_ODD_SIDES = (0, 1, 7, 64, 30_000, 65_535)
"""Of images: two of them make one that is small, or one that nobody may decode."""
ODD_CHARACTERS = (
    "\x00\t\n\r\x1b\"'\\()[]{}<>=,.;:!?#@$%^&*-_+|~` 0123456789"
    "aeioué\u00a0\u0130\u0301\u200b\u202e\ufffd\U0001fa91²½Ⅷ"
)


def with_other_head(rng: random.Random, data: bytes) -> bytes:
    """The first JPEG in it says that it has another size; the others are as they were."""
    found = _JPEG_SIZE.search(data)
    if found is None:
        return data
    sides = rng.choice(_ODD_SIDES), rng.choice(_ODD_SIDES)
    return data[: found.end() - 4] + struct.pack(">HH", *sides) + data[found.end() :]


def mutated_bytes(rng: random.Random, data: bytes, other: bytes = b"") -> bytes:
    """One to four changes: bits, bytes, numbers, pieces left out, doubled, taken from ``other``."""
    work = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(work) + 1)
        length = min(int(rng.paretovariate(0.8)), 4096)
        change = rng.randrange(8)
        if change == 0 and at < len(work):
            work[at] ^= 1 << rng.randrange(8)
        elif change == 1 and at < len(work):
            work[at] = rng.choice((0, 1, 0x7F, 0x80, 0xC1, 0xFF, rng.randrange(256)))
        elif change == 2:
            work[at:at] = rng.randbytes(min(length, 64))
        elif change == 3:
            del work[at : at + length]
        elif change == 4:
            work[at:at] = work[at : at + length]
        elif change == 5:
            del work[at:]
        elif change == 6:
            number = rng.choice(ODD_NUMBERS) % 2**64
            size = rng.choice((2, 4, 8))
            work[at : at + size] = (number % 2 ** (8 * size)).to_bytes(size, "little")
        elif other:
            start = rng.randrange(len(other))
            work[at : at + length] = other[start : start + length]
    return bytes(work[:MOST_BYTES])


def odd_value(rng: random.Random, depth: int = 0) -> Any:
    """Plain data that nobody expects."""
    kind = rng.randrange(9 if depth < 2 else 4)
    if kind == 0:
        return rng.choice(ODD_NUMBERS)
    if kind == 1:
        return rng.choice(ODD_REALS)
    if kind == 2:
        return rng.choice(ODD_TEXTS)
    if kind == 3:
        return rng.choice((None, True, False, b"", b"\x00" * 9))
    if kind == 4:
        return [odd_value(rng, depth + 1) for _ in range(rng.choice((0, 1, 2, 3, 40)))]
    if kind == 5:
        return {
            rng.choice(ODD_TEXTS): odd_value(rng, depth + 1) for _ in range(rng.choice((0, 1, 2)))
        }
    if kind == 6:
        nested: Any = 1
        for _ in range(rng.choice((3, 30, 150))):
            nested = [nested]
        return nested
    return rng.choice((rng.getrandbits(rng.randint(1, 63)), rng.uniform(-1e6, 1e6)))


def mutated_tree(rng: random.Random, tree: Any) -> Any:
    """A copy of nested lists and dictionaries with one to three changes."""
    try:
        tree = copy.deepcopy(tree)
    except RecursionError:
        return odd_value(rng)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(tree))
        if not places:
            return odd_value(rng)
        holder, key = rng.choice(places)
        _, other_key = other = rng.choice(places)
        change = rng.randrange(6)
        if change <= 1:
            holder[key] = odd_value(rng)
        elif change == 2:
            holder[key] = copy.deepcopy(other[0][other_key])
        elif change == 3:
            del holder[key]
        elif change == 4:
            holder[key] = [holder[key]]
        else:
            _add(rng, holder, key)
    return tree


def with_odd_values(rng: random.Random, tree: Any) -> Any:
    """A copy in which one to three numbers or texts are odd ones of their own type."""
    tree = copy.deepcopy(tree)
    plain = [(holder, key) for holder, key in _places(tree) if type(holder[key]) in _ODD]
    for holder, key in rng.sample(plain, min(len(plain), rng.randint(1, 3))):
        holder[key] = rng.choice(_ODD[type(holder[key])])
    return tree


def mutated_array_bytes(rng: random.Random, raw: bytearray, itemsize: int) -> None:
    """Change up to eight values of an array, or many alike, in place."""
    count = len(raw) // itemsize
    if not count:
        return
    at = rng.randrange(count)
    run = rng.choice((1, 1, 1, 2, 8, count))
    odd = _odd_item(rng, itemsize)
    for index in range(at, min(at + run, count)):
        raw[index * itemsize : (index + 1) * itemsize] = odd


def mutated_text(rng: random.Random, text: str, words: Sequence[str], other: str = "") -> str:
    """One to three changes: words exchanged, moved, doubled, cut; odd characters; repetition."""
    for _ in range(rng.randint(1, 3)):
        parts = text.split(" ")
        at = rng.randrange(len(parts))
        change = rng.randrange(9)
        if change <= 1:
            parts[at] = rng.choice(words)
        elif change == 2:
            parts.insert(at, rng.choice(words))
        elif change == 3:
            del parts[at]
        elif change == 4:
            swapped = rng.randrange(len(parts))
            parts[at], parts[swapped] = parts[swapped], parts[at]
        elif change == 5:
            parts[at] *= rng.choice((2, 3, 50))
        elif change == 6:
            parts[at:] = other.split(" ")[rng.randrange(9) :]
        elif change == 7:
            parts = parts[: at + 1] * rng.choice((2, 2, 30))
        else:
            parts = _spoiled(rng, " ".join(parts)).split(" ")
        text = " ".join(parts)
    return text[:20_000]


def _spoiled(rng: random.Random, text: str) -> str:
    at = rng.randrange(len(text) + 1)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + rng.choice(ODD_CHARACTERS) + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1 :]
    if kind == 2:
        return text[:at] + rng.choice(ODD_TEXTS) + text[at:]
    return text[:at] + rng.choice((text.upper(), text.title(), text[::-1]))[at:]


def _places(tree: Any) -> list[tuple[Any, Any]]:
    """(holder, key) of all that can be changed."""
    places: list[tuple[Any, Any]] = []
    waiting = [tree]
    while waiting and len(places) < 20_000:
        holder = waiting.pop()
        if isinstance(holder, dict):
            keys: list[Any] = list(holder)
        elif isinstance(holder, list):
            keys = list(range(len(holder)))
        else:
            continue
        for key in keys:
            places.append((holder, key))
            waiting.append(holder[key])
    return places


def _add(rng: random.Random, holder: Any, key: Any) -> None:
    if isinstance(holder, list):
        holder.insert(key, odd_value(rng))
    else:
        holder[rng.choice((*ODD_TEXTS, f"{key}s"))] = holder.get(key)


def _odd_item(rng: random.Random, itemsize: int) -> bytes:
    if itemsize == 8 and rng.random() < 0.5:
        return struct.pack("<d", rng.choice(ODD_REALS))
    if itemsize == 4 and rng.random() < 0.5:
        real = rng.choice(ODD_REALS)
        return struct.pack("<f", real if abs(real) < 3e38 else float("inf"))
    number: int = rng.choice(ODD_NUMBERS) % (1 << 8 * itemsize)
    return number.to_bytes(itemsize, "little")
