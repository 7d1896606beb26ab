"""Nodes: how ports and parameters are found and checked."""

from __future__ import annotations

from typing import Literal

import msgspec
import pytest

from cogmap.runtime.messages import End, Frame, Message, Observation, Twist
from cogmap.runtime.node import Input, Node, NodeParams, Output, ParamError, Source, make_params


class Base(Node):
    commands = Input(Twist)
    out = Output(Twist)

    def on_commands(self, twist: Twist) -> None:
        self.out.publish(twist)


class Derived(Base):
    frames = Input(Frame)
    more = Output(Observation, queue=99)

    def on_frames(self, frame: Frame) -> None: ...


class TestPorts:
    def test_are_found_also_those_of_the_base(self):
        assert list(Derived.INPUTS) == ["commands", "frames"]
        assert list(Derived.OUTPUTS) == ["out", "more"]
        assert list(Base.INPUTS) == ["commands"]
        assert Derived.INPUTS["frames"].message_type is Frame
        assert Derived.OUTPUTS["more"].queue == 99

    def test_an_overridden_port_counts_once(self):
        class Wider(Base):
            commands = Input(Message)

        assert Wider.INPUTS["commands"].message_type is Message

    def test_an_input_needs_its_method(self):
        with pytest.raises(TypeError, match="Deaf has an input frames but no method on_frames"):

            class Deaf(Node):
                frames = Input(Frame)

    def test_two_nodes_of_a_class_do_not_share_outputs(self):
        one, other = (Base(name, NodeParams()) for name in ("one", "other"))
        heard: list[Message] = []
        one.out.connect(heard.append, heard.append)
        one.out.publish(twist(1))
        with pytest.raises(RuntimeError, match="Twist was published before the node was connected"):
            other.out.publish(twist(2))
        assert [message.stamp_ns for message in heard] == [1]

    def test_repeat_goes_its_own_way(self):
        node = Base("n", NodeParams())
        published: list[Message] = []
        repeated: list[Message] = []
        node.out.connect(published.append, repeated.append)
        node.out.repeat(twist(3))
        assert published == []
        assert [message.stamp_ns for message in repeated] == [3]


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    kind: Literal["cpu", "cuda"] = "cpu"


class Tuned(Node):
    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        rate_hz: float = 10.0
        name: str = "n"
        size: tuple[int, int] = (4, 3)
        mode: Literal["auto", "web"] = "auto"
        side: Literal["left", "right"] | None = None
        group: Group | None = None
        groups: tuple[Group, ...] = ()

        def __post_init__(self) -> None:
            if self.rate_hz <= 0:
                raise ValueError(f"rate_hz must be positive, not {self.rate_hz}")


class TestParams:
    def test_defaults(self):
        assert make_params(Tuned, {}) == Tuned.Params()

    def test_values(self):
        params = make_params(Tuned, {"rate_hz": 5, "size": [1, 2]})
        assert (params.rate_hz, params.size) == (5.0, (1, 2))

    def test_text_from_a_command_line_becomes_a_number(self):
        assert make_params(Tuned, {"rate_hz": "2.5"}).rate_hz == 2.5

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            ({"rate": 1}, "Tuned: unknown parameter `rate`"),
            ({"rate_hz": "fast"}, r"Tuned: .*`rate_hz`"),
            ({"rate_hz": [1]}, r"Tuned: .*`rate_hz`"),
            ({"size": [1, "x"]}, r"Tuned: .*`size\[1\]`"),
            ({"size": [1]}, r"Tuned: .*`size`"),
            ({"mode": "wbe"}, r"Tuned: mode: 'wbe' is none of auto, web$"),
            ({"side": "up"}, r"Tuned: side: 'up' is none of left, right$"),
            ({"group": {"kind": "tpu"}}, r"Tuned: group.kind: 'tpu' is none of cpu, cuda$"),
            ({"groups": [{}, {"kind": "x"}]}, r"groups\[1\]\.kind: 'x' is none of cpu, cuda$"),
            ({"rate_hz": -1}, "Tuned: rate_hz must be positive, not -1.0"),
        ],
    )
    def test_errors_name_the_parameter(self, values, text):
        with pytest.raises(ParamError, match=text):
            make_params(Tuned, values)


class TwoOutputs(Source):
    """Publishes on ``rare`` at steps 3, 4 and 8 only."""

    frames = Output(Twist)
    rare = Output(End)

    def published_before(self, output: str, step: int) -> int:
        return sum(at < step for at in (3, 4, 8)) if output == "rare" else step


class TestSource:
    def test_a_step_a_message(self):
        source = TwoOutputs("s", NodeParams())
        assert [source.first_step_for("frames", seq) for seq in range(4)] == [0, 1, 2, 3]

    @pytest.mark.parametrize("seq", range(4))
    def test_step_is_not_after_the_message_that_is_wanted(self, seq):
        source = TwoOutputs("s", NodeParams())
        step = source.first_step_for("rare", seq)
        assert source.published_before("rare", step) <= seq

    @pytest.mark.parametrize(
        ("wanted", "ended", "step"),
        [
            ({"frames": 9}, (), 9),
            ({"frames": 9, "rare": 3}, (), 9),  # it has all of the rare ones
            ({"frames": 9, "rare": 2}, (), 8),
            ({"frames": 5, "rare": 2}, (), 5),
            ({"rare": 1}, (), 1),  # nobody tells of later ones
            ({"frames": 9, "rare": 1}, ("rare",), 9),
            ({"frames": 9, "rare": 1}, ("frames",), 4),
            ({"frames": 9, "rare": 2}, ("frames", "rare"), 9),
            ({"frames": 9, "rare": 0}, (), 3),
        ],
    )
    def test_it_goes_on_where_somebody_lacks_something(self, wanted, ended, step):
        assert TwoOutputs("s", NodeParams()).first_step(wanted, ended) == step

    def test_more_than_one_message_a_step(self):
        class Doubled(TwoOutputs):
            def published_before(self, output: str, step: int) -> int:
                return 2 * step

        source = Doubled("s", NodeParams())
        for seq in range(9):
            step = source.first_step_for("rare", seq)
            assert source.published_before("rare", step) <= seq
        assert source.first_step_for("rare", 8) == 4

    def test_must_produce(self):
        with pytest.raises(NotImplementedError):
            Source("s", NodeParams()).produce(0)


def twist(stamp_ns: int) -> Twist:
    return Twist(stamp_ns=stamp_ns, linear_mps=0.0, angular_rps=0.0)
