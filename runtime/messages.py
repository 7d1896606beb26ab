"""The glossary: every message that crosses a process boundary, as plain typed data.

Conventions (``docs/conventions.md`` has the whole page):

* SI units. ``stamp_ns`` is the source's own clock, integer nanoseconds. No message
  carries wall-clock time that decides what the map becomes.
* World frame: right-handed, z up, gravity aligned. Camera frame: optical, x right,
  y down, z forward. ``a_from_b`` is a (4, 4) float64 that takes points in b to points in a.
* Depth on the wire: uint16 times ``depth_scale_m``; 0 is invalid.
* Arrays are C-contiguous; shapes are written ``(H, W)``.

Shapes and dtypes are checked once, when a message is made or decoded. What fails
raises ``ValueError`` (``msgspec.ValidationError`` when decoding) that shows the value.
"""

from __future__ import annotations

import math
from typing import ClassVar, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
F32 = NDArray[np.float32]
F64 = NDArray[np.float64]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]
Bool = NDArray[np.bool_]

Vec3 = tuple[float, float, float]
PixelBox = tuple[float, float, float, float]
"""Left, top, right, bottom, pixels; the top left pixel covers (-0.5, -0.5, 0.5, 0.5)."""


class CogmapError(Exception):
    """Root of every error that cogmap raises on purpose.

    The text is for the person who must act: the cause first, then the file, field or
    stream, then what would fix it.
    """


class BadInputError(CogmapError):
    """What comes in can never be used, however often it is tried. A node that raises it while it
    runs is not started again, and the run is refused; any other error is a failure of the node."""


class Message(msgspec.Struct, frozen=True, kw_only=True, eq=False, forbid_unknown_fields=True):
    """Base of everything that can be published. ``VERSION`` goes up when a field changes."""

    VERSION: ClassVar[int] = 1

    stamp_ns: int
    """The source's clock at capture, nanoseconds."""

    def key(self) -> str:
        """Under the policy ``latest`` a message replaces the unread one of the same key."""
        return ""


class Intrinsics(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pinhole camera. Pixels; the centre of the top left pixel is (0, 0).

    ``distortion`` is OpenCV's (k1, k2, p1, p2[, k3[, k4, k5, k6]]); empty means none.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float
    distortion: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not (0 < self.width <= 16384 and 0 < self.height <= 16384):
            raise ValueError(
                f"intrinsics: image size {self.width}x{self.height} is not in 1..16384"
            )
        if not (self.fx > 0 and self.fy > 0 and math.isfinite(self.fx * self.fy)):
            raise ValueError(
                f"intrinsics: focal lengths fx={self.fx}, fy={self.fy} must be positive"
            )
        if not all(map(math.isfinite, (self.cx, self.cy, *self.distortion))):
            raise ValueError("intrinsics: cx, cy and distortion must be finite")
        if len(self.distortion) not in (0, 4, 5, 8):
            raise ValueError(
                f"intrinsics: distortion {self.distortion} has {len(self.distortion)} numbers;"
                " give none, or k1, k2, p1, p2 (k3 (k4, k5, k6))"
            )

    def matrix(self) -> F64:
        """(3, 3) camera matrix, pixels."""
        return np.array([[self.fx, 0, self.cx], [0, self.fy, self.cy], [0, 0, 1]], np.float64)


class Box(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Gravity-aligned oriented box in the world frame.

    ``center`` is the centroid (m), ``size`` the full lengths along the box's own x, y and
    the world's z (m), ``yaw`` the angle from world x to box x about z (rad).
    """

    center: Vec3
    size: Vec3
    yaw: float = 0.0


class Frame(Message, frozen=True, kw_only=True, eq=False):
    """What a camera saw. Colour and depth share one pinhole camera (they are registered).

    ``number`` counts the frames of a source from 0 and names the frame: detections and
    observations refer to it. It is the same in every run over the same recording.
    """

    VERSION: ClassVar[int] = 2

    number: int
    intrinsics: Intrinsics
    color: U8 | None = None
    """(H, W, 3) RGB."""
    depth: U16 | None = None
    """(H, W), times ``depth_scale_m`` gives metres along the optical axis; 0 is invalid."""
    depth_scale_m: float = 0.001
    world_from_camera: F64 | None = None
    """(4, 4), or None if the source does not know where it is."""
    gravity_aligned: bool = True
    """False: z of the world is only roughly up; reconstruction levels it by the floor."""
    position_sigma_m: float | None = None
    """Standard deviation that the source states for its pose; None if it states none."""
    gravity_in_camera: Vec3 | None = None
    """Unit vector (to 5 %) that points down, camera frame, if an accelerometer told; else None."""

    def __post_init__(self) -> None:
        height, width = self.intrinsics.height, self.intrinsics.width
        if self.color is not None:
            check_array("color", self.color, np.uint8, (height, width, 3))
        if self.depth is not None:
            check_array("depth", self.depth, np.uint16, (height, width))
        if self.color is None and self.depth is None:
            raise ValueError(f"frame {self.number}: neither color nor depth")
        if not 0 < self.depth_scale_m < 1:
            raise ValueError(
                f"frame {self.number}: depth_scale_m {self.depth_scale_m} is not in (0, 1)"
            )
        if self.world_from_camera is not None:
            check_array("world_from_camera", self.world_from_camera, np.float64, (4, 4))
        down = self.gravity_in_camera
        if down is not None and not abs(math.hypot(*down) - 1) <= 0.05:
            raise ValueError(
                f"frame {self.number}: gravity_in_camera {down} is not of unit length;"
                " divide it by its length, or give None"
            )

    def depth_m(self) -> F32:
        """(H, W) float32 metres, 0 invalid. Raises ValueError if the frame has no depth."""
        if self.depth is None:
            raise ValueError(f"frame {self.number} has no depth")
        return self.depth.astype(np.float32) * np.float32(self.depth_scale_m)


class VisibleInstance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A simulated object as it appears in one frame."""

    id: int
    label: str
    pixels: int
    """Pixels of the image that show it."""
    fraction: float
    """``pixels`` over the pixels it would cover alone and uncropped, in [0, 1]."""


class Instances(Message, frozen=True, kw_only=True, eq=False):
    """Simulator's truth for one frame: which object each pixel shows."""

    number: int
    """The frame's number."""
    ids: U16
    """(H, W); 0 is structure (walls, floor, doors) or nothing."""
    visible: tuple[VisibleInstance, ...] = ()

    def __post_init__(self) -> None:
        check_array("ids", self.ids, np.uint16, (None, None))


class WorldEvent(Message, frozen=True, kw_only=True, eq=False):
    """Simulator's truth: the world has just changed."""

    kind: Literal["moved", "removed", "added", "door_opened", "door_closed"]
    object_id: int
    label: str
    box: Box | None = None
    """Where it stands now; None once removed."""


class Twist(Message, frozen=True, kw_only=True, eq=False):
    """Velocity command to a differential drive, in the agent's frame (ROS REP 103)."""

    linear_mps: float
    """Forward."""
    angular_rps: float
    """Counter-clockwise seen from above."""


class Waypoints(Message, frozen=True, kw_only=True, eq=False):
    """Command to drive to points on the floor, one after the other; replaces earlier ones."""

    points: F64
    """(N, 2) x, y in the world, metres; N >= 1."""

    def __post_init__(self) -> None:
        check_array("points", self.points, np.float64, (None, 2))
        if not len(self.points) or not np.isfinite(self.points).all():
            raise ValueError(f"points: need at least one, all finite, got {self.points.tolist()}")


class Detection(msgspec.Struct, frozen=True, kw_only=True, eq=False, forbid_unknown_fields=True):
    """A thing that a detector saw in one image: a mask, or only a box around it.

    Nothing here is trusted: what cannot be used is refused and counted where it is lifted.
    """

    label: str = ""
    """In words; "" is a thing of no known kind. Text from strangers."""
    score: float = 1.0
    """How sure the detector is, in (0, 1]."""
    mask: Bool | None = None
    """(h, w) pixels that show the thing; the whole image, or a part that begins at ``corner``."""
    corner: tuple[int, int] = (0, 0)
    """Column and row in the image of the mask's top left pixel."""
    box: PixelBox | None = None
    """Where there is no mask; the mask is then found in the depth."""
    other_labels: dict[str, float] = {}
    """Scores of what else it might be."""
    embedding: F32 | None = None
    """(D,) appearance; compared by direction only."""


class Detections(Message, frozen=True, kw_only=True, eq=False):
    """All that a detector saw in one frame; also sent when it saw nothing.

    Pixels are those of the frame after its lens distortion was taken out.
    """

    number: int
    """The frame's number."""
    width: int
    height: int
    """Of the image looked at, pixels."""
    detector: str
    """Name and version, such as "yolox_nano@e8af0749"."""
    embedding_space: str = ""
    """Which model made the embeddings; those of different ones are never compared."""
    detections: tuple[Detection, ...] = ()


class Vocabulary(Message, frozen=True, kw_only=True, eq=False):
    """To an open-vocabulary detector: what to look for from now on."""

    labels: tuple[str, ...]


FrameVerdict = Literal[
    "fused", "skipped_redundant", "skipped_doubtful", "no_depth", "bad_depth", "no_pose",
    "pose_jump", "pose_uncertain", "lost", "time_backwards", "time_leap", "frozen", "dark",
    "bad_scale", "swapped_colors", "pose_stuck", "pose_drift", "number_used",
]  # fmt: skip
"""Skipped frames have a pose, and show where things are, but add nothing to the surface: redundant,
as they show nothing new from nowhere new; doubtful, as they lie off the map, and may be the first
of a drift."""


class Segment(msgspec.Struct, frozen=True, kw_only=True, eq=False, forbid_unknown_fields=True):
    """A detection as a piece of the measured surface: free of background and flying pixels."""

    points: F32
    """(N, 3) camera frame, metres, N >= 1, thinned."""
    pixels: int
    """Pixels with depth that it was lifted from."""
    box: PixelBox
    """Around its pixels."""
    cut: float = 0.0
    """Part of its outline where it goes on unseen: at the image's border, behind an occluder."""
    guessed: float = 0.0
    """Part of its pixels whose depth was not measured, but follows from what is around them."""
    color: Vec3 | None = None
    """Mean colour of its surface, CIELAB (D65); None if the frame's colours are not at hand."""
    label: str = ""
    score: float = 1.0
    other_labels: dict[str, float] = {}
    embedding: F32 | None = None

    def __post_init__(self) -> None:
        check_array("points", self.points, np.float32, (None, 3))


class Observation(Message, frozen=True, kw_only=True, eq=False):
    """What reconstruction made of one frame: one a frame, also for those not mapped.

    Where detections come later than their frame, a second one with ``late`` set follows: it
    has the pose of the frame and its segments, nothing else.
    """

    VERSION: ClassVar[int] = 3

    number: int
    """The frame's number."""
    verdict: FrameVerdict
    intrinsics: Intrinsics
    world_from_camera: F64 | None = None
    """(4, 4) pose that was used; None if there is none that can be trusted."""
    tracked: bool = False
    """True if the pose was tracked here, False if the source gave it."""
    keyframe: int = -1
    """Number of the frame that is the reference keyframe of this one; -1 before the first."""
    keyframe_from_camera: F64 | None = None
    """(4, 4) pose relative to that keyframe: what stays true when past poses are corrected."""
    pose_revision: int = 0
    """Goes up when past poses were corrected."""
    detector: str = ""
    """What looked at the frame; "" if nothing did."""
    embedding_space: str = ""
    segments: tuple[Segment, ...] = ()
    """What it saw, lifted; of a frame that was mapped."""
    depth_view: U16 | None = None
    """(h, w) every ``depth_view_step``-th pixel of the depth, beginning at half a step: what the
    frame saw, and saw through. None if the frame was not healthy."""
    depth_view_step: int = 1
    depth_scale_m: float = 0.001
    image: U8 | None = None
    """(N,) the colour image as JPEG, for a frame that may become a keyframe of the map."""
    late: bool = False
    grid: OccupancyGrid | None = None
    """Free and occupied space after this frame; from time to time."""
    stored: bool = False
    """The dense side of the map as it is after this frame is being stored: a `MapPart` of this
    number follows."""


class SurfaceUpdate(Message, frozen=True, kw_only=True, eq=False):
    """The surface as it is now in one chunk of space; replaces what was there before."""

    chunk: tuple[int, int, int]
    """Index of the cube ``[chunk * chunk_size_m, (chunk + 1) * chunk_size_m)`` of the world."""
    chunk_size_m: float
    points: F32
    """(N, 3) world, metres. N = 0: nothing is left there."""
    colors: U8
    """(N, 3) RGB."""

    def key(self) -> str:
        return "{},{},{}".format(*self.chunk)

    def __post_init__(self) -> None:
        check_array("points", self.points, np.float32, (None, 3))
        check_array("colors", self.colors, np.uint8, (len(self.points), 3))
        if not 0 < self.chunk_size_m < math.inf:
            raise ValueError(f"chunk_size_m {self.chunk_size_m} must be positive and finite")
        if not np.isfinite(self.points).all():
            raise ValueError(f"chunk {self.chunk}: not all points are finite")


UNKNOWN, FREE, OCCUPIED = 0, 1, 2


class OccupancyGrid(Message, frozen=True, kw_only=True, eq=False):
    """What a robot could bump into, seen from above, and what stands at head height.

    ``cells[row, column]`` covers x in ``origin[0] + column * resolution_m`` and y in
    ``origin[1] + row * resolution_m``: 0 unknown, 1 free, 2 occupied. The layers at head
    height, above most furniture and below the tops of doors, are what rooms are made from.
    """

    VERSION: ClassVar[int] = 2

    resolution_m: float
    origin: tuple[float, float]
    cells: U8
    """(rows along y, columns along x)."""
    floor_z: float
    """Height of the floor in the world, metres."""
    head_free: U8 | None = None
    """Like ``cells``: percent of the column at head height that is known free."""
    head_occupied: U8 | None = None
    """Like ``cells``: percent of the column at head height that is occupied."""
    top: U8 | None = None
    """Like ``cells``: the highest that was seen there, in ``resolution_m`` above the floor."""

    def __post_init__(self) -> None:
        if not 0.005 <= self.resolution_m <= 10:
            raise ValueError(f"resolution_m {self.resolution_m} is not in 0.005..10")
        if not all(map(math.isfinite, (*self.origin, self.floor_z))):
            raise ValueError(f"origin {self.origin} and floor_z {self.floor_z} must be finite")
        check_array("cells", self.cells, np.uint8, (None, None))
        for name in ("head_free", "head_occupied", "top"):
            layer = getattr(self, name)
            if layer is not None:
                check_array(name, layer, np.uint8, self.cells.shape)


ObjectState = Literal["tentative", "present", "moved", "removed", "deleted"]
"""tentative: not sure yet that it is there. present. moved: present, elsewhere than it was
found first. removed: seen through where it stood. deleted: by a person."""


class Placement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where an object stood for some time."""

    box: Box
    room: int = -1
    first_seen_ns: int
    last_seen_ns: int


class ObjectView(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object as a keyframe shows it."""

    keyframe: int
    """Number of the frame."""
    box: PixelBox
    pixels: int
    cut: float

    def __post_init__(self) -> None:
        if not all(map(math.isfinite, self.box)):
            raise ValueError(f"view of keyframe {self.keyframe}: box {self.box} is not finite")


class MapObject(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An object of the map, as of one version of it."""

    id: int
    """Counts from 1, never used again."""
    label: str
    """The likeliest; "" if no detector names it."""
    labels: dict[str, float] = {}
    """Probabilities, likeliest first."""
    box: Box
    confidence: float
    """That the object exists, in [0, 1]."""
    state: ObjectState = "present"
    dynamic: bool = False
    """A person or another thing that moves by itself."""
    room: int = -1
    """Id of the room that it is in; -1: none is known."""
    first_seen_ns: int
    last_seen_ns: int
    """Of the last real match, not of a look that merely did not contradict."""
    seen: int = 0
    """Frames that it was matched in."""
    placements: tuple[Placement, ...] = ()
    """Past ones, oldest first."""
    views: tuple[ObjectView, ...] = ()
    """Best keyframes of it, best first."""
    detectors: tuple[str, ...] = ()
    """Whose detections made it; "person" for what a person entered or changed."""
    pose_revision: int = 0
    """Of the poses that its box was computed with."""
    ambiguous_with: tuple[int, ...] = ()
    """Objects that this one cannot be told apart from: it may be one of them, moved."""

    @property
    def least_cut(self) -> float:
        """Part of its outline that the best of its views cut off; 1 if none is kept."""
        return min((view.cut for view in self.views), default=1.0)

    @property
    def is_here(self) -> bool:
        """True for what the map holds to be there now."""
        return self.state in ("present", "moved")


class Room(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A room of the map."""

    id: int
    label: str = ""
    """Kind of room guessed from its contents, such as "kitchen"; "" if nothing tells."""
    confidence: float = 0.0
    """Of the label, in [0, 1]."""
    polygon: tuple[tuple[float, float], ...]
    """Corners x, y (m, world), counter-clockwise, not closed."""
    area_m2: float
    neighbours: tuple[int, ...] = ()
    """Rooms that a door or an opening leads to."""
    objects: tuple[int, ...] = ()
    """Ids of the objects in it."""


class Door(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way through a wall."""

    id: int
    center: tuple[float, float]
    """Middle of the opening, x, y (m, world)."""
    width_m: float
    yaw: float
    """Direction along the wall (rad)."""
    rooms: tuple[int, ...]
    """Ids of the rooms that it joins; one where the other side is unknown."""


class Wall(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A straight piece of wall, seen from above, on the face that was seen (m, world)."""

    start: tuple[float, float]
    end: tuple[float, float]
    height_m: float


class Layout(Message, frozen=True, kw_only=True, eq=False):
    """The map's objects and rooms as of one version."""

    version: int
    number: int
    """Of the last frame that it knows."""
    objects: tuple[MapObject, ...] = ()
    """By id; also tentative, removed and deleted ones."""
    rooms: tuple[Room, ...] = ()
    doors: tuple[Door, ...] = ()
    walls: tuple[Wall, ...] = ()
    floor_z: float | None = None
    """Height of the floor (m, world); None while unknown."""


MapEventKind = Literal[
    "appeared", "moved", "removed", "returned", "ambiguous", "merged", "split",
    "renamed", "deleted", "added",
]  # fmt: skip


class MapEvent(Message, frozen=True, kw_only=True, eq=False):
    """The map has just changed; what it holds to have happened."""

    version: int
    """The first one that has the change."""
    number: int
    """Of the frame that told; -1 for a person's correction."""
    kind: MapEventKind
    object_id: int
    label: str
    box: Box | None = None
    """Where it is now, or was last."""
    other_ids: tuple[int, ...] = ()
    """merged: what it absorbed; split: what came of it; ambiguous: what it may be."""


EditAction = Literal["rename", "delete", "merge", "split", "add"]


class Edit(Message, frozen=True, kw_only=True, eq=False):
    """Request: a person's correction of the map."""

    action: EditAction
    object_ids: tuple[int, ...] = ()
    """Which; the first one stays when several are merged."""
    label: str = ""
    """rename, add."""
    box: Box | None = None
    """add."""


class Edited(Message, frozen=True, kw_only=True, eq=False):
    """Reply: the map is corrected."""

    version: int
    """The first one that has it."""
    events: tuple[MapEvent, ...]


class Refusal(Message, frozen=True, kw_only=True, eq=False):
    """Reply: that cannot be done; says why and what would help."""

    text: str


class RunQuery(Message, frozen=True, kw_only=True, eq=False):
    """Request: where are the streams and services of the run?"""


class RunAddresses(Message, frozen=True, kw_only=True, eq=False):
    """Reply: where they are, as the run names them; who asks knows its host by another name."""

    streams: dict[str, str]
    """Stream -> endpoint for readers of the newest."""
    services: dict[str, str]
    """``node/service`` -> endpoint."""


AnswerStatus = Literal[
    "answered", "not_seen", "ambiguous", "not_determinable", "not_understood", "failed",
]  # fmt: skip
"""not_seen: nothing of the kind was seen, which is not to say that there is none. ambiguous:
several things fit, and the answer depends on which. not_determinable: what was seen does not tell.
not_understood: the question or program cannot be read. failed: a model or node failed."""

AnswerValue = bool | int | float | str | tuple[str | float, ...] | None


class Standpoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where somebody stands and which way they look, world frame."""

    position: Vec3
    """Metres; of the eyes or the camera."""
    yaw: float
    """From world x to the direction of view about z (rad)."""


GoalKind = Literal[
    "point", "pose", "object", "room", "keyframe", "frontier", "find", "explore", "return",
]  # fmt: skip
"""point: stand there. pose: stand there and look that way, as the viewpoint of an answer says.
object: stand where it is in view, close to it. room: stand well inside of it. keyframe: stand
where it was taken. frontier: the nearest edge of the unknown. find: look for a thing until one
is in view. explore: until all that can be reached was seen. return: back to where the journey
began."""


class Goal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do on a journey. Which fields count depends on the kind."""

    kind: GoalKind
    point: tuple[float, float] | None = None
    """point: x, y (m, world)."""
    pose: Standpoint | None = None
    """pose."""
    id: int = -1
    """object, room, keyframe: of the map."""
    label: str = ""
    """find: in words. Text from strangers."""
    through_unknown: bool = False
    """Ways may cross floor that was never seen; what is seen on them then still stops it."""


class JourneyRequest(Message, frozen=True, kw_only=True, eq=False):
    """Request: go, step by step. Replied to once the first step is planned."""

    goals: tuple[Goal, ...]
    """One or more, in turn."""
    client: str = ""
    """Who asks. Somebody else's journey is only replaced with ``preempt``."""
    preempt: bool = False
    text: str = ""
    """The words that it comes from."""


class JourneyCancel(Message, frozen=True, kw_only=True, eq=False):
    """Request: stop where you are, whoever asked for the journey."""

    VERSION: ClassVar[int] = 2

    client: str = ""
    only_own: bool = False
    """Somebody else's journey goes on; the reply says how."""


JourneyState = Literal[
    "idle", "driving", "turning", "looking", "recovering", "waiting",
    "arrived", "failed", "cancelled", "preempted",
]  # fmt: skip
"""driving: on its way. turning: on the spot. looking: stands and sees. recovering: the way is
blocked or it does not move as told. waiting: no frames or poses come; it stands. The last four
are ends; arrived: all goals are reached, found or explored."""

JOURNEY_ENDS: frozenset[JourneyState] = frozenset({"arrived", "failed", "cancelled", "preempted"})


class JourneyProgress(Message, frozen=True, kw_only=True, eq=False):
    """How a journey goes: published at every change, and some times a second meanwhile.

    Also the reply to a `JourneyRequest` and to a `JourneyCancel`.
    """

    journey: int
    """Counts from 1; 0: there was none yet."""
    step: int = 0
    """Which of its goals, from 0."""
    goals: tuple[Goal, ...] = ()
    state: JourneyState = "idle"
    text: str = ""
    """What it does, why it failed, and what would help."""
    path: F64
    """(N, 2) x, y (m, world): the way that is left, from where the agent is."""
    frontiers: F64
    """(M, 2) x, y (m, world): places from which more could be seen, best first."""
    target: Standpoint | None = None
    """Where it goes now."""
    remaining_m: float = 0.0
    """Length of the way that is left."""
    driven_m: float = 0.0
    """Since the journey began."""
    objects: tuple[int, ...] = ()
    """find: what was found; object: the goal. Ids of the map."""
    client: str = ""
    words: str = ""
    """Of the request."""

    def __post_init__(self) -> None:
        check_array("path", self.path, np.float64, (None, 2))
        check_array("frontiers", self.frontiers, np.float64, (None, 2))

    @property
    def has_ended(self) -> bool:
        """Whether nothing more comes of it."""
        return self.state in JOURNEY_ENDS


class Question(Message, frozen=True, kw_only=True, eq=False):
    """Request: a question in words."""

    VERSION: ClassVar[int] = 2

    text: str
    options: tuple[str, ...] = ()
    """Choices, one of which is to be the answer; empty: an open question."""
    as_of_ns: int | None = None
    """Ask the map as it was then; None: as it is now."""
    pose: Standpoint | None = None
    """Of who asks; None: the agent's."""
    session: str = ""
    """Questions of one conversation share it: "and its size?" refers to the one before."""
    within_s: float | None = None
    """Wall-clock seconds in which an answer is wanted; None: as long as the planner may take."""
    request_id: str = ""
    """Of the client's choice: the steps of the question carry it."""


class ProgramRequest(Message, frozen=True, kw_only=True, eq=False):
    """Request: a spatial program to run on the map."""

    program: str
    as_of_ns: int | None = None
    pose: Standpoint | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an answer rests on: ids of the map."""

    objects: tuple[int, ...] = ()
    rooms: tuple[int, ...] = ()
    keyframes: tuple[int, ...] = ()
    """Numbers of frames whose picture is kept."""
    frames: tuple[int, ...] = ()
    """Numbers of frames whose pose or sightings were used."""


class Answer(Message, frozen=True, kw_only=True, eq=False):
    """Reply: what the map says, or that it does not know. ``stamp_ns`` is the map's time."""

    status: AnswerStatus
    value: AnswerValue = None
    """None unless answered."""
    unit: str = ""
    """"m", "m2", "m3", "deg", "s", "count", "" for words and truths; or what the question asks
    for: "cm", "mm", "ft", "in", "yd", "km", "mi", "ft2", "l", "min". Of several values that of the
    numbers; where theirs differ, they are texts with their units."""
    sigma: float | None = None
    """Standard deviation of the value, same unit; None if none can be stated."""
    text: str = ""
    """For people; also says how words were read, and why there is no value."""
    option: str = ""
    """The choice that fits, word for word as it was given; "" if none does."""
    program: str = ""
    """What was run."""
    evidence: Evidence = Evidence()
    candidates: tuple[int, ...] = ()
    """ambiguous: ids of the objects that fit."""
    viewpoint: Standpoint | None = None
    """A place to look from that would settle it."""
    version: int = 0
    """Of the map."""
    confidence: float = 0.0
    """That the value is right, in [0, 1]."""
    planner: str = ""
    """Who gave the answer: "offline", "program", or the name of a model."""
    images: tuple[U8, ...] = ()
    """(N,) bytes of a PNG or JPEG each, if the program made pictures."""


class AskStep(Message, frozen=True, kw_only=True, eq=False):
    """What a planner does on the way to an answer, as it happens."""

    VERSION: ClassVar[int] = 2

    asked: int
    """Counts the questions from 0: steps of the same question share it."""
    number: int
    """Counts the steps of a question from 0."""
    kind: Literal["question", "program", "outcome", "pictures", "error", "answer"]
    text: str
    """Of strangers and models, cut to a length."""
    question: str = ""
    """That is being answered, cut to a length."""
    request_id: str = ""
    """Of the question."""


class MapPart(Message, frozen=True, kw_only=True, eq=False):
    """The dense side of a map is in the map's folder: who writes the manifest adds these files.

    Also sent at the end of the stream if nothing was stored.
    """

    number: int
    """Of the last frame that the files know."""
    files: dict[str, dict[str, str | int]] = {}
    """Entries of the folder's manifest."""
    details: str = "{}"
    """JSON, for the manifest."""
    final: bool = False
    """At the end of the stream."""
    grid: OccupancyGrid | None = None
    """Free and occupied space at the end."""


class PlaybackCommand(Message, frozen=True, kw_only=True, eq=False):
    """To a replaying source."""

    action: Literal["pause", "resume", "step", "seek", "rate"]
    value: float = 0.0
    """seek: seconds from the start; rate: factor; otherwise unused."""


class PlaybackStatus(Message, frozen=True, kw_only=True, eq=False):
    """Where a replaying source is."""

    position_s: float
    duration_s: float
    frames_sent: int
    frames_total: int
    paused: bool


class End(Message, frozen=True, kw_only=True, eq=False):
    """The last message of a stream."""

    VERSION: ClassVar[int] = 2

    cut_short: bool = False
    """The writer was told to stop; it had more to say."""


class Missing(Message, frozen=True, kw_only=True, eq=False):
    """In the place of a message that was lost with the process that had made it; readers count it
    as lost. Only a lossless stream that cannot be made again has them."""

    VERSION: ClassVar[int] = 1


class InputStats(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one input of a node has seen since the node started."""

    received: int = 0
    """Messages handled."""
    skipped: int = 0
    """Policy ``latest``: messages that a newer one replaced before they were handled."""
    malformed: int = 0
    """Messages dropped because they could not be decoded."""
    lost: int = 0
    """Policy ``latest``: messages that came while the node was down, or of which a node that was
    killed had not yet kept what it made of them."""
    ended: bool = False
    """The stream's end was heard: what came before it is among the counts."""
    latency_p50_ms: float = 0.0
    """From capture at the source to handled here, wall clock."""
    latency_p99_ms: float = 0.0
    handle_p50_ms: float = 0.0
    """Time spent handling one message."""
    handle_p99_ms: float = 0.0
    mean_rate_hz: float = 0.0
    """Messages handled a second from the first to the last."""

    @property
    def taken(self) -> int:
        """Policy ``lossless``: how many messages came, whatever became of them."""
        return self.received + self.malformed + self.lost


class Trouble(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that is wrong with a node, or with what comes to it."""

    name: str
    text: str
    """What it is, and what to do about it."""
    times: int = 1
    """How often it has come."""
    over: bool = False
    """It was there, and is not any more."""


class NodeStatus(Message, frozen=True, kw_only=True, eq=False):
    """Heartbeat of a node; ``stamp_ns`` is wall-clock time here."""

    VERSION: ClassVar[int] = 3

    node: str
    pid: int
    state: Literal["starting", "running", "ended", "failed", "restarting", "stopped"]
    inputs: dict[str, InputStats] = {}
    outputs: dict[str, int] = {}
    """Messages published per output."""
    counters: dict[str, int] = {}
    """What the node itself counts, such as frames fused."""
    error: str = ""
    rate_hz: float = 0.0
    """Messages handled (sources: published) per second, lately."""
    restarts: int = 0
    finishing: bool = False
    """It has said all, and waits until its readers have ended."""
    cpu_percent: float = 0.0
    rss_bytes: int = 0
    troubles: tuple[Trouble, ...] = ()
    busy_s: float = 0.0
    """For how long the node has been at the message, or the step, that it is at now."""


class RunStatus(Message, frozen=True, kw_only=True, eq=False):
    """The supervisor's status table; ``stamp_ns`` is wall-clock time here."""

    VERSION: ClassVar[int] = 3

    nodes: tuple[NodeStatus, ...]
    troubles: tuple[Trouble, ...] = ()
    """Of the run itself, such as a full disk."""


class LogRecord(Message, frozen=True, kw_only=True, eq=False):
    """One line of a node's log; ``stamp_ns`` is wall-clock time here."""

    node: str
    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]
    text: str


def check_array(name: str, array: np.ndarray, dtype: type, shape: tuple[int | None, ...]) -> None:
    """Raise ValueError that shows what is wrong unless dtype and shape fit (None fits any)."""
    if not isinstance(array, np.ndarray):
        raise ValueError(f"{name}: expected an array, got {type(array).__name__}")
    fits = len(array.shape) == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if array.dtype != dtype or not fits:
        want = f"({', '.join('any' if n is None else str(n) for n in shape)})"
        raise ValueError(
            f"{name}: expected {np.dtype(dtype)} {want}, got {array.dtype} {array.shape}"
        )
