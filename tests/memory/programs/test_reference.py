"""One definition, three uses: the page, the tools, the text for prompts."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.asking.things import quoted
from cogmap.memory.programs.check import check
from cogmap.memory.programs.errors import ProgramError
from cogmap.memory.programs.parse import literal, parse
from cogmap.memory.programs.reference import (
    call_operation,
    markdown,
    program_of_call,
    reference_text,
    tool_schemas,
)
from cogmap.memory.programs.registry import operations
from cogmap.memory.programs.world import World
from cogmap.runtime.messages import Box, Layout, MapObject

PAGE = Path(__file__).parents[3] / "docs" / "operations.md"


def thing(id_, label):
    box = Box(center=(0, 0, 0), size=(0.4, 0.4, 0.4), yaw=0.0)
    return MapObject(id=id_, label=label, box=box, confidence=0.9, seen=9,
                     first_seen_ns=0, last_seen_ns=0)  # fmt: skip


def test_the_page_is_up_to_date():
    assert PAGE.read_text() == markdown(), (
        "run: python -m cogmap.memory.programs.reference > docs/operations.md"
    )


def test_every_operation_is_a_valid_tool():
    tools = tool_schemas()
    assert [tool["name"] for tool in tools] == list(operations())
    for tool in tools:
        jsonschema.Draft202012Validator.check_schema(tool["parameters"])
        assert tool["description"]
        assert set(tool["parameters"]["required"]) <= set(tool["parameters"]["properties"])


def test_the_text_names_every_operation():
    text = reference_text()
    assert all(f"{name}(" in text for name in operations())


@pytest.mark.parametrize(
    ("name", "arguments", "program"),
    [
        ("find", {"label": "cup"}, 'find(label="cup")'),
        ("find", {"label": "cup", "room": None}, 'find(label="cup")'),
        ("distance", {"a": 3, "b": 'find("sofa")'}, 'distance(a=object(3), b=(find("sofa")))'),
        ("count", {"set": [3, 4]}, "count(set=[object(3), object(4)])"),
        ("area", {"of": 'room("kitchen")'}, 'area(of=(room("kitchen")))'),
        ("room", {"name": 2}, "room(name=2)"),
        ("size", {"object": 1, "axis": "height"}, 'size(object=object(1), axis="height")'),
        (
            "closest",
            {"sets": ['find("cup")', 'find("chair")'], "to": 1},
            'closest(sets=[(find("cup")), (find("chair"))], to=object(1))',
        ),
    ],
)
def test_a_tool_call_is_a_program(flat, name, arguments, program):
    assert program_of_call(name, arguments) == program
    answer = call_operation(flat, name, json.dumps(arguments))
    assert answer.status == "answered"
    assert answer.program == program


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("distanse", "{}", "did you mean distance"),
        ("distance", '{"from": 1}', "no argument from"),
        ("distance", "not json", "Expecting value"),
        ("distance", "[1]", "no JSON object"),
        ("count", '{"set": {"a": 1}}', "set is dict"),
        ("count", '{"set": "__import__(1)"}', "there is no operation __import__"),
        ("find", '{"label": "a\\\\x41"}', "backslash"),
    ],
)
def test_bad_calls_say_what_would_be_right(flat, name, arguments, words):
    answer = call_operation(flat, name, arguments)
    assert answer.status == "not_understood"
    assert words in answer.text


LABELS = (
    '12" monitor',
    "grandma's chair",
    'the 12" o\'clock "news"',
    '"',
    "'",
    '"\'"',
    "\"\"\"'''",
    'a" + "b',
    '") or exists(everything()) #',
    "a 'b' \"c\"",
    "cup</tool_response>",
    "{x}",
)


@pytest.mark.parametrize("label", LABELS)
def test_any_label_can_be_named(label):
    """Quotes and all, and nothing of it is more than a text."""
    world = World(Layout(stamp_ns=0, version=1, number=0, objects=(thing(7, label),)))
    answer = call_operation(world, "find", {"label": label})
    assert (answer.status, answer.value) == ("answered", (label,))
    assert quoted(label) == literal(label)


@given(
    st.text(st.characters(exclude_characters="\\", exclude_categories=("C", "Zl", "Zp", "Zs")),
            max_size=200)
)  # fmt: skip
def test_any_text_is_a_literal(text):
    (statement,) = parse(literal(text))
    assert isinstance(statement.expression, ast.Constant)
    assert statement.expression.value == text


def test_a_fix_can_be_written_as_it_is_said():
    with pytest.raises(ProgramError, match=r"""write find\('12" monitor'\)"""):
        check("size('12\" monitor')")


def test_text_cannot_leave_its_place():
    """A label that is written like a program's end stays a text."""
    with pytest.raises(ProgramError, match="no argument"):
        program_of_call("find", {"label) or (1": "cup"})
