"""Programs from text to value, and what is said where they fail."""

from __future__ import annotations

import math
import time

import msgspec
import numpy as np
import pytest

from cogmap.memory.index.text_encoder import TextEncoder
from cogmap.memory.programs.abstention import Ambiguous, NotSeen
from cogmap.memory.programs.errors import BudgetError, ProgramError
from cogmap.memory.programs.run import Budget, answer_program, run_program
from cogmap.memory.programs.values import Count, Label, Length, Objects
from cogmap.memory.programs.words import Words
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Door


def value(world, program):
    return run_program(world, program).value


@pytest.mark.parametrize(
    ("program", "expected"),
    [
        ('count(find("cup"))', Count(2)),
        ('count(find("cup", room="kitchen"))', Count(1)),
        ('count(find("chair", room="kitchen"))', Count(0)),
        ('exists(find("cup", room=room("kitchen")))', True),
        ("count(rooms())", Count(2)),
        ('count([r for r in rooms() if exists(find("chair", room=r))])', Count(1)),
        ('count([c for c in find("cup") if room_of(c) == "kitchen"])', Count(1)),
        ('count(find("chair")) > count(find("sofa"))', True),
        ('count(find("chair")) - 1', Count(1)),
        (
            'label_of(the([o for o in everything() if size(o, "height") > 1.5]))',
            Label("refrigerator"),
        ),
        ('label_of(object(1)) == "couch"', True),
        ('label_of(object(1)) != "couch"', False),
        ('"couch" in labels(everything())', True),
        ('count([o for o in everything() if label_of(o) == "couch"])', Count(1)),
        ('count([o for o in everything() if label_of(o) != "fridge"])', Count(6)),
        ('"chair" in labels(contents(room("living room")))', True),
        ('not exists(find("chair")) or 1 < 2', True),
        ('1 if exists(find("cup")) else 2', 1),
        ('room_of(find("sofa")) == room_of(find("table"))', True),
        ('the(find("sofa")) == the(find("table"))', False),
        ('object(3) in find("cup")', True),
        ('-size(find("sofa"))', Length(-2.0)),
        ('bearing(stand(find("sofa"), find("table")), object(6)) > 20', True),
    ],
)
def test_a_program_has_a_value(flat, program, expected):
    found = value(flat, program)
    assert found == expected
    assert type(found) is type(expected)


def test_names_stand_for_values(flat):
    program = 'a = find("sofa")\n# a remark\nb = find("table")\ndistance(a, b)'
    assert value(flat, program).value == pytest.approx(2.5 - 0.4 - 0.95)


def test_sets_of_one_are_that_one_and_others_say_so(flat):
    assert value(flat, 'size(find("sofa"))') == Length(2.0)
    with pytest.raises(Ambiguous) as several:
        value(flat, 'size(find("chair"))')
    assert [thing.id for thing in several.value.candidates] == [5, 6]
    with pytest.raises(NotSeen, match="no piano was seen"):
        value(flat, 'size(find("piano"))')


def test_not_seen_is_not_none(flat):
    answer = answer_program(flat, 'exists(find("piano"))')
    assert (answer.status, answer.value) == ("not_seen", None)
    answer = answer_program(flat, 'exists(find("backpack"))')
    assert (answer.status, answer.value) == ("answered", False)
    assert value(flat, 'count(find("backpack", state="gone"))') == Count(1)


@pytest.mark.parametrize(
    ("program", "column", "words"),
    [
        ('distnce(find("cup"), find("sofa"))', 1, "did you mean distance"),
        ('distance("cup", find("sofa"))', 10, 'write find("cup")'),
        ('distance(find("cup"), find("sofa"), center=True)', 44, "did you mean centers"),
        ('distance(find("cup"))', 1, "needs b"),
        ('size(find("sofa")) + bearing(agent(), find("cup"))', 1, "no Length + Angle"),
        ('size(find("sofa")) < bearing(agent(), find("cup"))', 1, "cannot be compared"),
        ('size(find("sofa"), "longst")', 20, "did you mean longest"),
        ('find("cup") if find("sofa") else find("table")', 16, "write exists"),
        ("cups", 1, 'find("cups")'),
        ("find", 1, "call it"),
        ('find("cup").members', 1, "attributes"),
        ('find("cup")[0]', 1, "nth"),
        ("lambda: 1", 1, "lambda"),
        ('f"{find}"', 1, "f-strings"),
        ("2 ** 9", 1, "multiply"),
        ("find(", 5, "never closed"),
        ("", 1, "empty"),
        ("x = 1", 1, "end with a line: x"),
        ("import os", 1, "Import is not of the language"),
        ('label_of(object(1)) == object(2)', 1, "label_of"),
        ("nearest", 1, "named"),
    ],
)  # fmt: skip
def test_errors_say_where_and_what_would_be_right(flat, program, column, words):
    with pytest.raises(ProgramError) as wrong:
        run_program(flat, program)
    assert words in str(wrong.value)
    assert (wrong.value.line, wrong.value.column) == (1, column)


def test_the_line_of_an_error_is_said(flat):
    with pytest.raises(ProgramError, match="line 2, column 1: there is no operation sizes"):
        run_program(flat, 'a = find("cup")\nsizes(a)')


def test_uncertainty_goes_on_through_sums(flat):
    one = value(flat, 'size(find("sofa"))')
    both = value(flat, 'size(find("sofa")) + size(find("table"))')
    assert both.sigma == pytest.approx(one.sigma * math.sqrt(2))
    ratio = value(flat, 'size(find("sofa")) / size(find("table"))')
    assert ratio.value == pytest.approx(2.0 / 1.2)
    assert 0 < ratio.sigma < 0.1


def test_units_multiply(flat):
    assert answer_program(flat, 'size(find("sofa")) * size(find("table"))').unit == "m2"
    assert answer_program(flat, 'volume(find("sofa")) / area(find("sofa"))').unit == "m"


def test_an_answer_says_what_it_rests_on_and_how_words_were_read(flat):
    answer = answer_program(flat, 'distance(find("couch"), find("cup"))')
    assert answer.evidence.objects == (1, 3)
    assert '"couch" was read as sofa' in answer.text
    assert answer.unit == "m"
    assert answer.version == 7
    assert answer.confidence == 0.9


def test_what_a_filter_leaves_out_is_no_evidence(flat):
    program = '[c for c in find("cup") if distance(c, find("sofa")) < 3]'
    assert set(answer_program(flat, program).evidence.objects) == {1, 3}


def test_work_is_bounded(flat):
    with pytest.raises(BudgetError, match="too many steps"):
        run_program(flat, 'count(find("cup"))', budget=Budget(steps=1))
    nested = "[a for a in everything() if exists([b for b in everything() if "
    program = nested + "size(a) > size(b) and distance(a, object(1)) > distance(b, a)])]"
    with pytest.raises(BudgetError, match="too many steps"):
        run_program(flat, program, budget=Budget(steps=50))
    with pytest.raises(BudgetError, match="too long"):
        run_program(flat, "count(rooms())", budget=Budget(seconds=-1.0))
    assert answer_program(flat, "1", budget=Budget(steps=0)).status == "answered"


def test_a_filter_over_many_gives_what_one_by_one_gives(flat):
    """The condition's second half cannot be evaluated for all at once."""
    at_once = value(flat, "[o for o in everything() if distance(o, object(2)) < 0.5]")
    one_by_one = value(
        flat, "[o for o in everything() if distance(o, object(2)) < 0.5 and o in everything()]"
    )
    assert isinstance(at_once, Objects)
    assert [thing.id for thing in at_once] == [thing.id for thing in one_by_one]
    assert 0 < len(at_once) < 7


def test_doors_are_places(flat):
    door = Door(id=1, center=(5.0, 2.0), width_m=0.9, yaw=0.0, rooms=(1, 2))
    world = World(msgspec.structs.replace(flat.layout, doors=(door,)))
    assert value(world, 'label_of(nearest(find("chair"), door("kitchen")))') == "chair"
    assert value(world, 'distance(door(), find("sofa"), horizontal=True)').value == pytest.approx(
        math.hypot(2.0, 1.05)
    )
    assert value(world, "count(doors())") == Count(1)
    with pytest.raises(NotSeen, match="no door"):
        value(flat, "door()")


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


@pytest.mark.parametrize(
    "program",
    [
        'count(union(find("zither"), find("cup")))',
        'len([c for c in find("cup") if distance(c, union(find("zither"), find("sofa"))) < 9])',
        'len([c for c in find("cup") if exists(union(find("zither"), find("cup", near=c)))])',
    ],
)
def test_to_set_up_the_encoder_is_not_the_programs_time(flat, program):
    """Neither its loading, on a thread of its own, nor the encodings of the map's labels."""

    def encode(texts):
        burn(0.3 if len(texts) > 1 else 0.0)
        return np.eye(16, dtype=np.float32)[[3] if len(texts) == 1 else range(4, 4 + len(texts))]

    def load():
        burn(0.3)
        return TextEncoder("test", 16, encode)

    world = World(flat.layout, words=Words(load))
    run_program(world, program, budget=Budget(seconds=0.2))
    assert world.words.set_up_s >= 0.3


def test_to_encode_the_programs_own_words_is_its_time(flat):
    def encode(texts):
        burn(0.3)
        return np.eye(16, dtype=np.float32)[[3] * len(texts)]

    world = World(flat.layout, words=Words(lambda: TextEncoder("test", 16, encode)))
    with pytest.raises(BudgetError, match="too long"):
        run_program(world, 'a = find("zither")\ncount(rooms())', budget=Budget(seconds=0.2))


@pytest.mark.parametrize(
    ("program", "value", "unit"),
    [
        ('size(find("sofa")), size(find("table"))', (2.0, 1.2), "m"),
        ('size(find("sofa")), count(find("chair"))', ("2.00 m", "2"), ""),
        ('find("chair"), count(find("chair"))', ("chair 5, chair 6", 2.0), "count"),
        ('x = find("sofa")\nroom_of(x), size(x)', ("living room", 2.0), "m"),
        (
            'exists(find("cup")), exists(find("cup", room="kitchen")), now()',
            ("yes", "yes", 10.0),
            "s",
        ),
        ('[exists(find("cup", room=r)) for r in rooms()]', ("yes", "yes"), ""),
    ],
)
def test_a_result_may_be_several_values(flat, program, value, unit):
    answer = answer_program(flat, program)
    assert (answer.status, answer.value, answer.unit) == ("answered", value, unit)


@pytest.mark.parametrize(
    "program",
    [
        'x = size(find("sofa")), count(find("chair"))\nx',
        '[size(find("sofa")), exists(find("cup"))]',
    ],
)
def test_only_the_result_is_of_several_types(flat, program):
    assert "must be of one type" in answer_program(flat, program).text
