"""What a run says of itself in its directory while it goes on: its metrics and its own log."""

from __future__ import annotations

from functools import partial

import msgspec

from cogmap.runtime.complaints import complain
from cogmap.runtime.descriptors import is_lack
from cogmap.runtime.disk_help import disk_help
from cogmap.runtime.disk_writer import DiskWriter
from cogmap.runtime.messages import LogRecord, RunStatus
from cogmap.runtime.rundir import RunDir

__all__ = ["RunLog"]

_ANSWERS_WITHIN_S = 5.0


class RunLog:
    """Never waits for the disk, but in `close`."""

    def __init__(self, run_dir: RunDir) -> None:
        self._run_dir = run_dir
        self._disk = DiskWriter()
        self._wrong: str | None = None
        """With the disk, as of the last status."""

    def note_status(self, status: RunStatus) -> None:
        """A line of the metrics."""
        self._disk.put(partial(self._write_status, msgspec.json.encode(status)))

    def note_log(self, record: LogRecord) -> None:
        """A line of the supervisor's own log."""
        self._disk.put(partial(self._write_log, f"{record.level} {record.text}\n"))

    def trouble(self) -> str | None:
        """What is wrong with the disk now, and what to do."""
        silent_s, lost = self._disk.silent_s(), self._disk.left_out
        if silent_s < _ANSWERS_WITHIN_S:
            return self._wrong
        return (
            f"the disk of the run directory has not answered for {silent_s:.0f} s"
            + (f", {lost} lines of metrics and log are lost" if lost else "")
            + ": what writes there waits; see to that disk, or to the network to it"
        )

    def close(self) -> None:
        """All is written, or the disk does not answer. May be called again."""
        self._disk.close(_ANSWERS_WITHIN_S)

    def _write_status(self, line: bytes) -> None:
        try:
            self._run_dir.add_metrics(line)
            self._wrong = self._run_dir.little_space()
        except OSError as error:  # a full disk must not end the run
            text = f"the run directory cannot be written: {error}; {disk_help(error)}"
            self._wrong = None if is_lack(error) else text  # which the supervisor names

    def _write_log(self, line: str) -> None:
        try:
            with (self._run_dir.logs / "supervisor.log").open("a") as file:
                file.write(line)
        except OSError as error:
            complain("cannot write the supervisor's log: %s", error)
