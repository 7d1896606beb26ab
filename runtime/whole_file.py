"""Files that are there as a whole or not at all, also if the process is killed or the disk full."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

__all__ = ["write_whole"]


def write_whole(path: Path, content: bytes) -> None:
    """Beside it first, then under its name; what was there before stays until then.

    Not synced: it outlives the process, if not a power cut. Raises OSError, and then leaves
    nothing new: on a full disk its bytes are others' to use.
    """
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
