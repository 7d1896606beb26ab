"""What a node process is told when it starts, and what its exit code says when it ends."""

from __future__ import annotations

import importlib
import signal
import sys
from pathlib import Path
from typing import Any, TypeGuard

import msgspec

from cogmap.runtime.bus import Policy, WriterAddress
from cogmap.runtime.messages import (
    BadInputError,
    CogmapError,
    LogRecord,
    Message,
    PlaybackCommand,
    RunStatus,
)
from cogmap.runtime.nearest import nearest
from cogmap.runtime.node import Node, Source

EXIT_OK, EXIT_FAILED, EXIT_REFUSED, EXIT_START_OVER, EXIT_CUT_SHORT = 0, 1, 2, 75, 76
"""Exit codes: done; crashed, start again; will never work, do not; start again at once; told to
end before its lossless inputs had, or before a source had made all its steps."""
END_SIGNAL = signal.SIGUSR1
"""By which a run ends its nodes. SIGTERM may come from anybody (systemd, an out-of-memory daemon, a
user), and a node that ended by it would take those that it feeds with it."""

OUT_OF_MEMORY_HELP = "give the machine more memory, the node less to hold, or fewer nodes"

RUN_STREAMS: dict[str, type[Message]] = {
    "run/status": RunStatus,
    "run/log": LogRecord,
    "run/control": PlaybackCommand,
}
"""Served by the supervisor; they do not keep a node alive."""


class InputWire(msgspec.Struct, frozen=True, kw_only=True):
    """How an input of this node is connected."""

    stream: str
    policy: Policy
    address: WriterAddress
    queue: int = 8


class OutputWire(msgspec.Struct, frozen=True, kw_only=True):
    """How an output of this node is connected."""

    stream: str
    address: WriterAddress


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """All that a node process is told when it starts."""

    node: str
    uses: str
    params: dict[str, Any]
    inputs: dict[str, InputWire]
    outputs: dict[str, OutputWire]
    services: dict[str, str] = {}
    """Endpoint of each service of the node."""
    supervisor: str | None = None
    """Endpoint for heartbeats and logs; None: run alone."""
    run_dir: str | None = None
    supervisor_pid: int | None = None
    """A node whose supervisor is gone ends by itself."""
    checkpoint_every: int = 0
    """Messages between two checkpoints, at least; 0: none."""
    keys: str | None = None
    """File of the run's keys; None: it has none."""


def exit_code_of(error: CogmapError, *, starting: bool) -> int:
    """Refused is what cannot work from the beginning, and what comes in and cannot be used. All
    else that goes wrong while it runs, such as a full disk, is a failure: a node is tried again."""
    return EXIT_REFUSED if starting or isinstance(error, BadInputError) else EXIT_FAILED


def load_node_class(uses: str) -> type[Node]:
    """The class that ``module:Class`` names, of a module that Python can import or, after all
    others, a file of the working directory.

    Raises:
        CogmapError: there is no such module or class, or it is not a Node.
    """
    module_name, _, class_name = uses.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last: nothing that lies there takes the place of a library
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # importing runs the module, which may be anybody's
        reason = f"{type(error).__name__}: {error}"
        raise CogmapError(f"cannot load node {uses!r:.200}: {reason}") from error
    found = getattr(module, class_name, None) if class_name else None
    if not _is_node(found):
        known = [name for name, each in vars(module).items() if _is_node(each)]
        what = f"is no node of {module_name}" if class_name else "names no class, as module:Class"
        raise CogmapError(f"{uses!r:.200} {what}{nearest(class_name, known)}")
    return found


def _is_node(found: Any) -> TypeGuard[type[Node]]:
    """Not one of the two that all are made of."""
    return isinstance(found, type) and issubclass(found, Node) and found not in (Node, Source)
