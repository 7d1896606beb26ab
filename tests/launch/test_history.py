from __future__ import annotations

import io
import json

import numpy as np
import pytest
from rich.console import Console

from cogmap.launch.history import list_events
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import CogmapError


@pytest.fixture
def corrected_map(furnished_map):
    """To which a person has added two things, renamed one, and merged them."""
    corrected = CognitiveMap.load(furnished_map)
    corrected.rename(1, "mug")
    corrected.merge([2, 1])
    corrected.save(furnished_map)
    return furnished_map


def test_a_line_for_each_change_oldest_first(corrected_map, console):
    list_events(corrected_map, None, False, console)
    head, *lines = console.export_text().splitlines()
    assert head.split() == ["when", "what", "id", "object", "with", "where", "(m)", "room", "told",
                            "by"]  # fmt: skip
    assert [line.split()[2:5] for line in lines] == [
        ["added", "1", "cup"], ["added", "2", "table"], ["renamed", "1", "mug"],
        ["merged", "2", "table"],
    ]  # fmt: skip
    assert all(line.split()[:2] == ["0.7", "s"] for line in lines)
    assert "0.90 0.00 0.80" in lines[0] and "a person" in lines[0]
    assert "with 1" in lines[3]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_on_a_narrow_terminal_nothing_is_left_out(corrected_map, is_terminal):
    narrow = Console(file=io.StringIO(), width=50, force_terminal=is_terminal, color_system=None)
    list_events(corrected_map, None, False, narrow)
    text = narrow.file.getvalue()
    assert "table" in text and "0.90 0.00 0.80" in text and "…" not in text
    assert is_terminal or len(text.splitlines()) == 5, "a line for each, for grep"


def test_json_has_every_field(corrected_map, console):
    list_events(corrected_map, None, True, console)
    events = json.loads(console.export_text())
    assert [event["kind"] for event in events] == ["added", "added", "renamed", "merged"]
    assert events[3]["other_ids"] == [1] and events[0]["box"]["center"] == [0.9, 0.0, 0.8]


def test_since_leaves_out_what_was_before(corrected_map, console):
    list_events(corrected_map, 0.7, True, console)
    assert len(json.loads(console.export_text(clear=True))) == 4
    list_events(corrected_map, 0.8, False, console)
    assert "nothing has happened" in console.export_text()


def test_a_correction_is_of_the_time_when_it_was_made(furnished_map, make_wall, console):
    """Not of when its object was seen last."""
    corrected = CognitiveMap.load(furnished_map)
    frame, pose = make_wall(12), np.eye(4)
    pose[:3, :3] = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]
    corrected.observe(
        stamp_ns=frame.stamp_ns,
        world_from_camera=pose,
        intrinsics=frame.intrinsics,
        depth_m=frame.depth_m(),
        color=frame.color,
    )
    corrected.rename(1, "mug")
    corrected.save(furnished_map)
    list_events(furnished_map, 1.0, False, console)
    _, line = console.export_text().splitlines()
    assert line.split()[:5] == ["1.2", "s", "renamed", "1", "mug"]


def test_what_is_no_map_is_named(tmp_path, console):
    with pytest.raises(CogmapError, match="holds no map"):
        list_events(tmp_path, None, False, console)
