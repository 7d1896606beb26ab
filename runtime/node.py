"""What a node is: typed inputs, outputs and parameters, and small methods that react.

    class Thinner(Node):
        "Passes on every n-th frame."

        class Params(NodeParams):
            every: int = 2

        frames = Input(Frame)
        thinned = Output(Frame)

        def on_frames(self, frame: Frame) -> None:
            if frame.number % self.params.every == 0:
                self.thinned.publish(frame)

Sockets, threads, signals, heartbeats and metrics are the business of `runtime.host`; a test
drives a node with plain calls through `runtime.driver`.
"""

from __future__ import annotations

import logging
import re
import typing
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from cogmap.runtime.checkpoint import NodeState
from cogmap.runtime.limits import PLACES
from cogmap.runtime.messages import CogmapError, Message
from cogmap.runtime.troubles import Troubles
from cogmap.runtime.wire import Envelope

M = TypeVar("M", bound=Message)
A = TypeVar("A", bound=Message)


class ParamError(CogmapError):
    """A node's parameters are not what its ``Params`` class declares."""


class NodeParams(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a node's typed parameters. All have defaults; ``__post_init__`` may validate."""


class Input(Generic[M]):
    """Declares an input; the node reacts to it in a method ``on_<name>(message)``."""

    def __init__(self, message_type: type[M]) -> None:
        self.message_type = message_type


class Output(Generic[M]):
    """Declares an output. ``queue``: messages that may wait for a ``latest`` reader.

    ``repeatable``: a process that takes the place of a killed one publishes the same again, as
    it gets the same again. Not so what requests bring about.
    """

    def __init__(self, message_type: type[M], queue: int = 8, repeatable: bool = True) -> None:
        self.message_type = message_type
        self.queue = queue
        self.repeatable = repeatable
        self._publish: Callable[[Message], None] = _not_connected
        self._repeat: Callable[[Message], None] = _not_connected
        self._is_wanted: Callable[[], bool] = lambda: True

    def publish(self, message: M) -> None:
        """Send to all readers. Its arrays must not be changed afterwards."""
        self._publish(message)

    def repeat(self, message: M) -> None:
        """Send again, to ``latest`` readers only; for those that have just joined."""
        self._repeat(message)

    def is_wanted(self) -> bool:
        """Whether a lossless reader takes what is published next, or there are none. A node that
        was killed makes a part of its way once more: its readers throw away what they had."""
        return self._is_wanted()

    def connect(
        self,
        publish: Callable[[Message], None],
        repeat: Callable[[Message], None],
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """For the host: where published messages go, and whether anybody takes them."""
        self._publish, self._repeat, self._is_wanted = publish, repeat, is_wanted

    def copy(self) -> Output[M]:
        return Output(self.message_type, self.queue, self.repeatable)


class Service(Generic[M, A]):
    """Declares what others may ask; the node replies in ``answer_<name>(request) -> reply``.

    A CogmapError that the method raises becomes the reply's text. What takes long is answered
    with a ``concurrent.futures.Future`` of the reply: the node goes on meanwhile.
    """

    def __init__(self, request_type: type[M], reply_type: type[A], places: int = PLACES) -> None:
        """``places``: requests that may wait for such a reply at once, half of them of one client;
        what comes beyond that is refused."""
        self.request_type = request_type
        self.reply_type = reply_type
        self.places = places


def _not_connected(message: Message) -> None:
    raise RuntimeError(f"{type(message).__name__} was published before the node was connected")


class Node:
    """Base of all nodes. Methods are called one at a time, from one thread."""

    Params: ClassVar[type[NodeParams]] = NodeParams
    INPUTS: ClassVar[dict[str, Input[Any]]] = {}
    OUTPUTS: ClassVar[dict[str, Output[Any]]] = {}
    SERVICES: ClassVar[dict[str, Service[Any, Any]]] = {}
    ANY_INPUT: ClassVar[bool] = False
    """Takes any number of inputs, under any names and of any type, in `on_any`."""
    KEEP_ALL: ClassVar[bool] = False
    """On ``latest`` inputs nothing that has come is replaced by what is newer, up to a bound of
    memory; for a node that has to see all that it can, also of a live source."""
    KEEPS_STATE: ClassVar[bool] = False
    """It is asked for its `state` while it runs, and goes on from there if it is killed. Others
    start over, and everything is sent to them again."""

    MAY_SKIP: ClassVar[bool] = False
    """Slower than its ``latest`` inputs by plan: that most is skipped is no trouble."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        ports = {name: port for base in reversed(cls.__mro__) for name, port in vars(base).items()}
        cls.INPUTS = {name: port for name, port in ports.items() if isinstance(port, Input)}
        cls.OUTPUTS = {name: port for name, port in ports.items() if isinstance(port, Output)}
        cls.SERVICES = {name: port for name, port in ports.items() if isinstance(port, Service)}
        methods = [("input", name, f"on_{name}") for name in cls.INPUTS]
        methods += [("service", name, f"answer_{name}") for name in cls.SERVICES]
        for kind, name, method in methods:
            if not callable(getattr(cls, method, None)):
                raise TypeError(f"{cls.__name__} has an {kind} {name} but no method {method}")

    def __init__(self, name: str, params: Any, run_dir: Path | None = None) -> None:
        self.name = name
        self.params = params
        self.run_dir = run_dir
        """The run's folder; None if the node runs outside of one."""
        self.log = logging.getLogger(f"cogmap.{name}")
        self.counters: Counter[str] = Counter()
        """What the node counts; shown in the status table and in the report."""
        self.troubles = Troubles(self.log)
        """What is wrong now, and what to do; shown under the status table."""
        self.cut_short = False
        """For `on_end`: it was told to stop, or what feeds it was; there would have been more."""
        for port, output in self.OUTPUTS.items():
            setattr(self, port, output.copy())

    @classmethod
    def check(cls, params: Any) -> None:
        """Before any process starts: raise a CogmapError if these parameters cannot work here,
        say because a file is missing. What `Params` checks by itself need not be checked."""

    def setup(self) -> None:
        """Before the first message. A CogmapError here ends the run with its text."""

    def on_any(self, envelope: Envelope) -> None:
        """A message on an input that is not declared; only called if ``ANY_INPUT``."""

    def on_tick(self) -> None:
        """Between messages, ten times a second or more: publish what threads have left."""

    def on_join(self, output: str) -> None:
        """A ``latest`` reader has just subscribed to an output: `repeat` what it needs."""

    def on_end(self) -> None:
        """After the last message, also when told to stop: publish and store what is left."""

    def state(self) -> NodeState | None:
        """All that decides what it does with what comes next, if it ``KEEPS_STATE``; called
        after a message. None: not just now, ask again after the next message.

        Being asked must change nothing. Counters need not be in it. It is asked again only once
        the state that it gave is written: that one's arrays may be filled anew then.
        """
        return None

    def restore(self, state: NodeState) -> None:
        """After `setup`, in a process that takes the place of a killed one: go on from ``state``
        as if nothing had happened."""
        raise NotImplementedError

    def close(self) -> None:
        """Give back what `setup` took. Called once, also after an error."""


class Source(Node):
    """A node that makes messages by itself.

    Outputs with one message a step are numbered by their steps. A subclass with an output
    that has more or fewer says in `published_before` how many came before a step.
    """

    def produce(self, step: int) -> Iterator[float]:
        """Publish from ``step`` on; yield after each step, with seconds to wait (0: none).

        A step asked for again must publish the same messages again, unless the source is
        not repeatable.
        """
        raise NotImplementedError

    @classmethod
    def is_repeatable(cls, params: Any) -> bool:
        """Whether a step asked for again, maybe of a new process, comes out the same.

        What is live does not: readers of such a source can be wired as ``latest`` only.
        """
        return True

    def published_before(self, output: str, step: int) -> int:
        """How many messages ``output`` has had before ``step``."""
        return step

    def steps_made(self, published: Mapping[str, int]) -> int:
        """How many steps it took to publish so many messages of each output."""
        return max(published.values(), default=0)

    def first_step_for(self, output: str, seq: int) -> int:
        """A step from which on message ``seq`` of ``output`` comes."""
        step = seq
        while step > 0 and self.published_before(output, step) > seq:
            step -= 1
        return step

    def first_step(self, wanted: Mapping[str, int], ended: Collection[str] = ()) -> int:
        """A late step from which on all comes that is ``wanted``: a message of each output. Those
        whose readers have all ``ended`` hold nobody back."""
        step = max(self.first_step_for(output, seq) for output, seq in wanted.items())
        going = {output: seq for output, seq in wanted.items() if output not in ended}
        while step > 0 and any(self.published_before(o, step) > seq for o, seq in going.items()):
            step -= 1
        return step


def make_params(node_class: type[Node], values: dict[str, Any]) -> NodeParams:
    """Typed parameters from plain values.

    Raises:
        ParamError: unknown key, wrong type, or refused by the class; names the key.
    """
    try:
        return msgspec.convert(values, node_class.Params, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        text = _wrong_word(node_class, str(error)) or _readable(str(error))
        raise ParamError(f"{node_class.__name__}: {text}") from error


def _readable(text: str) -> str:
    """Name parameters in msgspec's errors as the launch file does."""
    return text.replace("Object contains unknown field", "unknown parameter").replace("$.", "")


def _wrong_word(node_class: type[Node], text: str) -> str:
    """What a parameter may be, if the error says that it is none of a few words; else ""."""
    found = re.fullmatch(r"Invalid enum value (.*) - at `\$\.([\w.\[\]]+)`", text, re.DOTALL)
    if found is None:
        return ""
    kind: Any = node_class.Params
    for step in re.findall(r"\w+|\[\w*\]", found[2]):
        kind = _item_of(kind) if step.startswith("[") else _field_of(kind, step)
    words = ", ".join(_words_of(kind))
    return f"{found[2]}: {found[1]} is none of {words}" if words else ""


def _field_of(kind: Any, name: str) -> Any:
    """The type of a parameter in a group of them, also one that may be None; None: no such."""
    group = next((part for part in (kind, *typing.get_args(kind)) if _is_struct(part)), None)
    return None if group is None else typing.get_type_hints(group).get(name)


def _item_of(kind: Any) -> Any:
    """The type of what a list or tuple holds."""
    return next(iter(typing.get_args(kind)), None)


def _words_of(kind: Any) -> list[str]:
    """Of a Literal, also one that may be None."""
    if typing.get_origin(kind) is typing.Literal:
        return [str(word) for word in typing.get_args(kind)]
    return [word for part in typing.get_args(kind) for word in _words_of(part)]


def _is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)
