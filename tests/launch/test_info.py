"""What ``cogmap info`` says of episodes, maps and runs, as they are stored."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest

from cogmap.launch.info import describe
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.messages import CogmapError, Frame, Intrinsics
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.rundir import RunDir
from cogmap.runtime.wire import Envelope


@pytest.fixture
def facts_of(console):
    """Words of each row, by its name."""

    def facts(path) -> dict[str, str]:
        console.print(describe(path))
        rows = [line.split(maxsplit=1) for line in console.export_text().splitlines()]
        return {row[0]: row[-1].strip() for row in rows}

    return facts


def test_episode(facts_of, episode):
    facts = facts_of(episode)
    assert (facts["frames"], facts["duration"]) == ("3", "0.2 s")
    assert facts["rate"] == "10.0 frames/s"
    assert facts["image"] == "80 x 60, fx 70.0 fy 70.0 cx 39.5 cy 29.5"
    assert (facts["depth"], facts["colour"], facts["poses"]) == ("1 mm units", "yes", "yes")
    assert facts["streams"] == "camera/frames: 3 Frame"
    assert "cut" not in facts


def test_map(facts_of, map_dir):
    facts = facts_of(map_dir)
    assert "8 fused" in facts["frames"]
    assert int(facts["surface"].removesuffix(" points")) > 100
    assert facts["extent"].endswith(" m")


def test_labels_of_strangers_are_made_printable(console, furnished_map):
    edited = CognitiveMap.load(furnished_map)
    edited.rename(1, "cup\x1b[31m\nrooms  none\u202e")
    edited.save(furnished_map)
    console.print(describe(furnished_map))
    text = console.export_text()
    assert "\x1b" not in text and "\u202e" not in text
    assert sum(line.startswith("rooms") for line in text.splitlines()) == 1
    assert "1 table" in text


def test_damaged_map(map_dir):
    (map_dir / "manifest.json").write_text("{")
    with pytest.raises(CogmapError, match=r"manifest\.json"):
        describe(map_dir)


REPORT = {
    "launch": "demo",
    "duration_s": 12.34,
    "ok": False,
    "interrupted": False,
    "failed": {"viewer": "[no] window", "memory": "no room"},
    "run": {
        "frames_in": 9,
        "fused": 4,
        "skipped": 3,
        "rejected": {"dark": 1},
        "on_the_way": 0,
        "lost": 1,
    },
    "nodes": {"camera": {}, "viewer": {}},
}


@pytest.fixture
def run_dir(tmp_path):
    (tmp_path / "launch.json").write_text("{}")
    return tmp_path


def test_run(facts_of, run_dir):
    (run_dir / "report.json").write_text(json.dumps(REPORT))
    facts = facts_of(run_dir)
    assert facts["state"] == "ended badly; viewer: [no] window; memory: no room"
    assert facts["frames"] == "9 in: 4 fused, 3 skipped, 1 dark, 1 lost on the way"
    assert facts["nodes"] == "camera, viewer"
    assert facts["map"] == "none"


def test_run_that_was_interrupted(facts_of, run_dir):
    report = REPORT | {"ok": True, "interrupted": True, "failed": {}}
    (run_dir / "report.json").write_text(json.dumps(report))
    told = f"interrupted; cogmap up --resume {run_dir} goes on with it"
    assert facts_of(run_dir)["state"] == told
    (run_dir / "report.json").write_text(json.dumps(REPORT | {"interrupted": True}))
    assert "interrupted, and ended badly; viewer" in facts_of(run_dir)["state"]


def test_run_that_ended_well_and_stored_its_map_elsewhere(facts_of, run_dir, map_dir):
    launch = {"node": {"memory": {"params": {"map_dir": str(map_dir)}}, "camera": {"params": {}}}}
    (run_dir / "launch.json").write_text(json.dumps(launch))
    (run_dir / "report.json").write_text(json.dumps(REPORT | {"ok": True, "failed": {}}))
    facts = facts_of(run_dir)
    assert (facts["state"], facts["map"]) == ("ended well", str(map_dir))


@pytest.mark.parametrize("left", [None, "", "{", '{"run": {}}', "[1]"])
def test_run_that_was_cut_off(facts_of, run_dir, left):
    """Its supervisor was killed, or there was no room for the report."""
    if left is not None:
        (run_dir / "report.json").write_text(left)
    state = facts_of(run_dir)["state"]
    assert state.startswith("cut off; ")
    assert f"cogmap up --resume {run_dir} goes on" in state
    assert ("report.json cannot be read" in state) == (left is not None)


def test_run_that_goes_on(facts_of, tmp_path):
    with RunDir(tmp_path / "run") as run:
        run.launch.write_text("{}")
        (run.path / "report.json").write_text(json.dumps(REPORT))  # of the run before
        facts = facts_of(run.path)
        assert facts["state"] == f"going on, process {os.getpid()}"
        assert "frames" not in facts
        (run.path / "lock").write_text("")  # its supervisor is gone
        assert facts_of(run.path)["state"] == "was killed; its nodes still end"


def test_a_run_of_which_files_cannot_be_read(facts_of, run_dir, monkeypatch):
    """Its disk is damaged; all else is told."""
    (run_dir / "report.json").write_text(json.dumps(REPORT))
    lstat = Path.lstat

    def damaged(path):
        if path.name == "report.json":
            raise OSError(errno.EBADMSG, os.strerror(errno.EBADMSG), str(path))
        return lstat(path)

    monkeypatch.setattr(Path, "lstat", damaged)
    facts = facts_of(run_dir)
    assert "report.json" in facts["size"] and "MB and what cannot be read" in facts["size"]
    assert "state" in facts


def test_a_folder_that_cannot_be_read(tmp_path, monkeypatch):
    def damaged(path):
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    told = r"cannot read .*Input/output error.*save what is on it"
    with monkeypatch.context() as patched, pytest.raises(CogmapError, match=told):
        patched.setattr(Path, "is_file", damaged)
        describe(tmp_path)


@pytest.fixture
def recorded(tmp_path):
    """Writes 60 frames, ten a second, of so many bytes that each fills a chunk."""

    def record(name: str, first: int = 0, run: str = "") -> Path:
        camera = Intrinsics(width=640, height=480, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
        depth = np.random.default_rng(0).integers(0, 60_000, (480, 640)).astype(np.uint16)
        with RecordingWriter(tmp_path / name, run=run) as writer:
            for number in range(first, first + 6):
                frame = Frame(
                    stamp_ns=10**9 + number * 10**8, number=number, intrinsics=camera, depth=depth
                )
                writer.write(Envelope(frame, "camera/frames", number, 0))
                writer.flush()
        return tmp_path / name

    return record


def test_recording_that_was_cut_off(facts_of, recorded):
    path = recorded("r.mcap")
    os.truncate(path, path.stat().st_size * 3 // 4)
    facts = facts_of(path)
    assert facts["frames"] == "4"
    size = path.stat().st_size
    words = f"off  r.mcap ends in the middle, at byte {size}: what came after 0.3 s is lost"
    assert facts["cut"].split() == words.split()


def test_recording_in_parts(facts_of, recorded):
    first, second = recorded("r.mcap", 0, "a"), recorded("r.2.mcap", 4, "a")
    recorded("r.3.mcap", 0, "b")
    os.truncate(first, first.stat().st_size * 3 // 4)
    facts = facts_of(first)
    assert (facts["frames"], facts["duration"]) == ("10", "0.9 s")
    assert facts["parts"] == "in 2 parts, read as one: r.mcap, r.2.mcap"
    assert (
        facts["beside"].removeprefix("it").strip() == "r.3.mcap: of another run, not read with it"
    )
    assert facts["cut"].endswith("what came after 0.3 s and is not in r.2.mcap is lost")
    assert "parts" not in facts_of(second)
