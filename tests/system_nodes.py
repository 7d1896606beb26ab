"""Small nodes for the tests of whole runs; launch files name them as ``system_nodes:Class``."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import ClassVar, TextIO

import numpy as np

from cogmap.nodes.detector import Detector
from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.messages import CogmapError, Frame, Instances, RunStatus
from cogmap.runtime.node import Input, Node, NodeParams, Output, Source


class Numbers(Source):
    """Messages with the stamps 0, 1, 2, ..., and beside them buffers of some size."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        count: int = 100
        period_s: float = 0.0
        kilobytes: int = 1

    params: Params
    numbers = Output(Instances)

    def produce(self, step: int) -> Iterator[float]:
        for number in range(step, self.params.count):
            ids = np.full((self.params.kilobytes, 512), number % 1000, np.uint16)
            self.numbers.publish(Instances(stamp_ns=number, number=number, ids=ids))
            yield self.params.period_s


class SlowToClose(Numbers):
    """Has said all, but takes its time to go."""

    def close(self) -> None:
        time.sleep(1.5)


class Relay(Node):
    """Passes on what comes."""

    numbers = Input(Instances)
    again = Input(Instances)
    relayed = Output(Instances)

    def on_numbers(self, message: Instances) -> None:
        self.counters["relayed"] += 1
        self.relayed.publish(message)

    def on_again(self, message: Instances) -> None: ...


class SlowRelay(Relay):
    """Takes its time to store what it has, and feeds others."""

    def on_end(self) -> None:
        time.sleep(4.0)


class SlowToPass(Relay):
    """Takes its time for each message, and says one more at the end."""

    def on_numbers(self, message: Instances) -> None:
        time.sleep(0.05)
        super().on_numbers(message)

    def on_end(self) -> None:
        time.sleep(2.0)
        self.relayed.publish(Instances(stamp_ns=-1, number=-1, ids=np.full((1, 1), 999, np.uint16)))


class Keeper(Node):
    """Counts what comes, and keeps the count if it is killed."""

    KEEPS_STATE = True
    numbers = Input(Instances)

    def setup(self) -> None:
        self._heard = 0

    def on_numbers(self, message: Instances) -> None:
        self._heard += 1
        self.counters["heard"] = self._heard

    def state(self) -> NodeState:
        return NodeState(details={"heard": self._heard})

    def restore(self, state: NodeState) -> None:
        self._heard = state.details["heard"]


class Sink(Node):
    """Writes down the stamps of all that comes, a line each, from scratch when started anew."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        delay_s: float = 0.0

    params: Params
    numbers = Input(Instances)

    def setup(self) -> None:
        assert self.run_dir is not None
        self._file: TextIO = (self.run_dir / f"{self.name}.txt").open("w")

    def on_numbers(self, message: Instances) -> None:
        assert (message.ids == message.number % 1000).all()
        print(message.stamp_ns, file=self._file, flush=True)
        time.sleep(self.params.delay_s)

    def on_end(self) -> None:
        print("end", file=self._file, flush=True)

    def close(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()


class SlowSink(Sink):
    """Takes its time to store what it has."""

    def on_end(self) -> None:
        super().on_end()
        time.sleep(1.5)


class Failing(Node):
    """Cannot get past message 3."""

    numbers = Input(Instances)

    def on_numbers(self, message: Instances) -> None:
        if message.number >= 3:
            raise RuntimeError("cannot get past 3")


class Refusing(Node):
    """Refuses its work."""

    numbers = Input(Instances)

    def setup(self) -> None:
        raise CogmapError("the lens is dirty; clean it")

    def on_numbers(self, message: Instances) -> None: ...


class FullAtEnd(Node):
    """Takes all, and cannot store it."""

    numbers = Input(Instances)

    def on_numbers(self, message: Instances) -> None: ...

    def on_end(self) -> None:
        raise CogmapError("no room for the map; make some")


class Stuck(Node):
    """Never comes back from a message."""

    numbers = Input(Instances)

    def on_numbers(self, message: Instances) -> None:
        while True:
            time.sleep(1)


class OnceNode(Sink):
    """Goes wrong the first time that it comes to a place: to message 20."""

    PLACES: ClassVar = (20,)

    def on_numbers(self, message: Instances) -> None:
        assert self.run_dir is not None
        mark = self.run_dir / f"{self.name}.{message.number}.mark"
        if message.number in self.PLACES and not mark.exists():
            mark.touch()
            self.go_wrong()
        super().on_numbers(message)

    def go_wrong(self) -> None: ...


class HangsOnce(OnceNode):
    """Does not come back from a message; its heart beats on."""

    def go_wrong(self) -> None:
        while True:
            time.sleep(1)


class HangsEverFarther(HangsOnce):
    PLACES = (10, 20, 30)


class HoardsOnce(OnceNode):
    """Takes ever more memory."""

    def go_wrong(self) -> None:
        hoard = []
        while True:
            hoard.append(np.ones(5 * 2**20, np.uint8))
            time.sleep(0.01)


class CrashesOnce(OnceNode):
    """Fails by itself."""

    def go_wrong(self) -> None:
        raise RuntimeError("a thing that should not be")


class Watcher(Node):
    """Reads the newest of a stream, and what the supervisor says."""

    numbers = Input(Instances)
    status = Input(RunStatus)

    def on_numbers(self, message: Instances) -> None: ...
    def on_status(self, message: RunStatus) -> None: ...


class SlowToStore(Node):
    """Takes its time at the end, as one with a large map does."""

    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        seconds: float = 1.0

    params: Params
    numbers = Input(Instances)

    def on_numbers(self, message: Instances) -> None:
        self.counters["heard"] += 1

    def on_end(self) -> None:
        time.sleep(self.params.seconds)
        assert self.run_dir is not None
        (self.run_dir / "stored").touch()


class DiesStoring(SlowToStore):
    """Killed by somebody else while it stores."""

    def on_end(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class SlowDetector(Detector):
    """Takes four times as long for a frame as a camera of 10 Hz."""

    def on_frames(self, frame: Frame) -> None:
        time.sleep(0.4)
        super().on_frames(frame)
