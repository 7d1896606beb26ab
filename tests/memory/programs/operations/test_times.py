"""When things were seen, and how the camera moved."""

from __future__ import annotations

import math

import msgspec
import pytest

from cogmap.memory.programs.abstention import NotDeterminable, NotSeen
from cogmap.memory.programs.meaning.seeing import last_seen_ns
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.values import Count
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import MapEvent

SECOND = 10**9


@pytest.mark.parametrize(
    ("program", "value"),
    [
        ("now()", 5.0),
        ("frame(3)", 3.0),
        ('first_seen(find("cup"))', 3.0),
        ('last_seen(find("sofa"))', 2.0),
        ('seconds_between(first_seen(find("sofa")), first_seen(find("cup")))', 2.0),
        ('order_seen([find("cup"), find("sofa"), find("table")])', ("sofa", "table", "cup")),
        ('seen_so_far("piano")', False),
        ('seen_so_far("backpack")', True),
        ('count_seen("backpack")', 1),
        ('visible_at(find("sofa"), time(2))', True),
        ('visible_at(find("sofa"), 3)', False),
        ('co_visible(find("sofa"), find("table"))', (2.0,)),
        ('first_seen(find("sofa")) < first_seen(find("cup"))', True),
        ("changes(time(0))", ("chair 5 was moved",)),
        ("moved_at(object(5))", 3.0),
        ("changes(time(3.5))", ()),
        ("count(changes(time(0), new=True))", 2),
        ('as_of(time(1), exists(find("chair")))', None),
        ("count(as_of(time(1), everything()))", 3),
        ("displacement(time(0), time(1))", 1.0),
        ("moved_direction(time(0), time(1))", "forward"),
        ("moved_direction(time(1), time(2))", "right"),
        ('moved_direction(time(1), time(2), form="left_right")', "right"),
        ("turned_direction(time(1), time(2))", "clockwise"),
        ("path_travelled(time(0), time(3))", 3.0),
        ('distance_change(find("refrigerator"), time(0))', "closer"),
        ("turn_of(time(1.5))", 2),
        ('closest_turn(find("sofa"))', 1),
        ('farthest_turn(find("sofa"))', 3),
        ('turns_seeing(find("sofa"), find("table"))', (2.0,)),
        ('turns_on_side(object(6), object(5), "left")', (2.0, 3.0)),
        ('newly_seen([find("sofa"), find("cup", room="kitchen")])', "cup in the kitchen"),
    ],
)
def test_times(walk, program, value):
    answer = answer_program(walk, program)
    assert answer.value == value
    assert answer.status == ("not_seen" if value is None else "answered")


def test_motion_is_as_unsure_as_the_poses_that_it_lies_between(walk):
    moved = answer_program(walk, "displacement(time(0), time(1))")
    went = answer_program(walk, "path_travelled(time(0), time(3))")
    turned = answer_program(walk, "turned(time(1), time(2))")
    assert moved.sigma == went.sigma == pytest.approx(0.0141, abs=1e-4)
    assert turned.sigma == pytest.approx(0.42, abs=0.01)  # degrees


@pytest.mark.parametrize(
    "program", ["path_travelled(time(2), time(1))", "changes(time(2), time(1))"]
)
def test_times_the_wrong_way_round_are_told(walk, program):
    answer = answer_program(walk, program)
    assert answer.status == "not_understood"
    assert "give the earlier time first" in answer.text


def test_what_moves_by_itself_was_last_seen_when_it_was_detected(walk):
    """Later frames show the place, which is no look at who stood there."""
    (sofa,) = walk.labels["sofa"]
    person = msgspec.structs.replace(sofa, dynamic=True, seen=3, last_seen_ns=101 * 10**9)
    assert last_seen_ns(walk, person) == 101 * 10**9 < last_seen_ns(walk, sofa)


def test_what_was_long_not_detected_in_its_place_was_last_seen_when_it_was(walk):
    (sofa,) = walk.labels["sofa"]
    walk._start_ns = 0
    for late, told in ((101, True), (39, False)):
        seen = msgspec.structs.replace(sofa, last_seen_ns=late * SECOND)
        assert (last_seen_ns(walk, seen) == 102 * SECOND) == told
    gone = msgspec.structs.replace(sofa, state="removed", last_seen_ns=101 * SECOND)
    assert last_seen_ns(walk, gone) == 101 * SECOND


def event(second, kind, id_, *others, label="chair"):
    return MapEvent(
        stamp_ns=(100 + second) * SECOND, version=5, number=second, kind=kind, object_id=id_,
        label=label, other_ids=others,
    )  # fmt: skip


def test_what_was_found_elsewhere_was_not_taken_away(walk):
    """Chair 5 is seen at its new place, as chair 99, before it is missed at its old one."""
    walk.events = (
        event(1, "appeared", 99), event(2, "removed", 5), event(3, "moved", 5, 99),
        event(4, "removed", 8, label="backpack"),
    )  # fmt: skip
    program = "changes(time(0), new=True)"
    assert run_program(walk, program).value == ("chair 5 was moved", "backpack 8 was taken away")
    assert run_program(walk, "changes(time(1.5))").value == ("backpack 8 was taken away",)
    assert answer_program(walk, "moved_at(object(5))").value == 1.0
    assert answer_program(walk, 'removed_at(object(8, state="gone"))').value == 4.0
    assert run_program(walk, 'changes(time(0), of=find("sofa"))').value == ()
    with pytest.raises(NotDeterminable, match="still there"):
        run_program(walk, "removed_at(object(5))")


def test_a_thing_was_where_it_was_found_before_it_was_known_to_be_the_same(walk):
    past = walk._past

    def with_new(stamp_ns):
        layout = past(stamp_ns)
        (chair,) = (thing for thing in walk.objects if thing.id == 6)
        new = msgspec.structs.replace(chair, id=99)
        return msgspec.structs.replace(layout, objects=(*layout.objects, new))

    walk._past = with_new
    walk.events = (event(3, "appeared", 99), event(5, "moved", 5, 99))
    assert answer_program(walk, "was_at(object(5), time(4))").value == (1.0, 2.5, 0.45)
    walk.events = ()
    assert answer_program(walk, "was_at(object(5), time(4))").value == (2.0, 3.3, 0.45)


def test_what_is_gone_is_not_here(walk):
    for program in ("object(8)", 'distance(object(8), find("sofa"))', 'size(find("backpack"))'):
        with pytest.raises(NotSeen, match=r"backpack.* (no longer there|is gone)"):
            run_program(walk, program)
    assert answer_program(walk, 'everything(state="gone")').value == ("backpack",)
    assert answer_program(walk, 'count(everything(state="any"))').value == 8
    with pytest.raises(NotSeen, match="no sofa is gone"):
        run_program(walk, 'the(find("sofa", state="gone"))')
    told = answer_program(walk, 'describe(object(8, state="any"))').text
    assert "not there any more" in told and "sure" not in told


def test_turns_are_signed(walk):
    assert run_program(walk, "turned(time(1), time(2))").value.value == pytest.approx(-math.pi / 2)
    yaw = run_program(walk, "agent(time(4))").value.yaw
    assert yaw == pytest.approx(-math.pi / 2)


def test_evidence_has_the_frames(walk):
    answer = answer_program(walk, 'first_seen(find("sofa"))')
    assert answer.evidence.frames == (1,)
    assert answer.evidence.objects == (1,)


def test_what_was_seen_later_is_not_known_before(walk):
    assert run_program(walk, 'as_of(time(2), count_seen("cup"))').value == Count(1)
    with pytest.raises(NotDeterminable, match="not known then"):
        run_program(walk, "was_at(object(5), time(1))")


def test_without_frames_times_are_not_known(flat):
    for program in ("frame(1)", "displacement(now(), now())", "turn_time(1)"):
        with pytest.raises(NotDeterminable, match=r"knows no frames|not told of turns"):
            run_program(flat, program)


def test_nothing_new_in_the_last_turn(walk):
    with pytest.raises(NotSeen, match="last turn"):
        run_program(walk, 'newly_seen([find("sofa"), find("table")])')


@pytest.mark.parametrize("program", ["count(everything())", 'exists(find("cup"))'])
def test_before_anything_was_known_nothing_is_told(flat, program):
    nothing = msgspec.structs.replace(flat.layout, objects=(), rooms=())
    world = World(flat.layout, past=lambda stamp_ns: nothing)
    answer = answer_program(world, f"as_of(time(0), {program})")
    assert (answer.status, answer.value) == ("not_determinable", None)
    assert "knew nothing" in answer.text


@pytest.mark.parametrize(
    "program",
    [
        'visible_at(find("sofa"), time({}))',
        "as_of(time({}), count(everything()))",
        "agent(time({}))",
        "room_of(agent(time({})))",
        "changes(time({}))",
        "changes(time(0), time({}))",
        "was_at(object(5), time({}))",
        "displacement(time(0), time({}))",
        "path_travelled(time(0), time({}))",
        "area_seen(time({}))",
    ],
)
@pytest.mark.parametrize(("seconds", "said"), [("60", "60.0 s after it"), ("-60", "60.0 s before")])
def test_nothing_is_known_after_the_last_frame_nor_before_the_first(walk, program, seconds, said):
    answer = answer_program(walk, program.format(seconds))
    assert answer.status == "not_determinable"
    if program != "area_seen(time({}))" or seconds == "60":  # how much was seen is not kept
        assert "from its first frame until 5.0 s after it, and not what was" in answer.text
        assert said in answer.text


def test_a_time_that_is_rounded_is_the_last_one(walk):
    assert answer_program(walk, "as_of(time(5.04), now())").value == 5.0
    assert answer_program(walk, 'visible_at(find("sofa"), time(5.04))').status == "answered"


def test_what_is_known_as_of_a_time_ends_with_it(walk):
    answer = answer_program(walk, 'as_of(time(2), visible_at(find("sofa"), time(5)))')
    assert answer.status == "not_determinable"
    assert "until 2.0 s after it, and not what was 5.0 s after it" in answer.text


def test_frames_have_numbers_up_to_the_last(walk):
    assert answer_program(walk, "frame(5)").value == 5.0
    for number in ("6", "-1"):
        answer = answer_program(walk, f"frame({number})")
        assert answer.status == "not_determinable"
        assert answer.text == f"the map knows frames up to number 5, and no frame {number}"
