"""Questions in words, planned and answered. An input is UTF-8; options follow after bars."""

from __future__ import annotations

import random

from cogmap.bench.fuzzing.mutate import mutated_bytes, mutated_text
from cogmap.bench.fuzzing.small_house import THINGS, small_house
from cogmap.bench.fuzzing.surface import Surface
from cogmap.memory.asking import Conversation, ask
from cogmap.memory.questions import generate
from cogmap.memory.questions.from_map import scene_of_layout
from cogmap.runtime.messages import Question

__all__ = ["surface"]

_SEEDS = 300
_LONGEST = 6000
"""Letters; more than are read."""
_FORGETS_EVERY = 50
"""Questions in one conversation."""
_WORDS = (
    *dict.fromkeys(label for label, _, _ in THINGS),
    "kitchen", "bedroom", "the", "a", "and", "or", "not", "no", "than", "most", "it", "its", "they",
    "how many", "how far", "which", "where", "when", "what", "is", "are", "was", "from", "to", "on",
    "next to", "behind", "left", "between", "in", "room", "two", "2", "0", "-1", "1e9", "10 %",
    "metres", "cm", "seconds ago", "yesterday", "last", "first", "time", "door", "wall", "ago",
    "facing", "standing", "red", "biggest", "closest", "second", "other one", "A.", "(B)", "?", ",",
    "'s", '"', "|",
)  # fmt: skip


def surface() -> Surface:
    world = small_house()
    items = generate(scene_of_layout(world.layout), _SEEDS, seed=0)
    seeds = tuple("|".join((item.question, *item.options)).encode() for item in items)
    conversation, asked = Conversation(), 0

    def feed(data: bytes) -> object:
        nonlocal conversation, asked
        asked += 1
        if asked % _FORGETS_EVERY == 0:
            conversation = Conversation()
        text, *options = data.decode(errors="replace").split("|")
        question = Question(stamp_ns=0, text=text, options=tuple(options))
        answer = ask(world, question, conversation)
        return f"{answer.status}: {answer.program}"

    return Surface("question", seeds, _mutate, feed, limit_s=3.0)


def _mutate(rng: random.Random, data: bytes, other: bytes) -> bytes:
    if rng.randrange(10) == 0:
        return mutated_bytes(rng, data, other)
    if rng.randrange(20) == 0:
        return _repeated(rng, data)
    text, words = data.decode(errors="replace"), other.decode(errors="replace")
    return mutated_text(rng, text, _WORDS, words).encode()


def _repeated(rng: random.Random, data: bytes) -> bytes:
    """A few words or marks over and over, which is what slow patterns are slow on."""
    some = " ".join(rng.choices((*_WORDS, " ", "\n", *data.decode(errors="replace").split()), k=3))
    times = rng.randrange(1, _LONGEST) // len(some) + 1
    return f"{rng.choice(_WORDS)} {some * times} {rng.choice(_WORDS)}".encode()
