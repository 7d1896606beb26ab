"""How soon a node that was killed works again. A part of `hold`.

A restart takes from the kill to the first message, of a source the first step, that is handled
after it. Less the node's own load time (to start Python, import, and read its state) that is what
the runtime adds: to notice the death, to wait before the next try, to hear from its readers what
they want, and to be sent it. While another node is down, too, a node also waits for that one's
load time, which says nothing of its own restart: such restarts are counted apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cogmap.bench.hold_run import Kill

__all__ = ["Restart", "restarts"]

_WENT_ON = re.compile(
    r"^(?P<when>\S+ \S+) INFO \S+: went on with (?:message|step) \d+, .*, (?P<load>\S+) s to load"
)
_DOWN_S = 15.0
"""A node that says nothing after a kill is taken for down so long: it had nothing more to do, or
began anew because it was killed before its first checkpoint."""


@dataclass(frozen=True)
class Restart:
    """From a kill until the node worked again."""

    node: str
    killed_at_s: float
    back_at_s: float
    """Wall clock, seconds since the epoch."""
    beyond_loading_s: float
    alone: bool
    """No other node was down meanwhile."""


@dataclass(frozen=True)
class _Down:
    node: str
    begin_s: float
    end_s: float
    load_s: float | None
    """None: it is not known when it worked again."""


def restarts(kills: Sequence[Kill], logs: Mapping[str, str]) -> list[Restart]:
    """Of all kills after which the node is known to have worked again, before it was killed
    again; ``logs``: text by node."""
    downs = [
        down
        for node in sorted({kill.node for kill in kills})
        for down in _downs(node, [k.at_s for k in kills if k.node == node], logs.get(node, ""))
    ]
    return [
        Restart(
            down.node,
            down.begin_s,
            down.end_s,
            max(down.end_s - down.begin_s - down.load_s, 0.0),
            not any(_overlap(down, other) for other in downs if other.node != down.node),
        )
        for down in downs
        if down.load_s is not None
    ]


def _downs(node: str, killed_at_s: Sequence[float], log: str) -> list[_Down]:
    went_on = []
    for line in log.splitlines():
        if match := _WENT_ON.match(line):
            when = datetime.strptime(match["when"], "%Y-%m-%d %H:%M:%S,%f").timestamp()
            went_on.append((when, float(match["load"])))
    downs = []
    for number, at_s in enumerate(killed_at_s):
        again_s = killed_at_s[number + 1] if number + 1 < len(killed_at_s) else float("inf")
        after = [(when, load_s) for when, load_s in went_on if at_s < when < again_s]
        if after:
            downs.append(_Down(node, at_s, *after[0]))
        else:
            downs.append(_Down(node, at_s, min(at_s + _DOWN_S, again_s), None))
    return downs


def _overlap(one: _Down, other: _Down) -> bool:
    return one.begin_s < other.end_s and other.begin_s < one.end_s
