"""What to do where a disk does not take what is written to it."""

from __future__ import annotations

import errno
import os

__all__ = ["disk_help"]

_FAILS = "the device fails (`dmesg` says how): save what is on it, and use another"
_HELP = {
    errno.ENOSPC: "make room on that disk",
    errno.EDQUOT: "make room on that disk, or have its quota raised",
    errno.EFBIG: "make room: files may not grow beyond a limit (ulimit -f)",
    errno.EROFS: "mount it writable again (`dmesg` says why it was made read-only)",
    errno.EIO: _FAILS,
    errno.EBADMSG: _FAILS,
    errno.EUCLEAN: _FAILS,
    errno.EACCES: "let the user that runs cogmap have access to it",
    errno.EPERM: "let the user that runs cogmap have access to it",
}


def disk_help(error: object, otherwise: str = "look at its disk") -> str:
    """For an error, or its text: causes are often told in the words of another error, or come from
    another process. ``otherwise``: of an error of another kind."""
    text = str(error)
    found = (help_ for number, help_ in _HELP.items() if os.strerror(number) in text)
    return next(found, otherwise)
