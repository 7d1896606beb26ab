"""Answers as people and other programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import msgspec

from cogmap.memory.render.drawing import printable
from cogmap.memory.units import number_text, quantity_text
from cogmap.runtime.messages import Answer

__all__ = ["answer_dict", "answer_lines", "batch_dict", "value_text"]

_SHOWN = 12
_TEXT_LIMIT = 600


def value_text(answer: Answer) -> str:
    """The value with its unit, or the status in words."""
    value = answer.value
    if answer.status != "answered" or value is None:
        return "answered" if answer.status == "answered" else answer.status.replace("_", " ")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        if value and answer.unit and all(isinstance(each, (int, float)) for each in value):
            return _quantities_text(answer)
        return ", ".join(_part_text(each, answer.unit) for each in value) or "none"
    if isinstance(value, str):
        return printable(value, 200)
    return quantity_text(value, answer.unit)


def _part_text(part: str | float, unit: str) -> str:
    """One of several values, of which the numbers have the unit."""
    if unit and isinstance(part, (int, float)):
        return quantity_text(part, unit)
    return printable(str(part), 80)


def _quantities_text(answer: Answer) -> str:
    """The sides of a thing as people say them, "1.66 x 0.86 x 0.78 m"; others after commas."""
    *first, last = (float(each) for each in answer.value)  # type: ignore[union-attr]
    texts = [*(number_text(each, answer.unit) for each in first), quantity_text(last, answer.unit)]
    sides = answer.program.count('axis="') == 3 == len(texts)
    joint = " x " if sides else ", "
    return joint.join(texts)


def answer_lines(
    answer: Answer, labels: Mapping[int, str] = MappingProxyType({}), start_ns: int = 0
) -> list[str]:
    """For people: the value, what it means, the program, what it rests on, which map. ``labels``
    are those of objects, by their ids."""
    lines = [value := printable(answer.option, 200) or value_text(answer)]
    if answer.sigma and answer.status == "answered":
        lines[0] += f"  (± {answer.sigma:.2g})"
    if answer.text and answer.text != value:
        lines.append(printable(answer.text, _TEXT_LIMIT))
    if answer.program:
        lines += [
            f"{'program' if not number else '':<9}{printable(line, _TEXT_LIMIT)}"
            for number, line in enumerate(answer.program.splitlines())
        ]
    rests_on = _evidence_text(answer, labels)
    if rests_on:
        lines.append(f"rests on {rests_on}")
    if answer.viewpoint is not None:
        x, y, _ = answer.viewpoint.position
        lines.append(f"look from x {x:z.2f} y {y:z.2f}, towards {answer.viewpoint.yaw:z.2f} rad")
    at = f" at {(answer.stamp_ns - start_ns) * 1e-9:.1f} s" if start_ns else ""
    lines.append(f"map      version {answer.version}{at}; read by {printable(answer.planner, 60)}")
    return lines


def answer_dict(answer: Answer) -> dict[str, Any]:
    """All of an answer but its pictures, as JSON."""
    plain = msgspec.structs.replace(answer, images=())
    data: dict[str, Any] = msgspec.to_builtins(plain)
    del data["images"]
    return data


def batch_dict(id_: Any, answer: Answer, with_option: bool) -> dict[str, Any]:
    """A line of ``cogmap ask --file``."""
    data = answer_dict(answer)
    keys = ["status", "value", "unit", "sigma", "confidence", "text", *["option"] * with_option,
            "candidates", "viewpoint", "program", "evidence", "version"]  # fmt: skip
    return {"id": id_, **{key: data[key] for key in keys}}


def _evidence_text(answer: Answer, labels: Mapping[int, str]) -> str:
    evidence = answer.evidence
    named = [f"{printable(labels.get(id_, '')) or 'object'} {id_}" for id_ in evidence.objects]
    parts = [_some(named)] if named else []
    for name in ("rooms", "keyframes", "frames"):
        ids = getattr(evidence, name)
        if ids:
            parts.append(f"{name[:-1] if len(ids) == 1 else name} {_some(list(map(str, ids)))}")
    return "; ".join(parts)


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
