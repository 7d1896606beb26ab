"""``cogmap record`` and ``cogmap convert``: streams and episodes into MCAP files."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import zmq
from rich.console import Console
from rich.progress import track

from cogmap.nodes.episodes import open_episode
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.launchfile import Launch, check_launch
from cogmap.runtime.messages import CogmapError, End
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.recording import RecordingWriter
from cogmap.runtime.wire import Envelope

_RECORDER = "recorder"
_QUEUE = 1024
_LIVE_ONLY = ("run/control",)


def with_recorder(launch: Launch, out: Path, jpeg_quality: int, headless: bool) -> Launch:
    """The same launch file with a recorder that no stream runs away from."""
    tree: dict[str, Any] = launch.dump()
    if _RECORDER in tree["node"]:
        raise CogmapError(f"{launch.path} already has a node {_RECORDER!r}; run it with cogmap up")
    streams = [*launch.streams(), "run/status", "run/log"]
    inputs = {
        f"stream_{number}": {
            "stream": stream,
            "policy": "latest" if stream.startswith("run/") else "lossless",
        }
        for number, stream in enumerate(streams)
    }
    tree["node"][_RECORDER] = {
        "uses": "cogmap.nodes.recorder:Recorder",
        "params": {"path": str(out.absolute()), "jpeg_quality": jpeg_quality},
        "inputs": inputs,
    }
    return check_launch(tree, launch.path)


def record_live(run_dir: Path, out: Path, jpeg_quality: int, for_s: float | None) -> int:
    """Join a run that is going on until it ends; returns the exit code.

    Raises:
        CogmapError: the directory is not that of a run, or the file cannot be written.
    """
    try:
        data = (run_dir / "streams.json").read_bytes()
        addresses = msgspec.json.decode(data, type=dict[str, WriterAddress])
    except (OSError, msgspec.DecodeError) as error:
        raise CogmapError(f"{run_dir} is not the directory of a run: {error}") from error
    context = zmq.Context()
    readers = {
        stream: LatestReader(context, address.latest, _QUEUE, keep_all=True)
        for stream, address in addresses.items()
        if stream not in _LIVE_ONLY
    }
    open_streams = {stream for stream in readers if not stream.startswith("run/")}
    deadline = time.monotonic() + (for_s if for_s is not None else float("inf"))
    with RecordingWriter(out, jpeg_quality) as writer:
        while open_streams and time.monotonic() < deadline:
            for stream, reader in readers.items():
                while (envelope := reader.receive()) is not None:
                    _write(writer, envelope, stream, open_streams)
            time.sleep(0.005)
    for reader in readers.values():
        reader.close()
    context.term()
    return 0


def convert_episode(source: Path, out: Path, jpeg_quality: int, console: Console) -> None:
    """Write the frames of an episode of any format to an MCAP file.

    Raises:
        CogmapError: the episode cannot be read; the frames before the damage are in the file.
    """
    episode = open_episode(source)
    with RecordingWriter(out, jpeg_quality) as writer:
        frames = track(
            episode.frames(), description="converting", total=len(episode), console=console
        )
        for seq, frame in enumerate(frames):
            writer.write(Envelope(frame, "camera/frames", seq, 0))
    console.print(f"{len(episode)} frames of {episode.format} in {out}", highlight=False)


def _write(
    writer: RecordingWriter, envelope: Envelope, stream: str, open_streams: set[str]
) -> None:
    if isinstance(envelope.message, End):
        open_streams.discard(stream)
    else:
        writer.write(envelope, source_clock=not stream.startswith("run/"))
