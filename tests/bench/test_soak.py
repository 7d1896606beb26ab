"""What the soak makes of what it saw; the run itself is the benchmark's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from cogmap.bench import soak
from cogmap.bench.harness import BenchError
from cogmap.bench.layout_score import LayoutScore, score_layout
from cogmap.bench.process_samples import ProcessSample
from cogmap.bench.running_run import frames_mapped
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.formats.layout_json import layout_bytes
from cogmap.runtime.messages import (
    Answer,
    Box,
    InputStats,
    Layout,
    MapObject,
    NodeStatus,
    RunStatus,
    WorldEvent,
)
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope

MINUTE_NS = 60 * 10**9


def looks_of(hours: int = 5, **grows: float) -> soak._Looks:
    """Every five minutes; ``grows``: by what part of its value an hour the memory node's memory
    (``rss``) or processor time (``cpu``) grows, or the map on disk (``disk``), or by which the
    machine slows down (``machine``)."""
    looks, cpu_s, same_s = soak._Looks(), 0.0, 0.0
    looks.processes = {"memory": [], "supervisor": [], "simulator": []}
    for number in range(12 * hours + 1):
        hour = number / 12
        factor = {
            n: 1 + grows.get(n, 0.0) * (hour - 1.5) for n in ("rss", "cpu", "disk", "machine")
        }
        cpu_s += 3.0 * factor["cpu"] * factor["machine"]
        same_s += 2.0 * factor["machine"]
        sample = ProcessSample(300 * factor["rss"], 30, 6, 9, cpu_s)
        looks.processes["memory"].append(sample)
        looks.processes["supervisor"].append(ProcessSample(200.0, 24, 10, 3, 1e-4 * number**2))
        looks.processes["simulator"].append(ProcessSample(290.0, 32, 10, 11, same_s))
        looks.hours.append(hour)
        looks.frames.append(150 * number)
        looks.disk_mb.append({"map": 70 * factor["disk"], "logs": 1.0})
        looks.answer_ms.append(200.0 * factor["machine"])
    return looks


def bars_of(looks: soak._Looks) -> dict[str, bool]:
    """By the last word of their names, whether they are met."""
    series = soak._series(looks)
    figures = {"frames lost": 0, "restarts": 0, "looks missed, part": looks.missed_part}
    bars = soak._bars(figures, series)
    return {bar.figure.rpartition(": ")[2]: bar.ok for bar in bars}


def test_what_does_not_grow_meets_every_bar():
    assert all(bars_of(looks_of(rss=0.004, cpu=0.004, disk=0.004)).values())


@pytest.mark.parametrize(
    ("what", "bar"),
    [("rss", "memory, MB"), ("cpu", "processor ms a frame"), ("disk", "disk, MB")],
)
def test_what_grows_misses_its_bar_and_no_other(what, bar):
    met = bars_of(looks_of(**{what: 0.03}))
    assert [name for name, is_met in met.items() if not is_met] == [bar]


@pytest.mark.parametrize("machine", [0.05, -0.05])
def test_a_machine_that_gets_slower_or_faster_hides_nothing_and_adds_nothing(machine):
    assert all(bars_of(looks_of(machine=machine)).values())
    met = bars_of(looks_of(machine=machine, cpu=0.03))
    assert [name for name, is_met in met.items() if not is_met] == ["processor ms a frame"]


def test_questions_without_an_answer_miss_a_bar():
    """All figures would be of the hours before."""
    looks = looks_of()
    looks.missed = 3
    assert [name for name, is_met in bars_of(looks).items() if not is_met] == ["looks missed, part"]


@pytest.mark.parametrize("status", ["failed", "not_understood"])
def test_that_somebody_said_something_is_no_answer(status, monkeypatch, tmp_path):
    answer = Answer(stamp_ns=0, status=status, text="no")
    monkeypatch.setattr(soak, "ask_run", lambda *_: answer)
    with pytest.raises(BenchError):
        soak._ask(tmp_path, "Where is the sofa?", None)


def test_descriptors_that_one_node_begins_to_keep_late_miss_their_bar():
    looks = looks_of(hours=24)
    leaky = [replace(s, descriptors=500) for s in looks.processes["memory"][18 * 12 :]]
    looks.processes["memory"][18 * 12 :] = leaky
    assert [name for name, is_met in bars_of(looks).items() if not is_met] == ["descriptors"]


@pytest.mark.parametrize(
    ("late", "missed"),
    [
        ({}, []),
        ({"f1": {"0.25": 0.89, "0.5": 0.75}, "ghosts": 1, "duplicates": 1}, []),
        ({"f1": {"0.25": 0.87, "0.5": 0.77}}, ["F1 at IoU 0.25 at the end"]),
        ({"f1": {"0.25": 0.9, "0.5": 0.71}}, ["F1 at IoU 0.5 at the end"]),
        ({"ghosts": 2}, ["ghosts at the end"]),
        ({"duplicates": 2}, ["duplicates at the end"]),
    ],
)
def test_the_map_is_to_be_as_right_at_the_end_as_after_the_first_hour(late, missed):
    early = score(f1={"0.25": 0.9, "0.5": 0.77}, ghosts=0, duplicates=0)
    bars = soak._map_bars(replace(early, **late), early)
    assert [bar.figure for bar in bars if not bar.ok] == missed


def score(**what: object) -> LayoutScore:
    """Of no things, but for ``what``."""
    return replace(score_layout([], []), **what)


def test_a_small_nodes_processor_time_goes_with_the_clock_and_does_not_count_alone():
    series = soak._series(looks_of())
    assert series["supervisor: processor ms a frame"].growth > 0.1


def test_what_is_in_the_run_directory_is_told_apart():
    series = soak._series(looks_of(disk=0.03))
    assert series["map: disk, MB"].growth == pytest.approx(0.03, rel=0.01)
    assert series["logs: disk, MB"].growth == 0


def test_a_map_counts_once_it_is_of_late_enough(tmp_path: Path):
    assert soak._stored(tmp_path) is None
    store(tmp_path, minutes=30)
    assert soak._stored(tmp_path, 3600.0) is None
    assert soak._stored(tmp_path, 1800.0) is not None


def test_the_map_is_scored_against_the_house_as_it_was_then(tmp_path: Path):
    store(tmp_path, minutes=30)
    truth = {"shown": [1, 2], "objects": [as_truth(1, 0.0), as_truth(2, 9.0)]}
    (tmp_path / "truth.json").write_bytes(msgspec.json.encode(truth))
    with RecordingWriter(tmp_path / "events.mcap") as writer:
        for number, (minute, x) in enumerate([(10, 4.0), (40, 8.0)]):
            moved = WorldEvent(
                stamp_ns=minute * MINUTE_NS, kind="moved", object_id=2, label="sofa", box=box(x)
            )
            writer.write(Envelope(moved, "world/events", number, 0))
    score = soak._score(tmp_path, soak._stored(tmp_path))
    assert (score.true, score.f1["0.25"]) == (2, 1.0)


def store(run_dir: Path, minutes: int) -> None:
    """A map as of then, with two sofas."""
    things = [
        MapObject(
            id=id_,
            label="sofa",
            box=box(x),
            confidence=0.9,
            first_seen_ns=0,
            last_seen_ns=0,
            seen=9,
        )
        for id_, x in ((1, 0.0), (2, 4.0))
    ]
    layout = Layout(stamp_ns=minutes * MINUTE_NS, version=1, number=900, objects=tuple(things))
    path = run_dir / "layout.json"
    path.write_bytes(layout_bytes(layout))
    CognitiveMap.from_layout(path).save(run_dir / "map")


def box(x: float) -> Box:
    return Box(center=(x, 0.0, 0.4), size=(2.0, 0.9, 0.8), yaw=0.0)


def as_truth(id_: int, x: float) -> dict[str, object]:
    return {"id": id_, "label": "sofa", "box": msgspec.to_builtins(box(x))}


def test_progress_is_that_of_the_last_whole_line(tmp_path: Path):
    assert frames_mapped(tmp_path) == 0
    lines = [msgspec.json.encode(_status(received)) + b"\n" for received in (3, 7)]
    (tmp_path / "metrics.jsonl").write_bytes(b"".join(lines) + lines[0][:40])
    assert frames_mapped(tmp_path) == 7


def _status(received: int) -> RunStatus:
    inputs = {"observations": InputStats(received=received)}
    node = NodeStatus(stamp_ns=0, node="memory", pid=1, state="running", inputs=inputs)
    return RunStatus(stamp_ns=0, nodes=(node,))


def test_what_lies_there_twice_while_it_is_stored_does_not_count():
    disk = soak._Least()
    for state_mb in (130.0, 260.0, 131.0):
        disk.take({"state": state_mb, "map": 70.0})
    assert disk.taken() == {"state": 130.0, "map": 70.0}
    disk.take({"state": 140.0})
    assert disk.taken() == {"state": 140.0}


def test_sizes_are_those_of_each_part_of_a_run_once_there_is_one(tmp_path):
    assert soak._sizes_mb(tmp_path / "run") == {}
    (tmp_path / "run" / "map" / "part").mkdir(parents=True)
    (tmp_path / "run" / "map" / "part" / "array").write_bytes(bytes(2**20))
    (tmp_path / "run" / "metrics.jsonl").write_bytes(bytes(2**19))
    assert soak._sizes_mb(tmp_path / "run") == {"map": 1.0, "metrics.jsonl": 0.5}
