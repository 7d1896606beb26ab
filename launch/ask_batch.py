"""``cogmap ask --file``: questions as JSON lines in, answers as JSON lines out."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO

import msgspec
import numpy as np

from cogmap.launch.answer_text import batch_dict
from cogmap.launch.asking import Asker
from cogmap.memory.programs.world import pose_of
from cogmap.runtime.messages import CogmapError, Question, Standpoint

__all__ = ["BadLineError", "ask_file", "question_of"]

LINE_LIMIT = 2**20
KEYS = ("id", "question", "options", "as_of_ns", "pose")
Stamp = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class BadLineError(CogmapError):
    """A line that is no question."""


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    question: str
    id: Any = None
    options: list[str] = []
    as_of_ns: Stamp | None = None
    pose: Any = None
    type: Any = None
    answer: Any = None
    unit: Any = None
    """As ``cogmap questions`` writes them: what is right is no part of the question."""


class _Named(msgspec.Struct, frozen=True):
    id: Any = None


def ask_file(asker: Asker, questions: Path, out: Path | None, force: bool) -> tuple[int, int]:
    """Answer every line, in order, as it comes; ``-`` is standard input, no ``out`` standard
    output. How many were answered or abstained from, and how many lines were bad.

    A line that is no question gets an error line with its number; the others go on.

    Raises:
        CogmapError: the file cannot be read, the answers cannot be written, or they would
            replace a file, and no ``force``.
    """
    asked = bad = 0
    with _opened(questions) as lines, _writing(out, questions, force) as write:
        for number, line in _lines(lines, questions):
            try:
                id_, question = question_of(line)
                answer = asker.ask(question)
                result = batch_dict(id_, answer, bool(question.options or answer.option))
                asked += 1
            except CogmapError as error:
                failed = {"line": number, "status": "failed", "error": str(error)}
                result = {"id": _id_of(line), **failed}
                bad += 1
            write(json.dumps(result, ensure_ascii=False))
    return asked, bad


def question_of(line: str) -> tuple[Any, Question]:
    """The id and the question of a line. Raises BadLineError that names the field."""
    if len(line) > LINE_LIMIT:
        raise BadLineError(f"the line has {len(line)} letters; at most {LINE_LIMIT} are read")
    try:
        read = msgspec.json.decode(line, type=_Line)
        pose = _pose(read.pose)
    except (msgspec.DecodeError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise BadLineError(f"no question: {error}; the keys are {', '.join(KEYS)}") from error
    return read.id, Question(
        stamp_ns=0,
        text=read.question,
        options=tuple(read.options),
        as_of_ns=read.as_of_ns,
        pose=pose,
    )


def _id_of(line: str) -> Any:
    """That of a line which may be no question; None if it has none that can be read."""
    try:
        return msgspec.json.decode(line[:LINE_LIMIT], type=_Named).id
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


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
            at = pose_of(rows)
            pose = Standpoint(position=(at.point.x, at.point.y, at.point.z), yaw=at.yaw)
        else:
            raise ValueError("pose: give position and yaw, [x, y, yaw], or a 4x4 matrix")
        numbers = rows.ravel().tolist()
    if not all(map(math.isfinite, numbers)):
        raise ValueError("pose: all numbers must be finite")
    return pose


def _opened(path: Path) -> AbstractContextManager[TextIO]:
    if str(path) == "-":
        return nullcontext(sys.stdin)
    try:
        return path.open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CogmapError(f"cannot read questions {path}: {error}") from error


def _lines(file: TextIO, path: Path) -> Iterator[tuple[int, str]]:
    """Those that are not empty, with their numbers from 1."""
    try:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield number, line
    except OSError as error:
        raise CogmapError(f"cannot read questions {path}: {error}") from error


@contextmanager
def _writing(path: Path | None, questions: Path, force: bool) -> Iterator[Callable[[str], None]]:
    """Writes a line, at once."""
    file = sys.stdout if path is None else _created(path, questions, force)

    def write(line: str) -> None:
        try:
            file.write(line + "\n")
            file.flush()
        except OSError as error:
            where = path or "to standard output"
            raise CogmapError(f"cannot write answers {where}: {error}") from error

    try:
        yield write
    finally:
        if path is not None:
            with suppress(OSError):  # of a line that could not be written; it was told
                file.close()


def _created(path: Path, questions: Path, force: bool) -> TextIO:
    try:
        if path.exists() and questions.exists() and path.samefile(questions):
            raise CogmapError(f"--out {path} is the file of questions; name another file")
        if path.exists() and not force:
            raise CogmapError(f"{path} exists; name another --out, or overwrite it with --force")
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise CogmapError(f"cannot write answers {path}: {error}") from error
