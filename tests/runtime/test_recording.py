"""Recordings: what is written, and what any MCAP tool sees in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import numpy as np
import pytest
from mcap.reader import make_reader

from cogmap.runtime.messages import Frame, Intrinsics, LogRecord, Message, Observation, Twist
from cogmap.runtime.playback import Recording
from cogmap.runtime.recording import RecordingError, RecordingWriter, json_schema
from cogmap.runtime.wire import Envelope

CAMERA = Intrinsics(width=64, height=48, fx=50.0, fy=50.0, cx=32.0, cy=24.0)


def smooth_frame(number: int) -> Frame:
    """Like a photograph, JPEG changes it little; its depth is random."""
    rows, columns = np.mgrid[0:48, 0:64]
    color = np.stack([4 * rows, 3 * columns, rows + columns + number], -1).astype(np.uint8)
    depth = np.random.default_rng(number).integers(0, 2**16, (48, 64)).astype(np.uint16)
    return Frame(
        stamp_ns=1_000_000 * number,
        number=number,
        intrinsics=CAMERA,
        color=color,
        depth=depth,
        world_from_camera=np.eye(4) * number,
    )


def envelope(message: Message, stream: str = "camera/frames", seq: int = 0) -> Envelope:
    return Envelope(message, stream, seq, 123)


def write(path: Path, messages: list[Message], **options: Any) -> Path:
    with RecordingWriter(path, **options) as writer:
        for seq, message in enumerate(messages):
            stream = "camera/frames" if isinstance(message, Frame) else "other"
            writer.write(envelope(message, stream, seq))
    return path


def read(path: Path) -> Iterator[Message]:
    recording = Recording(path)
    for item in recording.read():
        yield item.message
    recording.close()


class TestColour:
    def test_jpeg_of_quality_95_is_near(self, tmp_path):
        frame = smooth_frame(1)
        (stored,) = read(write(tmp_path / "a.mcap", [frame]))
        difference = np.abs(stored.color.astype(int) - frame.color)
        assert 0 < difference.mean() < 3
        np.testing.assert_array_equal(stored.depth, frame.depth)
        np.testing.assert_array_equal(stored.world_from_camera, frame.world_from_camera)

    def test_quality_0_is_exact(self, tmp_path):
        frame = smooth_frame(1)
        (stored,) = read(write(tmp_path / "a.mcap", [frame], jpeg_quality=0))
        np.testing.assert_array_equal(stored.color, frame.color)

    def test_lower_quality_is_smaller_and_further(self, tmp_path):
        frames: list[Message] = [smooth_frame(number) for number in range(8)]
        sizes, errors = [], []
        for quality in (20, 95):
            path = write(tmp_path / f"{quality}.mcap", frames, jpeg_quality=quality)
            sizes.append(path.stat().st_size)
            stored, *_ = read(path)
            errors.append(np.abs(stored.color.astype(int) - frames[0].color).mean())
        assert sizes[0] < sizes[1]
        assert errors[0] > errors[1]

    def test_channels_are_not_swapped(self, tmp_path):
        color = np.zeros((48, 64, 3), np.uint8)
        color[..., 0] = 255
        frame = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, color=color)
        (stored,) = read(write(tmp_path / "a.mcap", [frame]))
        red, green, blue = stored.color.reshape(-1, 3).mean(0)
        assert red > 240
        assert green < 15
        assert blue < 15

    def test_frame_without_colour(self, tmp_path):
        depth = np.full((48, 64), 7, np.uint16)
        frame = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=depth)
        (stored,) = read(write(tmp_path / "a.mcap", [frame]))
        assert stored.color is None
        np.testing.assert_array_equal(stored.depth, depth)

    def test_colour_is_stored_as_jpeg_also_where_another_array_comes_first(self, tmp_path):
        """Buffers are told apart by name, not by place."""
        camera = Intrinsics(width=4, height=4, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
        frame = Frame(
            stamp_ns=0,
            number=0,
            intrinsics=camera,
            color=np.full((4, 4, 3), 9, np.uint8),
            world_from_camera=np.eye(4),
        )
        (stored,) = read(write(tmp_path / "a.mcap", [frame]))
        np.testing.assert_array_equal(stored.color, frame.color)
        np.testing.assert_array_equal(stored.world_from_camera, np.eye(4))


class TestForeignTools:
    """The ``mcap`` package reads our file as it would any other."""

    @pytest.fixture
    def path(self, tmp_path):
        messages: list[Message] = [smooth_frame(number) for number in range(3)]
        messages.append(Twist(stamp_ns=9_000_000, linear_mps=1.5, angular_rps=0.0))
        return write(tmp_path / "a.mcap", messages)

    def test_channels_and_schemas(self, path):
        with path.open("rb") as file:
            reader = make_reader(file)
            summary = reader.get_summary()
            assert reader.get_header().profile == "cogmap"
        channels = {channel.topic: channel for channel in summary.channels.values()}
        assert set(channels) == {"camera/frames", "other"}
        frames = channels["camera/frames"]
        assert frames.message_encoding == "msgpack"
        assert frames.metadata == {"type": "Frame", "version": str(Frame.VERSION)}
        schema = summary.schemas[frames.schema_id]
        assert (schema.name, schema.encoding) == ("cogmap.Frame", "jsonschema")
        fields = json.loads(schema.data)["$defs"]["Frame"]["properties"]
        assert {"stamp_ns", "number", "intrinsics", "color", "depth"} <= set(fields)
        assert summary.statistics.message_count == 4
        assert {index.compression for index in summary.chunk_indexes} == {"zstd"}

    def test_messages_times_and_bodies(self, path):
        with path.open("rb") as file:
            messages = list(make_reader(file).iter_messages())
        assert [message.log_time for _, _, message in messages] == [0, 10**6, 2 * 10**6, 9 * 10**6]
        assert [message.sequence for _, _, message in messages] == [0, 1, 2, 3]
        assert {message.publish_time for _, _, message in messages} == {123}
        header, *buffers = msgpack.unpackb(messages[3][2].data)
        assert (header["type"], header["body"]["linear_mps"], buffers) == ("Twist", 1.5, [])
        header, color, depth, _ = msgpack.unpackb(messages[0][2].data)
        assert header["buffers"][0]["codec"] == "jpeg"
        assert color[:3] == b"\xff\xd8\xff"
        assert len(depth) == 48 * 64 * 2

    def test_crcs_are_right(self, path):
        with path.open("rb") as file:
            assert len(list(make_reader(file, validate_crcs=True).iter_messages())) == 4

    @pytest.mark.parametrize("kind", [Frame, Observation, Twist, LogRecord])
    def test_schema_is_json(self, kind):
        schema = json.loads(json_schema(kind))
        assert kind.__name__ in schema["$defs"]


class TestTimes:
    def test_wall_clock_messages_are_filed_under_the_source_clock(self, tmp_path):
        """Log times of a file are of one clock, or players would show years of nothing."""
        with RecordingWriter(tmp_path / "a.mcap") as writer:
            writer.write(envelope(smooth_frame(5)))
            line = LogRecord(stamp_ns=10**18, node="n", level="INFO", text="t")
            writer.write(envelope(line, "run/log"), source_clock=False)
        recording = Recording(tmp_path / "a.mcap")
        assert [entry.log_time_ns for entry in recording.entries] == [5_000_000, 5_000_000]
        assert [item.message.stamp_ns for item in recording.read()] == [5_000_000, 10**18]
        recording.close()

    def test_stamps_before_zero_are_kept_in_the_message(self, tmp_path):
        (stored,) = read(
            write(tmp_path / "a.mcap", [Twist(stamp_ns=-5, linear_mps=0, angular_rps=0)])
        )
        assert stored.stamp_ns == -5

    @pytest.mark.parametrize("seq", [-1, 2**32, 2**40])
    def test_numbers_that_mcap_has_no_room_for(self, tmp_path, seq):
        """A repetition for late joiners has number -1; a long run counts beyond 32 bits."""
        with RecordingWriter(tmp_path / "a.mcap") as writer:
            writer.write(envelope(smooth_frame(0), seq=seq))
        recording = Recording(tmp_path / "a.mcap")
        assert [item.seq for item in recording.read()] == [seq]
        recording.close()


class TestFailures:
    def test_folder_that_is_not_there(self, tmp_path):
        with pytest.raises(RecordingError, match=r"cannot write recording .*nowhere"):
            RecordingWriter(tmp_path / "nowhere" / "a.mcap")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
    def test_full_disk(self):
        with (
            pytest.raises(RecordingError, match="cannot write recording /dev/full"),
            RecordingWriter(Path("/dev/full"), jpeg_quality=0) as writer,
        ):
            for number in range(10_000):
                writer.write(envelope(smooth_frame(number)))

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
    def test_full_disk_found_when_flushed_or_closed(self):
        for end in (RecordingWriter.flush, RecordingWriter.close):
            writer = RecordingWriter(Path("/dev/full"))
            writer.write(envelope(smooth_frame(0)))
            with pytest.raises(RecordingError, match="cannot write recording /dev/full"):
                end(writer)
            writer.close()

    def test_closing_twice(self, tmp_path):
        writer = RecordingWriter(tmp_path / "a.mcap")
        writer.close()
        size = (tmp_path / "a.mcap").stat().st_size
        writer.close()
        assert (tmp_path / "a.mcap").stat().st_size == size


def test_flushed_messages_are_there_without_closing(tmp_path):
    """What a killed recorder leaves: everything up to its last flush."""
    writer = RecordingWriter(tmp_path / "a.mcap")
    for number in range(5):
        writer.write(envelope(smooth_frame(number), seq=number))
    writer.flush()
    recording = Recording(tmp_path / "a.mcap")
    assert recording.truncated
    assert [item.message.number for item in recording.read()] == list(range(5))
    recording.close()
    writer.close()


def test_same_messages_give_the_same_bytes(tmp_path):
    messages: list[Message] = [smooth_frame(number) for number in range(4)]
    one, other = (write(tmp_path / name, messages).read_bytes() for name in ("1.mcap", "2.mcap"))
    assert one == other


def test_chunks_are_small(tmp_path):
    """A reader holds one chunk, so chunks stay near a megabyte."""
    rng = np.random.default_rng(0)
    color = rng.integers(0, 256, (480, 640, 3), np.uint8)
    camera = Intrinsics(width=640, height=480, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
    frames: list[Message] = [
        Frame(stamp_ns=n, number=n, intrinsics=camera, color=color) for n in range(6)
    ]
    path = write(tmp_path / "a.mcap", frames, jpeg_quality=0)
    with path.open("rb") as file:
        summary = make_reader(file).get_summary()
    assert len(summary.chunk_indexes) >= 3
    assert max(index.uncompressed_size for index in summary.chunk_indexes) < 3 * 2**20
