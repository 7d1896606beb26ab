"""VGA colour and depth between two processes, against bare pyzmq sending the same bytes.

Both sides run in turn, several rounds in one run. Latency: one frame in flight at a time,
from before sending to the arrays in hand (two processes, one monotonic clock). Throughput:
as many frames as go through.
"""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import zmq
from numpy.typing import NDArray

from cogmap.bench.harness import Bar, BenchResult
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.messages import U8, U16, End, Frame, Intrinsics
from cogmap.runtime.readers import LosslessReader
from cogmap.runtime.writer import Writer

_ROUNDS = 5
_LATENCY_FRAMES = 300
_LATENCY_PERIOD_S = 0.005
_THROUGHPUT_FRAMES = 1500
_K = Intrinsics(width=640, height=480, fx=525, fy=525, cx=319.5, cy=239.5)

I64 = NDArray[np.int64]
Receiver = Callable[[str, Connection], None]
Sender = Callable[[str, int, float], None]


def run() -> BenchResult:
    """Median over the rounds of each side, and their ratio."""
    sides: dict[str, tuple[Sender, Receiver]] = {
        "cogmap": (_send_cogmap, _receive_cogmap),
        "bare pyzmq": (_send_bare, _receive_bare),
    }
    latencies: dict[str, list[float]] = {name: [] for name in sides}
    rates: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(_ROUNDS):
        for name, (send, receive) in sides.items():
            latency_ms, _ = _measure(send, receive, _LATENCY_FRAMES, _LATENCY_PERIOD_S)
            _, rate = _measure(send, receive, _THROUGHPUT_FRAMES, 0.0)
            latencies[name].append(latency_ms)
            rates[name].append(rate)
    latency_ratio = statistics.median(
        ours / bare for ours, bare in zip(*latencies.values(), strict=True)
    )
    rate_ratio = statistics.median(ours / bare for ours, bare in zip(*rates.values(), strict=True))
    figures = {
        **{f"latency p50 ms, {name}": _median_spread(of) for name, of in latencies.items()},
        **{f"frames/s, {name}": _median_spread(of) for name, of in rates.items()},
        "latency over bare": latency_ratio,
        "throughput over bare": rate_ratio,
    }
    return BenchResult(
        figures,
        [
            Bar("latency over bare", latency_ratio, 1.25, "at most"),
            Bar("throughput over bare", rate_ratio, 0.8),
        ],
    )


def _median_spread(values: list[float]) -> str:
    return f"{statistics.median(values):.3g} ({min(values):.3g} to {max(values):.3g})"


def _measure(send: Sender, receive: Receiver, frames: int, period_s: float) -> tuple[float, float]:
    """(median latency in ms, frames/s) of one round."""
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        endpoint = f"ipc://{Path(folder) / 'socket'}"
        ours, theirs = context.Pipe()
        reader = context.Process(target=receive, args=(endpoint, theirs))
        reader.start()
        send(endpoint, frames, period_s)
        arrivals: I64 = ours.recv()
        reader.join()
    latency_ms = float(np.median(arrivals[:, 1] - arrivals[:, 0])) / 1e6
    return latency_ms, (len(arrivals) - 1) / (arrivals[-1, 1] - arrivals[0, 1]) * 1e9


def _images() -> tuple[U8, U16]:
    rng = np.random.default_rng(0)
    color = rng.integers(0, 256, (480, 640, 3), np.uint8)
    return color, rng.integers(0, 5000, (480, 640)).astype(np.uint16)


def _send_cogmap(endpoint: str, frames: int, period_s: float) -> None:
    context = zmq.Context()
    address = WriterAddress(latest=f"{endpoint}.latest", lossless=endpoint, readers=("reader",))
    writer = Writer(context, "frames", address)
    writer.wanted_seq()
    color, depth = _images()
    for number in range(frames):
        stamp_ns = time.monotonic_ns()
        writer.publish(
            Frame(stamp_ns=stamp_ns, number=number, intrinsics=_K, color=color, depth=depth)
        )
        time.sleep(period_s)
    writer.publish(End(stamp_ns=0))
    writer.drain(10)
    writer.close()
    context.term()


def _receive_cogmap(endpoint: str, results: Connection) -> None:
    context = zmq.Context()
    reader = LosslessReader(context, endpoint, "reader")
    arrivals = []
    while True:
        envelope = reader.receive()
        if envelope is None:
            reader.idle()
            reader.socket.poll(100)
            continue
        message = envelope.message
        if isinstance(message, End):
            break
        assert isinstance(message, Frame) and message.color is not None
        assert message.depth is not None
        arrivals.append((message.stamp_ns, time.monotonic_ns()))
    reader.idle()
    reader.close()
    context.term()
    results.send(np.array(arrivals))


def _send_bare(endpoint: str, frames: int, period_s: float) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PUSH)
    socket.setsockopt(zmq.SNDHWM, 8)
    socket.bind(endpoint)
    color, depth = _images()
    for _ in range(frames):
        stamp = time.monotonic_ns().to_bytes(8, "little")
        socket.send_multipart([stamp, color.data, depth.data], copy=False)
        time.sleep(period_s)
    socket.send(b"")
    socket.close(linger=10_000)
    context.term()


def _receive_bare(endpoint: str, results: Connection) -> None:
    context = zmq.Context()
    socket = context.socket(zmq.PULL)
    socket.setsockopt(zmq.RCVHWM, 8)
    socket.connect(endpoint)
    arrivals = []
    while len(parts := socket.recv_multipart(copy=False)) > 1:
        np.frombuffer(parts[1].buffer, np.uint8).reshape(480, 640, 3)
        np.frombuffer(parts[2].buffer, np.uint16).reshape(480, 640)
        sent_ns = int.from_bytes(parts[0].bytes, "little")
        arrivals.append((sent_ns, time.monotonic_ns()))
    socket.close()
    context.term()
    results.send(np.array(arrivals))
