"""``cogmap info``: what is in an episode, a map or a run directory."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from cogmap.launch.paths import is_joined, is_run
from cogmap.launch.report import what_became_of_them
from cogmap.launch.run_state import map_of, read_report, state_of
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.persistence import is_map
from cogmap.memory.render.drawing import printable
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.messages import CogmapError, Frame
from cogmap.runtime.playback import Recording
from cogmap.runtime.recorded_parts import RecordedParts
from cogmap.runtime.requests import goes_on
from cogmap.runtime.rundir import is_going_on

LABEL_WIDTH, LINE_WIDTH = 40, 4000
"""What is longer is cut: labels and names of streams are text from strangers."""


def describe(path: Path) -> Table:
    """A table of what is there.

    Raises:
        CogmapError: it is neither an episode nor a map nor a run, damaged, or cannot be read.
    """
    try:
        facts = _facts(path)
    except OSError as error:
        raise CogmapError(f"cannot read {path}: {error}; {disk_help(error)}") from error
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="dim")
    table.add_column(overflow="fold")
    for name, value in facts.items():
        lines = (printable(line, LINE_WIDTH) for line in str(value).split("\n"))
        table.add_row(name, Text("\n".join(lines)))
    return table


def _facts(path: Path) -> Mapping[str, Any]:
    if is_run(path):
        return _run_facts(path)
    return _map_facts(path) if is_map(path) else _episode_facts(path)


def _episode_facts(path: Path) -> Mapping[str, Any]:
    episode = open_episode(path)
    stamps = episode.stamps_ns
    seconds = (stamps[-1] - stamps[0]) * 1e-9 if stamps else 0.0
    first = next(iter(episode.frames()), None)
    facts: dict[str, Any] = {
        "episode": path,
        "format": episode.format,
        "frames": len(episode),
        "duration": f"{seconds:.1f} s",
        "rate": f"{(len(stamps) - 1) / seconds:.1f} frames/s" if seconds else "",
    }
    if first is not None:
        facts |= _frame_facts(first)
    if path.suffix == ".mcap":
        facts |= _stream_facts(path)
    return facts


def _frame_facts(frame: Frame) -> Mapping[str, Any]:
    camera = frame.intrinsics
    pixels = f"fx {camera.fx:.1f} fy {camera.fy:.1f} cx {camera.cx:.1f} cy {camera.cy:.1f}"
    return {
        "image": f"{camera.width} x {camera.height}, {pixels}",
        "distortion": ", ".join(f"{value:g}" for value in camera.distortion) or "none",
        "colour": "yes" if frame.color is not None else "no",
        "depth": f"{frame.depth_scale_m * 1000:g} mm units" if frame.depth is not None else "no",
        "poses": "yes" if frame.world_from_camera is not None else "no",
    }


def _stream_facts(path: Path) -> Mapping[str, Any]:
    recording = RecordedParts(path)
    counts = Counter((entry.stream, entry.type) for entry in recording.entries)
    recording.close()
    streams = [
        f"{printable(stream, 100)}: {count} {kind}"
        for (stream, kind), count in sorted(counts.items())
    ]
    facts = {"streams": "\n".join(streams)}
    if recording.parts[1:]:
        names = ", ".join(part.path.name for part in recording.parts)
        facts["parts"] = f"in {len(recording.parts)} parts, read as one: {names}"
    if recording.others:
        names = ", ".join(other.name for other in recording.others)
        facts["beside it"] = f"{names}: of another run, not read with it"
    if cut := [_cut_off(part, recording) for part in recording.parts if part.truncated]:
        facts["cut off"] = "\n".join(cut)
    return facts


def _cut_off(part: Recording, recording: RecordedParts) -> str:
    """From where on a part has lost what it had, and where the next goes on."""
    stamps = [entry.log_time_ns for entry in recording.entries if entry.type == Frame.__name__]
    ends_ns = [entry.log_time_ns for entry in part.entries if entry.type == Frame.__name__]
    after = f"{(ends_ns[-1] - stamps[0]) * 1e-9:.1f} s" if ends_ns else "its beginning"
    size, number = part.path.stat().st_size, recording.parts.index(part) + 1
    lost = "is lost"
    if number < len(recording.parts):
        lost = f"and is not in {recording.parts[number].path.name} is lost"
    return f"{part.path.name} ends in the middle, at byte {size}: what came after {after} {lost}"


def _map_facts(path: Path) -> Mapping[str, Any]:
    loaded = CognitiveMap.load(path)
    reconstructor = loaded.dense
    points, _ = reconstructor.surface.point_cloud()
    labels = Counter(printable(thing.label, LABEL_WIDTH) or "object" for thing in loaded.objects())
    facts: dict[str, Any] = {
        "map": path,
        "frames": ", ".join(
            f"{count} {verdict}" for verdict, count in reconstructor.counts.items()
        ),
        "poses": len(reconstructor.trajectory),
        "objects": ", ".join(f"{count} {label}" for label, count in labels.most_common()) or "none",
        "rooms": ", ".join(
            f"{printable(room.label, LABEL_WIDTH) or 'room'} {room.area_m2:.1f} m2"
            for room in loaded.rooms()
        )
        or "none",
        "keyframes": len(loaded.keyframes()),
        "surface": f"{len(points)} points",
        "size on disk": _size(path),
    }
    if len(points):
        size = np.ptp(points, axis=0)
        facts["extent"] = " x ".join(f"{length:.1f}" for length in size) + " m"
    return facts


def _run_facts(path: Path) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"run": path, "size on disk": _size(path)}
    if is_joined(path):
        answers = "going on" if goes_on(path) else "it does not answer"
        return facts | {"state": f"on another machine; {answers}"}
    facts["state"] = state_of(path)
    report = None if is_going_on(path) else read_report(path)
    if report is not None:
        run = report["run"]
        facts |= {
            "launch file": report["launch"],
            "duration": f"{report['duration_s']:.1f} s",
            "frames": f"{run['frames_in']} in: {what_became_of_them(run)}",
            "nodes": ", ".join(report["nodes"]),
        }
    folder = map_of(path)
    return facts | {"map": folder if folder is not None and is_map(folder) else "none"}


def _size(folder: Path) -> str:
    """In words, also of a folder of which parts cannot be read: then why."""
    unread: list[OSError] = []
    size = 0
    for name, _, files in os.walk(folder, onerror=unread.append):
        for file in files:
            try:
                size += Path(name, file).lstat().st_size
            except OSError as error:
                unread.append(error)
    text = f"{size / 1e6:.1f} MB"
    if not unread:
        return text
    return f"{text} and what cannot be read: {unread[0]}; {disk_help(unread[0])}"
