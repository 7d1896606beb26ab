"""``cogmap up --go``: sends the agent of a run on its way, and ends the run once it is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from cogmap.launch.going import Teller, travel_by
from cogmap.nodes.planners.access import LiveMap
from cogmap.nodes.planners.agent import CANCEL
from cogmap.runtime.messages import CogmapError, JourneyCancel, JourneyProgress
from cogmap.runtime.requests import ask_run
from cogmap.runtime.supervisor import Supervisor

__all__ = ["Guide"]

READY_WITHIN_S = 60.0
LOOK_S = 3.0
"""Before each instruction: what was just seen is on the map then."""
POLL_S = 0.2


class Guide:
    """Instructions, one after the other. For `Supervisor.run`'s ``on_tick``."""

    def __init__(self, instructions: Sequence[str], run_dir: Path, console: Console) -> None:
        self._instructions, self._run_dir, self._console = instructions, run_dir, console
        self._thread = threading.Thread(target=self._guide, name="guide", daemon=True)
        self._over = threading.Event()
        self.failed = False
        """Whether an instruction was not understood, or a journey did not arrive."""

    def tick(self, supervisor: Supervisor) -> None:
        if self._over.is_set():
            supervisor.until_s = min(supervisor.until_s, time.monotonic())
        elif not self._thread.ident:
            self._thread.start()

    def _guide(self) -> None:
        try:
            self._wait_until_ready()
            for text in self._instructions:
                time.sleep(LOOK_S)
                self._console.print(f"> {text}", soft_wrap=True)
                self._follow(text)
        except CogmapError as error:
            self.failed = True
            self._console.print(f"{error}", style="red", soft_wrap=True)
        finally:
            self._over.set()

    def _follow(self, text: str) -> None:
        teller = Teller(self._console)
        for news in travel_by(self._run_dir, text):
            teller.tell(news)
        self.failed |= news.state != "arrived"

    def _wait_until_ready(self) -> None:
        """Until the navigator and the map answer. Raises CogmapError if they do not in time."""
        until = time.monotonic() + READY_WITHIN_S
        while True:
            try:
                asked = JourneyCancel(stamp_ns=0)
                ask_run(self._run_dir, CANCEL, asked, JourneyProgress, 2.0)
                LiveMap(self._run_dir).layout()
                return
            except CogmapError:
                if time.monotonic() > until:
                    raise
                time.sleep(POLL_S)
