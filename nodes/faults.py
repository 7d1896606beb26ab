"""Passes frames on and lets go wrong what is to go wrong: to see what a run makes of it."""

from __future__ import annotations

import time

import numpy as np

from cogmap.runtime.messages import Frame
from cogmap.runtime.node import Input, Node, NodeParams, Output
from cogmap.sim.faults import Fault, FrameFaults

__all__ = ["Faults"]

_HOARD_BYTES = 20 * 2**20


class Faults(Node):
    """Stands between a source of frames and their readers.

        [node.faults]
        uses = "cogmap.nodes.faults:Faults"
        inputs.frames = { stream = "camera/frames", policy = "lossless" }
        params.faults = [{ kind = "depth_factor", begin = 100, end = 200, amount = 5.0 }]

    ``hang``, ``hoard`` (memory) and ``crash`` befall this node itself, once in a run. What
    ``amount`` is of each kind is in docs/running.md.
    """

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        faults: tuple[Fault, ...] = ()
        """What goes wrong, and at which frames."""

    params: Params
    frames = Input(Frame)
    spoiled = Output(Frame)

    def setup(self) -> None:
        self._faults = FrameFaults(self.params.faults)

    def on_frames(self, frame: Frame) -> None:
        for number, fault in enumerate(self.params.faults):
            if fault.holds(frame.number):
                self._befall(fault, number)
        self.spoiled.publish(self._faults.spoiled(frame))

    def _befall(self, fault: Fault, number: int) -> None:
        if fault.kind == "slow":
            time.sleep(fault.amount)
        elif fault.kind in ("hang", "hoard", "crash") and self._is_first_time(number):
            self.log.info("%s, as told", fault.kind)
            if fault.kind == "crash":
                raise RuntimeError("crashed, as told")
            hoard: list[np.ndarray] = []
            while True:
                if fault.kind == "hoard":
                    hoard.append(np.ones(_HOARD_BYTES, np.uint8))
                time.sleep(0.1)

    def _is_first_time(self, number: int) -> bool:
        if self.run_dir is None:
            return True
        mark = self.run_dir / "state" / f"{self.name}.{number}.befallen"
        if mark.exists():
            return False
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        return True
