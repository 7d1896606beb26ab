"""``cogmap ask --file``: questions as JSON lines in, answers as JSON lines out."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import msgspec
import numpy as np

from cogmap.launch.answer_text import batch_dict
from cogmap.launch.asking import Asker
from cogmap.runtime.messages import CogmapError, Question, Standpoint

__all__ = ["BadLineError", "ask_file", "question_of"]

LINE_LIMIT = 2**20
KEYS = ("id", "question", "options", "as_of_ns", "pose")
Pose = Standpoint | list[float] | list[list[float]]


class BadLineError(CogmapError):
    """A line that is no question."""


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: str
    id: Any = None
    options: list[str] = []
    as_of_ns: int | None = None
    pose: Any = None


def ask_file(asker: Asker, questions: Path, out: Path | None) -> tuple[int, int]:
    """Answer every line, in order, as it comes; ``-`` is standard input, no ``out`` standard
    output. How many were answered or abstained from, and how many lines were bad.

    A line that is no question gets an error line with its number; the others go on.

    Raises:
        CogmapError: the file cannot be read, or the answers cannot be written.
    """
    asked = bad = 0
    with _reading(questions) as lines, _writing(out) as answers:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            id_: Any = None
            try:
                id_, question = question_of(line)
                answer = asker.ask(question)
                result = batch_dict(id_, answer, bool(question.options))
                asked += 1
            except CogmapError as error:
                result = {"id": id_, "line": number, "status": "failed", "error": str(error)}
                bad += 1
            answers.write(json.dumps(result, ensure_ascii=False) + "\n")
            answers.flush()
    return asked, bad


def question_of(line: str) -> tuple[Any, Question]:
    """The id and the question of a line. Raises BadLineError that names the field."""
    if len(line) > LINE_LIMIT:
        raise BadLineError(f"the line has {len(line)} letters; at most {LINE_LIMIT} are read")
    try:
        read = msgspec.json.decode(line, type=_Line)
        pose = _pose(read.pose)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise BadLineError(f"no question: {error}; the keys are {', '.join(KEYS)}") from error
    return read.id, Question(
        stamp_ns=0,
        text=read.question,
        options=tuple(read.options),
        as_of_ns=read.as_of_ns,
        pose=pose,
    )


def _pose(given: Any) -> Standpoint | None:
    """{"position": [x, y, z], "yaw": radians}, [x, y, yaw], or a (4, 4) world_from_camera."""
    if given is None:
        return None
    if isinstance(given, dict):
        pose = msgspec.convert(given, Standpoint)
        numbers = [*pose.position, pose.yaw]
    else:
        rows = np.array(given, np.float64)
        if rows.shape == (3,):
            pose = Standpoint(position=(rows[0], rows[1], 1.5), yaw=rows[2])
        elif rows.shape == (4, 4):
            pose = Standpoint(
                position=(rows[0, 3], rows[1, 3], rows[2, 3]),
                yaw=math.atan2(rows[1, 2], rows[0, 2]),
            )
        else:
            raise ValueError("pose: give position and yaw, [x, y, yaw], or a 4x4 matrix")
        numbers = rows.ravel().tolist()
    if not all(map(math.isfinite, numbers)):
        raise ValueError("pose: all numbers must be finite")
    return pose


@contextmanager
def _reading(path: Path) -> Iterator[TextIO]:
    if str(path) == "-":
        yield sys.stdin
        return
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            yield file
    except OSError as error:
        raise CogmapError(f"cannot read questions {path}: {error}") from error


@contextmanager
def _writing(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise CogmapError(f"cannot write answers {path}: {error}") from error
