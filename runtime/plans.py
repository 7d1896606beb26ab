"""What each node process of a run is told, from the launch file and where streams are served."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.keys import KEYS_FILE
from cogmap.runtime.launchfile import Launch, is_repeatable, stream_name
from cogmap.runtime.node import Source
from cogmap.runtime.rundir import RunDir
from cogmap.runtime.vitals import Vitals
from cogmap.runtime.wiring import RUN_STREAMS, InputWire, OutputWire, Wiring

__all__ = ["QUEUE_MESSAGES", "vitals_of", "wiring_of"]

QUEUE_MESSAGES = 4096
"""Of the streams of the run itself."""


def wiring_of(
    launch: Launch,
    name: str,
    run_dir: RunDir,
    *,
    addresses: Mapping[str, WriterAddress],
    services: Mapping[str, str],
    supervisor: str,
    has_keys: bool,
) -> Wiring:
    """For the node of that name. ``services``: endpoints by node/service; ``supervisor``: where it
    takes heartbeats."""
    section, kind = launch.nodes[name], launch.classes[name]
    return Wiring(
        node=name,
        uses=section.uses,
        params=section.params,
        inputs={
            port: InputWire(
                stream=item.stream,
                policy=item.policy,
                address=addresses[item.stream],
                queue=_queue_of(launch, item.stream),
            )
            for port, item in section.inputs.items()
        },
        outputs={
            port: OutputWire(stream=stream, address=addresses[stream])
            for port in kind.OUTPUTS
            for stream in (stream_name(name, section, port),)
        },
        services={service: services[f"{name}/{service}"] for service in kind.SERVICES},
        supervisor=supervisor,
        run_dir=str(run_dir.path),
        supervisor_pid=os.getpid(),
        checkpoint_every=launch.run.checkpoint_every,
        keys=str(run_dir.path / KEYS_FILE) if has_keys else None,
    )


def vitals_of(launch: Launch, name: str) -> Vitals:
    """Of the node of that name, with the bounds that its section gives it."""
    section = launch.nodes[name]
    return Vitals(
        name,
        start_s=section.start_s,
        hang_s=section.hang_s,
        memory_bytes=section.memory_mb * 2**20,
        idle_inputs=[p for p, i in section.inputs.items() if i.stream in RUN_STREAMS],
        repeating=_repeating_ports(launch, name),
    )


def _repeating_ports(launch: Launch, name: str) -> list[str]:
    """Those whose messages come again in the process after one that has died. A source may simulate
    all of them anew, and be told things; what it publishes has the same numbers."""
    kind = launch.classes[name]
    if issubclass(kind, Source):
        return list(kind.OUTPUTS) if is_repeatable(launch, name) else []
    return [p for p, item in launch.nodes[name].inputs.items() if item.policy == "lossless"]


def _queue_of(launch: Launch, stream: str) -> int:
    if stream in RUN_STREAMS:
        return QUEUE_MESSAGES
    node, port = launch.streams()[stream]
    return launch.classes[node].OUTPUTS[port].queue
