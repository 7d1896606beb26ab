"""How soon programs and questions are answered while a map is being made.

One process maps frames at 20 Hz. Another one holds a map of a thousand objects, takes in
observations at the same rate as the memory node does, and is asked between them; every program
reads a version of its own.
"""

from __future__ import annotations

import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, cycle, islice
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import numpy as np

from cogmap.bench.harness import Bar, BenchError
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.formats.layout_json import layout_bytes
from cogmap.memory.index.text_encoder import TextEncoder
from cogmap.memory.questions.forms import plural
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.runtime.messages import Answer, Box, Layout, MapObject, Observation, Room
from cogmap.sim.simulator import Simulator, SimulatorConfig

__all__ = [
    "ENCODED",
    "Heard",
    "Mapping",
    "crowded_layout",
    "mapped_elsewhere",
    "natural_questions",
    "speed_figures",
]

OBJECTS = 1000
_RATE_HZ = 20.0
_OBSERVED = 800
"""Frames: the stream must not end before the last question is answered."""
_PROGRAMS_RUN = 1000
_QUESTIONS = 150
ENCODED = 0.55
"""Of the questions at least, those that have a word which only the sentence encoder reads."""
MAPPED = (
    "speed: frames mapped elsewhere meanwhile, Hz",
    "speed: frames taken in meanwhile, Hz",
)
"""Both are to be the rate of the stream, or nothing of its speed is told."""
PROGRAMS = (
    'count(find("chair"))',
    'distance(find("sofa"), find("lamp"))',
    'nearest(everything(), find("piano"))',
    'size(largest(find("table")))',
    'closest([find("cup"), find("book"), find("plant")], find("piano"))',
    'direction(stand(find("piano"), find("stove")), find("bed"), form="quadrant")',
    'count([c for c in find("cup") if on(c, find("table"))])',
    'labels(contents(room_of(find("piano"))))',
    'between(find("piano"), find("stove"), find("bed"))',
    'distance(nearest(find("book"), find("bed")), largest(find("sofa")))',
)
_SORTS = {
    "chair": "kitchen garden dining folding camping beach barber rocking reading studio",
    "table": "picnic card tea bistro folding changing drafting massage poker tailor",
    "cup": "espresso measuring baby travel soup breakfast sippy egg picnic camping",
    "book": "cook comic school picture poetry prayer travel chemistry guide history",
    "lamp": "night reading piano hallway workshop nursery balcony heat salt sewing",
    "plant": "vanilla spider kitchen balcony office rubber jade snake tomato pepper",
    "sofa": "corner garden lounge nursery guest studio waiting family lobby porch",
    "box": "tool lunch jewel recipe ballot music sewing bread pencil ring",
    "pillow": "beach body neck travel sofa guest baby wedding nursing camping",
    "shelf": "corner spice shoe wine toy magazine pantry workshop hallway nursery",
}
"""By label, first words of compounds that no table has: only the sentence encoder reads them."""
_ASKED = ("How many {many} are there?", "How far is the {one} from the piano?",
          "What is the average height of the {many}?",
          "What is the longest side of the {one} nearest to the piano?",
          "Which {one} is the closest to the piano?")  # fmt: skip
_PLAIN = ("chair", "table", "cup", "mug", "book", "lamp", "plant", "sofa", "couch", "pillow")
_ASKED_OF_TWO = ("How far is the {a} from the {b}?", "Are there more {a}s than {b}s?")
_LABELS = ("chair", "table", "cup", "book", "lamp", "plant", "sofa", "box", "pillow", "shelf")
_SINGLE = ("piano", "stove", "bed")


def speed_figures(seed: int) -> tuple[dict[str, Any], list[Bar]]:
    """Milliseconds, by the clock, and of the processor."""
    observations = _observations(seed)
    figures: dict[str, Any] = {"speed: objects": OBJECTS}
    with mapped_elsewhere(seed) as mapping, tempfile.TemporaryDirectory() as folder:
        asked = _crowded_map(Path(folder) / "layout.json")
        stream = _Stream(asked, observations)
        for program in PROGRAMS:
            _must_answer(asked.run(program), program)
        mapping.begin()
        programs = _times(stream, asked.run, PROGRAMS, _PROGRAMS_RUN)
        figures["speed: frames mapped elsewhere meanwhile, Hz"] = mapping.rate_hz()
        asked.ask("How far is the grand piano from the gas stove?")  # loads the sentence encoder
        heard = Heard()
        questions = _times(stream, heard.listening(asked.ask), natural_questions(), _QUESTIONS)
    figures |= {
        "speed: program, p50 ms": float(np.percentile(programs[:, 0], 50)),
        "speed: program, p99 ms": float(np.percentile(programs[:, 0], 99)),
        "speed: program, worst ms": float(programs[:, 0].max()),
        "speed: program, p99 processor ms": float(np.percentile(programs[:, 1], 99)),
        "speed: question, p50 ms": float(np.median(questions[:, 0])),
        "speed: question, p99 ms": float(np.percentile(questions[:, 0], 99)),
        "speed: frames taken in meanwhile, Hz": stream.rate_hz(),
        **heard.figures(),
    }
    read, answered = figures["speed: question, encoded, %"], figures["speed: question, answered, %"]
    return figures, [
        Bar("speed: program, p50 ms", figures["speed: program, p50 ms"], 2.0, "at most"),
        Bar("speed: program, p99 ms", figures["speed: program, p99 ms"], 10.0, "at most"),
        Bar("speed: question, p50 ms", figures["speed: question, p50 ms"], 30.0, "at most"),
        *(Bar(name, figures[name], 0.95 * _RATE_HZ) for name in MAPPED),
        Bar("speed: question, encoded, %", read, 100 * ENCODED),
        Bar("speed: question, answered, %", answered, 95.0),
    ]


def natural_questions() -> list[str]:
    """All different, and so are the words in them that no table has: nothing is remembered of them
    from a question before. Of five, three have such words: the median question is one of them."""
    first = {label: words.split() for label, words in _SORTS.items()}
    new = [
        _ASKED[(k + turn) % len(_ASKED)].format(
            one=f"{first[label][turn]} {label}",
            many=plural(f"{first[label][turn]} {label}"),
        )
        for turn in range(10)
        for k, label in enumerate(_SORTS)
    ]
    known = [form.format(a=a, b=b) for form in _ASKED_OF_TWO for a, b in combinations(_PLAIN, 2)]
    of_new, of_known = iter(new), iter(known)
    return [next(of_new if k % 5 in (0, 2, 4) else of_known) for k in range(_QUESTIONS)]


class Heard:
    """How questions were answered, and how many of them ran the sentence encoder."""

    def __init__(self) -> None:
        self.statuses: Counter[str] = Counter()
        self.encoded = 0

    def listening(self, ask: Callable[[str], Answer]) -> Callable[[str], Answer]:
        def heard(text: str) -> Answer:
            before = TextEncoder.encoded
            answer = ask(text)
            self.statuses[answer.status] += 1
            self.encoded += TextEncoder.encoded > before
            return answer

        return heard

    def figures(self) -> dict[str, Any]:
        asked = self.statuses.total()
        return {
            "speed: questions, all different": asked,
            "speed: question, encoded, %": 100 * self.encoded / asked,
            "speed: question, answered, %": 100 * self.statuses["answered"] / asked,
            **{f"speed: questions, {status}": n for status, n in sorted(self.statuses.items())},
        }


def crowded_layout(objects: int, seed: int) -> Layout:
    """Things of thirteen labels, three of which there is one each, in 16 rooms of 5 x 5 m."""
    rng = np.random.default_rng(seed)
    things, inside = [], [list[int]() for _ in range(16)]
    for number in range(1, objects + 1):
        label = _SINGLE[number - 1] if number <= len(_SINGLE) else _LABELS[number % len(_LABELS)]
        x, y = rng.uniform(0.3, 19.7, 2).tolist()
        size = rng.uniform(0.1, 1.2, 3).tolist()
        room = int(x // 5) + 4 * int(y // 5)
        inside[room].append(number)
        box = Box(center=(100 + x, y, size[2] / 2), size=tuple(size), yaw=float(rng.uniform(0, 3)))
        things.append(
            MapObject(
                id=number, label=label, labels={label: 1.0}, box=box, confidence=1.0,
                room=room, first_seen_ns=0, last_seen_ns=0,
            )
        )  # fmt: skip
    rooms = tuple(_room(k, tuple(inside[k])) for k in range(16))
    return Layout(stamp_ns=0, version=1, number=-1, objects=tuple(things), rooms=rooms, floor_z=0.0)


def _room(number: int, objects: tuple[int, ...]) -> Room:
    x, y = 100.0 + 5 * (number % 4), 5.0 * (number // 4)
    corners = ((x, y), (x + 5, y), (x + 5, y + 5), (x, y + 5))
    return Room(id=number, polygon=corners, area_m2=25.0, objects=objects)


def _crowded_map(path: Path) -> CognitiveMap:
    path.write_bytes(layout_bytes(crowded_layout(OBJECTS, seed=1)))
    return CognitiveMap.from_layout(path)


class _Stream:
    """Observations that are taken in when they are due; what is asked waits for that."""

    def __init__(self, asked: CognitiveMap, observations: Sequence[Observation]) -> None:
        self._asked, self._left = asked, iter(observations)
        self._observed = len(observations)
        self._start = self._due = time.perf_counter()
        self._taken = 0

    def rate_hz(self) -> float:
        """Since the beginning. Raises BenchError if the stream has ended meanwhile."""
        if self._taken == self._observed:
            raise BenchError(f"{self._taken} frames are too few: the stream ended while asked")
        return self._taken / (time.perf_counter() - self._start)

    def take_what_is_due(self) -> None:
        while time.perf_counter() >= self._due and (next_ := next(self._left, None)) is not None:
            self._asked.take(next_)
            self._taken += 1
            self._due += 1 / _RATE_HZ


def _times(
    stream: _Stream, answer: Callable[[str], Answer], texts: Sequence[str], count: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(count, 2) milliseconds by the clock and of the processor; a pause of 5 ms between."""
    times = []
    for text in islice(cycle(texts), count):
        stream.take_what_is_due()
        start, worked = time.perf_counter(), time.thread_time()
        answer(text)
        times.append((time.perf_counter() - start, time.thread_time() - worked))
        time.sleep(0.005)
    return 1e3 * np.array(times)


def _must_answer(answer: Answer, program: str) -> None:
    if answer.status != "answered":
        raise RuntimeError(f"{program} is not answered: {answer.text}")


def _observations(seed: int) -> list[Observation]:
    """Of the first frames of a tour at 20 Hz."""
    seer = Reconstructor()
    simulator = Simulator(SimulatorConfig(seed=seed, rooms=2, width=320, height=240, rate_hz=20.0))
    steps = islice(simulator, _OBSERVED)
    return [seer.step(step.frame, exact_detections(step.instances)) for step in steps]


class Mapping:
    """How many frames another process has mapped, and how soon."""

    def __init__(self, process: BaseProcess, mapped: Synchronized[int]) -> None:
        self._process, self._mapped = process, mapped
        self.begin()

    def begin(self) -> None:
        """Count from now on."""
        self._since, self._before = time.perf_counter(), self._mapped.value

    def rate_hz(self) -> float:
        """Since the beginning. Raises BenchError if the process has ended."""
        if not self._process.is_alive():
            code = self._process.exitcode
            raise BenchError(f"the process that maps meanwhile has ended, with {code}")
        return (self._mapped.value - self._before) / (time.perf_counter() - self._since)


@contextmanager
def mapped_elsewhere(seed: int, within_s: float = 120.0) -> Iterator[Mapping]:
    """Another process maps VGA frames at 20 Hz meanwhile. Raises BenchError if it does not
    begin."""
    context = multiprocessing.get_context("spawn")
    ready, stop, mapped = context.Event(), context.Event(), context.Value("q", 0)
    process = context.Process(target=_map_on, args=(seed, ready, stop, mapped), daemon=True)
    process.start()
    try:
        until = time.monotonic() + within_s
        while not ready.wait(0.2):
            if not process.is_alive() or time.monotonic() > until:
                raise BenchError(f"nothing is mapped meanwhile (exit code {process.exitcode})")
        yield Mapping(process, mapped)
    finally:
        stop.set()
        process.join(30)
        if process.is_alive():
            process.kill()


def _map_on(seed: int, ready: Event, stop: Event, mapped: Synchronized[int]) -> None:
    """Map the same frames again and again, each when it is due."""
    simulator = Simulator(SimulatorConfig(seed=seed, rooms=2, rate_hz=_RATE_HZ))
    frames = [(s.frame, exact_detections(s.instances)) for s in islice(simulator, 100)]
    ready.set()
    due = time.perf_counter()
    while not stop.is_set():
        seer, made = Reconstructor(), CognitiveMap()
        for frame, detections in frames:
            time.sleep(max(0.0, due - time.perf_counter()))
            due = max(due, time.perf_counter() - 1.0) + 1 / _RATE_HZ
            made.take(seer.step(frame, detections))
            mapped.value += 1
            if stop.is_set():
                return
