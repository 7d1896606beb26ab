"""``cogmap record`` and ``cogmap convert``: streams and episodes into MCAP files."""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from cogmap.launch.running import signals_stop, viewers
from cogmap.nodes.episodes import open_episode
from cogmap.nodes.episodes.mcap import McapEpisode
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.context import open_context
from cogmap.runtime.keys import client_keys
from cogmap.runtime.launchfile import Launch, check_launch, is_repeatable
from cogmap.runtime.listening import stream_addresses
from cogmap.runtime.messages import (
    CogmapError,
    End,
    Frame,
    Instances,
    Message,
    PlaybackStatus,
    WorldEvent,
)
from cogmap.runtime.parts_writer import PartsWriter
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.requests import goes_on
from cogmap.runtime.stop_flag import StopFlag
from cogmap.runtime.wire import Envelope

_RECORDER = "recorder"
_QUEUE = 1024
_LIVE_ONLY = ("run/control",)
_LOOK_EVERY_S = 1.0
_STREAMS: dict[type[Message], str] = {
    Frame: "camera/frames",
    Instances: "camera/instances",
    WorldEvent: "camera/events",
}
"""What the streams of a converted episode are called."""


def refuse_existing(out: Path, force: bool) -> None:
    """What has been recorded is not overwritten unless that was asked for.

    Raises:
        CogmapError: there is such a file, and no ``force``; or ``out`` is no place for one.
    """
    if out.suffix != ".mcap":
        raise CogmapError(f"{out}: a recording's name ends in .mcap")
    if not os.access(out.parent, os.W_OK):
        raise CogmapError(f"cannot write {out}: no folder {out.parent} that you may write to")
    if out.is_file() and not force:
        raise CogmapError(f"{out} exists already; name another file, or overwrite it with --force")


def make_way(out: Path, force: bool) -> None:
    """Remove an existing file, beside which a recorder would write a second part.

    Raises:
        CogmapError: there is such a file, and no ``force``; or it cannot be removed.
    """
    refuse_existing(out, force)
    if out.is_file():
        try:
            out.unlink()
        except OSError as error:
            raise CogmapError(f"cannot overwrite {out}: {error}") from error


def with_recorder(launch: Launch, out: Path, jpeg_quality: int, headless: bool) -> Launch:
    """The same launch file with a recorder that no stream runs away from.

    A live source is not held up: then the recorder keeps what it can and counts the rest.
    """
    for name, section in launch.nodes.items():
        for key, value in section.params.items():
            if isinstance(value, str) and _is_same_file(Path(value), out):
                raise CogmapError(f"{out} is what [node.{name}] {key} names; record to another")
    tree: dict[str, Any] = launch.dump()
    if _RECORDER in tree["node"]:
        raise CogmapError(f"{launch.path} already has a node {_RECORDER!r}; run it with cogmap up")
    live = not all(is_repeatable(launch, name) for name in launch.nodes)
    inputs: dict[str, Any] = {"run_status": "run/status", "run_log": "run/log"}
    for number, (stream, (node, port)) in enumerate(launch.streams().items()):
        # Where a replay is by the wall clock cannot be said again by a source started anew.
        fleeting = launch.classes[node].OUTPUTS[port].message_type is PlaybackStatus
        policy = "latest" if live or fleeting else "lossless"
        inputs[f"stream_{number}"] = {"stream": stream, "policy": policy}
    if headless:
        for name in viewers(launch):
            tree["node"][name]["params"]["mode"] = "web"
    tree["node"][_RECORDER] = {
        "uses": "cogmap.nodes.recorder:Recorder",
        "params": {"path": str(out.absolute()), "jpeg_quality": jpeg_quality},
        "inputs": inputs,
    }
    return check_launch(tree, launch.path)


def refuse_options_of_a_start(**options: Any) -> None:
    """A run that is going on has been started already; raises CogmapError if any is given."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if given:
        raise CogmapError(
            f"{', '.join(given)}: a run that is going on cannot be started otherwise; give a"
            " launch file, or leave it out"
        )


def record_live(
    run_dir: Path,
    out: Path,
    jpeg_quality: int,
    for_s: float | None,
    console: Console,
    force: bool = False,
) -> int:
    """Join a run that is going on, until it or ``for_s`` ends, or Ctrl-C; returns the exit code.

    It writes as a recorder does: at most a second is lost if it is killed, and after an error of
    the disk it goes on in the next part; what is not recorded is told, and the code is 1.

    Raises:
        CogmapError: the directory is not that of a live run, or the file cannot be written.
    """
    addresses = _streams_of(run_dir)
    make_way(out, force)
    counts: Counter[str] = Counter()
    said = _Said(console)
    writer = PartsWriter(
        out, jpeg_quality, uuid.uuid4().hex, count=lambda name, n: counts.update({name: n}),
        on_disk=said.say,
    )  # fmt: skip
    if not writer.takes_all:
        raise CogmapError(said.error or "")
    context = open_context(client_keys(run_dir))
    readers = {
        stream: LatestReader(context, address.latest, _QUEUE, keep_all=True)
        for stream, address in addresses.items()
        if stream not in _LIVE_ONLY
    }
    stop = StopFlag()
    timer = threading.Timer(for_s if for_s is not None else threading.TIMEOUT_MAX, stop.set)
    timer.daemon = True
    timer.start()
    try:
        with closing(writer), signals_stop(lambda _: stop.set()):
            _record_until(stop, run_dir, readers, writer)
    finally:
        timer.cancel()
        for reader in readers.values():
            reader.close()
        context.term()
    for name in ("skipped", "lost", "malformed"):
        counts[name] = sum(getattr(reader.counts, name) for reader in readers.values())
    _say(console, _told(counts, writer.parts or [out]))
    return 1 if counts["unrecorded"] else 0


class _Said:
    """Errors of the disk, each once."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.error: str | None = None

    def say(self, error: str | None) -> None:
        if error is not None and self.error is None:
            _say(self._console, f"not recorded: {error}")
        self.error = error


def _told(counts: Counter[str], parts: list[Path]) -> str:
    """What came of the messages."""
    became = [f"{counts['skipped']} skipped"]
    words = {"lost": "lost", "malformed": "malformed", "unrecorded": "not recorded"}
    became += [f"{counts[name]} {word}" for name, word in words.items() if counts[name]]
    files = ", ".join(map(str, parts))
    return f"{counts['recorded']} messages in {files}, {', '.join(became)}"


def _streams_of(run_dir: Path) -> dict[str, WriterAddress]:
    addresses = stream_addresses(run_dir)
    if not goes_on(run_dir):
        raise CogmapError(f"the run in {run_dir} is over; record while it is going on")
    return addresses


def _record_until(
    stop: StopFlag, run_dir: Path, readers: dict[str, LatestReader], writer: PartsWriter
) -> None:
    """Until the streams or the run have ended, or ``stop``."""
    open_streams = {stream for stream in readers if not stream.startswith("run/")}
    looked_at = time.monotonic()
    while open_streams and not stop.is_set():
        for stream, reader in readers.items():
            while (envelope := reader.receive()) is not None:
                if isinstance(envelope.message, End):
                    open_streams.discard(stream)
                else:
                    writer.write(envelope)
        writer.flush_if_due()
        if time.monotonic() - looked_at > _LOOK_EVERY_S:
            looked_at = time.monotonic()
            if not goes_on(run_dir):
                break
        time.sleep(0.005)


def convert_episode(
    source: Path, out: Path, jpeg_quality: int, console: Console, force: bool = False
) -> None:
    """Write an episode of any format to an MCAP file: frames, and what its source said beside.

    Raises:
        CogmapError: the episode cannot be read; the frames before the damage are in the file.
            Or the file exists already, and no ``force``.
    """
    episode = open_episode(source)
    parts = episode.parts if isinstance(episode, McapEpisode) else [source]
    if any(_is_same_file(part, out) for part in parts):
        raise CogmapError(f"{source} cannot be converted into itself; name another file")
    refuse_existing(out, force)
    messages: Iterable[Message] = (
        episode.messages() if isinstance(episode, McapEpisode) else episode.frames()
    )
    written: Counter[str] = Counter()
    with RecordingWriter(out, jpeg_quality) as writer, Progress(console=console) as progress:
        task = progress.add_task("converting", total=len(episode))
        for message in messages:
            stream = _STREAMS[type(message)]
            writer.write(Envelope(message, stream, written[stream], 0))
            written[stream] += 1
            progress.update(task, completed=written[_STREAMS[Frame]])
    _say(console, f"{len(episode)} frames of {episode.format} in {out}")


def _say(console: Console, text: str) -> None:
    """Plain text: names of files are not markup."""
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _is_same_file(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)
