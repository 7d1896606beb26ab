"""The memory node, driven by what reconstruction and detector nodes really publish."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.objects.object_map import ObjectMapError
from cogmap.nodes.detector import Detector
from cogmap.nodes.journal import JournalError
from cogmap.nodes.memory import Memory
from cogmap.nodes.reconstruction import Reconstruction
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import Box, Edit, ProgramRequest, Question
from cogmap.sim.house import build_house
from cogmap.sim.simulator import SimStep, Simulator, SimulatorConfig

CONFIG = SimulatorConfig(seed=3, rooms=2, width=160, height=120, rate_hz=5.0)
FRAMES = 30


@pytest.fixture(scope="module")
def steps() -> list[SimStep]:
    simulator = Simulator(CONFIG)
    return [simulator.step() for _ in range(FRAMES)]


def run(steps: list[SimStep], folder: Path, *, map_every_s: float = 2.0) -> NodeDriver:
    """Detector, reconstruction and memory, joined; the memory node after all frames."""
    params = {"map_dir": str(folder)}
    memory = NodeDriver(Memory, name="memory", run_dir=folder.parent / "run", **params)
    detector = NodeDriver(Detector)
    reconstruction = NodeDriver(
        Reconstruction, detections="wait", part_only=True, map_every_s=map_every_s, **params
    )
    detector.connect("detections", reconstruction, "detections")
    reconstruction.connect("observations", memory, "observations")
    reconstruction.connect("parts", memory, "parts")
    for step in steps:
        reconstruction.send("frames", step.frame)
        detector.send("instances", step.instances)
    detector.end()
    reconstruction.end()
    reconstruction.close()
    return memory


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def finished(steps, tmp_path_factory) -> tuple[NodeDriver, Path]:
    folder = tmp_path_factory.mktemp("memory") / "map"
    memory = run(steps, folder)
    memory.end()
    return memory, folder


def test_more_things_than_a_message_holds_do_not_end_the_run(finished):
    memory, _ = finished
    layout = memory.published["layout"][-1]
    thing = next(thing for thing in layout.objects if thing.is_here)
    gone = tuple(
        msgspec.structs.replace(thing, id=1000 + n, state="removed") for n in range(20_000)
    )
    with_gone = msgspec.structs.replace(layout, objects=(*layout.objects, *gone))
    sent = memory.node._sendable(with_gone)
    assert sent is not None
    assert {each.id for each in sent.objects} == {t.id for t in layout.objects if t.is_here}
    (trouble,) = [each for each in memory.node.troubles.all() if not each.over]
    assert trouble.name == "layout too large" and "gone are not published" in trouble.text
    here = tuple(msgspec.structs.replace(each, state="present") for each in gone)
    assert memory.node._sendable(msgspec.structs.replace(layout, objects=here)) is None
    assert memory.node._sendable(layout) is layout
    assert all(each.over for each in memory.node.troubles.all())


def test_objects_are_published_with_what_happened(finished):
    memory, _ = finished
    layout = memory.published["layout"][-1]
    here = [thing for thing in layout.objects if thing.is_here]
    truth = {thing.category for thing in build_house(CONFIG.seed, CONFIG.rooms).objects}
    assert len(here) >= 5
    assert {thing.label for thing in here} <= truth
    appeared = {e.object_id for e in memory.published["events"] if e.kind == "appeared"}
    assert {thing.id for thing in here} <= appeared
    assert layout.number == FRAMES - 1


def test_the_folder_is_one_map_of_both_sides(finished):
    memory, folder = finished
    loaded = CognitiveMap.load(folder)
    published = memory.published["layout"][-1]
    assert loaded.layout().objects == published.objects
    assert loaded.layout().rooms == published.rooms
    points, _ = loaded.surface_points()
    assert len(points) > 1000


def test_the_same_frames_make_the_same_folder(steps, finished, tmp_path):
    again = run(steps, tmp_path / "map", map_every_s=3.0)
    again.end()
    assert files(tmp_path / "map") == files(finished[1])


def test_a_map_is_stored_on_the_way(steps, tmp_path):
    run(steps, tmp_path / "map")  # not ended: as if killed now
    on_the_way = CognitiveMap.load(tmp_path / "map")
    assert 10 <= on_the_way.layout().number < FRAMES
    assert on_the_way.dense.next_number() == on_the_way.layout().number + 1


def test_people_correct_a_running_map(steps, tmp_path):
    memory = run(steps, tmp_path / "map")
    first = next(thing for thing in memory.node._map.objects())
    reply = memory.ask(
        "edits", Edit(stamp_ns=0, action="rename", object_ids=(first.id,), label="throne")
    )
    assert [(e.kind, e.label) for e in reply.events] == [("renamed", "throne")]
    box = Box(center=(1.0, 1.0, 0.5), size=(0.5, 0.5, 1.0))
    added = memory.ask("edits", Edit(stamp_ns=0, action="add", label="statue", box=box))
    memory.end()
    labels = {thing.id: thing.label for thing in CognitiveMap.load(tmp_path / "map").objects()}
    assert labels[first.id] == "throne"
    assert labels[added.events[0].object_id] == "statue"


def test_corrections_survive_a_node_that_starts_over(steps, tmp_path):
    memory = run(steps, tmp_path / "map")
    first = next(thing for thing in memory.node._map.objects())
    memory.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(first.id,)))
    again = run(steps, tmp_path / "map")  # the same run directory
    again.end()
    states = {thing.id: thing.state for thing in again.published["layout"][-1].objects}
    assert states[first.id] == "deleted"


def test_a_correction_that_cannot_be_is_refused_and_changes_nothing(finished):
    memory, _ = finished
    version = memory.node._map.version
    with pytest.raises(ObjectMapError, match="there is no object 9999"):
        memory.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(9999,)))
    assert memory.node._map.version == version


def test_without_the_dense_side_the_map_stored_last_stays(steps, tmp_path):
    """The run was ended in haste: reconstruction never got to its last part."""
    memory = run(steps, tmp_path / "map")
    before = files(tmp_path / "map")
    memory.node._last_part = None
    memory.end()
    assert files(tmp_path / "map") == before
    CognitiveMap.load(tmp_path / "map").surface_points()


def test_a_correction_that_cannot_be_noted_is_not_made(steps, tmp_path, full_after):
    memory = run(steps, tmp_path / "map")
    first, second = memory.node._map.objects()[:2]
    with full_after(20), pytest.raises(JournalError, match=r"it was not done.*make room"):
        memory.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(first.id,)))
    assert first.id in {thing.id for thing in memory.node._map.objects()}
    memory.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(second.id,)))
    again = run(steps, tmp_path / "map")  # the same run directory
    again.end()
    states = {thing.id: thing.state for thing in again.published["layout"][-1].objects}
    assert (states[first.id], states[second.id]) == ("present", "deleted")


def test_corrections_made_again_publish_the_same_again(steps, tmp_path):
    """Readers tell by its number what they had: one message fewer, and they drop a new one."""
    memory = run(steps, tmp_path / "map")
    for thing in memory.node._map.objects()[:2]:
        memory.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(thing.id,)))
    memory.end()
    again = run(steps, tmp_path / "map")
    again.end()
    layouts, layouts_again = (each.published["layout"] for each in (memory, again))
    assert [each.version for each in layouts_again] == [each.version for each in layouts]
    assert len(again.published["events"]) == len(memory.published["events"])


def test_one_that_was_refused_is_in_nobodys_way(tmp_path):
    """Also if the node was killed before it could say so: then it is still noted."""
    driver = NodeDriver(Memory, name="memory", run_dir=tmp_path)
    with driver.node._journal.noting(0, Edit(stamp_ns=0, action="delete", object_ids=(9999,))):
        pass
    again = NodeDriver(Memory, name="memory", run_dir=tmp_path)
    with pytest.raises(ObjectMapError):
        again.ask("edits", Edit(stamp_ns=0, action="delete", object_ids=(9999,)))
    again.end()


def test_no_more_is_noted_of_a_correction_than_the_map_makes_use_of(tmp_path):
    driver = NodeDriver(Memory, name="memory", run_dir=tmp_path)
    box, other = Box(center=(0.0, 0.0, 0.0), size=(1.0, 1.0, 1.0)), (float("nan"),) * 3
    long, ids = "cup\n" * 25_000, tuple(range(1, 20_000))
    driver.ask("edits", Edit(stamp_ns=0, action="add", label=long, object_ids=ids, box=box))
    bad = Box(center=other, size=other)  # JSON has no such numbers
    renamed = Edit(stamp_ns=0, action="rename", label="x" + long, object_ids=ids, box=bad)
    driver.ask("edits", renamed)
    assert (tmp_path / "state" / "memory.edits").stat().st_size < 600
    again = NodeDriver(Memory, name="memory", run_dir=tmp_path)
    again.end()
    labels = [[thing.label for thing in each.node._map.objects()] for each in (driver, again)]
    assert labels[0] == labels[1] == [("x" + "cup " * 25)[:100].strip()]


def test_programs_are_answered_on_the_map_as_it_is(finished):
    memory, folder = finished
    answer = memory.ask("run", ProgramRequest(stamp_ns=0, program="count(everything())"))
    saved = CognitiveMap.load(folder)
    assert answer.value == len(saved.objects()) > 0
    assert answer.version == saved.version
    assert len(answer.evidence.objects) == answer.value
    asked = memory.ask("ask", Question(stamp_ns=0, text="How many things are there?"))
    assert (asked.value, asked.planner) == (answer.value, "offline")
    shown = memory.published["answers"]
    assert [each.planner for each in shown] == ["program", "offline"]
    assert shown[0].evidence == answer.evidence
    bad = memory.ask("run", ProgramRequest(stamp_ns=0, program="__import__('os')"))
    assert bad.status == "not_understood"
    past = ProgramRequest(stamp_ns=0, program="count(everything())", as_of_ns=-1)
    assert memory.ask("run", past).value == 0
