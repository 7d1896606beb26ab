"""Source: a simulator or robot that is a program of its own, in any language, and joins a run.

It sends each frame to the service ``put`` and gets the velocity to drive with until the next one.
docs/joining.md is the protocol.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

from cogmap.runtime.messages import CogmapError, Frame, Instances, Message, Twist
from cogmap.runtime.node import Input, NodeParams, Output, Service, Source

_LOOK_S = 0.05
"""How often it looks whether the run should end."""


class JoinError(CogmapError):
    """What was put cannot be taken; the text says what would."""


class Joined(Source):
    """Passes on what is put, and gives commands back."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        command_timeout_s: float = 0.5
        """Stand still when no command has come for so long, by the stamps of the frames."""
        quiet_s: float = 0.0
        """Once frames have come, the run ends when none has come for so long; 0: never."""

        def __post_init__(self) -> None:
            """Raises ValueError that names the parameter which cannot be."""
            for name in ("command_timeout_s", "quiet_s"):
                if not 0 <= getattr(self, name) < math.inf:
                    raise ValueError(f"{name} {getattr(self, name)} is not 0 or more")

    params: Params
    commands = Input(Twist)
    frames = Output(Frame)
    instances = Output(Instances)
    put = Service(Message, Twist)
    """A `Frame`, or the `Instances` of the frame before; the reply is what to do now."""

    @classmethod
    def is_repeatable(cls, params: Params) -> bool:
        """What another program has sent is not known to a new process."""
        return False

    def setup(self) -> None:
        self._last: Frame | None = None
        self._last_s = math.inf
        self._twist: Twist | None = None
        self._twist_from_ns: int | None = None

    def produce(self, step: int) -> Iterator[float]:
        while not self.params.quiet_s or time.monotonic() < self._last_s + self.params.quiet_s:
            yield _LOOK_S

    def on_commands(self, twist: Twist) -> None:
        self._twist, self._twist_from_ns = twist, None

    def answer_put(self, message: Message) -> Twist:
        """Raises JoinError for what is no frame, no instances, or comes out of turn."""
        if isinstance(message, Frame):
            self._take_frame(message)
        elif isinstance(message, Instances):
            self._take_instances(message)
        else:
            raise JoinError(f"put takes Frame and Instances, not {type(message).__name__}")
        return self._command(message.stamp_ns)

    def _take_frame(self, frame: Frame) -> None:
        last = self._last
        if last is not None and (frame.number <= last.number or frame.stamp_ns <= last.stamp_ns):
            raise JoinError(
                f"frame {frame.number} of stamp {frame.stamp_ns} after frame {last.number} of"
                f" {last.stamp_ns}: both have to grow; to begin anew, start the run anew"
            )
        if last is None:
            self.log.info(
                "joined: frames of %d x %d, depth: %s, pose: %s",
                frame.intrinsics.width, frame.intrinsics.height,
                "yes" if frame.depth is not None else "no",
                "given" if frame.world_from_camera is not None else "to be tracked",
            )  # fmt: skip
        self._last, self._last_s = frame, time.monotonic()
        self.frames.publish(frame)

    def _take_instances(self, instances: Instances) -> None:
        last = self._last
        if last is None or instances.number != last.number:
            before = "no frame" if last is None else f"frame {last.number}"
            raise JoinError(
                f"instances of frame {instances.number} after {before}: put the frame first"
            )
        if instances.ids.shape != (last.intrinsics.height, last.intrinsics.width):
            raise JoinError(
                f"ids of frame {instances.number} are {instances.ids.shape}, the frame is"
                f" {(last.intrinsics.height, last.intrinsics.width)} (height, width)"
            )
        self.instances.publish(instances)

    def _command(self, stamp_ns: int) -> Twist:
        """The newest command; standing still if there is none, or it is too old."""
        still = Twist(stamp_ns=stamp_ns, linear_mps=0.0, angular_rps=0.0)
        if self._twist is None:
            return still
        if self._twist_from_ns is None:
            self._twist_from_ns = stamp_ns
        age_s = (stamp_ns - self._twist_from_ns) * 1e-9
        return self._twist if age_s < self.params.command_timeout_s else still
