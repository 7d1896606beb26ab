"""When a process began, by the kernel's count since it booted: no clock changes that."""

from __future__ import annotations

from pathlib import Path

__all__ = ["start_ticks"]


def start_ticks(pid: int) -> int | None:
    """In ticks (`sysconf`: SC_CLK_TCK), on Linux: field 22 of proc_pid_stat(5). None of a process
    that is gone, or a zombie that nobody has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])
