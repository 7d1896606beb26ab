"""Spatial programs: parsed, checked and, where that went well, run. An input is UTF-8."""

from __future__ import annotations

import random
import re

from cogmap.bench.fuzzing.mutate import mutated_bytes, mutated_text
from cogmap.bench.fuzzing.small_house import small_house
from cogmap.bench.fuzzing.surface import Surface
from cogmap.memory.programs.check import check
from cogmap.memory.programs.registry import operations
from cogmap.memory.programs.run import Budget, answer_program
from cogmap.runtime.messages import CogmapError

__all__ = ["surface"]

_SEEDS = (
    'distance(find("cup"), find("sofa"))',
    'count([c for c in find("chair") if distance(c, the(find("sofa"))) < 1.5])',
    'a = find("chair")\nb = nearest(a, the(find("bed")))\nsize(b, "height")',
    'room_of(the(find("cup")))',
    'area(room("kitchen")) + area(room("bedroom"))',
    'on(find("cup"), find("dining table"))',
    '[label_of(o) for o in everything() if size(o) > 0.5 and not on(o, find("bed"))]',
    'first_seen(find("lamp")) if exists(find("lamp")) else now()',
    'path(room("kitchen"), room("bedroom"))',
    'distance(object(1), object(2)) * 2 - 1.5 >= -4 or "cup" in [label_of(object(6))]',
    'view_from(stand(the(find("sofa")), the(find("bed"))))',
    "render_bev()",
)  # fmt: skip
_PIECES = (
    "(", ")", "[", "]", ",", "=", "==", "<", ">=", "+", "-", "*", "/", "if", "else", "for", "in",
    "not", "and", "or", "x", "y", '"cup"', '"sofa"', '""', "1", "0", "1.5", "-1", "1e11", "None",
    "True", "\n", "x = 1\n", "[x for x in", "lambda x:", "**", "//", "%", ".label", "[0]", ":=",
    "'", '"""', "f'{x}'", "0x", "1_0", "1j", "await", "...", "#", ";", "@", "~", "is", "yield",
)  # fmt: skip
_TOKEN = re.compile(r'"[^"]*"|\w+|\s+|.', re.DOTALL)
_RUN_FOR = Budget(steps=2000, seconds=1.0, images=1)


def surface() -> Surface:
    names = tuple(operations())
    calls = tuple(f"{name}(" for name in names)
    world = small_house()
    seeds = [*_SEEDS, *filter(_is_program, (f'{name}(find("chair"))' for name in names))]

    def mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
        text = data.decode(errors="replace")
        change = rng.randrange(8)
        if change == 0:
            return mutated_bytes(rng, data, other)
        if change == 1:
            return mutated_text(
                rng, text, (*_PIECES, *calls), other.decode("utf8", "replace")
            ).encode()
        return _tokens_changed(rng, text, (*_PIECES, *names, *calls)).encode()

    def feed(data: bytes) -> object:
        source = data.decode(errors="replace")
        check(source)
        return answer_program(world, source, budget=_RUN_FOR).status

    return Surface("program", tuple(s.encode() for s in seeds), mutate, feed, limit_s=3.0)


def _is_program(source: str) -> bool:
    try:
        check(source)
    except CogmapError:
        return False
    return True


def _tokens_changed(rng: random.Random, text: str, pieces: tuple[str, ...]) -> str:
    tokens = _TOKEN.findall(text)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(tokens) + 1)
        change = rng.randrange(5)
        if change == 0 or not tokens:
            tokens.insert(at, rng.choice(pieces))
        elif change == 1:
            del tokens[at : at + rng.randint(1, 3)]
        elif change == 2:
            tokens[at : at + 1] = [rng.choice(pieces)]
        elif change == 3:
            tokens.insert(at, rng.choice(tokens))
        else:
            piece = tokens[at : at + rng.randint(1, 12)]
            tokens[at:at] = piece * rng.choice((1, 1, 2, 40))
    return "".join(tokens)[:20_000]
