"""The replay node: order, numbers, restart, pause, step, seek; and our recordings as episodes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.nodes.episodes import EpisodeError, open_episode
from cogmap.nodes.replay import Replay
from cogmap.runtime.driver import NodeDriver
from cogmap.runtime.messages import (
    Frame,
    Instances,
    Intrinsics,
    LogRecord,
    Message,
    PlaybackCommand,
    Twist,
    WorldEvent,
)
from cogmap.runtime.node import ParamError
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope

FRAMES = 12
PERIOD_NS = 100_000_000
FIRST_NS = 5_000_000_000
CAMERA = Intrinsics(width=8, height=6, fx=1.0, fy=1.0, cx=0.0, cy=0.0)


def frame(number: int) -> Frame:
    depth = np.full((6, 8), number + 1, np.uint16)
    return Frame(
        stamp_ns=FIRST_NS + number * PERIOD_NS,
        number=number,
        intrinsics=CAMERA,
        depth=depth,
        world_from_camera=np.eye(4),
    )


def instances(number: int) -> Instances:
    ids = np.full((6, 8), number, np.uint16)
    return Instances(stamp_ns=FIRST_NS + number * PERIOD_NS, number=number, ids=ids)


def event(number: int) -> WorldEvent:
    return WorldEvent(stamp_ns=number, kind="removed", object_id=number, label="cup")


def write(path: Path, messages: list[tuple[str, Message]]) -> Path:
    with RecordingWriter(path) as writer:
        for seq, (stream, message) in enumerate(messages):
            writer.write(Envelope(message, stream, seq, 0))
    return path


@pytest.fixture(scope="module")
def episode(tmp_path_factory) -> Path:
    """Frames with their instances; events before the first, after frames 3, 3 and 8, and last."""
    messages: list[tuple[str, Message]] = [("sim/events", event(100))]
    for number in range(FRAMES):
        messages.append(("sim/frames", frame(number)))
        messages.append(("sim/instances", instances(number)))
        messages += [("sim/events", event(number))] * {3: 2, 8: 1, FRAMES - 1: 1}.get(number, 0)
        messages.append(("agent", Twist(stamp_ns=number, linear_mps=0, angular_rps=0)))
        messages.append(("run/log", LogRecord(stamp_ns=0, node="n", level="INFO", text="t")))
    return write(tmp_path_factory.mktemp("episode") / "e.mcap", messages)


def driver(episode: Path, **params: object) -> NodeDriver:
    return NodeDriver(Replay, episode=str(episode), **{"rate": 0.0, **params})


def replayed(node: NodeDriver) -> dict[str, list[int]]:
    """Numbers (of events: object ids) of what came out."""
    published = node.published
    return {
        "frames": [message.number for message in published["frames"]],
        "instances": [message.number for message in published["instances"]],
        "events": [message.object_id for message in published["events"]],
    }


EVENTS = [100, 3, 3, 8, FRAMES - 1]


class TestStreams:
    def test_what_the_source_said_comes_again(self, episode):
        with driver(episode) as node:
            node.run()
        numbers = list(range(FRAMES))
        assert replayed(node) == {"frames": numbers, "instances": numbers, "events": EVENTS}
        for number, received in enumerate(node.published["frames"]):
            np.testing.assert_array_equal(received.depth, frame(number).depth)
            assert received.stamp_ns == frame(number).stamp_ns

    @pytest.mark.parametrize("step", range(FRAMES + 1))
    def test_restarted_at_any_step_the_rest_comes_with_the_same_numbers(self, episode, step):
        """What a killed source needs: what came before ``step``, then from there on."""
        with driver(episode) as node:
            before = {name: node.node.published_before(name, step) for name in replayed(node)}
            node.run(start=step)
        with driver(episode) as whole:
            whole.run()
        for name, numbers in replayed(whole).items():
            assert numbers[before[name] :] == replayed(node)[name]

    @pytest.mark.parametrize("output", ["frames", "instances", "events"])
    def test_step_for_a_message_that_a_reader_wants(self, episode, output):
        with driver(episode) as node:
            total = node.node.published_before(output, FRAMES)
            for seq in range(total):
                step = node.node.first_step_for(output, seq)
                assert node.node.published_before(output, step) <= seq

    def test_again_and_again(self, episode):
        with driver(episode, repeat=3) as node:
            node.run()
            stamps = [message.stamp_ns for message in node.published["frames"]]
            steps = np.diff(stamps)
            assert replayed(node)["frames"] == list(range(3 * FRAMES))
            assert len(replayed(node)["events"]) == 3 * len(EVENTS)
            assert (steps == PERIOD_NS).all()
            assert node.node.published_before("events", 2 * FRAMES) == 2 * len(EVENTS)

    def test_poses_are_hidden(self, episode):
        with driver(episode, hide_poses=True) as node:
            node.run()
        assert all(message.world_from_camera is None for message in node.published["frames"])

    def test_poses_are_kept(self, episode):
        with driver(episode) as node:
            node.run()
        assert all(message.world_from_camera is not None for message in node.published["frames"])

    def test_status_at_the_end(self, episode):
        with driver(episode) as node:
            node.run()
        status = node.published["playback"][-1]
        assert (status.frames_sent, status.frames_total, status.paused) == (FRAMES, FRAMES, False)
        assert status.position_s == status.duration_s == pytest.approx((FRAMES - 1) * 0.1)

    @pytest.mark.parametrize("params", [{"rate": -1.0}, {"repeat": 0}, {"speed": 2}])
    def test_parameters(self, episode, params):
        with pytest.raises(ParamError, match=r"rate|repeat|speed"):
            driver(episode, **params)

    def test_episode_that_is_not_there(self, tmp_path):
        with pytest.raises(EpisodeError, match=r"no such file or folder: .*none\.mcap"):
            driver(tmp_path / "none.mcap")


class TestPace:
    @pytest.fixture
    def wall(self, monkeypatch):
        class Wall:
            now_s = 50.0

        monkeypatch.setattr("time.monotonic", lambda: Wall.now_s)
        return Wall

    def play(self, node: NodeDriver, wall, until_s: float) -> list[tuple[float, int]]:
        """(time, number) of every frame, with a clock that jumps as the node waits."""
        began, sent = wall.now_s, []
        steps = node.node.produce(0)
        for wait_s in steps:
            if len(node.published["frames"]) > len(sent):
                sent.append((round(wall.now_s - began, 3), node.published["frames"][-1].number))
            wall.now_s += wait_s
            if wall.now_s - began > until_s:
                break
        return sent

    @pytest.mark.parametrize("rate", [1.0, 2.0, 0.5])
    def test_frames_come_when_they_are_due(self, episode, wall, rate):
        with driver(episode, rate=rate) as node:
            sent = self.play(node, wall, 60)
        assert [number for _, number in sent] == list(range(FRAMES))
        assert [at for at, _ in sent] == pytest.approx(
            [number * 0.1 / rate for number in range(FRAMES)], abs=0.002
        )

    def test_rate_can_be_changed_while_it_runs(self, episode, wall):
        with driver(episode, rate=1.0) as node:
            command(node, "rate", 10.0)
            assert self.play(node, wall, 60)[-1][0] == pytest.approx(0.11, abs=0.005)

    def test_playback_is_told_as_time_goes_by(self, episode, wall):
        with driver(episode, rate=0.1) as node:
            self.play(node, wall, 60)
        positions = [status.position_s for status in node.published["playback"]]
        assert len(positions) > 20
        assert positions == sorted(positions)


class TestControl:
    def test_pause_step_resume(self, episode):
        with driver(episode) as node:
            steps = node.node.produce(0)
            self.advance(steps, 5)
            command(node, "pause")
            paused_at = len(node.published["frames"])
            self.advance(steps, 5)
            assert len(node.published["frames"]) == paused_at
            command(node, "step")
            self.advance(steps, 5)
            assert len(node.published["frames"]) == paused_at + 1
            command(node, "resume")
            self.advance(steps, 100)
            assert replayed(node)["frames"] == list(range(FRAMES))

    def test_a_step_pauses(self, episode):
        with driver(episode) as node:
            steps = node.node.produce(0)
            command(node, "step")
            self.advance(steps, 10)
            assert replayed(node)["frames"] == [0]

    def test_seek_forth_and_back(self, episode):
        with driver(episode) as node:
            steps = node.node.produce(0)
            self.advance(steps, 2)
            command(node, "seek", 0.9)
            self.advance(steps, 2)
            command(node, "seek", 0.0)
            self.advance(steps, 100)
        frames = replayed(node)["frames"]
        assert frames == [0, 1, 9, 10, *range(FRAMES)]

    @pytest.mark.parametrize(("seconds", "expected"), [(-5.0, [0, 0, 1]), (1e9, [0])])
    def test_seek_beyond_the_ends(self, episode, seconds, expected):
        with driver(episode) as node:
            steps = node.node.produce(0)
            self.advance(steps, 1)
            command(node, "seek", seconds)
            self.advance(steps, 2)
            assert replayed(node)["frames"] == expected

    @pytest.mark.parametrize("action", ["seek", "rate"])
    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_values_that_are_no_numbers_are_ignored(self, episode, action, value, caplog):
        with driver(episode) as node:
            command(node, action, value)
            node.run()
        assert replayed(node)["frames"] == list(range(FRAMES))
        assert f"ignored {action}" in caplog.text

    @settings(
        max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(jumps=st.lists(st.tuples(st.integers(0, 8), st.floats(0, 1.3)), max_size=4))
    def test_counts_stay_right_after_jumps(self, episode, jumps):
        """`published_before` is what was published, so that a rewind goes to the right place."""
        with driver(episode) as node:
            steps = node.node.produce(0)
            for play, seconds in jumps:
                self.advance(steps, play)
                command(node, "seek", seconds)
            self.advance(steps, 100)
            sent = {name: len(numbers) for name, numbers in replayed(node).items()}
            for name in ("frames", "instances"):
                assert node.node.published_before(name, sent["frames"]) == sent[name]

    def test_a_killed_replay_remembers_where_it_has_jumped(self, episode, tmp_path):
        """The second process says the rest of what the first would have said."""
        with driver(episode, run_dir=tmp_path) as first:
            steps = first.node.produce(0)
            self.advance(steps, 2)
            command(first, "seek", 0.9)
            self.advance(steps, 2)
            sent = len(first.published["frames"])
            with driver(episode, run_dir=tmp_path) as second:
                before = {name: second.node.published_before(name, 1) for name in replayed(first)}
                second.run(start=1)
            self.advance(steps, 100)
        assert replayed(first)["frames"] == [0, 1, 9, 10, 11]
        assert sent > 2
        for name, numbers in replayed(first).items():
            assert numbers[before[name] :] == replayed(second)[name]

    def test_without_a_jump_nothing_is_stored(self, episode, tmp_path):
        with driver(episode, run_dir=tmp_path) as node:
            node.run()
        assert list(tmp_path.iterdir()) == []

    def advance(self, steps, number: int) -> None:
        for _ in range(number):
            if next(steps, None) is None:
                return


def command(node: NodeDriver, action, value: float = 0.0) -> None:
    node.send("control", PlaybackCommand(stamp_ns=0, action=action, value=value))


class TestOurRecordingsAsEpisodes:
    def test_frames_from_the_middle(self, episode):
        opened = open_episode(episode)
        assert opened.format == "MCAP"
        assert len(opened) == FRAMES
        assert opened.stamps_ns == [FIRST_NS + n * PERIOD_NS for n in range(FRAMES)]
        assert [item.number for item in opened.frames(7)] == list(range(7, FRAMES))
        assert list(opened.frames(FRAMES)) == []

    def test_cut_off(self, episode, tmp_path):
        with RecordingWriter(tmp_path / "cut.mcap") as writer:
            for number in range(FRAMES):
                writer.write(Envelope(frame(number), "f", number, 0))
                writer.flush()
        data = (tmp_path / "cut.mcap").read_bytes()
        (tmp_path / "cut.mcap").write_bytes(data[: len(data) // 3])
        opened = open_episode(tmp_path / "cut.mcap")
        assert opened.truncated
        assert 0 < len(opened) < FRAMES
        assert len(list(opened.frames())) == len(opened)

    def test_recording_without_frames(self, tmp_path):
        path = write(
            tmp_path / "a.mcap", [("agent", Twist(stamp_ns=0, linear_mps=0, angular_rps=0))]
        )
        with pytest.raises(EpisodeError, match=r"a\.mcap holds no frames"):
            open_episode(path)

    def test_no_recording(self, tmp_path):
        (tmp_path / "a.mcap").write_bytes(b"nothing of the kind")
        with pytest.raises(EpisodeError, match=r"a\.mcap is not an MCAP"):
            open_episode(tmp_path / "a.mcap")

    def test_only_the_first_camera(self, tmp_path):
        """Two cameras in one recording: their frames are not mixed into one stream."""
        messages: list[tuple[str, Message]] = []
        for number in range(3):
            messages += [("left", frame(number)), ("right", frame(number + 50))]
        opened = open_episode(write(tmp_path / "a.mcap", messages))
        assert [item.number for item in opened.frames()] == [0, 1, 2]

    @pytest.mark.parametrize(
        ("first", "other", "expected"),
        [
            ("left/instances", "right/instances", [0, 1, 2]),
            ("masks", "right/instances", [0, 1, 2]),  # of nobody else
            (None, "right/instances", []),  # of the camera that is left out
        ],
    )
    def test_only_the_instances_of_the_first_camera(self, tmp_path, first, other, expected):
        messages: list[tuple[str, Message]] = []
        for number in range(3):
            messages += [("left/frames", frame(number)), ("right/frames", frame(number + 50))]
            messages += [(other, instances(number + 50)), ("sim/events", event(number))]
            messages += [(first, instances(number))] if first else []
        opened = open_episode(write(tmp_path / "a.mcap", messages))
        said = list(opened.messages())
        assert [m.number for m in said if isinstance(m, Frame)] == [0, 1, 2]
        assert [m.number for m in said if isinstance(m, Instances)] == expected
        assert sum(isinstance(m, WorldEvent) for m in said) == 3
        for kind in (Frame, Instances, WorldEvent):
            for start in range(4):
                given = sum(isinstance(m, kind) for m in opened.messages(start))
                left_out = opened.count_before(kind, start)
                assert left_out + given == sum(isinstance(m, kind) for m in said)

    def test_stamps_go_up_even_if_those_recorded_do_not(self, tmp_path):
        messages: list[tuple[str, Message]] = [("f", frame(number)) for number in (3, 3, 2, 4)]
        stamps = open_episode(write(tmp_path / "a.mcap", messages)).stamps_ns
        assert (np.diff(stamps) > 0).all()
