from __future__ import annotations

import msgspec
import numpy as np
import pytest

from cogmap.memory.geometry.boxes import contains, iou_3d
from cogmap.memory.geometry.camera import backproject, transform
from cogmap.memory.objects.object_map import ObjectMap, ObjectMapConfig, ObjectMapError
from cogmap.memory.segments.lifting import lift
from cogmap.runtime.messages import (
    Box,
    CogmapError,
    Detection,
    Detections,
    MapEvent,
    MapObject,
    Observation,
)

TABLE = ("table", ((0.4, -0.6, 0.013), (0.8, 1.2, 0.4)))
CUP = ("cup", ((0.55, 0.2, 0.413), (0.14, 0.14, 0.16)))
VASE = ("vase", ((0.55, -0.3, 0.413), (0.16, 0.16, 0.3)))


def box_of(thing) -> Box:
    corner, size = np.array(thing[1])
    x, y, z = (corner + size / 2).tolist()
    return Box(center=(x, y, z), size=tuple(size.tolist()))


class Stage:
    """A camera that moves before things in a room, and a map of what it sees."""

    def __init__(self, room, *things) -> None:
        self.room, self.things, self.number = room, list(things), 0
        self.map = ObjectMap()
        self.events: list[MapEvent] = []
        self.false: list[tuple[str, tuple[int, int, int, int]]] = []
        self.detector = "test@1"

    def observe(self, late: bool = False) -> Observation:
        time_s = self.number / 10
        pose = self.room.look(-1.0 + 0.4 * np.sin(time_s), 0.1 * np.sin(2 * time_s), 0.4)
        self.room.boxes[:] = [thing[1] for thing in self.things]
        frame = self.room.frame(self.number, pose)
        depth = frame.depth_m()
        detections = self._detections(depth, frame.intrinsics, pose)
        segments = lift(detections, depth, frame.intrinsics, pose).segments
        self.number += 1
        return Observation(
            stamp_ns=frame.stamp_ns, number=frame.number, verdict="fused",
            intrinsics=frame.intrinsics, world_from_camera=pose, keyframe=0,
            keyframe_from_camera=np.linalg.inv(self.room.look(-1.0, 0.0)) @ pose,
            detector=self.detector, segments=segments, depth_view=frame.depth,
            image=np.zeros(1, np.uint8) if frame.number % 5 == 0 else None,
        )  # fmt: skip

    def _detections(self, depth, intrinsics, pose) -> Detections:
        rows, columns = np.nonzero(depth > 0)
        pixels = np.stack([columns, rows], axis=1).astype(float)
        points = transform(
            pose, backproject(pixels, depth[rows, columns].astype(float), intrinsics)
        )
        found = []
        for label, _ in self.things:
            mask = np.zeros(depth.shape, bool)
            thing = next(each for each in self.things if each[0] == label)
            inside = contains(box_of(thing), points, 0.004)
            for other in self.things:  # what stands on it is not it
                if other is not thing:
                    higher = box_of(other).center[2] > box_of(thing).center[2]
                    inside &= ~(contains(box_of(other), points, 0.004) & higher)
            mask[rows[inside], columns[inside]] = True
            found.append(Detection(label=label, score=0.9, mask=mask))
        for label, (top, left, height, width) in self.false:
            found.append(
                Detection(label=label, score=0.5, mask=np.ones((height, width), bool),
                          corner=(left, top))
            )  # fmt: skip
        return Detections(
            stamp_ns=0, number=self.number, width=intrinsics.width, height=intrinsics.height,
            detector=self.detector, detections=tuple(found),
        )  # fmt: skip

    def run(self, frames: int) -> None:
        for _ in range(frames):
            self.take(self.observe())

    def take(self, observation: Observation) -> None:
        self.events += self.map.update(observation, observation.number + 1)

    def here(self) -> list[MapObject]:
        return [thing for thing in self.map.objects() if thing.is_here]

    def the(self, label: str) -> MapObject:
        (thing,) = [thing for thing in self.here() if thing.label == label]
        return thing

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


@pytest.fixture
def stage(room) -> Stage:
    return Stage(room, TABLE, CUP, VASE)


def bytes_of(map_: ObjectMap) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in map_.state().items()}


def test_every_thing_is_there_once_where_it_stands(stage):
    stage.run(40)
    assert sorted(thing.label for thing in stage.here()) == ["cup", "table", "vase"]
    assert stage.kinds() == ["appeared"] * 3
    for thing in stage.things:
        found = stage.the(thing[0])
        assert iou_3d(found.box, box_of(thing)) > 0.5, thing[0]
        assert np.linalg.norm(np.array(found.box.center) - box_of(thing).center) < 0.06
        assert found.confidence > 0.9 and found.seen > 30
        assert found.detectors == ("test@1",)
        assert found.views and found.views[0].keyframe % 5 == 0


def test_a_false_detection_never_becomes_an_object(stage):
    stage.run(5)
    stage.false = [("cat", (5, 5, 20, 20)), ("plate", (60, 20, 15, 15))]
    stage.run(1)
    stage.false = []
    stage.run(30)
    assert sorted(thing.label for thing in stage.map.objects()) == ["cup", "table", "vase"]


def test_what_is_taken_away_is_removed_and_comes_back_as_what_it_was(stage):
    stage.run(25)
    vase = stage.the("vase")
    stage.things.remove(VASE)
    stage.run(12)
    assert stage.kinds()[-1] == "removed"
    assert [thing.state for thing in stage.map.objects() if thing.id == vase.id] == ["removed"]
    stage.things.append(VASE)
    stage.run(25)
    assert stage.kinds()[-2:] == ["appeared", "returned"]
    assert stage.the("vase").id == vase.id
    assert stage.the("table").state == "present"


def test_frames_without_a_pose_and_frames_nobody_looked_at_teach_no_objects(stage):
    for _ in range(10):
        seen = stage.observe()
        nothing = msgspec.structs.replace(seen, world_from_camera=None, verdict="lost")
        assert stage.map.update(nothing, 1) == []
        stage.take(msgspec.structs.replace(seen, segments=(), detector=""))
    assert stage.map.objects() == ()


def test_late_detections_are_taken_at_the_pose_of_their_frame(stage):
    waiting: list[Observation] = []
    for _ in range(40):
        seen = stage.observe()
        stage.take(msgspec.structs.replace(seen, segments=(), detector=""))
        waiting.append(msgspec.structs.replace(seen, depth_view=None, late=True))
        if len(waiting) > 3:
            stage.take(waiting.pop(0))
    for thing in stage.things:
        assert iou_3d(stage.the(thing[0]).box, box_of(thing)) > 0.5


def test_unchanged_objects_are_the_very_same_in_the_next_snapshot(stage):
    stage.run(30)
    before = {thing.id: thing for thing in stage.map.objects()}
    empty = msgspec.structs.replace(stage.observe(), segments=(), detector="")
    stage.take(empty)
    assert all(before[thing.id] is thing for thing in stage.map.objects())


def test_going_on_after_a_load_is_as_if_it_had_never_stopped(stage, room):
    stage.run(18)
    again = Stage(room, TABLE, CUP, VASE)
    again.map = ObjectMap.from_state(stage.map.state(), ObjectMapConfig())
    again.number = stage.number
    assert bytes_of(again.map) == bytes_of(stage.map)
    for each in (stage, again):
        each.things.remove(CUP)
        each.run(18)
    assert bytes_of(again.map) == bytes_of(stage.map)
    assert again.map.objects() == stage.map.objects()


def test_the_same_stream_gives_the_same_bytes(room):
    maps = []
    for _ in range(2):
        stage = Stage(room, TABLE, CUP)
        stage.run(15)
        maps.append(bytes_of(stage.map))
    assert maps[0] == maps[1]


def test_visibility_of_every_frame(stage):
    stage.run(10)
    stage.take(msgspec.structs.replace(stage.observe(), segments=()))
    sightings = stage.map.visibility(stage.the("table").id)
    assert sightings.visible().any()
    assert not sightings.visible(min_fraction=1.01, min_share=1.01).any()


def test_corrected_keyframes_move_the_objects(stage):
    stage.run(20)
    before = {thing.id: thing.box.center for thing in stage.here()}
    correction = np.eye(4)
    correction[:3, 3] = (0.5, -0.2, 0.1)
    stage.map.correct({0: correction @ stage.room.look(-1.0, 0.0)}, 3)
    for thing in stage.here():
        np.testing.assert_allclose(
            thing.box.center, np.array(before[thing.id]) + correction[:3, 3], atol=1e-9
        )
        assert thing.pose_revision == 3


def test_a_renamed_object_keeps_its_name(stage):
    stage.run(15)
    cup = stage.the("cup")
    (event,) = stage.map.rename(cup.id, "mug")
    assert (event.kind, event.label, event.number) == ("renamed", "mug", -1)
    stage.run(20)
    assert stage.the("mug").id == cup.id
    assert "person" in stage.the("mug").detectors


def test_a_deletion_is_not_undone_by_the_same_evidence(stage):
    stage.run(15)
    cup = stage.the("cup")
    assert stage.map.delete(cup.id)[0].kind == "deleted"
    stage.run(25)
    assert sorted(thing.label for thing in stage.here()) == ["table", "vase"]
    with pytest.raises(ObjectMapError, match="deleted already"):
        stage.map.delete(cup.id)


def test_objects_merged_by_a_person_are_one_and_can_be_split_again(stage):
    stage.run(20)
    cup, vase = stage.the("cup"), stage.the("vase")
    (event,) = stage.map.merge([cup.id, vase.id])
    assert (event.kind, event.object_id, event.other_ids) == ("merged", cup.id, (vase.id,))
    assert [thing.id for thing in stage.here() if thing.id in (cup.id, vase.id)] == [cup.id]
    (event,) = stage.map.split(cup.id, (cup.box.center, vase.box.center))
    parts = [thing for thing in stage.here() if thing.id in (cup.id, *event.other_ids)]
    for part, whole in zip(parts, (cup, vase), strict=True):
        assert np.linalg.norm(np.array(part.box.center) - whole.box.center) < 0.05
    with pytest.raises(ObjectMapError, match="two or more different"):
        stage.map.merge([cup.id, cup.id])


def test_what_a_person_adds_stays_as_it_was_drawn(stage):
    box = Box(center=(1.0, 0.9, 0.5), size=(0.3, 0.2, 0.4), yaw=0.3)
    (event,) = stage.map.add("lamp", box)
    stage.run(15)
    lamp = stage.the("lamp")
    assert (lamp.id, lamp.box, lamp.detectors) == (event.object_id, box, ("person",))
    with pytest.raises(ObjectMapError, match="larger than 0"):
        stage.map.add("lamp", Box(center=(0, 0, 0), size=(1, 0, 1)))


def test_unknown_objects_are_named_with_what_there_is(stage):
    stage.run(10)
    for ask in (stage.map.embedding, stage.map.visibility, stage.map.delete):
        with pytest.raises(ObjectMapError, match=r"no object 99.*1, 2, 3"):
            ask(99)
    with pytest.raises(ObjectMapError):
        stage.map.merge([1, 99])
    assert len(stage.here()) == 3


def test_a_thing_that_no_detector_embedded_has_no_embedding(stage):
    stage.run(20)
    assert stage.map.embedding(stage.the("vase").id) is None


def test_a_person_is_followed_and_leaves_no_second_one_behind(room):
    stage = Stage(room, TABLE)
    for step in range(40):
        place = (0.2 - 0.005 * step, 0.9 - 0.04 * step, 0.013)
        stage.things = [TABLE, ("person", (place, (0.3, 0.3, 1.2)))]
        stage.run(1)
    person = stage.the("person")
    assert person.dynamic and not stage.the("table").dynamic
    np.testing.assert_allclose(person.box.center[:2], [0.155, -0.51], atol=0.15)
    assert stage.kinds().count("appeared") == 2 and "moved" not in stage.kinds()


def test_a_removed_thing_that_a_person_merges_with_one_that_is_there_is_there(stage):
    stage.run(25)
    vase, cup = stage.the("vase"), stage.the("cup")
    stage.things.remove(VASE)
    stage.run(12)
    stage.map.merge((vase.id, cup.id))
    (merged,) = [thing for thing in stage.map.objects() if thing.id == vase.id]
    assert merged.is_here
    stage.run(5)
    assert sum(thing.id == vase.id for thing in stage.here()) == 1


def test_both_halves_of_a_removed_thing_are_removed(stage):
    stage.run(25)
    vase = stage.the("vase")
    stage.things.remove(VASE)
    stage.run(12)
    stage.map.split(vase.id)
    stage.run(3)
    states = [thing.state for thing in stage.map.objects() if thing.label == "vase"]
    assert states == ["removed", "removed"]


def test_a_renamed_thing_is_still_recognised_as_what_detectors_call_it(stage):
    stage.run(25)
    cup = stage.the("cup")
    stage.map.rename(cup.id, "goblet")
    stage.run(20)
    assert sorted(thing.label for thing in stage.map.objects()) == ["goblet", "table", "vase"]
    assert stage.the("goblet").last_seen_ns > cup.last_seen_ns


def test_it_was_seen_from_the_first_frame_that_showed_it(stage):
    stage.run(20)
    for thing in stage.here():
        sightings = stage.map.visibility(thing.id)
        assert sightings.numbers[0] == 0 and sightings.visible()[0]


def test_a_late_detection_tells_when_a_thing_was_first_seen(room):
    stage = Stage(room, TABLE)
    late = [stage.observe() for _ in range(12)]
    for observation in late:
        bare = {"detector": "", "segments": ()}
        stage.take(msgspec.structs.replace(observation, **bare))
    for observation in late:
        stage.take(msgspec.structs.replace(observation, late=True, depth_view=None))
    assert stage.map.visibility(stage.the("table").id).visible()[0]
    assert stage.map.visibility(stage.the("table").id).numbers[0] == 0


def test_a_thing_pushed_by_less_than_its_size_is_followed_within_a_second(room):
    stage = Stage(room, TABLE, VASE)
    stage.run(60)
    known = stage.the("vase").id
    pushed = ("vase", ((0.61, -0.19, 0.413), VASE[1][1]))
    stage.things[1] = pushed
    stage.run(10)
    vase = stage.the("vase")
    assert vase.id == known
    assert iou_3d(vase.box, box_of(pushed)) > 0.5 > 0.25 > iou_3d(vase.box, box_of(VASE))


@pytest.mark.parametrize("field", ["samples", "remember_views"])
def test_memory_is_held_for_so_many_as_can_be(field):
    """A map may come from anybody, and brings its configuration."""
    with pytest.raises(CogmapError, match=f"objects: {field} 225426226 is not in 1..1024"):
        ObjectMapConfig(**{field: 225426226})
