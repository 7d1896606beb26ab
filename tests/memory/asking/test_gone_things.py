"""What is gone is not answered about as if it were here, unless the question is about the past."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.memory.asking import ask
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapEvent, Placement, Question

SECOND = 10**9


def event(second: int, kind: str, id_: int, label: str, *others: int) -> MapEvent:
    return MapEvent(
        stamp_ns=second * SECOND, version=5, number=second, kind=kind, object_id=id_, label=label,
        other_ids=others,
    )  # fmt: skip


@pytest.fixture
def changed(house: World) -> World:
    """The house after the lamp and a chair were taken away, and the cup and a chair were moved;
    the moved chair was found at 30 s, as chair 99, before it was known to be the same."""
    before = house.layout
    by_id = {thing.id: thing for thing in before.objects}
    replace = msgspec.structs.replace
    for id_ in (7, 10):
        by_id[id_] = replace(by_id[id_], state="removed", seen=9)
    for id_ in (4, 6):
        was = Placement(box=by_id[1].box, room=1, first_seen_ns=0, last_seen_ns=10 * SECOND)
        by_id[id_] = replace(by_id[id_], state="moved", placements=(was,))
    events = (
        event(1, "appeared", 99, "chair"), event(30, "appeared", 98, "chair"),
        event(40, "removed", 4, "chair"), event(41, "moved", 4, "chair", 98),
        event(50, "removed", 7, "lamp"), event(60, "removed", 10, "chair"),
        event(70, "moved", 6, "cup"),
    )  # fmt: skip
    now = replace(before, objects=tuple(by_id.values()))

    def past(stamp_ns: int):
        return replace(before, stamp_ns=stamp_ns, rooms=(), number=stamp_ns // SECOND)

    return World(
        now, start_ns=0, events=events, past=past, pose=house.agent, came_later=lambda: {9}
    )


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("What is gone?", ("lamp 7", "chair 10"), "Gone, as far as seen: lamp 7 and chair 10."),
        ("What has disappeared?", ("lamp 7", "chair 10"), "Gone"),
        ("Is anything missing?", True, "Yes, gone: lamp 7 and chair 10."),
        ("What was taken away in the last 45 seconds?", ("chair 10",), "Gone"),
        ("What was taken away between 45 s and 55 s?", ("lamp 7",), "Gone"),
        ("Which chairs are gone?", ("chair 10",), "Gone, of the chairs: chair 10."),
        ("Which cups were taken away?", (), "No cup is gone"),
        ("How many things are gone?", 2, "Things that are gone, as far as seen: 2."),
        ("Are any of the chairs gone?", True, "Yes, gone: chair 10."),
        ("Is the lamp gone?", True, "Yes, the lamp is no longer there."),
        ("Is the sofa gone?", False, "No, the sofa is still there."),
        ("Are the chairs still there?", False, "No, of the 3 chairs seen, gone: chair 10."),
        ("Are all the chairs still there?", False, "No, of the 3 chairs seen, gone: chair 10."),
        ("Is every chair still there?", False, "No, of the 3 chairs seen, gone: chair 10."),
        ("Are the chairs still next to the dining table?", True,
         "Yes, all chairs are next to the dining table; of those seen before, 1 gone."),
        ("Is lamp 7 still there?", False, "No, lamp 7 is no longer there."),
        ("Is chair 10 still there?", False, "No, chair 10 is no longer there."),
        ("Is chair 5 still there?", True, "Yes, chair 5 is still there."),
        ("When was the lamp removed?", 50.0, "The lamp was found to be gone 50 s after"),
        ("When did the chair disappear?", 60.0, "The chair was found to be gone 60 s"),
        ("When did somebody take lamp 7 away?", 50.0, "Lamp 7 was found to be gone 50 s"),
        ("How long has the lamp been gone?", 50.0, "The lamp was found to be gone 50 s ago."),
        ("When did you last see the lamp?", 27.0, "The lamp was last seen 27 s after the start"),
        ("When did you first see lamp 7?", 7.0, "Lamp 7 was first seen 7 s after the start"),
        ("Where did you last see the lamp?", "in the bedroom",
         "The lamp is no longer there; last seen, the lamp was in the bedroom."),
        ("Where was the lamp?", "in the bedroom", "The lamp is no longer there; last seen"),
        ("Where was the bed?", "in the bedroom", "The bed is in the bedroom."),
        ("What happened to the lamp?", ("lamp 7 was taken away",), "Lamp 7 was taken away."),
        ("What happened to the sofa?", (), "Nothing has happened to the sofa, as far as seen."),
        ("What has changed?",
         ("chair 4 was moved", "lamp 7 was taken away", "chair 10 was taken away",
          "cup 6 was moved"), "From the start to now"),
        ("What changed in the bedroom?", ("lamp 7 was taken away", "chair 10 was taken away"),
         "Of what is or was in the bedroom: "),
        ("What was moved last?", "cup 6 was moved", "Last, cup 6 was moved."),
        ("When was chair 4 moved?", 30.0, "Chair 4 was found to have been moved 30 s after"),
        ("How many times was the cup moved?", 1, "The cup was moved once, as far as seen."),
        ("Was the cup moved in the last minute?", True, "Yes from 1 minute ago to now: cup 6"),
        ("Was the cup moved in the last 20 seconds?", False, "No, the cup has not been moved"),
        ("Has any chair been moved in the last minute?", False, "No, no chair has been moved"),
        ("Was a chair moved?", True, "Yes: chair 4 was moved."),
        ("Which chairs have been moved?", ("chair 4",), "Moved, of the chairs: chair 4."),
        ("Which chairs were moved since 35 s?", (), "No chair has been moved from 35 s"),
        ("What is new?", ("backpack 9",), "New, as their places were seen without them before"),
        ("What is new since 0 s?", (), "Nothing is new"),
        ("How many things have you seen so far?", 10, "10 things seen so far."),
        ("How many objects have you seen in total?", 10, "10 objects seen so far."),
        ("How many objects are there?", 8, "There are 8 objects."),
        ("How many chairs were in the bedroom at 20 s?", 1, "1 chair in the bedroom at 20 s"),
        ("What was on the dining table at 20 s?", ("cup",), "At 20 s after the start, on the"),
    ],
)  # fmt: skip
def test_what_is_and_was(changed: World, text: str, value: object, said: str) -> None:
    reply = ask(changed, Question(stamp_ns=0, text=text))
    assert (reply.status, reply.value) == ("answered", value), reply.text
    assert reply.text.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("How big is the lamp?", "No lamp is there any more, as far as seen: lamp 7 is gone."),
        ("Where is lamp 7?", "Lamp 7 is no longer there."),
        ("Is chair 10 in the bedroom?", "Chair 10 is no longer there."),
        ("How far is chair 10 from the sofa?", "Chair 10 is no longer there."),
        ("When was the sofa removed?", "No sofa is gone, as far as seen."),
        ("When was chair 5 removed?", "Chair 5 is still there."),
    ],
)
def test_nothing_is_told_of_what_is_not_there(changed: World, text: str, said: str) -> None:
    reply = ask(changed, Question(stamp_ns=0, text=text))
    assert (reply.status, reply.value, reply.text) == ("not_seen", None, said)


@pytest.mark.parametrize("text", ["Is the chair still there?", "Is the chair gone?"])
def test_of_several_of_which_one_is_gone_it_is_asked_which_is_meant(changed: World, text) -> None:
    reply = ask(changed, Question(stamp_ns=0, text=text))
    assert (reply.status, reply.value) == ("ambiguous", None)
    assert reply.text == "Of the 3 chairs seen, gone: chair 10. Which is meant?"


def test_of_a_gone_thing_it_is_not_said_how_sure_it_is_there(changed: World) -> None:
    text = ask(changed, Question(stamp_ns=0, text="What is object 7?")).text
    assert "not there any more" in text and "sure" not in text
