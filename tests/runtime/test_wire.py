"""The wire format: what is sent comes back, and what comes from strangers does no harm."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import msgpack
import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.runtime import messages, wire
from cogmap.runtime.messages import (
    Answer,
    AskStep,
    Box,
    Detection,
    Detections,
    Door,
    Edit,
    Edited,
    End,
    Evidence,
    Frame,
    Goal,
    InputStats,
    Instances,
    Intrinsics,
    JourneyCancel,
    JourneyProgress,
    JourneyRequest,
    Layout,
    LogRecord,
    MapEvent,
    MapObject,
    MapPart,
    Message,
    Missing,
    NodeStatus,
    ObjectView,
    Observation,
    OccupancyGrid,
    Placement,
    PlaybackCommand,
    PlaybackStatus,
    ProgramRequest,
    Question,
    Refusal,
    Room,
    RunAddresses,
    RunQuery,
    RunStatus,
    Segment,
    Standpoint,
    SurfaceUpdate,
    Trouble,
    Twist,
    VisibleInstance,
    Vocabulary,
    Wall,
    Waypoints,
    WorldEvent,
)
from cogmap.runtime.wire import Header, WireError

CAMERA = Intrinsics(width=4, height=3, fx=5.0, fy=5.0, cx=1.5, cy=1.0)

stamps = st.integers(-(2**63), 2**63 - 1)
counts = st.integers(0, 2**40)
reals = st.floats(allow_nan=False)
texts = st.text(max_size=20)
vectors = st.tuples(reals, reals, reals)
directions = st.floats(-3, 3).map(lambda angle: (0.0, math.cos(angle), math.sin(angle)))
seeds = st.integers(0, 2**32 - 1)


def array(seed: int, dtype: str, *shape: int) -> np.ndarray[Any, Any]:
    """Values of any bits but NaN."""
    rng = np.random.default_rng(seed)
    if np.dtype(dtype).kind == "f":
        return rng.normal(0, 1e3, shape).astype(dtype)
    return rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)


def arrays(dtype: str, *shape: int) -> st.SearchStrategy[np.ndarray[Any, Any]]:
    return st.builds(array, seeds, st.just(dtype), *(st.just(size) for size in shape))


@st.composite
def cameras(draw: st.DrawFn) -> Intrinsics:
    positive = st.floats(1e-3, 1e5)
    return Intrinsics(
        width=draw(st.integers(1, 9)),
        height=draw(st.integers(1, 9)),
        fx=draw(positive),
        fy=draw(positive),
        cx=draw(st.floats(-1e5, 1e5)),
        cy=draw(st.floats(-1e5, 1e5)),
        distortion=draw(st.sampled_from([(), (0.1, 0.2, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 0.5)])),
    )


@st.composite
def frames(draw: st.DrawFn) -> Frame:
    camera = draw(cameras())
    size = camera.height, camera.width
    has_color, has_depth = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    return Frame(
        stamp_ns=draw(stamps),
        number=draw(counts),
        intrinsics=camera,
        color=draw(arrays("u1", *size, 3)) if has_color else None,
        depth=draw(arrays("u2", *size)) if has_depth else None,
        depth_scale_m=draw(st.sampled_from([0.001, 0.0002])),
        world_from_camera=draw(st.none() | arrays("f8", 4, 4)),
        gravity_aligned=draw(st.booleans()),
        position_sigma_m=draw(st.none() | reals),
        gravity_in_camera=draw(st.none() | directions),
    )


@st.composite
def surfaces(draw: st.DrawFn) -> SurfaceUpdate:
    number = draw(st.integers(0, 5))
    return SurfaceUpdate(
        stamp_ns=draw(stamps),
        chunk=draw(st.tuples(*[st.integers(-(2**31), 2**31)] * 3)),
        chunk_size_m=draw(st.floats(1e-3, 1e3)),
        points=np.nan_to_num(draw(arrays("f4", number, 3))),
        colors=draw(arrays("u1", number, 3)),
    )


def tuples_of(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(elements, max_size=2).map(tuple)


standpoints = st.builds(Standpoint, position=vectors, yaw=reals)
boxes = st.builds(Box, center=vectors, size=vectors, yaw=reals)
places = st.tuples(reals, reals)
goals = st.builds(
    Goal,
    kind=st.sampled_from(["point", "object", "find"]),
    point=st.none() | places,
    pose=st.none() | standpoints,
    id=counts,
    label=texts,
    through_unknown=st.booleans(),
)
pixel_boxes = st.tuples(reals, reals, reals, reals)
in_pictures = st.floats(-1e6, 1e6)
scores = st.dictionaries(texts, reals, max_size=2)
embeddings = st.none() | arrays("f4", 3)
detections = st.builds(
    Detection,
    label=texts,
    score=reals,
    mask=st.none() | st.just(np.eye(3, dtype=np.bool_)),
    corner=st.tuples(counts, counts),
    box=st.none() | pixel_boxes,
    other_labels=scores,
    embedding=embeddings,
)
segments = st.builds(
    Segment,
    points=arrays("f4", 4, 3),
    pixels=counts,
    box=pixel_boxes,
    cut=reals,
    label=texts,
    score=reals,
    other_labels=scores,
    embedding=embeddings,
)
map_objects = st.builds(
    MapObject,
    id=counts,
    label=texts,
    labels=scores,
    box=boxes,
    confidence=reals,
    state=st.sampled_from(["tentative", "present", "removed"]),
    dynamic=st.booleans(),
    first_seen_ns=stamps,
    last_seen_ns=stamps,
    placements=tuples_of(
        st.builds(Placement, box=boxes, first_seen_ns=stamps, last_seen_ns=stamps)
    ),
    views=tuples_of(
        st.builds(
            ObjectView,
            keyframe=counts,
            box=st.tuples(*4 * (in_pictures,)),
            pixels=counts,
            cut=reals,
        )
    ),
    detectors=tuples_of(texts),
    ambiguous_with=tuples_of(counts),
)
rooms = st.builds(
    Room,
    id=counts,
    label=texts,
    polygon=tuples_of(places),
    area_m2=reals,
    objects=tuples_of(counts),
)
doors = st.builds(Door, id=counts, center=places, width_m=reals, yaw=reals, rooms=tuples_of(counts))
visible = st.builds(VisibleInstance, id=counts, label=texts, pixels=counts, fraction=reals)
input_stats = st.builds(
    InputStats, received=counts, skipped=counts, malformed=counts, latency_p50_ms=reals
)
map_events = st.builds(
    MapEvent,
    stamp_ns=stamps,
    version=counts,
    number=counts,
    kind=st.sampled_from(["appeared", "moved", "merged"]),
    object_id=counts,
    label=texts,
    box=st.none() | boxes,
    other_ids=tuples_of(counts),
)
grid_sizes = st.integers(0, 4)
cells = st.builds(array, seeds, st.just("u1"), grid_sizes, grid_sizes)
resolutions, coordinates = st.floats(0.005, 10), st.floats(-1e9, 1e9)


@st.composite
def all_layers(draw: st.DrawFn) -> OccupancyGrid:
    size = draw(grid_sizes), draw(grid_sizes)
    return OccupancyGrid(
        stamp_ns=draw(stamps),
        resolution_m=draw(resolutions),
        origin=draw(st.tuples(coordinates, coordinates)),
        cells=draw(arrays("u1", *size)),
        floor_z=draw(coordinates),
        head_free=draw(arrays("u1", *size)),
        head_occupied=draw(arrays("u1", *size)),
        top=draw(arrays("u1", *size)),
    )


grids = all_layers() | st.builds(
    OccupancyGrid,
    stamp_ns=stamps,
    resolution_m=resolutions,
    origin=st.tuples(coordinates, coordinates),
    cells=cells,
    floor_z=coordinates,
)
node_statuses = st.builds(
    NodeStatus,
    stamp_ns=stamps,
    node=texts,
    pid=counts,
    state=st.sampled_from(["starting", "running", "failed"]),
    inputs=st.dictionaries(texts, input_stats, max_size=2),
    outputs=st.dictionaries(texts, counts, max_size=2),
    counters=st.dictionaries(texts, counts, max_size=2),
    error=texts,
    rate_hz=reals,
    troubles=st.lists(
        st.builds(Trouble, name=texts, text=texts, times=counts, over=st.booleans()), max_size=2
    ).map(tuple),
)
instance_ids = st.builds(array, seeds, st.just("u2"), grid_sizes, grid_sizes)

VALID: dict[type[Message], st.SearchStrategy[Any]] = {
    Frame: frames(),
    SurfaceUpdate: surfaces(),
    Instances: st.builds(
        Instances,
        stamp_ns=stamps,
        number=counts,
        ids=instance_ids,
        visible=st.lists(visible, max_size=2).map(tuple),
    ),
    WorldEvent: st.builds(
        WorldEvent,
        stamp_ns=stamps,
        kind=st.sampled_from(["moved", "removed", "door_opened"]),
        object_id=counts,
        label=texts,
        box=st.none() | boxes,
    ),
    Twist: st.builds(Twist, stamp_ns=stamps, linear_mps=reals, angular_rps=reals),
    Waypoints: st.builds(
        Waypoints,
        stamp_ns=stamps,
        points=st.builds(array, seeds, st.just("f8"), st.integers(1, 4), st.just(2)),
    ),
    Observation: st.builds(
        Observation,
        stamp_ns=stamps,
        number=counts,
        verdict=st.sampled_from(["fused", "lost", "no_depth"]),
        intrinsics=cameras(),
        world_from_camera=st.none() | arrays("f8", 4, 4),
        tracked=st.booleans(),
        keyframe=st.integers(-1, 9),
        keyframe_from_camera=st.none() | arrays("f8", 4, 4),
        detector=texts,
        segments=tuples_of(segments),
        depth_view=st.none() | arrays("u2", 2, 3),
        image=st.none() | arrays("u1", 5),
        late=st.booleans(),
        grid=st.none() | grids,
        stored=st.booleans(),
    ),
    Detections: st.builds(
        Detections,
        stamp_ns=stamps,
        number=counts,
        width=counts,
        height=counts,
        detector=texts,
        embedding_space=texts,
        detections=tuples_of(detections),
    ),
    Vocabulary: st.builds(Vocabulary, stamp_ns=stamps, labels=tuples_of(texts)),
    Layout: st.builds(
        Layout,
        stamp_ns=stamps,
        version=counts,
        number=counts,
        objects=tuples_of(map_objects),
        rooms=tuples_of(rooms),
        doors=tuples_of(doors),
        walls=tuples_of(st.builds(Wall, start=places, end=places, height_m=reals)),
        floor_z=st.none() | reals,
    ),
    MapEvent: map_events,
    Edit: st.builds(
        Edit,
        stamp_ns=stamps,
        action=st.sampled_from(["rename", "delete", "add"]),
        object_ids=tuples_of(counts),
        label=texts,
        box=st.none() | boxes,
    ),
    Edited: st.builds(Edited, stamp_ns=stamps, version=counts, events=tuples_of(map_events)),
    Refusal: st.builds(Refusal, stamp_ns=stamps, text=texts),
    RunQuery: st.builds(RunQuery, stamp_ns=stamps),
    RunAddresses: st.builds(
        RunAddresses,
        stamp_ns=stamps,
        streams=st.dictionaries(texts, texts, max_size=2),
        services=st.dictionaries(texts, texts, max_size=2),
    ),
    JourneyRequest: st.builds(
        JourneyRequest,
        stamp_ns=stamps,
        goals=tuples_of(goals),
        client=texts,
        preempt=st.booleans(),
        text=texts,
    ),
    JourneyCancel: st.builds(JourneyCancel, stamp_ns=stamps, client=texts, only_own=st.booleans()),
    JourneyProgress: st.builds(
        JourneyProgress,
        stamp_ns=stamps,
        journey=counts,
        goals=tuples_of(goals),
        state=st.sampled_from(["idle", "driving", "arrived"]),
        text=texts,
        path=arrays("f8", 3, 2),
        frontiers=arrays("f8", 0, 2),
        target=st.none() | standpoints,
        remaining_m=reals,
        objects=tuples_of(counts),
    ),
    Question: st.builds(
        Question,
        stamp_ns=stamps,
        text=texts,
        options=tuples_of(texts),
        as_of_ns=st.none() | stamps,
        pose=st.none() | standpoints,
        session=texts,
        within_s=st.none() | reals,
        request_id=texts,
    ),
    AskStep: st.builds(
        AskStep,
        stamp_ns=stamps,
        asked=counts,
        number=counts,
        kind=st.sampled_from(["program", "error"]),
        text=texts,
        question=texts,
        request_id=texts,
    ),
    ProgramRequest: st.builds(
        ProgramRequest, stamp_ns=stamps, program=texts, pose=st.none() | standpoints
    ),
    Answer: st.builds(
        Answer,
        stamp_ns=stamps,
        status=st.sampled_from(["answered", "not_seen", "ambiguous"]),
        value=st.none() | st.booleans() | counts | reals | texts | tuples_of(texts | reals),
        unit=texts,
        sigma=st.none() | reals,
        evidence=st.builds(Evidence, objects=tuples_of(counts), frames=tuples_of(counts)),
        candidates=tuples_of(counts),
        viewpoint=st.none() | standpoints,
        version=counts,
        confidence=reals,
        images=tuples_of(arrays("u1", 5)),
    ),
    MapPart: st.builds(
        MapPart,
        stamp_ns=stamps,
        number=counts,
        files=st.dictionaries(texts, st.dictionaries(texts, texts | counts, max_size=2)),
        details=texts,
        final=st.booleans(),
        grid=st.none() | grids,
    ),
    OccupancyGrid: grids,
    PlaybackCommand: st.builds(
        PlaybackCommand,
        stamp_ns=stamps,
        action=st.sampled_from(["pause", "seek", "rate"]),
        value=st.floats(allow_nan=False, allow_infinity=False),
    ),
    PlaybackStatus: st.builds(
        PlaybackStatus,
        stamp_ns=stamps,
        position_s=reals,
        duration_s=reals,
        frames_sent=counts,
        frames_total=counts,
        paused=st.booleans(),
    ),
    End: st.builds(End, stamp_ns=stamps),
    Missing: st.builds(Missing, stamp_ns=stamps),
    NodeStatus: node_statuses,
    RunStatus: st.builds(
        RunStatus, stamp_ns=stamps, nodes=st.lists(node_statuses, max_size=2).map(tuple)
    ),
    LogRecord: st.builds(
        LogRecord,
        stamp_ns=stamps,
        node=texts,
        level=st.sampled_from(["DEBUG", "ERROR"]),
        text=texts,
    ),
}
anything = st.one_of(*VALID.values())


def as_bytes(message: Message, stream: str = "a/b", seq: int = 7) -> list[bytes]:
    parts = wire.encode(message, stream=stream, seq=seq, captured_ns=11)
    return [bytes(part) for part in parts]


def changed(parts: list[bytes], **changes: Any) -> list[bytes]:
    """The same message with other header fields, packed by the plain package."""
    header = msgpack.unpackb(parts[1]) | changes
    return [parts[0], msgpack.packb(header), *parts[2:]]


def golden_frame() -> Frame:
    return Frame(
        stamp_ns=1_500_000_000,
        number=42,
        intrinsics=CAMERA,
        color=np.arange(36, dtype=np.uint8).reshape(3, 4, 3),
        depth=np.arange(12, dtype=np.uint16).reshape(3, 4) * 100,
        world_from_camera=np.eye(4),
    )


def assert_same(one: Any, other: Any) -> None:
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif isinstance(one, msgspec.Struct):
        for name in one.__struct_fields__:
            assert_same(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple | list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_same(left, right)
    else:
        assert one == other


class TestRoundTrip:
    def test_every_message_type_has_a_strategy(self):
        assert set(VALID) == set(wire.MESSAGE_TYPES.values())

    @settings(max_examples=200, deadline=None)
    @given(message=anything)
    def test_what_is_sent_comes_back(self, message):
        envelope = wire.decode(as_bytes(message))
        assert_same(envelope.message, message)
        assert (envelope.stream, envelope.seq, envelope.captured_ns) == ("a/b", 7, 11)

    @settings(max_examples=100, deadline=None)
    @given(message=anything)
    def test_plain_msgpack_reads_the_header(self, message):
        """A client of any language needs msgpack and the dtype and shape of each buffer."""
        topic, header_bytes, *buffers = as_bytes(message)
        header = msgpack.unpackb(header_bytes)
        assert topic == b"a/b"
        assert header["type"] == type(message).__name__
        assert (header["version"], header["stream"], header["seq"]) == (message.VERSION, "a/b", 7)
        assert header["stamp_ns"] == header["body"]["stamp_ns"] == message.stamp_ns
        arrays = [
            np.frombuffer(buffer, spec["dtype"]).reshape(spec["shape"])
            for spec, buffer in zip(header["buffers"], buffers, strict=True)
        ]
        for name in message.__struct_fields__:
            value = getattr(message, name)
            if isinstance(value, np.ndarray):
                np.testing.assert_array_equal(arrays[header["body"][name]], value)

    def test_plain_msgpack_writes_what_we_read(self):
        message = wire.decode(changed(as_bytes(golden_frame()))).message
        assert_same(message, golden_frame())

    def test_large_arrays_are_neither_copied_nor_writeable(self):
        camera = Intrinsics(width=64, height=48, fx=50, fy=50, cx=31.5, cy=23.5)
        color = np.zeros((48, 64, 3), np.uint8)
        frame = Frame(stamp_ns=0, number=0, intrinsics=camera, color=color)
        parts = wire.encode(frame, stream="s", seq=0, captured_ns=0)
        assert np.shares_memory(np.frombuffer(parts[2], np.uint8), color)
        received = wire.decode(parts).message
        assert np.shares_memory(received.color, color)
        with pytest.raises(ValueError, match="read-only"):
            received.color[0, 0, 0] = 1

    def test_small_arrays_do_not_keep_what_came_with_them(self):
        frame = golden_frame()
        received = wire.decode(wire.encode(frame, stream="s", seq=0, captured_ns=0)).message
        assert not np.shares_memory(received.color, frame.color)
        with pytest.raises(ValueError, match="read-only"):
            received.color[0, 0, 0] = 1

    def test_strided_arrays_arrive_as_they_look(self):
        color = np.arange(3 * 8 * 3, dtype=np.uint8).reshape(3, 8, 3)[:, ::2]
        depth = np.arange(12, dtype=np.uint16).reshape(4, 3).T
        frame = Frame(stamp_ns=0, number=0, intrinsics=CAMERA, color=color, depth=depth)
        received = wire.decode(as_bytes(frame)).message
        np.testing.assert_array_equal(received.color, color)
        np.testing.assert_array_equal(received.depth, depth)

    def test_array_of_a_type_that_cannot_be_sent(self):
        twist = Twist(stamp_ns=0, linear_mps=np.zeros(2, np.complex64), angular_rps=0.0)
        with pytest.raises(WireError, match="complex64"):
            as_bytes(twist)

    def test_message_that_no_reader_would_take(self):
        """Refused where it is made: dropped by every reader it would be lost in silence."""
        big = np.zeros((wire.MAX_MESSAGE_BYTES // 1024 + 1, 1024), np.uint8)
        grid = OccupancyGrid(stamp_ns=0, resolution_m=1, origin=(0, 0), cells=big, floor_z=0)
        with pytest.raises(WireError, match=r"OccupancyGrid on 'a/b' is too big to send: 67109888"):
            as_bytes(grid)
        text = "x" * wire.MAX_HEADER_BYTES
        with pytest.raises(WireError, match="LogRecord on 'a/b' is too big"):
            as_bytes(LogRecord(stamp_ns=0, node="n", level="INFO", text=text))

    def test_value_of_a_type_that_cannot_be_sent(self):
        with pytest.raises(WireError, match="Twist: cannot send a complex"):
            as_bytes(Twist(stamp_ns=0, linear_mps=1j, angular_rps=0.0))


class TestGolden:
    """The bytes do not change unless a VERSION does: old recordings stay readable."""

    def test_header_of_a_frame(self):
        topic, header, *buffers = as_bytes(golden_frame(), stream="camera/frames")
        assert topic == b"camera/frames"
        assert header.hex() == GOLDEN_HEADER
        digest = hashlib.sha256(b"".join(buffers)).hexdigest()
        assert digest == GOLDEN_BUFFERS_SHA256

    def test_stored_bytes_are_read(self):
        color = np.arange(36, dtype=np.uint8)
        depth = np.arange(12, dtype="<u2") * 100
        buffers = [color.tobytes(), depth.tobytes(), np.eye(4).tobytes()]
        envelope = wire.decode([b"camera/frames", bytes.fromhex(GOLDEN_HEADER), *buffers])
        assert_same(envelope.message, golden_frame())


class TestLies:
    """One field of a valid message is false; the error names it."""

    @pytest.mark.parametrize(
        ("changes", "text"),
        [
            ({"type": "Frome"}, "'Frome'"),
            ({"type": "Message"}, "'Message'"),
            ({"version": 3}, "version 3"),
            ({"version": "1"}, "version"),
            ({"seq": 1.5}, "seq"),
            ({"surprise": 1}, "surprise"),
            ({"buffers": []}, "names 0 buffers, 3 came"),
            ({"body": {}}, "stamp_ns"),
            ({"body": 5}, "Frame"),
        ],
    )
    def test_header_field(self, changes, text):
        with pytest.raises(WireError, match=text):
            wire.decode(changed(as_bytes(golden_frame()), **changes))

    @pytest.mark.parametrize(
        ("index", "changes", "text"),
        [
            (0, {"shape": [3, 4, 4]}, "buffer 0: 36 bytes"),
            (0, {"shape": [3, 4]}, "buffer 0: 36 bytes"),
            (0, {"shape": [4, 3, 3]}, "color"),
            (0, {"shape": [36]}, "color"),
            (0, {"shape": [-3, -4, 3]}, "not allowed"),
            (0, {"shape": [0, 2**26, 2**26, 2**26]}, "buffer 0"),
            (0, {"shape": [1] * 9}, "not allowed"),
            (0, {"shape": [3, 4, 3.0]}, "shape"),
            (1, {"shape": [2**15, 2**15]}, "over the limit"),
            (1, {"shape": [2**26, 2**26, 2**26, 2**26]}, "not allowed"),
            (1, {"shape": [2**30]}, "over the limit"),
            (1, {"dtype": "<i2"}, "int16"),
            (1, {"dtype": "|u1", "shape": [3, 8]}, "uint8"),
            (1, {"dtype": "|O8"}, "not allowed"),
            (1, {"dtype": "V2"}, "not allowed"),
            (1, {"dtype": ">u2"}, "not allowed"),
            (2, {"codec": "jpeg"}, "codec 'jpeg'"),
        ],
    )
    def test_buffer(self, index, changes, text):
        parts = as_bytes(golden_frame())
        specs = msgpack.unpackb(parts[1])["buffers"]
        specs[index] |= changes
        with pytest.raises(WireError, match=text):
            wire.decode(changed(parts, buffers=specs))

    def test_empty_buffer_with_a_shape_that_overflows(self):
        parts = as_bytes(
            SurfaceUpdate(
                stamp_ns=0,
                chunk=(0, 0, 0),
                chunk_size_m=1.0,
                points=np.zeros((0, 3), np.float32),
                colors=np.zeros((0, 3), np.uint8),
            )
        )
        specs = msgpack.unpackb(parts[1])["buffers"]
        specs[0]["shape"] = [0, *[2**26] * 7]
        with pytest.raises(WireError):
            wire.decode(changed(parts, buffers=specs))

    @pytest.mark.parametrize("index", [-1, 3, 2**40, "0", None, 1.0, [0]])
    def test_index_of_a_buffer_that_is_not_there(self, index):
        parts = as_bytes(golden_frame())
        body = msgpack.unpackb(parts[1])["body"] | {"color": index, "depth": 1}
        if index is None:
            body["depth"] = None
        with pytest.raises(WireError):
            wire.decode(changed(parts, body=body))

    def test_field_of_the_body(self):
        parts = as_bytes(golden_frame())
        body = msgpack.unpackb(parts[1])["body"]
        body["intrinsics"]["fx"] = -1.0
        with pytest.raises(WireError, match=r"fx=-1\.0.*intrinsics"):
            wire.decode(changed(parts, body=body))

    def test_too_few_parts(self):
        for parts in ([], [b"a/b"]):
            with pytest.raises(WireError, match="topic and header"):
                wire.decode(parts)

    def test_buffer_of_another_length_than_the_header_says(self):
        parts = as_bytes(golden_frame())
        with pytest.raises(WireError, match="buffer 1: 22 bytes"):
            wire.decode([*parts[:3], parts[3][:-2], parts[4]])

    def test_too_many_buffers(self):
        number = wire.MAX_BUFFERS + 1
        specs = [{"dtype": "|u1", "shape": [0]}] * number
        parts = changed(as_bytes(End(stamp_ns=0)), buffers=specs)
        with pytest.raises(WireError, match="4097 buffers"):
            wire.decode([*parts, *[b""] * number])

    def test_header_over_the_limit(self):
        parts = changed(as_bytes(End(stamp_ns=0)), stream="x" * wire.MAX_HEADER_BYTES)
        with pytest.raises(WireError, match="over the limit"):
            wire.decode(parts)

    def test_deep_nesting(self):
        deep = b"\x91" * 100_000 + b"\xc0"
        with pytest.raises(WireError):
            wire.decode([b"a/b", deep])
        fields = msgspec.msgpack.encode({"deep": msgspec.Raw(deep)})
        header = msgspec.structs.replace(
            wire.decode_header(as_bytes(End(stamp_ns=0))[1]), body=msgspec.Raw(fields)
        )
        with pytest.raises(WireError):
            wire.decode([b"a/b", msgspec.msgpack.encode(header)])

    def test_nothing_is_unpickled(self):
        """NumPy's object arrays are where pickles hide; extension types are refused, too."""
        assert not any(np.dtype(name).hasobject for name in wire.DTYPES)
        body = msgpack.packb({"stamp_ns": msgpack.ExtType(1, b"x")})
        header = msgspec.structs.replace(
            wire.decode_header(as_bytes(End(stamp_ns=0))[1]), body=msgspec.Raw(body)
        )
        with pytest.raises(WireError):
            wire.decode([b"a/b", msgspec.msgpack.encode(header)])


def decodes_or_refuses(parts: list[bytes]) -> None:
    """Decoding gives a message that can be sent on, or a WireError; nothing else."""
    try:
        envelope = wire.decode(parts)
    except WireError as error:
        assert str(error)
        return
    assert isinstance(envelope.message, Message)


class TestStrangers:
    @settings(max_examples=200, deadline=None)
    @given(parts=st.lists(st.binary(max_size=200), max_size=5))
    def test_random_bytes(self, parts):
        decodes_or_refuses(parts)

    @settings(max_examples=350, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(message=anything, data=st.data())
    def test_random_mutations_of_the_bytes(self, message, data):
        parts = as_bytes(message)
        which = data.draw(st.integers(1, len(parts) - 1))
        part = bytearray(parts[which])
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, max(len(part) - 1, 0)))
            kind = data.draw(st.sampled_from(["set", "cut", "insert", "delete"]))
            if kind == "set" and part:
                part[at] = data.draw(st.integers(0, 255))
            elif kind == "cut":
                del part[at:]
            elif kind == "insert":
                part[at:at] = data.draw(st.binary(min_size=1, max_size=8))
            else:
                del part[at : at + 3]
        parts[which] = bytes(part)
        decodes_or_refuses(parts)

    @settings(max_examples=350, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(message=anything, data=st.data())
    def test_random_values_in_the_header(self, message, data):
        """Well-formed MessagePack of wrong types and sizes, at any place."""
        parts = as_bytes(message)
        tree = msgpack.unpackb(parts[1])
        spots = list(places(tree))
        holder, key = data.draw(st.sampled_from(spots))
        holder[key] = data.draw(strange_values)
        parts[1] = msgpack.packb(tree)
        decodes_or_refuses(parts)

    @settings(max_examples=100, deadline=None)
    @given(message=anything, data=st.data())
    def test_parts_lost_doubled_or_swapped(self, message, data):
        parts = as_bytes(message)
        order = data.draw(st.lists(st.integers(0, len(parts) - 1), max_size=6))
        decodes_or_refuses([parts[index] for index in order])


strange_values = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.lists(st.integers(-1, 2**33), max_size=4),
    st.dictionaries(st.text(max_size=3), st.integers(0, 9), max_size=2),
)


def places(tree: Any) -> Any:
    """Every (container, key) of a tree of dicts and lists."""
    items = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(items):
        yield tree, key
        if isinstance(value, dict | list):
            yield from places(value)


class TestMessages:
    """What a message checks when it is made."""

    def test_frame_of_another_size_than_its_camera(self):
        with pytest.raises(ValueError, match=r"color: expected uint8 \(3, 4, 3\), got .*\(2, 2, 3"):
            Frame(stamp_ns=0, number=0, intrinsics=CAMERA, color=np.zeros((2, 2, 3), np.uint8))

    def test_depth_of_wrong_type(self):
        with pytest.raises(ValueError, match=r"depth: expected uint16 .*float32"):
            Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=np.zeros((3, 4), np.float32))

    def test_frame_of_nothing(self):
        with pytest.raises(ValueError, match="neither color nor depth"):
            Frame(stamp_ns=0, number=0, intrinsics=CAMERA)

    def test_not_an_array(self):
        with pytest.raises(ValueError, match="expected an array, got list"):
            Frame(stamp_ns=0, number=0, intrinsics=CAMERA, color=[[1, 2, 3]])

    @pytest.mark.parametrize("scale", [0.0, -0.001, 1.0, float("nan")])
    def test_depth_scale(self, scale):
        depth = np.zeros((3, 4), np.uint16)
        with pytest.raises(ValueError, match="depth_scale_m"):
            Frame(stamp_ns=0, number=0, intrinsics=CAMERA, depth=depth, depth_scale_m=scale)

    @pytest.mark.parametrize(
        "field", [{"width": 0}, {"height": 16385}, {"fx": 0.0}, {"fy": float("inf")}]
    )
    def test_camera_that_cannot_be(self, field):
        with pytest.raises(ValueError, match="intrinsics"):
            msgspec.structs.replace(CAMERA, **field)

    @pytest.mark.parametrize(
        "points", [np.zeros((0, 2)), np.zeros((1, 3)), np.zeros(2), np.array([[1.0, np.nan]])]
    )
    def test_waypoints_that_lead_nowhere(self, points):
        with pytest.raises(ValueError, match="points: "):
            Waypoints(stamp_ns=0, points=points)

    @pytest.mark.parametrize(
        "field",
        [{"resolution_m": 0.0}, {"resolution_m": 1e-4}, {"resolution_m": float("nan")},
         {"origin": (float("inf"), 0.0)}, {"floor_z": float("nan")}],
    )  # fmt: skip
    def test_grids_that_cover_nothing(self, field):
        fine = {"resolution_m": 0.05, "origin": (0.0, 0.0), "floor_z": 0.0} | field
        with pytest.raises(ValueError, match=next(iter(field))):
            OccupancyGrid(stamp_ns=0, cells=np.zeros((2, 2), np.uint8), **fine)

    @pytest.mark.parametrize("edge", [float("nan"), float("inf")])
    def test_views_that_no_picture_shows(self, edge):
        with pytest.raises(ValueError, match=r"view of keyframe 7: box .* is not finite"):
            ObjectView(keyframe=7, box=(0.0, edge, 9.0, 9.0), pixels=81, cut=0.0)

    def test_depth_in_metres(self):
        frame = golden_frame()
        assert frame.depth_m().dtype == np.float32
        np.testing.assert_allclose(frame.depth_m()[2, 3], 1.1)
        with pytest.raises(ValueError, match="frame 42 has no depth"):
            msgspec.structs.replace(frame, depth=None).depth_m()

    def test_all_names_of_the_glossary_are_wire_types(self):
        """A message that is not registered could be published but never received."""
        assert "Message" not in wire.MESSAGE_TYPES
        assert messages.Frame is wire.MESSAGE_TYPES["Frame"]

    def test_header_has_room_for_every_message(self):
        assert Header.__struct_config__.forbid_unknown_fields


GOLDEN_HEADER = (
    "89a474797065a54672616d65a776657273696f6e02a673747265616dad63616d6572612f6672616d6573a373"
    "657107a87374616d705f6e73ce59682f00ab63617074757265645f6e730ba36b6579a0a76275666665727393"
    "83a56474797065a37c7531a5736861706593030403a5636f646563a083a56474797065a33c7532a573686170"
    "65920304a5636f646563a083a56474797065a33c6638a57368617065920404a5636f646563a0a4626f64798a"
    "a87374616d705f6e73ce59682f00a66e756d6265722aaa696e7472696e7369637387a5776964746804a66865"
    "6967687403a26678cb4014000000000000a26679cb4014000000000000a26378cb3ff8000000000000a26379"
    "cb3ff0000000000000aa646973746f7274696f6e90a5636f6c6f7200a5646570746801ad64657074685f7363"
    "616c655f6dcb3f50624dd2f1a9fcb1776f726c645f66726f6d5f63616d65726102af677261766974795f616c"
    "69676e6564c3b0706f736974696f6e5f7369676d615f6dc0b1677261766974795f696e5f63616d657261c0"
)
GOLDEN_BUFFERS_SHA256 = "1b97e65f98ca8082c1dacc730fbd6d74a810f6db0c5ea60e85133e8465b5b8dd"
