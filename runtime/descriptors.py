"""Descriptors of this process: every connection takes one, and so does every open file.

Whoever reaches a port of the run can make connections, also without a key, for as long as hands are
shaken. A process that has no descriptors left cannot open files, start programs or be connected to.
"""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

from cogmap.runtime.messages import CogmapError

__all__ = ["DescriptorError", "few_left", "is_lack", "raise_limit", "require"]

_OPEN = Path("/proc/self/fd")
_ENOUGH = 65536
"""A connection takes some 4 KB before hands are shaken: the bound is one of memory, too."""
_FEWEST, _MOST_FEW = 32, 512
"""Few are left when less than an eighth is, within these bounds."""
_HELP = (
    "end the programs that connect to this run's ports (ss -tnp shows them) or hold many files"
    " open, or let it have more: ulimit -n"
)


class DescriptorError(CogmapError):
    """There are too few left for what was to be opened; the text says what to do."""


def raise_limit() -> None:
    """To what this process may have, 65,536 at most; processes that it starts inherit it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def few_left() -> str | None:
    """What to do, if few are left."""
    limit, left = _limit_and_left()
    if left is None or left >= min(max(limit // 8, _FEWEST), _MOST_FEW):
        return None
    return f"{left} of {limit} are left; without any no file can be opened: {_HELP}"


def require(count: int) -> None:
    """Raises DescriptorError if fewer are left; where that cannot be known it goes on."""
    limit, left = _limit_and_left()
    if left is not None and left < count:
        raise DescriptorError(f"{left} of {limit} descriptors are left: {_HELP}")


def is_lack(error: OSError) -> bool:
    """Whether it came since no descriptor was left, of this process or of the machine."""
    return error.errno in (errno.EMFILE, errno.ENFILE)


def _limit_and_left() -> tuple[int, int | None]:
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    try:
        with os.scandir(_OPEN) as each:
            taken = sum(1 for _ in each) - 1  # without that of the look itself
    except OSError as error:
        return limit, 0 if is_lack(error) else None
    return limit, max(limit - taken, 0)
