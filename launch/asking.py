"""``cogmap ask``: one question, one program, or a file of questions."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec
from rich.console import Console

from cogmap.launch.answer_text import answer_dict, answer_lines
from cogmap.launch.going import ended_is_interrupted
from cogmap.launch.hearing import hearing
from cogmap.launch.looking_again import answer_by_going, journey_to
from cogmap.launch.map_target import MapTarget
from cogmap.launch.stored_map import past_stamp
from cogmap.memory.render.drawing import printable
from cogmap.memory.render.evidence import draw_evidence
from cogmap.nodes.planners.planner import Say, StepKind, load_planner
from cogmap.nodes.planners.settings import Budget, PlannerSettings
from cogmap.nodes.planners.within import answer_within
from cogmap.runtime.messages import (
    Answer,
    CogmapError,
    Layout,
    ProgramRequest,
    Question,
    Standpoint,
)
from cogmap.runtime.requests import ask_run, service_address

__all__ = [
    "Asker", "ask_once", "note", "parse_options", "parse_pose", "refuse_beside_a_file",
    "settings_of_model", "shower",
]  # fmt: skip

SLACK_S = 5.0
"""What a live run may take longer than it was given."""
VLM = "vlm/ask"
STEPS, GOING_STEPS = Budget().steps, 24
"""Turns of a model; one that watches a journey takes more."""
SHOWN = 300
"""Letters of a step at a terminal."""


class Asker:
    """A map and who reads the questions: the grammar, a model here, or the run's own node."""

    def __init__(
        self, target: MapTarget, model: str | None, seconds: float, *, may_go: bool = False
    ) -> None:
        """``may_go``: the model may send the agent of a run. Raises CogmapError if the model
        cannot be had."""
        self.target = target
        self.seconds = seconds
        settings = settings_of_model(model or "offline", seconds, may_go=may_go)
        self._planner = load_planner(settings)
        self._vlm = None if model else _run_with_vlm(target)

    def start_ns(self) -> int:
        """Stamp of the map's first frame; 0 if it has none.

        Raises:
            CogmapError: the map of a run cannot be asked.
        """
        return self._span_ns()[0]

    def _span_ns(self) -> tuple[int, int]:
        """Stamps of the map's first frame and of its newest state."""
        now = self.run("now()", None, None)
        elapsed_s = now.value if isinstance(now.value, float) else 0.0
        return now.stamp_ns - round(elapsed_s * 1e9), now.stamp_ns

    def ask(self, question: Question, say: Say | None = None) -> Answer:
        if self._vlm is not None:
            return self._ask_vlm(self._vlm, question, say)
        access = self.target.access
        return answer_within(self._planner, question, access, say or _unheard, self.seconds)

    def _ask_vlm(self, run_dir: Path, question: Question, say: Say | None) -> Answer:
        """The run's own node; its steps are heard if somebody wants them."""
        changes: dict[str, object] = {"request_id": uuid.uuid4().hex}
        if question.within_s is None:
            changes["within_s"] = self.seconds
        question = msgspec.structs.replace(question, **changes)
        heard: AbstractContextManager[None] = nullcontext()
        if say is not None:
            heard = hearing(run_dir, question.request_id, say)
        with heard:
            return ask_run(run_dir, VLM, question, Answer, self.seconds + SLACK_S)

    def layout(self) -> Layout | None:
        """To name and draw what an answer rests on; None if a run has published none yet."""
        try:
            return self.target.access.layout()
        except CogmapError:
            return None

    def labels(self, answer: Answer, layout: Layout | None) -> dict[int, str]:
        """Of the objects that an answer rests on, by their ids. What the layout of a run does not
        hold, since it publishes none until its next frame, the run is asked for."""
        labels = {thing.id: thing.label for thing in layout.objects} if layout else {}
        for id_ in answer.evidence.objects:
            if id_ in labels:
                continue
            try:
                found = self.run(f"label_of(object({id_}))", None, None)
            except CogmapError:
                break  # it is not to be had now; numbers say it as well
            if isinstance(found.value, str):
                labels[id_] = found.value
        return labels

    def run(self, program: str, as_of_ns: int | None, pose: Standpoint | None) -> Answer:
        asked = ProgramRequest(stamp_ns=0, program=program, as_of_ns=as_of_ns, pose=pose)
        return self.target.access.run(asked)

    def stamp_after(self, seconds: float | None) -> int | None:
        """The stamp so long after the map's first frame, ns; None for None, which is now.

        Raises:
            CogmapError: the map ends before.
        """
        return None if seconds is None else past_stamp(*self._span_ns(), seconds)


def ask_once(
    asker: Asker,
    text: str | None,
    program: str | None,
    options: Sequence[str],
    as_of_s: float | None,
    pose: Standpoint | None,
    as_json: bool,
    picture: Path | None,
    console: Console,
    *,
    go: bool = False,
) -> int:
    """Ask, print, draw; the exit code: 0, or 1 if the question could not be read or asked.

    ``go``: the agent of the run goes where an answer says one should look, and it is asked again.
    """
    if (text is None) == (program is None):
        raise CogmapError('ask something: cogmap ask "how many chairs are there?", or --program')
    as_of_ns = asker.stamp_after(as_of_s)
    if program is not None:
        answer = asker.run(program, as_of_ns, pose)
    else:
        question = Question(
            stamp_ns=0, text=text or "", options=tuple(options), as_of_ns=as_of_ns, pose=pose
        )
        say = None if as_json else shower(console)
        if go:
            quiet = Console(stderr=True) if as_json else console
            travel = journey_to(asker.target.run_dir, quiet)
            with ended_is_interrupted():
                answer = answer_by_going(
                    lambda: asker.ask(question, say),
                    lambda text: asker.run(text, as_of_ns, pose),
                    travel,
                )
        else:
            answer = asker.ask(question, say)
    layout = asker.layout()
    if as_json:
        console.print(json.dumps(answer_dict(answer), indent=1), soft_wrap=True)
    else:
        labels = asker.labels(answer, layout)
        for line in answer_lines(answer, labels, asker.start_ns()):
            console.print(line, soft_wrap=True)
    if picture is not None:
        _write(picture, _picture_of(answer, layout))
        note(f"picture: {picture}")
    return 1 if answer.status in ("not_understood", "failed") else 0


def refuse_beside_a_file(*options: object) -> None:
    """With ``--file``, every line says what is asked. Raises CogmapError for anything else."""
    if any(option is not None for option in options):
        raise CogmapError(
            "--file has the questions; put options, as_of_ns and pose into its lines, and leave "
            "the question, --program, --options, --as-of, --pose and --picture away"
        )


def settings_of_model(model: str, seconds: float, *, may_go: bool = False) -> PlannerSettings:
    """``offline``, ``transformers:FOLDER``, ``openai:NAME`` or the plain NAME of a model at an
    OpenAI-compatible endpoint. Raises CogmapError if the seconds cannot be."""
    kind, colon, name = model.partition(":")
    try:
        budget = Budget(seconds=seconds, steps=GOING_STEPS if may_go else STEPS)
    except ValueError as error:
        raise CogmapError(f"--seconds: {error}") from error
    if model == "offline":
        return PlannerSettings(budget=budget)
    if colon and kind == "transformers":
        return PlannerSettings(backend="transformers", model=name, budget=budget, may_go=may_go)
    name = name if colon and kind == "openai" else model
    return PlannerSettings(backend="openai", model=name, budget=budget, may_go=may_go)


def parse_options(given: Sequence[str] | None) -> tuple[str, ...]:
    """Several ``--options``, or one with bars between them."""
    options = [part.strip() for text in given or () for part in text.split("|")]
    return tuple(option for option in options if option)


def parse_pose(text: str | None) -> Standpoint | None:
    """``x,y,degrees`` of who asks. Raises CogmapError if it is something else."""
    if text is None:
        return None
    try:
        x, y, degrees = (float(part) for part in text.split(","))
        if not all(abs(value) < 1e6 for value in (x, y, degrees)):
            raise ValueError("the numbers are too large")
    except ValueError as error:
        raise CogmapError(
            f"--pose {text!r}: give x,y,degrees: where you stand (m) and which way you look,"
            " from world x to the left"
        ) from error
    return Standpoint(position=(x, y, 1.5), yaw=degrees * 3.141592653589793 / 180)


def note(text: str) -> None:
    """A word beside the output, which may be read by a program."""
    Console(stderr=True, markup=False, highlight=False).print(text, style="dim", soft_wrap=True)


def _run_with_vlm(target: MapTarget) -> Path | None:
    """Directory of the run whose own planner is asked; None if it has none."""
    if target.run_dir is None:
        return None
    try:
        service_address(target.run_dir, VLM)
    except CogmapError:
        return None
    return target.run_dir


def shower(console: Console) -> Say | None:
    """Shows the steps of a planner; None if the console is no terminal, where nobody watches."""

    def show(kind: StepKind, text: str) -> None:
        if kind in ("program", "outcome", "error"):
            console.print(f"{kind}: {printable(text, SHOWN)}", style="dim", soft_wrap=True)

    return show if console.is_terminal else None


def _unheard(kind: StepKind, text: str) -> None: ...


def _picture_of(answer: Answer, layout: Layout | None) -> bytes:
    """What the program drew, or else the map from above."""
    if answer.images:
        return answer.images[0].tobytes()
    if layout is None:
        raise CogmapError("there is nothing to draw yet: the run has published no layout")
    return draw_evidence(layout, answer).png()


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CogmapError(f"cannot write {path}: {error}") from error
