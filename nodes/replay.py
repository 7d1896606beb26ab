"""Source: a recorded episode, at recorded speed, any factor, or as fast as it is read."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from cogmap.nodes.clock import StreamClock
from cogmap.nodes.episodes import EpisodeError, open_episode
from cogmap.nodes.episodes.mcap import McapEpisode
from cogmap.runtime.messages import (
    Frame,
    Instances,
    Message,
    PlaybackCommand,
    PlaybackStatus,
    WorldEvent,
)
from cogmap.runtime.node import Input, NodeParams, Output, Source
from cogmap.runtime.whole_file import write_whole

_STATUS_PERIOD_S = 0.25
_PATIENCE_S = 0.1


class Replay(Source):
    """Streams an episode again. A step is a frame."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        episode: str = ""
        """Path of the recording; any format that `open_episode` knows."""
        rate: float = 1.0
        """Seconds of recording a second; 0: as fast as the readers can go (``--rate max``)."""
        repeat: int = 1
        """How often it is streamed, one time after the other with stamps that go on."""
        hide_poses: bool = False
        """Withhold the source's poses, to have them tracked."""

        def __post_init__(self) -> None:
            if self.rate < 0 or self.repeat < 1:
                raise ValueError("rate must be 0 or more and repeat 1 or more")

    params: Params
    control = Input(PlaybackCommand)
    frames = Output(Frame)
    instances = Output(Instances)
    events = Output(WorldEvent, queue=256)
    playback = Output(PlaybackStatus)

    @classmethod
    def check(cls, params: Params) -> None:
        if not params.episode:
            raise EpisodeError("no episode given; say --set camera.episode=PATH")
        open_episode(Path(params.episode))

    def setup(self) -> None:
        self._episode = open_episode(Path(self.params.episode))
        self._stamps = self._episode.stamps_ns
        self._clock = StreamClock(self.params.rate)
        self._paused = False
        self._allowed_steps = 0
        self._jump_to: int | None = None
        self._jumps = self._stored_jumps()
        self._statuses = 0
        self._status_at = 0.0

    def produce(self, step: int) -> Iterator[float]:
        self._clock.restart()
        while (position := self._position_of(step)) < self._total():
            began = step
            for message in self._pass_from(position):
                if isinstance(message, Frame):
                    if step > began and self._jumped_at(step):  # produced again, after a restart
                        break
                    yield from self._wait_until_due(message.stamp_ns, step)
                    if self._jump_to is not None:
                        break
                    step += 1
                self._publish(message)
                if isinstance(message, Frame):
                    yield 0.0
            self._jump(step)
        self._publish_status(step)

    def published_before(self, output: str, step: int) -> int:
        if output == "playback":
            return self._statuses
        if output == "frames":
            return step
        kind = type(self).OUTPUTS[output].message_type
        ends = [at for at, _ in self._jumps[1:]] + [step]
        count = 0
        for (at, position), end in zip(self._jumps, ends, strict=True):
            frames = max(min(end, step) - at, 0)
            count += self._count_before(kind, position + frames)
            count -= self._count_before(kind, position)
        return count

    def steps_made(self, published: Mapping[str, int]) -> int:
        return published.get("frames", 0)

    def on_control(self, command: PlaybackCommand) -> None:
        if not math.isfinite(command.value):
            self.log.warning("ignored %s %s", command.action, command.value)
            return
        if command.action == "rate":
            self._clock.rate = max(command.value, 0.0)
        elif command.action == "seek":
            self._jump_to = self._frame_at(command.value)
        elif command.action == "step":
            self._paused = True
            self._allowed_steps += 1
        else:
            self._paused = command.action == "pause"
        self._clock.restart()

    def _pass_from(self, position: int) -> Iterator[Message]:
        """Messages to the end of this pass over the episode, stamped to go on from the last."""
        passes, frame = divmod(position, len(self._episode))
        span_ns = self._stamps[-1] - self._stamps[0]
        period_ns = span_ns // max(len(self._stamps) - 1, 1) or 1
        episode = self._episode
        messages = (
            episode.messages(frame) if isinstance(episode, McapEpisode) else episode.frames(frame)
        )
        for message in messages:
            if self.params.hide_poses and isinstance(message, Frame):
                message = msgspec.structs.replace(message, world_from_camera=None)
            if passes:
                message = _shifted(message, passes, span_ns + period_ns, len(episode))
            yield message

    def _wait_until_due(self, stamp_ns: int, step: int) -> Iterator[float]:
        while self._jump_to is None:
            self._publish_status_if_due(step)
            if self._paused and not self._allowed_steps:
                yield _PATIENCE_S
            elif not self._paused and (wait_s := self._clock.wait_s(stamp_ns)) > 0:
                yield min(wait_s, _PATIENCE_S)
            else:
                self._allowed_steps = max(self._allowed_steps - 1, 0)
                return

    def _publish(self, message: Message) -> None:
        if isinstance(message, Frame):
            self.frames.publish(message)
        elif isinstance(message, Instances):
            self.instances.publish(message)
        elif isinstance(message, WorldEvent):
            self.events.publish(message)

    def _total(self) -> int:
        return len(self._episode) * self.params.repeat

    def _position_of(self, step: int) -> int:
        """Which frame a step streams: other than ``step`` once somebody has jumped."""
        at, position = next(jump for jump in reversed(self._jumps) if jump[0] <= step)
        return position + step - at

    def _jumped_at(self, step: int) -> bool:
        return any(at == step for at, _ in self._jumps)

    def _count_before(self, kind: type[Message], position: int) -> int:
        if not isinstance(self._episode, McapEpisode):
            return 0
        passes, frame = divmod(position, len(self))
        whole = self._episode.count_before(kind, len(self))
        return passes * whole + self._episode.count_before(kind, frame)

    def _jump(self, step: int) -> None:
        if self._jump_to is not None:
            self._jumps.append((step, self._jump_to))
            self._jump_to = None
            self._store_jumps()
            self._clock.restart()

    def _jumps_path(self) -> Path | None:
        return self.run_dir and self.run_dir / "state" / f"{self.name}.jumps.json"

    def _stored_jumps(self) -> list[tuple[int, int]]:
        """Those of this run before the node was started again, or the beginning alone."""
        path = self._jumps_path()
        if path is None or not path.exists():
            return [(0, 0)]
        return msgspec.json.decode(path.read_bytes(), type=list[tuple[int, int]])

    def _store_jumps(self) -> None:
        """Before anything is published that only they explain."""
        path = self._jumps_path()
        if path is not None:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, msgspec.json.encode(self._jumps))

    def _frame_at(self, seconds: float) -> int:
        target_ns = self._stamps[0] + int(seconds * 1e9)
        return next((i for i, stamp in enumerate(self._stamps) if stamp >= target_ns), len(self))

    def __len__(self) -> int:
        return len(self._episode)

    def _publish_status_if_due(self, step: int) -> None:
        if time.monotonic() - self._status_at > _STATUS_PERIOD_S:
            self._publish_status(step)

    def _publish_status(self, step: int) -> None:
        self._status_at = time.monotonic()
        self._statuses += 1
        position = min(self._position_of(step), self._total() - 1) % len(self)
        self.playback.publish(
            PlaybackStatus(
                stamp_ns=self._stamps[position],
                position_s=(self._stamps[position] - self._stamps[0]) * 1e-9,
                duration_s=(self._stamps[-1] - self._stamps[0]) * 1e-9,
                frames_sent=step,
                frames_total=self._total(),
                paused=self._paused,
            )
        )


def _shifted(message: Message, passes: int, pass_ns: int, pass_frames: int) -> Message:
    changes: dict[str, int] = {"stamp_ns": message.stamp_ns + passes * pass_ns}
    if isinstance(message, Frame | Instances):
        changes["number"] = message.number + passes * pass_frames
    shifted: Message = msgspec.structs.replace(message, **changes)
    return shifted
