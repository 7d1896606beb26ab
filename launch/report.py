"""What a run came to, as plain data: the report that ``--report`` writes."""

from __future__ import annotations

from typing import Any

from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import Frame, InputStats, NodeStatus, Observation
from cogmap.runtime.node import Node, Source
from cogmap.runtime.result import RunResult

_PREFIX = "frames."
_SKIPPED = ("skipped_redundant", "skipped_doubtful")


def make_report(
    launch: Launch, result: RunResult, *, interrupted: bool = False, time_over: bool = False
) -> dict[str, Any]:
    """Rates in Hz, latencies in ms, memory in bytes, CPU in percent of one core. ``ok``: no node
    that the run needs has failed, also if it was ``interrupted`` by a signal, or ended before its
    sources since its ``time_over``."""
    run = _run_figures(launch, result, cut_short=interrupted or time_over)
    return {
        "launch": str(launch.path),
        "duration_s": round(result.duration_s, 3),
        "ok": not result.failed,
        "interrupted": interrupted,
        "failed": result.failed,
        "run": run,
        "troubles": _troubles(result) + _account_troubles(run["unaccounted"]),
        "nodes": {status.node: _node_figures(status, result) for status in result.nodes},
    }


def what_became_of_them(run: dict[str, Any]) -> str:
    """The frames of a report's ``run``, in words."""
    rejected = "".join(f", {count} {verdict}" for verdict, count in run.get("rejected", {}).items())
    waiting = f", {run['on_the_way']} on the way when it ended" if run.get("on_the_way") else ""
    lost = "an unknown number" if run["lost"] is None else run["lost"]
    return (
        f"{run['fused']} fused, {run['skipped']} skipped{rejected}{waiting}, {lost} lost on the way"
    )


def as_before(report: dict[str, Any], before: dict[str, Any] | None) -> dict[str, Any]:
    """The report of a run that was resumed, and came to its end before its nodes had loaded: what
    the run had come to ``before`` still holds."""
    if before is None or report["run"]["frames_in"] or not before["run"]["frames_in"]:
        return report
    failed = before["failed"] | report["failed"]
    return report | {"run": before["run"], "failed": failed, "ok": not failed}


def _run_figures(launch: Launch, result: RunResult, *, cut_short: bool) -> dict[str, Any]:
    """Of the frames: how many came, and what became of them. ``lost`` is what was counted as lost:
    by the node that fuses them, or before it. Where that node did not come to its end, or was told
    to, those of which nobody has a count were on the way to it."""
    status = {node.node: node for node in result.nodes}
    fuser = next((node for node in result.nodes if _fuses(launch, node.node)), None)
    verdicts = {} if fuser is None else _verdicts(fuser)
    fusing = None if fuser is None else fuser.inputs.get("frames")
    frames_in = sum(  # of sources alone: what is between them and their readers passes frames on
        status[name].outputs.get(port, 0)
        for name, port in launch.streams().values()
        if issubclass(launch.classes[name], Source)
        and launch.classes[name].OUTPUTS[port].message_type is Frame
        and name in status
    )
    rejected = {
        verdict: count for verdict, count in verdicts.items() if verdict not in ("fused", *_SKIPPED)
    }
    lost, on_the_way, unaccounted = _missing(launch, status, fuser, frames_in, cut_short=cut_short)
    skipped = sum(verdicts.get(name, 0) for name in _SKIPPED)
    return {
        "frames_in": frames_in,
        "fused": verdicts.get("fused", 0),
        "skipped": skipped + (fusing.skipped if fusing else 0),
        "rejected": rejected,
        "lost": None if _is_in_doubt(launch, result, fusing) else lost,
        "on_the_way": on_the_way,
        "unaccounted": unaccounted,
        "capture_to_fused_ms": {
            "p50": fusing.latency_p50_ms if fusing else None,
            "p99": fusing.latency_p99_ms if fusing else None,
        },
    }


def _missing(
    launch: Launch,
    status: dict[str, NodeStatus],
    fuser: NodeStatus | None,
    frames_in: int,
    *,
    cut_short: bool,
) -> tuple[int, int, int]:
    """Of the frames that were not taken in: lost, on the way at the end, and unaccounted, which is
    a fault of cogmap. Negative: so many more were taken in or counted as lost than came."""
    if fuser is None:
        return 0, 0, 0
    fusing = fuser.inputs.get("frames", InputStats())
    wire = launch.nodes[fuser.node].inputs.get("frames")
    writer, port = launch.streams().get("" if wire is None else wire.stream, ("", ""))
    feeding = status.get(writer)
    told = frames_in if feeding is None else feeding.outputs.get(port, 0)
    lost = max(frames_in - told, 0) + fusing.lost
    left = told - fusing.received - fusing.skipped - fusing.lost
    have_ended = feeding is not None and {fuser.state, feeding.state} == {"ended"}
    if left < 0:  # unless a count is not the last
        return lost, 0, left if have_ended else 0
    if cut_short or fuser.state != "ended":
        return lost, left, 0
    if _is_lossless(launch) or (launch.run.checkpoint_every and fusing.ended):
        return lost, 0, left if have_ended else 0
    # Nobody was there for what came last, or, without an account, for what came first.
    return lost + left, 0, 0


def _account_troubles(unaccounted: int) -> list[dict[str, Any]]:
    if not unaccounted:
        return []
    what = (
        f"{unaccounted} frames are missing that were not counted as lost"
        if unaccounted > 0
        else f"{-unaccounted} more frames were taken in or counted as lost than came"
    )
    text = f"{what}: the figures of this run are wrong; keep its directory, and report it"
    return [{"node": "run", "name": "account", "text": text, "times": 1, "over": False}]


def _fuses(launch: Launch, node: str) -> bool:
    """Whether it is the node that fuses frames: others may count frames, too."""
    outputs = launch.classes[node].OUTPUTS.values()
    return any(issubclass(output.message_type, Observation) for output in outputs)


def _verdicts(fuser: NodeStatus) -> dict[str, int]:
    return {
        counter.removeprefix(_PREFIX): count
        for counter, count in fuser.counters.items()
        if counter.startswith(_PREFIX)
    }


def _troubles(result: RunResult) -> list[dict[str, Any]]:
    """All that was wrong at some time, with what to do about it."""
    named = [("run", trouble) for trouble in result.troubles]
    named += [(status.node, trouble) for status in result.nodes for trouble in status.troubles]
    return [
        {"node": node, "name": t.name, "text": t.text, "times": t.times, "over": t.over}
        for node, t in named
    ]


def _is_in_doubt(launch: Launch, result: RunResult, fusing: InputStats | None) -> bool:
    """Whether frames may be missing that nobody counted: the node that fuses live frames was
    started again and had kept nothing."""
    restarted = any(node.restarts and node.inputs.get("frames") is fusing for node in result.nodes)
    return restarted and not _is_lossless(launch) and not launch.run.checkpoint_every


def _is_lossless(launch: Launch) -> bool:
    """Whether all frames go to their readers without loss."""
    return all(
        wire.policy == "lossless"
        for name, section in launch.nodes.items()
        for port, wire in section.inputs.items()
        if port == "frames" and section.critical and _takes_frames(launch.classes[name], port)
    )


def _takes_frames(kind: type[Node], port: str) -> bool:
    """A recorder names its inputs itself, and is in no hurry for any."""
    declared = kind.INPUTS.get(port)
    return declared is not None and declared.message_type is Frame


def _node_figures(status: NodeStatus, result: RunResult) -> dict[str, Any]:
    """Rate and latency are those of the busiest input."""
    busiest = max(status.inputs.values(), key=lambda stats: stats.received, default=InputStats())
    return {
        "state": status.state,
        "error": status.error,
        "restarts": status.restarts,
        "rate_hz": round(busiest.mean_rate_hz, 3),
        "latency_ms": {"p50": busiest.latency_p50_ms, "p99": busiest.latency_p99_ms},
        "skipped": sum(stats.skipped for stats in status.inputs.values()),
        "lost": sum(stats.lost for stats in status.inputs.values()),
        "inputs": {port: _input_figures(stats) for port, stats in status.inputs.items()},
        "published": status.outputs,
        "counters": status.counters,
        "cpu_percent": round(result.cpu_percent.get(status.node, 0.0), 1),
        "rss_bytes": status.rss_bytes,
        "peak_rss_bytes": result.peak_rss_bytes.get(status.node, 0),
    }


def _input_figures(stats: InputStats) -> dict[str, Any]:
    return {
        "received": stats.received,
        "rate_hz": round(stats.mean_rate_hz, 3),
        "skipped": stats.skipped,
        "malformed": stats.malformed,
        "lost": stats.lost,
        "latency_ms": {"p50": stats.latency_p50_ms, "p99": stats.latency_p99_ms},
        "handle_ms": {"p50": stats.handle_p50_ms, "p99": stats.handle_p99_ms},
    }
