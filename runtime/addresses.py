"""Where the streams and services of a run are served."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.launchfile import Launch

__all__ = ["directory_address", "plan_addresses", "plan_services"]


def directory_address(launch: Launch) -> str | None:
    """The first port of a run over TCP, before those of streams and services; else None."""
    if launch.run.transport != "tcp":
        return None
    return f"tcp://{launch.run.bind}:{launch.run.base_port}"


def plan_addresses(launch: Launch, sockets: Path, more: Iterable[str]) -> dict[str, WriterAddress]:
    """Of every stream of the launch file and those of ``more``."""
    addresses = {}
    for index, stream in enumerate([*launch.streams(), *more]):
        if launch.run.transport == "tcp":
            port = launch.run.base_port + 1 + 2 * index
            latest, lossless = (f"tcp://{launch.run.bind}:{port + i}" for i in (0, 1))
        else:
            base = f"ipc://{sockets}/{index}"
            latest, lossless = f"{base}.latest", f"{base}.lossless"
        addresses[stream] = WriterAddress(latest, lossless, launch.lossless_readers(stream))
    return addresses


def plan_services(launch: Launch, sockets: Path, streams: int) -> dict[str, str]:
    """``node/service`` -> endpoint; after the ports of so many streams."""
    names = [f"{node}/{name}" for node, kind in launch.classes.items() for name in kind.SERVICES]
    if launch.run.transport == "tcp":
        first = launch.run.base_port + 1 + 2 * streams
        return {n: f"tcp://{launch.run.bind}:{first + i}" for i, n in enumerate(names)}
    return {n: f"ipc://{sockets}/{i}.service" for i, n in enumerate(names)}
