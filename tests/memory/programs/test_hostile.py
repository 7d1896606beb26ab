"""Programs from strangers: whatever they are, they end in an answer that says what is wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.memory.programs.check import check
from cogmap.memory.programs.errors import BudgetError, ProgramError
from cogmap.memory.programs.parse import MAX_CHARACTERS
from cogmap.memory.programs.reference import call_operation
from cogmap.memory.programs.registry import Operation, operations
from cogmap.memory.programs.run import FAULT, MAX_TEXT, Budget, answer_program, run_program
from cogmap.memory.programs.types import MAX_SETS

FIXTURE_IS_READ_ONLY = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

ESCAPES = (
    "__import__('os').system('true')",
    "().__class__.__bases__[0].__subclasses__()",
    'find("cup").__init__.__globals__',
    "exec('1')",
    "eval('1')",
    "open('/etc/passwd')",
    "getattr(find('cup'), 'members')",
    "(lambda: 1)()",
    "[f for f in (1).__class__.__mro__]",
    "f'{find.__globals__}'",
    "'{0.__class__}'.format(1)",
    '"%s" % find("cup")',
    "find('cup' 'x', **{'room': 1})",
    "find(*['cup'])",
    "(find)('cup')(1)",
    "count.__call__(1)",
    "x = find\nx('cup')",
    "globals()",
    "print('x')",
    "[print(x) for x in find('cup')]",
    "(y := 3)",
    "import os\n1",
    "def f():\n  pass\n1",
    "while True:\n  pass",
    "for x in find('cup'):\n  x\n1",
    "class A: pass",
    "del find",
    "global find\n1",
    "x: int = 1\nx",
    "x += 1\nx",
    "await find('cup')",
    "yield 1",
    "[x async for x in find('cup')]",
    "{**{}}",
    "{1, 2}",
    "find('cup')[::2]",
    "9 ** 9 ** 9",
    "1 << 99999",
    "1e999",
    "-1e999",
    "1j",
    "b'x'",
    "...",
    "a = b = 1\na",
    "a, b = 1, 2\na",
    "object(1).label = 'x'\n1",
    "1 if 1 else 2",
    "@find\nx",
    "raise find",
    "assert find",
    "lambda find: find",
    "(1 for x in find('cup'))",
    "match 1:\n  case 1: 1",
    "type(1)",
    "\x00",
    "find('\x1b[31m')",
    "find('\u202ecup')",
    "find('\\x41')",
    "\ud800",
    "#",
    "\n\n",
    ";",
    "(((",
    ")))",
)


@pytest.mark.parametrize("program", ESCAPES)
def test_nothing_escapes(flat, program):
    with pytest.raises(ProgramError) as wrong:
        check(program)
    assert len(str(wrong.value)) < 1000
    assert answer_program(flat, program).status in ("not_understood", "failed")


@pytest.mark.parametrize(
    "program",
    [
        "(" * 3000 + "1" + ")" * 3000,
        "[" * 39 + "1" + "]" * 39 + "[" * 3000,
        "-" * 7000 + "1",
        "not " * 1900 + "True",
        "1" + "+1" * 3900,
        "1" + " if True else 1" * 500,
        "x" * MAX_CHARACTERS,
        "9" * 7000,
        "9." + "9" * 7000 + "e300",
        "count(find('" + "a" * 7000 + "'))",
        "a" * 2_000_000,
        "\n".join("a = 1" for _ in range(1500)) + "\na",
        "count(" * 39 + ")" * 39,
        "find(" + "'a'," * 1900 + ")",
        "count(everything())" + " + count(everything())" * 340,
    ],
)
def test_large_programs_end_quickly(flat, program):
    answer = answer_program(flat, program)
    assert answer.status in ("not_understood", "failed")
    assert len(answer.text) < 1000
    assert len(answer.program) <= MAX_CHARACTERS


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (
            "x = 999999999999\na = x*x\nb = a*a\nc = b*b\nd = c*c\nd*d",
            "line 2, column 5: 1e+12 * 1e",
        ),
        ("999999999999 * 1000 + 9999999999", "1e+15 + 1e+10 is beyond 1e+15"),
        ("1 / 1e-300", "beyond 1e+15"),
        ("size(object(1)) * 9e11 * 9e11", "beyond 1e+15"),
        ("time(999999999999)", "292 years"),
        ("now() + 99999999999", "292 years"),
        ("visible_at(everything(), 0 - 99999999999)", "292 years"),
    ],
)
def test_numbers_have_a_bound(flat, program, reason):
    answer = answer_program(flat, program)
    assert answer.status == "not_understood"
    assert reason in answer.text
    assert answer.text.startswith("line ")


@pytest.mark.parametrize("error", [OverflowError("too large"), ValueError(), MemoryError()])
def test_a_fault_of_our_own_costs_an_answer_and_says_so(flat, error, monkeypatch, caplog):
    def call(self, world, arguments):
        raise error

    monkeypatch.setattr(Operation, "call", call)
    answer = answer_program(flat, "everything()")
    assert answer.status == "failed"
    if isinstance(error, MemoryError):
        assert "not enough memory" in answer.text
    else:
        assert answer.text.startswith(FAULT)
        assert type(error).__name__ in answer.text
        assert "everything()" in caplog.text


def nested(expression):
    """A program that goes through everything so many times within itself."""
    for name in "abcdefgh":
        expression = f"max([{expression} for {name} in everything()])"
    return expression


@pytest.mark.parametrize(
    "program",
    [
        nested("count(everything())"),
        nested("size(object(1))"),
        nested("count(['a' for x in everything()])"),
        "X = everything()\n" + nested("count(['a' for x in X])").replace("everything()", "X"),
        nested("count(['a' for x in everything() if 'a' in ['b', 'c']])"),
    ],
)
def test_lists_within_lists_run_out_of_steps(flat, program):
    answer = answer_program(flat, program)
    assert answer.status == "failed"
    assert "too many steps" in answer.text


def test_filters_within_filters_run_out_of_steps(flat):
    inner = "1 < 2"
    for name in "abcdefgh":
        inner = f"exists([{name} for {name} in X if {name} in X and {inner}])"
    answer = answer_program(flat, f"X = everything()\n{inner}")
    assert answer.status == "failed"
    assert "too many steps" in answer.text


def test_an_element_without_operations_takes_a_step(flat):
    many = "['a'" + ", 'a'" * 49 + "]"
    budget = Budget(steps=100)
    assert run_program(flat, f"count({many})", budget=budget).value.value == 50
    for program in (
        f"count({many}) + count({many})",
        f"count(['b' for x in {many}])",
        f"X = {many}\nY = {many}\ncount(X)",
    ):
        with pytest.raises(BudgetError, match="too many steps"):
            run_program(flat, program, budget=budget)


def test_all_lists_together_have_a_limit(crowd):
    """What a program keeps in sets within lists is bounded, though each takes one step."""
    kept = "\n".join(f"L{number} = [X for a in X]" for number in range(80))
    with pytest.raises(BudgetError, match="too long lists"):
        run_program(crowd, f"X = everything()\n{kept}\ncount(X)")


@pytest.mark.parametrize(
    "program",
    [
        "[[1, 2], [3]]",
        "[[size(o) for o in everything()] for p in everything()]",
        '[["cup"] for p in everything()]',
        "\n".join(["a0 = [1, 1]", *(f"a{n} = [a{n - 1}, a{n - 1}]" for n in range(1, 16)), "a15"]),
        "[as_of(now(), [1, 2])]",
        "[[1] if True else [2]]",
    ],
)
def test_a_list_cannot_hold_lists(flat, program):
    answer = answer_program(flat, program)
    assert answer.status == "not_understood"
    assert "a list cannot hold lists" in answer.text
    assert len(answer.text) < 1000


def test_what_a_result_holds_is_counted_to_the_last_thing(crowd):
    answer = answer_program(crowd, "[everything() for x in everything()]")
    assert answer.status == "failed"
    assert f"the result has {len(crowd.objects) ** 2} parts" in answer.text


@pytest.mark.parametrize("operation", ["closest(L, X)", "farthest_of(L, X)", "order_seen(L)"])
def test_an_operation_takes_few_sets(crowd, operation):
    """Within one operation nobody looks at the time."""
    for number in (MAX_SETS, MAX_SETS + 1):
        sets = ", ".join(["X"] * number)
        answer = answer_program(crowd, f"X = everything()\nL = [{sets}]\n{operation}")
        too_many = f"a list of {number} sets; {MAX_SETS} are allowed"
        assert (too_many in answer.text) == (number > MAX_SETS)


def test_a_long_answer_is_cut(crowd):
    answer = answer_program(crowd, "[everything(), everything(), everything(), everything()]")
    assert answer.status == "answered"
    assert len(answer.value) == 4
    assert len(answer.text) == MAX_TEXT


@pytest.mark.parametrize("before", ["", "\n", "\n\n \n", "\t\n\r\n", "  ", "\n\n   "])
@pytest.mark.parametrize(
    ("program", "line", "column"),
    [("count(nothing)", 1, 7), ("count(", 1, 6), ("x = 1\ncount(y)", 2, 7), ("1 = 1", 1, 1)],
)
def test_errors_name_the_line_as_it_was_written(before, program, line, column):
    skipped, indent = before.count("\n"), len(before.rpartition("\n")[2])
    with pytest.raises(ProgramError) as wrong:
        check(before + program)
    place = f"line {line + skipped}, column {column + indent * (line == 1)}"
    assert str(wrong.value).startswith(place)


WORDS = st.sampled_from(
    [*operations(), "x", "c", "for", "in", "if", "else", "and", "not", "or", "==", "<", "+", "-",
     "*", "/", "(", ")", "[", "]", ",", "=", "\n", '"cup"', '"sofa"', '"on"', "1", "2.5", "True",
     "None", "state=", "near=", "room=", "pose=", "n="]
)  # fmt: skip


@FIXTURE_IS_READ_ONLY
@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_any_words_have_an_answer(flat, program):
    answer = answer_program(flat, program)
    assert answer.text
    assert FAULT not in answer.text
    assert (answer.value is not None) <= (answer.status == "answered")


@FIXTURE_IS_READ_ONLY
@given(st.text(max_size=200))
def test_any_text_has_an_answer(flat, program):
    answer = answer_program(flat, program)
    assert answer.text
    assert FAULT not in answer.text


THINGS = ('find("cup")', 'find("chair")', "object(1)", "everything()", 'find("piano")', "rooms()",
          "point(1, 2)", "pose(1, 2, 30)", "now()")  # fmt: skip


def arguments_of(operation):
    """Arguments of roughly the right kinds, some of them wrong."""
    thing = st.sampled_from(THINGS)
    plain = st.sampled_from(
        [
            "1",
            "0",
            "-3",
            "2.5",
            "999999999999",
            "-999999999999",
            "1e-300",
            '"cup"',
            '"kitchen"',
            "True",
            "None",
        ]
    )
    several = st.lists(thing, max_size=3).map(lambda parts: f"[{', '.join(parts)}]")
    choices = [c for p in operation.parameters for kind in p.types for c in kind.choices]
    any_of = st.one_of(thing, plain, several, *([st.sampled_from(choices).map(json.dumps)]
                                               if choices else []))  # fmt: skip
    required = [p.name for p in operation.parameters if p.required]
    optional = [p.name for p in operation.parameters if not p.required]
    names = st.lists(st.sampled_from(optional), unique=True) if optional else st.just([])
    return names.flatmap(
        lambda chosen: st.tuples(*(any_of for _ in (*required, *chosen))).map(
            lambda values: ", ".join(
                f"{name}={value}" for name, value in zip((*required, *chosen), values, strict=True)
            )
        )
    )


CALLS = st.sampled_from(list(operations().values())).flatmap(
    lambda operation: arguments_of(operation).map(lambda given: f"{operation.name}({given})")
)


@settings(
    max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CALLS)
def test_every_operation_answers_any_arguments(flat, program):
    answer = answer_program(flat, program)
    assert answer.text
    assert FAULT not in answer.text
    assert answer.program == program


@FIXTURE_IS_READ_ONLY
@given(
    st.sampled_from([*operations(), "no such"]),
    st.one_of(
        st.text(max_size=60),
        st.dictionaries(
            st.sampled_from(["label", "a", "b", "set", "object", "place", "pose", "sets", "x"]),
            st.recursive(
                st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner,
                                                                            max_size=2),
                max_leaves=6,
            ),
            max_size=3,
        ).map(json.dumps),
    ),
)  # fmt: skip
def test_any_tool_call_has_an_answer(flat, name, arguments):
    answer = call_operation(flat, name, arguments)
    assert answer.text
    assert FAULT not in answer.text
    assert len(answer.text) < 3000
