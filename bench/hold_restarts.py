"""How soon a node that was killed works again. A part of `hold`.

A restart takes from the kill to the first message, of a source the first step, that is handled
after it. Less the node's own load time (to start Python, import, and read its state) that is what
the runtime adds: to notice the death, to wait before the next try, to hear from its readers what
they want, and to be sent it. While another node is down, too, a node also waits until that one has
loaded: then all counts from when the last of them could have. If the other's load time is not
known, as it was never seen to go on, that cannot be told, and the restart is left out.

A node says in its log when it went on. One that said nothing until it was killed again, or until
the run was over, may have begun anew, or had nothing more to do: then the run's status has it at
work, or done, in its new process. If it has not, it was down all the time, and counts as at least
that long.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cogmap.bench.hold_run import Kill
from cogmap.runtime.messages import NodeStatus, RunStatus

__all__ = ["Restart", "restarts"]

_WENT_ON = re.compile(
    r"^(?P<when>\S+ \S+) INFO \S+: went on with (?:message|step) \d+, .*, (?P<load>\S+) s to load"
)
_DOWN_S = 15.0
"""A node that says nothing after a kill is taken for down so long: it had nothing more to do, or
began anew because it was killed before its first checkpoint."""
_STATUS_LATE_S = 2.0
"""A status is told once a second, of what nodes said up to a second before."""


@dataclass(frozen=True)
class Restart:
    """From a kill until the node worked again."""

    node: str
    killed_at_s: float
    back_at_s: float
    """Wall clock, seconds since the epoch."""
    beyond_loading_s: float
    alone: bool
    """No other node was down meanwhile; else beyond what the last of them took to load."""
    is_back: bool = True
    """False: it was never seen at work again, and the times are the least that there can be."""


@dataclass(frozen=True)
class _Down:
    node: str
    begin_s: float
    end_s: float
    load_s: float | None
    """None: it is not known when it worked again."""
    is_back: bool = True


def restarts(
    kills: Sequence[Kill], logs: Mapping[str, str], statuses: Sequence[RunStatus]
) -> list[Restart]:
    """Of all kills after which it is known when the node worked again, or that it did not before
    it was killed again or the run was over. ``logs``: text by node; ``statuses``: of the run, in
    order, from its metrics."""
    downs = [
        down
        for node in sorted({kill.node for kill in kills})
        for down in _downs([k for k in kills if k.node == node], logs.get(node, ""), statuses)
    ]
    again = [_restart(down, downs) for down in downs if down.load_s is not None]
    return [restart for restart in again if restart is not None]


def _restart(down: _Down, downs: Sequence[_Down]) -> Restart | None:
    """None if it waited for a node of which nobody knows when that had loaded."""
    others = [other for other in downs if other.node != down.node and _overlap(down, other)]
    loaded_s = [each.begin_s + each.load_s for each in (down, *others) if each.load_s is not None]
    if down.is_back and len(loaded_s) <= len(others):
        return None
    beyond_s = max(down.end_s - max(loaded_s), 0.0)
    return Restart(down.node, down.begin_s, down.end_s, beyond_s, not others, down.is_back)


def _downs(kills: Sequence[Kill], log: str, statuses: Sequence[RunStatus]) -> list[_Down]:
    """Of one node."""
    went_on = []
    for line in log.splitlines():
        if match := _WENT_ON.match(line):
            when = datetime.strptime(match["when"], "%Y-%m-%d %H:%M:%S,%f").timestamp()
            went_on.append((when, float(match["load"])))
    usual_load_s = max((load_s for _, load_s in went_on), default=_DOWN_S)
    downs = []
    for number, kill in enumerate(kills):
        again_s = kills[number + 1].at_s if number + 1 < len(kills) else float("inf")
        after = [(when, load_s) for when, load_s in went_on if kill.at_s < when < again_s]
        if after:
            downs.append(_Down(kill.node, kill.at_s, *after[0]))
            continue
        seen = _seen(kill, again_s, statuses)
        last_s = min(again_s, statuses[-1].stamp_ns * 1e-9) if statuses else kill.at_s
        silent_s = last_s - kill.at_s - _STATUS_LATE_S
        if not any(map(_has_worked, seen)) and silent_s > usual_load_s:
            least_s = kill.at_s + silent_s
            downs.append(_Down(kill.node, kill.at_s, least_s, usual_load_s, is_back=False))
        else:
            downs.append(_Down(kill.node, kill.at_s, min(kill.at_s + _DOWN_S, again_s), None))
    return downs


def _seen(kill: Kill, again_s: float, statuses: Sequence[RunStatus]) -> list[NodeStatus]:
    """What was said after the kill, until the next, of processes that came after it."""
    return [
        node
        for status in statuses
        if kill.at_s < status.stamp_ns * 1e-9 <= again_s
        for node in status.nodes
        if node.node == kill.node and node.pid not in (0, kill.pid)
    ]


def _has_worked(node: NodeStatus) -> bool:
    """Or has nothing more to do."""
    return node.rate_hz > 0 or node.finishing or node.state == "ended"


def _overlap(one: _Down, other: _Down) -> bool:
    return one.begin_s < other.end_s and other.begin_s < one.end_s
