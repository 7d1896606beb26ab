"""Multiple choice: options inside a question's text, and which option an answer is."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from cogmap.memory.asking.ranges import Range, range_of
from cogmap.memory.asking.words import number_of, word_set
from cogmap.memory.units import SI, measure_of, to_si, unit_at

__all__ = ["bare", "canonical", "direction_form", "fitting", "split_options"]

_MOST = 26
_INTRO = re.compile(
    r"\b(?:the )?(?:options|choices|answers?) (?:are|is)\s*:?\s*(.+?)\s*\.?\s*$", re.I
)
_HEADING = re.compile(
    r"(?:\b(?:options|choices|select from|choose from)\s*:)|"
    r"\b(?:answer|respond) with [^.\n]{0,60}(?:letter|option)[^.\n]{0,60}\.?",
    re.I,
)
_LETTER = re.compile(r"(?:(?<=\s)|^)\(?([A-Z](?=[.):])|[a-z](?=\)))[.):]\s*(?=\S)")
_PREFIX = re.compile(
    r"^\s*(?:\(?[A-Za-z][.):]|\([A-Za-z]\)|\(?\d{1,2}\)|\d{1,2}[.:](?=\s))\s*(?=\S)"
)

_SAME = {
    "rear": "back", "behind": "back", "backwards": "back", "backward": "back", "forwards": "front",
    "forward": "front", "ahead": "front", "upward": "up", "downward": "down", "upper": "up",
    "above": "up", "below": "down", "higher": "up", "lower": "down", "nearer": "near",
    "closer": "near", "close": "near", "farther": "far", "further": "far", "farthest": "far",
    "leftward": "left", "rightward": "right", "leftwards": "left", "rightwards": "right",
    "clockwise": "clockwise", "anticlockwise": "counterclockwise",
    "counter-clockwise": "counterclockwise", "yes": "yes", "true": "yes", "yep": "yes",
    "no": "no", "false": "no", "nope": "no",
}  # fmt: skip
_NOISE = word_set("the a an is are it to of my your from on at in and then turn , side")
_MEASURED = {base for base, _ in SI.values()}
_WORD = re.compile(r"[^\W_]+(?:-clockwise)?")

_FORMS = (
    ("left_right", {"left", "right"}),
    ("three", {"left", "right", "back"}),
    ("four", {"left", "right", "back", "front"}),
    ("quadrant", {"front left", "front right", "back left", "back right"}),
    ("front_back", {"front", "back"}),
)


def split_options(text: str) -> tuple[str, tuple[str, ...]]:
    """A question without the options that it ends with ("A. left B. right"), and these."""
    found = _INTRO.search(text)
    if found and not _LETTER.search(text):
        options = re.split(r"\s*,\s*(?:and|or)\s+|\s*,\s*|\s+(?:and|or)\s+", found[1])
        if 2 <= len(options) <= _MOST:
            return text[: found.start()].strip(), tuple(options)
    letters = list(_LETTER.finditer(text))
    start = next((i for i, letter in enumerate(letters) if letter[1] in "Aa"), None)
    if start is None:
        return _HEADING.sub(" ", text).strip(), ()
    run = [letters[start]]
    for letter in letters[start + 1 :]:
        if ord(letter[1]) == ord(run[-1][1]) + 1:
            run.append(letter)
    if len(run) < 2:
        return text, ()
    ends = [letter.start() for letter in run[1:]] + [len(text)]
    options = [text[a.start() : end].strip(" \n;,") for a, end in zip(run, ends, strict=True)]
    options = [_HEADING.sub("", option).strip() for option in options]
    return _HEADING.sub(" ", text[: run[0].start()]).strip(), tuple(options)


def bare(option: str) -> str:
    """An option without its letter: "A. left" is "left"."""
    return _PREFIX.sub("", option, count=1).strip() or option.strip()


def canonical(option: str) -> str:
    """The words of an option that tell, in one spelling: "To the rear-left." is "back left"."""
    words = _WORD.findall(bare(option).casefold().replace("counter-clockwise", "anticlockwise"))
    return " ".join(_SAME.get(word, word) for word in words if word not in _NOISE)


def direction_form(options: Sequence[str]) -> str:
    """The form of ``direction`` whose words the options are; "" if they are none."""
    words = {canonical(option) for option in options}
    eight = {word for _, words_of in _FORMS for word in words_of}
    if not words or not words <= eight:
        return ""
    return next((form for form, known in _FORMS if words <= known), "eight")


def fitting(
    options: Sequence[str],
    value: object,
    same_thing: Callable[[str, str], bool],
    unit: str = "",
) -> tuple[str, bool]:
    """The option that says ``value``, word for word, and whether it says it exactly.

    Numbers, in ``unit``, take the range that they are in, or else the nearest option, whatever unit
    that is in; truths "yes" and "no"; words the same words, in any spelling, or else words for the
    same thing. "" if none does, or several do equally.
    """
    if isinstance(value, bool):
        return _one(
            [o for o in options if canonical(o).split(" ")[0] == ("yes" if value else "no")]
        )
    if isinstance(value, (int, float)):
        return _nearest(options, float(value), unit)
    if isinstance(value, tuple):
        parts = [str(part) for part in value]
        exact = _one([o for o in options if _same_order(o, parts, same_thing)])
        named = [o for o in options if any(_says(o, part, same_thing) for part in parts)]
        return exact if exact[0] else _one(named)
    if not isinstance(value, str):
        return "", False
    wanted = canonical(value)
    for found in (
        [o for o in options if bare(o).casefold() == value.casefold()],
        [o for o in options if canonical(o) == wanted],
        [o for o in options if same_thing(bare(o), value)],
    ):
        if found:
            return _one(found)
    return "", False


def _says(option: str, word: str, same_thing: Callable[[str, str], bool]) -> bool:
    return canonical(option) == canonical(word) or same_thing(bare(option), word)


def _one(found: Sequence[str]) -> tuple[str, bool]:
    return (found[0], True) if len(found) == 1 else ("", False)


def _nearest(options: Sequence[str], value: float, unit: str) -> tuple[str, bool]:
    wanted, base = to_si(value, unit)
    measures = [(o, measure) for o in options if (measure := _measure(bare(o))) is not None]
    named = {option_unit for _, (_, option_unit) in measures if option_unit}
    bare_numbers = [number for number, option_unit in (m for _, m in measures) if not option_unit]
    unstated = named.pop() if len(named) == 1 else _meant(bare_numbers, wanted, base, unit)
    unstated = unstated if base in _MEASURED else unit
    ranges = {o: found for o in options if (found := range_of(bare(o), _number_first))}
    holding = [o for o, found in ranges.items() if _holds(found, wanted, base, unstated)]
    if holding:
        return _one(holding)
    off = []
    for option, (number, option_unit) in measures:
        if option in ranges:
            continue
        # Of a number of things, or one without a unit, what follows a number is no unit.
        own = (option_unit or unstated) if base in _MEASURED else unit
        said, kind = to_si(number, own)
        if kind == base:
            off.append((abs(said - wanted), option))
    if not off:
        return "", False
    least, nearest = min(off, key=lambda entry: entry[0])
    same = [option for other, option in off if math.isclose(other, least, abs_tol=1e-9)]
    return (nearest, least < 1e-9) if len(same) == 1 else ("", False)


def _holds(found: Range, wanted: float, base: str, unstated: str) -> bool:
    own = (found.unit or unstated) if base in _MEASURED else unstated
    return to_si(1.0, own)[1] == base and found.holds(wanted, own)


def _number_first(text: str) -> tuple[float, str] | None:
    """The measure that a text begins with."""
    first = text.split(" ", 1)[0]
    return _measure(text) if first[:1].isdigit() or number_of(first) is not None else None


def _meant(numbers: Sequence[float], wanted: float, base: str, unit: str) -> str:
    """The unit of options that name none: that of the answer, unless these would be lengths of
    another order, as 150, 170 and 200 are of what is 1.64 m tall."""
    if base != "m" or not numbers:
        return unit
    for each in (unit, "m", "cm", "mm"):
        one, _ = to_si(1.0, each)
        if min(numbers) * one <= 3 * wanted and wanted <= 3 * max(numbers) * one:
            return each
    return unit


def _measure(option: str) -> tuple[float, str] | None:
    """The number of an option, in digits or words, and its unit; "" if it names none."""
    found = measure_of(option)
    if found is not None:
        return found
    word = option.split(" ", 1)[0]
    number = number_of(word.casefold())
    return None if number is None else (number, unit_at(option, len(word))[0])


def _same_order(option: str, parts: Sequence[str], same: Callable[[str, str], bool]) -> bool:
    pieces = [piece.strip() for piece in re.split(r"->|[,;>]|\s(?:and|then)\s", bare(option))]
    pieces = [piece for piece in pieces if piece]
    if len(pieces) != len(parts):
        return canonical(option) == canonical(" ".join(parts))
    pairs = list(zip(pieces, parts, strict=True))
    if all(piece.casefold() == part.casefold() for piece, part in pairs):
        return True
    return all(canonical(p) == canonical(q) or same(p, q) for p, q in pairs)
