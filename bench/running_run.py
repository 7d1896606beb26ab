"""What a run that is going on is doing, looked at from outside."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec
import psutil

from cogmap.runtime.messages import RunStatus

__all__ = ["frames_mapped", "is_ending", "last_status", "mapped_of", "node_pids", "statuses"]

_LAST_BYTES = 2**16
"""More than a status takes."""


def node_pids(supervisor: int) -> dict[str, int]:
    """Processes of the nodes of a supervisor, by name, without those that have just ended. Raises
    psutil.Error if there is no such supervisor."""
    found = {}
    for child in psutil.Process(supervisor).children():
        with suppress(psutil.Error):  # a zombie, or gone meanwhile
            command = child.cmdline()
            if "cogmap.runtime.node_main" in command:
                found[Path(command[-1]).stem] = child.pid
    return found


def frames_mapped(run_dir: Path) -> int:
    """Observations that the memory node has had, as the run last said."""
    status = last_status(run_dir)
    return 0 if status is None else mapped_of(status)


def is_ending(run_dir: Path) -> bool:
    """Whether a node has said all and waits for its readers, or has ended."""
    status = last_status(run_dir)
    nodes = () if status is None else status.nodes
    return any(node.finishing or node.state == "ended" for node in nodes)


def last_status(run_dir: Path) -> RunStatus | None:
    """By the last whole line of the run's metrics; None before there is one."""
    try:
        with (run_dir / "metrics.jsonl").open("rb") as file:
            file.seek(max(os.fstat(file.fileno()).st_size - _LAST_BYTES, 0))
            line = file.read().rpartition(b"\n")[0].rpartition(b"\n")[2]
        return msgspec.json.decode(line, type=RunStatus)
    except (OSError, msgspec.DecodeError):
        return None


def statuses(run_dir: Path) -> list[RunStatus]:
    """All that the run's metrics hold, in order, but for lines that were cut off."""
    told = []
    for line in (run_dir / "metrics.jsonl").read_bytes().splitlines():
        with suppress(msgspec.DecodeError):
            told.append(msgspec.json.decode(line, type=RunStatus))
    return told


def mapped_of(status: RunStatus) -> int:
    """The same by a status."""
    memory = next((node for node in status.nodes if node.node == "memory"), None)
    stats = None if memory is None else memory.inputs.get("observations")
    return 0 if stats is None else stats.received
