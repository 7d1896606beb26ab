"""Reading recordings: whole, cut off anywhere, damaged, foreign, and from the middle."""

from __future__ import annotations

import os
import random
import resource
import struct
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from mcap.writer import CompressionType, IndexType, Writer

from cogmap.runtime import recording as recording_module
from cogmap.runtime import wire
from cogmap.runtime.messages import Frame, Intrinsics, Twist
from cogmap.runtime.playback import MAX_CHUNK_BYTES, Recording
from cogmap.runtime.recording import RecordingError, RecordingWriter
from cogmap.runtime.wire import Envelope

CAMERA = Intrinsics(width=16, height=12, fx=50.0, fy=50.0, cx=8.0, cy=6.0)
FRAMES = 40
PER_CHUNK_BYTES = 4000


def small_frame(number: int) -> Frame:
    depth = np.random.default_rng(number).integers(0, 2**16, (12, 16)).astype(np.uint16)
    return Frame(stamp_ns=1000 * number, number=number, intrinsics=CAMERA, depth=depth)


def twist(number: int) -> Twist:
    return Twist(stamp_ns=1000 * number, linear_mps=float(number), angular_rps=0.0)


def write_both_streams(path: Path) -> None:
    """Frames and, after each, a command, in chunks of a few messages."""
    with RecordingWriter(path) as writer:
        for number in range(FRAMES):
            writer.write(Envelope(small_frame(number), "camera/frames", number, 0))
            writer.write(Envelope(twist(number), "agent/commands", number, 0))


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> bytes:
    """A recording of many small chunks."""
    path = tmp_path_factory.mktemp("recording") / "whole.mcap"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recording_module, "CHUNK_BYTES", PER_CHUNK_BYTES)
        write_both_streams(path)
    return path.read_bytes()


def numbers_in(path: Path) -> list[tuple[str, int]]:
    """(stream, number) of what can be read; the rest of the file must raise nothing."""
    with closing(Recording(path)) as recording:
        return [(item.stream, item.seq) for item in recording.read()]


def complete_before(data: bytes, cut: int) -> int:
    """Messages whose chunk lies wholly before the cut, found by walking the file by hand."""
    position, count = 8, 0
    while position + 9 <= cut:
        opcode, length = struct.unpack_from("<BQ", data, position)
        end = position + 9 + length
        if opcode == 0x06 and end <= cut:
            count = max(count, chunk_ends(data)[end])
        position = end
    return count


def chunk_ends(data: bytes) -> dict[int, int]:
    """End of every chunk -> number of messages up to there, from the index records."""
    ends, position, count, last = {}, 8, 0, 0
    while position + 9 <= len(data):
        opcode, length = struct.unpack_from("<BQ", data, position)
        if opcode == 0x06:
            last = position + 9 + length
        elif opcode == 0x07:
            (size,) = struct.unpack_from("<I", data, position + 9 + 2)
            count += size // 16
            ends[last] = count
        position += 9 + length
    return ends


ALL = [(stream, n) for n in range(FRAMES) for stream in ("camera/frames", "agent/commands")]


class TestWhole:
    def test_messages_in_order(self, whole, tmp_path):
        (tmp_path / "a.mcap").write_bytes(whole)
        recording = Recording(tmp_path / "a.mcap")
        assert not recording.truncated
        assert [(entry.stream, entry.log_time_ns // 1000) for entry in recording.entries] == ALL
        messages = [item.message for item in recording.read()]
        for number in range(FRAMES):
            np.testing.assert_array_equal(messages[2 * number].depth, small_frame(number).depth)
            assert messages[2 * number + 1].linear_mps == number
        recording.close()
        assert len(chunk_ends(whole)) > 5, "the file is to have many chunks"

    @pytest.mark.parametrize("start", [0, 1, 7, 2 * FRAMES - 1, 2 * FRAMES, 10**6])
    def test_from_the_middle(self, whole, tmp_path, start):
        (tmp_path / "a.mcap").write_bytes(whole)
        recording = Recording(tmp_path / "a.mcap")
        assert [(item.stream, item.seq) for item in recording.read(start)] == ALL[start:]
        recording.close()

    def test_starting_at_the_end_does_not_decode_the_beginning(self, whole, tmp_path, monkeypatch):
        (tmp_path / "a.mcap").write_bytes(whole)
        recording = Recording(tmp_path / "a.mcap")
        read: list[int] = []
        decompress = recording._decompress
        monkeypatch.setattr(
            recording, "_decompress", lambda chunk: read.append(1) or decompress(chunk)
        )
        assert len(list(recording.read(2 * FRAMES - 1))) == 1
        assert len(read) == 1
        recording.close()

    def test_two_readers_of_one_recording_do_not_disturb_each_other(self, whole, tmp_path):
        (tmp_path / "a.mcap").write_bytes(whole)
        recording = Recording(tmp_path / "a.mcap")
        pairs = zip(recording.read(), recording.read(2), strict=False)
        assert [(one.seq, other.seq) for one, other in pairs][:4] == [
            (0, 1),
            (0, 1),
            (1, 2),
            (1, 2),
        ]
        recording.close()

    def test_recording_of_nothing(self, tmp_path):
        RecordingWriter(tmp_path / "a.mcap").close()
        recording = Recording(tmp_path / "a.mcap")
        assert recording.entries == []
        assert list(recording.read()) == []
        assert not recording.truncated
        recording.close()


class TestCutOff:
    def test_anywhere(self, whole, tmp_path):
        rng = random.Random(0)
        for _ in range(60):
            self.check(whole, rng.randrange(len(whole)), tmp_path)

    def test_around_every_record(self, whole, tmp_path):
        """Where the bugs are: at, just before and just after each boundary."""
        position, cuts = 8, set()
        while position + 9 <= len(whole):
            cuts |= {
                position - 1,
                position,
                position + 1,
                position + 8,
                position + 9,
                position + 40,
            }
            position += 9 + struct.unpack_from("<Q", whole, position + 1)[0]
        for cut in sorted(cuts):
            self.check(whole, min(cut, len(whole)), tmp_path)

    def check(self, whole: bytes, cut: int, folder: Path) -> None:
        path = folder / "cut.mcap"
        path.write_bytes(whole[:cut])
        if cut < 8:
            with pytest.raises(RecordingError, match=r"is empty|is not an MCAP file"):
                Recording(path)
            return
        found = numbers_in(path)
        assert found == ALL[: len(found)], f"cut at {cut}"
        assert len(found) >= complete_before(whole, cut), f"cut at {cut}"

    def test_of_a_cut_chunk_the_complete_messages_are_read(self, tmp_path):
        """Chunks that are not compressed give back all that is before the cut."""
        path = tmp_path / "a.mcap"
        with pytest.MonkeyPatch.context() as patch:
            uncompressed = lambda file, size, _: Writer(file, size, CompressionType.NONE)  # noqa: E731
            patch.setattr(recording_module, "Writer", uncompressed)
            write_both_streams(path)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 3])
        assert 10 < len(numbers_in(path)) < 2 * FRAMES

    def test_it_says_so(self, whole, tmp_path):
        (tmp_path / "a.mcap").write_bytes(whole[: len(whole) // 2])
        recording = Recording(tmp_path / "a.mcap")
        assert recording.truncated
        recording.close()


class TestDamaged:
    def test_random_changes_give_messages_or_one_clear_error(self, whole, tmp_path):
        rng = random.Random(5)
        path = tmp_path / "damaged.mcap"
        for _ in range(250):
            data = bytearray(whole)
            for _ in range(rng.randint(1, 3)):
                at = rng.randrange(8, len(data))
                if rng.random() < 0.8:
                    data[at] = rng.randrange(256)
                else:
                    data[at : at + 8] = struct.pack("<Q", rng.choice([0, 2**31, 2**62, 2**64 - 1]))
            path.write_bytes(data)
            try:
                numbers_in(path)
            except RecordingError as error:
                assert str(path) in str(error)

    def test_changes_to_the_heads_of_records(self, whole, tmp_path):
        """Lengths and counts that lie, at every record of the file."""
        path = tmp_path / "damaged.mcap"
        position = 8
        while position + 9 <= len(whole):
            length = struct.unpack_from("<Q", whole, position + 1)[0]
            for offset, value in (
                (1, 2**63),
                (1, 2**40),
                (9, 2**64 - 1),
                (11, 2**32),
                (25, 2**64 - 1),
            ):
                data = bytearray(whole)
                data[position + offset : position + offset + 8] = struct.pack("<Q", value)
                path.write_bytes(data)
                try:
                    numbers_in(path)
                except RecordingError as error:
                    assert str(path) in str(error)
            position += 9 + length

    def test_what_is_before_the_damage_is_given(self, whole, tmp_path):
        ends = sorted(chunk_ends(whole))
        data = bytearray(whole)
        data[ends[4] - 40 : ends[4]] = bytes(40)  # the end of the fifth chunk
        (tmp_path / "a.mcap").write_bytes(data)
        recording = Recording(tmp_path / "a.mcap")
        found = []
        with pytest.raises(RecordingError, match=r"a\.mcap.*damaged"):
            for item in recording.read():
                found.append((item.stream, item.seq))
        assert found == ALL[: len(found)]
        assert len(found) >= chunk_ends(whole)[ends[3]]
        recording.close()

    def test_of_two_damaged_chunks_the_first_is_named(self, whole, tmp_path):
        """The later one is met first, since it has lost its index; to cut the file there would
        leave the earlier one."""
        ends = sorted(chunk_ends(whole))
        data = bytearray(whole)
        for end in (ends[1], ends[4]):
            data[end - 40 : end] = bytes(40)
        data[ends[4] + 11 : ends[4] + 15] = struct.pack("<I", 2**31)  # the array of its index
        (tmp_path / "a.mcap").write_bytes(data)
        with pytest.raises(RecordingError, match="damaged chunk at byte") as refused:
            Recording(tmp_path / "a.mcap")
        named = int(str(refused.value).split("at byte ")[1].split(":")[0])
        assert ends[0] < named < ends[1]

    def test_damaged_index_is_not_needed(self, whole, tmp_path):
        """The chunk itself says what is in it."""
        data = bytearray(whole)
        position = whole.index(b"\x07", sorted(chunk_ends(whole))[3])
        data[position + 11 : position + 15] = struct.pack("<I", 2**31)  # the array's length
        (tmp_path / "a.mcap").write_bytes(data)
        assert numbers_in(tmp_path / "a.mcap") == ALL

    def test_chunk_that_claims_to_be_huge(self, whole, tmp_path):
        position = whole.index(b"zstd") - 4 - 4 - 8  # of the uncompressed size
        data = bytearray(whole)
        data[position : position + 8] = struct.pack("<Q", 2**40)
        (tmp_path / "a.mcap").write_bytes(data)
        with pytest.raises(RecordingError, match="damaged chunk at byte"):
            Recording(tmp_path / "a.mcap")


class TestFlippedBits:
    """Storage flips bits; what was recorded must not come back changed."""

    @pytest.fixture
    def small(self, tmp_path) -> Path:
        with RecordingWriter(tmp_path / "small.mcap", jpeg_quality=0) as writer:
            for number in range(2):
                writer.write(Envelope(small_frame(number), "camera/frames", number, 0))
        return tmp_path / "small.mcap"

    def content(self, path: Path) -> list[tuple[str, int, bytes]]:
        with closing(Recording(path)) as recording:
            return [
                (item.stream, item.message.stamp_ns, item.message.depth.tobytes())
                for item in recording.read()
            ]

    def test_in_the_data_of_a_chunk(self, small):
        """Every byte of the only chunk, one bit each: the same content or an error."""
        data, right = small.read_bytes(), self.content(small)
        begin = data.index(b"zstd") + 4 + 8
        (length,) = struct.unpack_from("<Q", data, begin - 8)
        assert length > 700
        refused = 0
        for at in range(begin, begin + length):
            flipped = bytearray(data)
            flipped[at] ^= 1 << at % 8
            small.write_bytes(flipped)
            try:
                assert self.content(small) == right, f"byte {at}"
            except RecordingError as error:
                refused += 1
                assert str(small) in str(error)
        assert refused > 0.95 * length

    @settings(max_examples=300, deadline=None)
    @given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
    def test_in_chunks_that_are_not_compressed(self, tmp_path_factory, share, bit):
        path = tmp_path_factory.mktemp("flip") / "a.mcap"
        with pytest.MonkeyPatch.context() as patch:
            uncompressed = lambda file, size, _: Writer(file, size, CompressionType.NONE)  # noqa: E731
            patch.setattr(recording_module, "Writer", uncompressed)
            with RecordingWriter(path, jpeg_quality=0) as writer:
                writer.write(Envelope(small_frame(0), "camera/frames", 0, 0))
        data = bytearray(path.read_bytes())
        head = 8 + 9 + struct.unpack_from("<Q", data, 9)[0]  # after the header record
        begin = head + 9 + 32 + 8
        (length,) = struct.unpack_from("<Q", data, begin - 8)
        data[begin + int(share * length)] ^= 1 << bit
        path.write_bytes(data)
        with pytest.raises(RecordingError, match=f"a.mcap: damaged chunk at byte {begin}"):
            self.content(path)

    def test_in_the_index(self, small):
        """An index that leads to another message is noticed, not followed."""
        data, right = small.read_bytes(), self.content(small)
        begin = sorted(chunk_ends(data))[0]
        (length,) = struct.unpack_from("<Q", data, begin + 1)
        assert data[begin] == 0x07
        for at in range(begin + 9, begin + 9 + length):
            for bit in range(8):
                flipped = bytearray(data)
                flipped[at] ^= 1 << bit
                small.write_bytes(flipped)
                try:
                    found = self.content(small)
                except RecordingError:
                    continue
                assert found == right, f"bit {bit} of byte {at}"


class TestForeign:
    @pytest.mark.parametrize(
        ("content", "text"),
        [
            (b"", "is empty|is not an MCAP file"),
            (b"\x89MCAP0", "is empty|is not an MCAP file"),
            (b"#ROSBAG V2.0\n" + bytes(100), "is empty|is not an MCAP file"),
            (b"\x89MCAP1\r\n" + bytes(100), "is empty|is not an MCAP file"),
        ],
    )
    def test_no_mcap(self, tmp_path, content, text):
        (tmp_path / "a.mcap").write_bytes(content)
        with pytest.raises(RecordingError, match=text) as caught:
            Recording(tmp_path / "a.mcap")
        assert str(tmp_path / "a.mcap") in str(caught.value)

    def test_missing(self, tmp_path):
        with pytest.raises(RecordingError, match=r"cannot read recording .*none\.mcap"):
            Recording(tmp_path / "none.mcap")

    def test_folder(self, tmp_path):
        with pytest.raises(RecordingError, match="cannot read recording"):
            Recording(tmp_path)

    @pytest.mark.parametrize("compression", list(CompressionType))
    def test_mcap_by_others(self, tmp_path, compression):
        path = tmp_path / "a.mcap"
        write_foreign(path, compression, lambda number: b'{"a": 1}', "json")
        with pytest.raises(RecordingError, match=r"a\.mcap: (not recorded by cogmap|.*lz4)"):
            numbers_in(path)

    def test_msgpack_by_others(self, tmp_path):
        path = tmp_path / "a.mcap"
        write_foreign(path, CompressionType.ZSTD, lambda number: b"\x81\xa1a\x01", "msgpack")
        with pytest.raises(RecordingError, match="damaged message on /topic at 0 ns"):
            numbers_in(path)


class TestMemory:
    def test_one_chunk_is_held(self, tmp_path):
        """A reader of a long recording needs no more memory than of a short one."""
        rng = np.random.default_rng(0)
        camera = Intrinsics(width=320, height=240, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
        with RecordingWriter(tmp_path / "a.mcap", jpeg_quality=0) as writer:
            for number in range(120):
                color = rng.integers(0, 256, (240, 320, 3), np.uint8)
                frame = Frame(stamp_ns=number, number=number, intrinsics=camera, color=color)
                writer.write(Envelope(frame, "camera/frames", number, 0))
        size = (tmp_path / "a.mcap").stat().st_size
        assert size > 25e6
        tracemalloc.start()
        recording = Recording(tmp_path / "a.mcap")
        count = sum(1 for _ in recording.read())
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        recording.close()
        assert count == 120
        assert peak < 8 * recording_module.CHUNK_BYTES, f"{peak / 1e6:.0f} MB"


class TestClaims:
    """A few bytes can claim to be any number: what is held is bounded by what is there."""

    def refused(self, path: Path, match: str, most_mb: float = 30) -> None:
        tracemalloc.start()
        try:
            with pytest.raises(RecordingError, match=match) as caught, closing(Recording(path)):
                pass
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert str(path) in str(caught.value)
        assert peak < most_mb * 1e6, f"{peak / 1e6:.0f} MB"

    @pytest.mark.parametrize("messages", [300_000, 2**15])
    def test_of_empty_messages(self, tmp_path, messages):
        """In one chunk; and in many of them that each could be one of ours."""
        path = tmp_path / "a.mcap"
        empty = record(0x05, bytes(22))
        chunks = [chunk(CHANNEL + messages * empty, "zstd")] * (2**17 // messages + 1)
        path.write_bytes(b"\x89MCAP0\r\n" + b"".join(chunks))
        assert path.stat().st_size < 10_000
        self.refused(path, "it has more messages than")

    def test_of_empty_records_of_no_kind(self, tmp_path):
        path = tmp_path / "a.mcap"
        nothing = record(0x00, b"")
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(CHANNEL + 100_000 * nothing, "zstd"))
        self.refused(path, "it has more records in a chunk than")

    @pytest.mark.parametrize("kind", ["long", "many records"])
    def test_of_chunks_without_an_index(self, tmp_path, kind, monkeypatch):
        """Each could be one of ours, but to look into all of them takes long."""
        path, unpacked = tmp_path / "a.mcap", []
        count, filler = (
            (100, record(0x7F, bytes(MAX_CHUNK_BYTES - 1000)))
            if kind == "long"
            else (2000, 40_000 * record(0x7F, b""))
        )
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(CHANNEL + filler, "zstd") * count)
        assert path.stat().st_size < 10**6
        raw_records = Recording._raw_records
        monkeypatch.setattr(
            Recording,
            "_raw_records",
            lambda self, chunk: (unpacked.append(1), raw_records(self, chunk))[1],
        )
        with pytest.raises(RecordingError, match="it has more in chunks without an index than"):
            Recording(path)
        assert len(unpacked) < 30

    def test_of_whole_chunks_before_a_damaged_one(self, tmp_path, monkeypatch):
        """Which chunk is the first that is damaged is looked for no longer than that."""
        path, unpacked = tmp_path / "a.mcap", []
        whole = chunk(CHANNEL + record(0x7F, bytes(MAX_CHUNK_BYTES - 1000)), "zstd")
        index = record(0x07, struct.pack("<HI", 0, 16) + struct.pack("<QQ", 0, 0))
        damaged = chunk(CHANNEL, "zstd")[:-5] + bytes(5)
        first = chunk(CHANNEL, "zstd")
        path.write_bytes(b"\x89MCAP0\r\n" + first + 100 * (whole + index) + damaged + END)
        raw_records = Recording._raw_records
        monkeypatch.setattr(
            Recording,
            "_raw_records",
            lambda self, chunk: (unpacked.append(1), raw_records(self, chunk))[1],
        )
        self.refused(path, "damaged chunk at byte", 200)
        assert len(unpacked) < 20

    def test_of_parts_of_a_message(self, tmp_path):
        path = tmp_path / "a.mcap"
        parts = b"\xdd" + struct.pack(">I", 2**24) + b"\xc0" * 2**24
        message = record(0x05, bytes(22) + parts)
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(CHANNEL + message, "zstd"))
        assert path.stat().st_size < 10_000
        with closing(Recording(path)) as recording:
            assert len(recording.entries) == 1
            before = resident_bytes()
            with pytest.raises(RecordingError, match="damaged message"):
                list(recording.read())
            assert resident_bytes() - before < 200e6

    def test_of_what_is_kept_with_a_message(self, tmp_path):
        """One that is kept does not keep the chunk that it was in."""
        path, kept = tmp_path / "a.mcap", []
        with RecordingWriter(path, jpeg_quality=0) as writer:
            big = Intrinsics(width=64, height=64, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
            frame = Frame(stamp_ns=0, number=0, intrinsics=big, depth=np.zeros((64, 64), np.uint16))
            for number in range(8):
                writer.write(Envelope(frame, "camera/frames", number, 0))
                twists = Envelope(twist(0), "agent/commands", number, 0)
                for _ in range(1000):
                    writer.write(twists)
                writer.flush()
        tracemalloc.start()
        with closing(Recording(path)) as recording:
            kept = [each for each in recording.read() if isinstance(each.message, Frame)]
            recording.entries.clear()
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(kept) == 8
        assert held < 0.5e6, "8 messages of 8 kB, of 8 chunks of 0.3 MB"

    def test_of_an_index(self, tmp_path):
        """The chunk itself says what is in it."""
        path = tmp_path / "a.mcap"
        index = struct.pack("<HI", 1, 2**25) + bytes(2**25)
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(CHANNEL) + record(0x07, index) + END)
        tracemalloc.start()
        with closing(Recording(path)) as recording:
            assert recording.entries == []
        assert tracemalloc.get_traced_memory()[1] < 1e6
        tracemalloc.stop()

    def test_of_a_chunk_with_a_hole(self, tmp_path):
        path = tmp_path / "a.mcap"
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(CHANNEL, claimed=2**28)[:100])
        os.truncate(path, 2**28)
        self.refused(path, "damaged chunk at byte")

    @pytest.mark.parametrize(
        "channels", [[(1, "a" * 2**20)], [(id_, "a") for id_ in range(2**16)]], ids=["long", "many"]
    )
    def test_of_channels(self, tmp_path, channels):
        path = tmp_path / "a.mcap"
        content = b"".join(channel(id_, topic) for id_, topic in channels)
        path.write_bytes(b"\x89MCAP0\r\n" + chunk(content, "zstd") + END)
        self.refused(path, "not recorded by cogmap")

    def test_a_hole_at_the_end_is_no_work(self, whole, tmp_path):
        path = tmp_path / "a.mcap"
        path.write_bytes(whole[: sorted(chunk_ends(whole))[-1]])
        os.truncate(path, 2**38)
        with closing(Recording(path)) as recording:
            assert recording.truncated
            assert [(each.stream, each.seq) for each in recording.read()] == ALL


class TestLargeMessages:
    def test_the_largest_comes_back(self, tmp_path):
        """In a chunk that was almost full before."""
        height, width = 4096, 5461
        camera = Intrinsics(width=width, height=height, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
        color = np.zeros((height, width, 3), np.uint8)
        color[-1] = 7
        frame = Frame(stamp_ns=10**9, number=1, intrinsics=camera, color=color)
        assert wire.MAX_MESSAGE_BYTES - color.nbytes < 10_000
        depth = np.zeros((500, 1000), np.uint16)
        small = Intrinsics(width=1000, height=500, fx=1.0, fy=1.0, cx=0.0, cy=0.0)
        first = Frame(stamp_ns=0, number=0, intrinsics=small, depth=depth)
        with RecordingWriter(tmp_path / "a.mcap", jpeg_quality=0) as writer:
            writer.write(Envelope(first, "camera/frames", 0, 0))
            writer.write(Envelope(frame, "camera/frames", 1, 0))
            assert writer.chunks == 1
        with closing(Recording(tmp_path / "a.mcap")) as recording:
            *_, last = recording.read()
        np.testing.assert_array_equal(last.message.color, color)


def test_without_any_index(tmp_path):
    """As other tools may write it anew; also what packs well."""
    path = tmp_path / "a.mcap"
    with pytest.MonkeyPatch.context() as patch:
        bare = lambda file, size, kind: Writer(file, size, kind, index_types=IndexType.NONE)  # noqa: E731
        patch.setattr(recording_module, "Writer", bare)
        with RecordingWriter(path) as writer:
            for number in range(20_000):
                writer.write(Envelope(twist(number), "agent/commands", number, 0))
    content = path.read_bytes()
    assert content.count(b"zstd") > 2 and not chunk_ends(content)
    assert numbers_in(path) == [("agent/commands", number) for number in range(20_000)]


def resident_bytes() -> int:
    """The most that this process has held."""
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


END = b"\x0f" + struct.pack("<Q", 4) + bytes(4)


def record(opcode: int, content: bytes) -> bytes:
    return struct.pack("<BQ", opcode, len(content)) + content


def text(value: str) -> bytes:
    return struct.pack("<I", len(value)) + value.encode()


def channel(id_: int, topic: str) -> bytes:
    return record(
        0x04, struct.pack("<HH", id_, 0) + text(topic) + text("msgpack") + struct.pack("<I", 0)
    )


CHANNEL = channel(0, "camera/frames")


def chunk(content: bytes, compression: str = "", claimed: int | None = None) -> bytes:
    packed = zstandard.compress(content) if compression else content
    head = struct.pack("<QQQI", 0, 0, len(content), 0) + text(compression)
    length = len(packed) if claimed is None else claimed
    body = head + struct.pack("<Q", length) + packed
    return struct.pack("<BQ", 0x06, len(head) + 8 + length) + body


def write_foreign(
    path: Path, compression: CompressionType, data: Callable[[int], bytes], encoding: str
) -> None:
    with path.open("wb") as file:
        writer = Writer(file, compression=compression)
        writer.start()
        schema = writer.register_schema("s", "jsonschema", b"{}")
        channel = writer.register_channel("/topic", encoding, schema)
        for number in range(3):
            writer.add_message(channel, log_time=number, data=data(number), publish_time=0)
        writer.finish()
