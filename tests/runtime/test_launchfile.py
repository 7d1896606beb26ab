"""Launch files: everything is checked before a process starts, and the error says where."""

from __future__ import annotations

import re
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from cogmap.runtime.launchfile import Launch, LaunchError, read_launch_file
from cogmap.runtime.messages import Frame, Message, PlaybackCommand, Twist
from cogmap.runtime.node import Input, Node, NodeParams, Output, Source


class Camera(Source):
    class Params(NodeParams, frozen=True, kw_only=True, forbid_unknown_fields=True):
        rate_hz: float = 10.0
        name: str = ""
        live: bool = False

    params: Params
    control = Input(PlaybackCommand)
    frames = Output(Frame)

    @classmethod
    def is_repeatable(cls, params: Params) -> bool:
        return not params.live

    def on_control(self, command: PlaybackCommand) -> None: ...


class Filter(Node):
    frames = Input(Frame)
    back = Input(Frame)
    filtered = Output(Frame)

    def on_frames(self, frame: Frame) -> None: ...
    def on_back(self, frame: Frame) -> None: ...


class Pilot(Node):
    twists = Input(Twist)

    def on_twists(self, twist: Twist) -> None: ...


class Listener(Node):
    everything = Input(Message)

    def on_everything(self, message: Message) -> None: ...


class Sponge(Node):
    ANY_INPUT = True


USES = """
[node.camera]
uses = "launch_nodes:Camera"
"""
GOOD = (
    USES
    + """
outputs = { frames = "camera/frames" }

[node.filter]
uses = "launch_nodes:Filter"
inputs.frames = { stream = "camera/frames", policy = "lossless" }
"""
)

Read = Callable[..., Launch]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Reads a launch file of this text; its nodes are in a module ``launch_nodes``."""
    module = types.ModuleType("launch_nodes")
    vars(module).update(
        Camera=Camera, Filter=Filter, Pilot=Pilot, Listener=Listener, Sponge=Sponge, number=5
    )
    monkeypatch.setitem(sys.modules, "launch_nodes", module)

    def read_text(text: str, *overrides: str) -> Launch:
        (tmp_path / "test.toml").write_text(text)
        return read_launch_file(tmp_path / "test.toml", overrides)

    return read_text


class TestGood:
    def test_what_is_read(self, read):
        launch = read(GOOD)
        assert list(launch.nodes) == ["camera", "filter"]
        assert launch.classes["camera"] is Camera
        assert launch.run.transport == "ipc"
        assert launch.streams() == {
            "camera/frames": ("camera", "frames"),
            "filter/filtered": ("filter", "filtered"),
        }
        assert launch.lossless_readers("camera/frames") == ("filter.frames",)
        assert launch.nodes["filter"].critical

    def test_a_string_is_a_stream_with_the_policy_latest(self, read):
        launch = read(
            USES + '[node.f]\nuses = "launch_nodes:Filter"\ninputs.frames = "camera/frames"'
        )
        assert launch.nodes["f"].inputs["frames"].policy == "latest"
        assert launch.lossless_readers("camera/frames") == ()

    def test_effective_file_has_the_defaults_and_is_read_again(self, read):
        from cogmap.runtime.launchfile import check_launch

        launch = read(GOOD, "camera.rate_hz=25")
        dump = launch.dump()
        assert dump["node"]["camera"]["params"] == {"rate_hz": 25.0, "name": "", "live": False}
        assert dump["run"]["bind"] == "127.0.0.1"
        assert check_launch(dump, launch.path).dump() == dump

    def test_latest_may_close_a_loop(self, read):
        launch = read(
            GOOD
            + """
inputs.back = "second/filtered"
[node.second]
uses = "launch_nodes:Filter"
inputs.frames = { stream = "filter/filtered", policy = "lossless" }
"""
        )
        assert len(launch.nodes) == 3

    def test_a_diamond_is_no_cycle(self, read):
        read(
            GOOD
            + """
[node.join]
uses = "launch_nodes:Filter"
inputs.frames = { stream = "camera/frames", policy = "lossless" }
inputs.back = { stream = "filter/filtered", policy = "lossless" }
"""
        )

    def test_input_of_a_base_type_takes_all(self, read):
        read(USES + '[node.l]\nuses = "launch_nodes:Listener"\ninputs.everything = "camera/frames"')

    def test_node_that_takes_any_input(self, read):
        read(USES + '[node.s]\nuses = "launch_nodes:Sponge"\ninputs.x = "camera/frames"')

    def test_streams_of_the_run_itself(self, read):
        read(USES + 'inputs.control = "run/control"')


BAD = {
    # what: (text, pattern of the message)
    "not TOML": ("[node.camera]\nuses = \nx = 1", r"not TOML: .*line 2"),
    "unknown table": (
        GOOD + "[nodes.x]\n",
        r"the file: unknown key 'nodes'; did you mean 'node'\?",
    ),
    "unknown key in [run]": (
        '[run]\ntransprt = "tcp"' + GOOD,
        r"\[run\]: unknown key 'transprt'; did you mean 'transport'\?",
    ),
    "unknown key of a node": (
        USES + "critcal = false",
        r"\[node\.camera\]: unknown key 'critcal'; did you mean 'critical'\?",
    ),
    "unknown key of an input": (
        USES + 'inputs.control = { stream = "run/control", polcy = "latest" }',
        r"\[node\.camera\] inputs\.control: unknown key 'polcy'; did you mean 'policy'\?",
    ),
    "unknown parameter": (
        USES + "params = { rate_z = 5 }",
        r"\[node\.camera\].*rate_z.*did you mean 'rate_hz'\?",
    ),
    "parameter of wrong type": (
        USES + 'params = { rate_hz = "fast" }',
        r"\[node\.camera\].*rate_hz",
    ),
    "no nodes": ('[run]\nname = "x"', r"no nodes; add a table such as \[node\.camera\]"),
    "no uses": ("[node.camera]\nparams = {}", r"\[node\.camera\]: .*`uses`"),
    "uses of wrong type": ("[node.camera]\nuses = 5", r"\[node\.camera\]: .*`\$\.uses`"),
    "node is no table": ("node.camera = 5", r"\[node\.camera\]: expected a table, got 5"),
    "node is a list": ("[[node]]\nuses='x'", r"\[node\]: expected a table"),
    "run is no table": ("run = 5\n" + GOOD, r"\[run\]: expected a table, got 5"),
    "inputs are no table": (USES + "inputs = 5", r"\[node\.camera\] inputs: expected a table"),
    "input is no table": (
        USES + "inputs.control = 5",
        r"\[node\.camera\] inputs\.control: expected a table",
    ),
    "policy": (
        USES + 'inputs.control = { stream = "run/control", policy = "best" }',
        r"\[node\.camera\].*'best'",
    ),
    "no such module": ('[node.x]\nuses = "launch_modes:Camera"', r"\[node\.x\].*launch_modes"),
    "no such class": (
        '[node.x]\nuses = "launch_nodes:Camra"',
        r"\[node\.x\].*no node of.*'Camera'\?",
    ),
    "no class like it": (
        '[node.x]\nuses = "launch_nodes:Zzz"',
        r"Zzz' is no node of launch_nodes; there are Camera, Filter, Listener, Pilot, Sponge$",
    ),
    "no class named": (
        '[node.x]\nuses = "launch_nodes"',
        r"\[node\.x\].*names no class, as module:Class; there are",
    ),
    "nothing named": ('[node.x]\nuses = ""', r"\[node\.x\]"),
    "not a node": (
        '[node.x]\nuses = "launch_nodes:number"',
        r"'launch_nodes:number' is no node of launch_nodes",
    ),
    "name of a node": (
        '[node."a b"]\nuses = "launch_nodes:Camera"',
        r"\[node\.a b\]: use letters, digits",
    ),
    "name of a node that is a path": (
        '[node."../x"]\nuses = "launch_nodes:Camera"',
        r"use letters, digits",
    ),
    "output that does not exist": (
        USES + 'outputs = { frame = "camera/frames" }',
        r"\[node\.camera\] outputs: .*no output 'frame'; did you mean 'frames'\?",
    ),
    "input that does not exist": (
        USES + 'inputs.contrl = "run/control"',
        r"\[node\.camera\] inputs\.contrl: .*no input 'contrl'; did you mean 'control'\?",
    ),
    "stream that does not exist": (
        GOOD.replace('stream = "camera/frames"', 'stream = "camera/frame"'),
        r"\[node\.filter\] inputs\.frames: no stream 'camera/frame';"
        r" did you mean 'camera/frames'\?",
    ),
    "types do not fit": (
        USES + '[node.p]\nuses = "launch_nodes:Pilot"\ninputs.twists = "camera/frames"',
        r"\[node\.p\] inputs\.twists: stream 'camera/frames' carries Frame, the input takes Twist",
    ),
    "two writers": (
        GOOD
        + '[node.second]\nuses = "launch_nodes:Camera"\noutputs = { frames = "camera/frames" }',
        r"\[node\.second\] outputs\.frames: stream 'camera/frames' already has a writer,"
        r" \[node\.camera\] frames",
    ),
    "stream of the supervisor": (
        USES + 'outputs = { frames = "run/log" }',
        r"\[node\.camera\] outputs\.frames: stream 'run/log' already has a writer, the supervisor",
    ),
    "name reserved for the supervisor": (
        USES + 'outputs = { frames = "run/anything" }',
        r"\[node\.camera\] outputs\.frames: .*'run/anything'",
    ),
    "supervisor's streams are not lossless": (
        USES + 'inputs.control = { stream = "run/control", policy = "lossless" }',
        r"\[node\.camera\] inputs\.control: run/control is only served as policy = 'latest'",
    ),
    "node without inputs": (
        GOOD + '[node.p]\nuses = "launch_nodes:Pilot"',
        r"\[node\.p\] has no inputs and is not a source; wire one of \['twists'\]",
    ),
    "lossless reader of a live source": (
        GOOD.replace("outputs =", "params = { live = true }\noutputs ="),
        r"\[node\.filter\] inputs\.frames: 'camera/frames' comes live, from \[node\.camera\],"
        r" which cannot say again .*policy = 'latest'",
    ),
    "lossless cycle": (
        GOOD
        + """
inputs.back = { stream = "second/filtered", policy = "lossless" }
[node.second]
uses = "launch_nodes:Filter"
inputs.frames = { stream = "filter/filtered", policy = "lossless" }
""",
        r"lossless wires form a cycle, filter <- second <- filter; make one of them policy",
    ),
    "lossless cycle of one": (
        GOOD + 'inputs.back = { stream = "filter/filtered", policy = "lossless" }',
        r"lossless wires form a cycle, filter <- filter",
    ),
    "lossless reader that is not critical": (
        GOOD + "critical = false",
        r"\[node\.filter\] inputs\.frames: .*critical",
    ),
    "transport": ('[run]\ntransport = "udp"' + GOOD, r"\[run\] transport: .*'udp'"),
    "tcp off loopback": (
        '[run]\ntransport = "tcp"\nbind = "0.0.0.0"' + GOOD,
        r"\[run\] bind: '0\.0\.0\.0' is off loopback.*cogmap keys make FOLDER",
    ),
    "tcp at no address": (
        '[run]\ntransport = "tcp"\nbind = "eth0"' + GOOD,
        r"\[run\] bind: 'eth0' is no IPv4 address",
    ),
    "keys that are not there": (
        '[run]\nkeys = "nowhere"' + GOOD,
        r"\[run\] nowhere is no key folder; make one: cogmap keys make nowhere",
    ),
    "port out of range": (
        '[run]\ntransport = "tcp"\nbase_port = 70000' + GOOD,
        r"\[run\] base_port: ",
    ),
    "port of wrong type": ('[run]\nbase_port = "x"' + GOOD, r"\[run\]: .*base_port"),
    "checkpoint_every out of range": (
        "[run]\ncheckpoint_every = -1" + GOOD,
        r"\[run\]: .*>= 0.*checkpoint_every",
    ),
    "restarts out of range": (USES + "restarts = -1", r"\[node\.camera\]: .*>= 0.*restarts"),
    "hang_s out of range": (USES + "hang_s = -1", r"\[node\.camera\]: .*>= 0.*hang_s"),
    "hang_s that is no number": (USES + "hang_s = nan", r"\[node\.camera\]: .*hang_s"),
    "memory_mb out of range": (USES + "memory_mb = -1", r"\[node\.camera\]: .*>= 0.*memory_mb"),
    "restarts of wrong type": (USES + "restarts = 1.5", r"\[node\.camera\]: .*restarts"),
}


class TestBad:
    @pytest.mark.parametrize("what", BAD)
    def test_is_refused_with_file_place_and_fix(self, read, tmp_path, what):
        text, pattern = BAD[what]
        with pytest.raises(LaunchError, match=pattern) as caught:
            read(text)
        assert str(tmp_path / "test.toml") in str(caught.value)

    def test_file_that_is_not_there(self, tmp_path):
        with pytest.raises(LaunchError, match=r"cannot read launch file .*none\.toml"):
            read_launch_file(tmp_path / "none.toml")

    def test_file_that_is_no_text(self, tmp_path):
        (tmp_path / "a.toml").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(LaunchError, match=r"cannot read launch file .*a\.toml"):
            read_launch_file(tmp_path / "a.toml")

    def test_module_that_fails_when_it_is_imported(self, read, tmp_path, monkeypatch):
        """The error of somebody's own node is shown, not swallowed."""
        (tmp_path / "broken_node.py").write_text("import a_package_that_is_missing")
        monkeypatch.syspath_prepend(str(tmp_path))
        with pytest.raises(LaunchError, match="a_package_that_is_missing"):
            read('[node.x]\nuses = "broken_node:X"')

    def test_a_file_of_the_working_directory_is_found_after_all_libraries(
        self, read, tmp_path, monkeypatch
    ):
        node = "from cogmap.runtime.node import Source\nclass Mine(Source): pass\n"
        (tmp_path / "node_of_this_folder.py").write_text(node)
        (tmp_path / "colorsys.py").write_text("raise RuntimeError('in the place of a library')")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.delitem(sys.modules, "colorsys", raising=False)
        read('[node.x]\nuses = "node_of_this_folder:Mine"')
        with pytest.raises(LaunchError, match="is no node of colorsys"):
            read('[node.x]\nuses = "colorsys:Mine"')


class TestSet:
    @pytest.mark.parametrize(
        ("override", "expected"),
        [
            ("camera.rate_hz=2.5", {"rate_hz": 2.5}),
            ("camera.rate_hz = 2", {"rate_hz": 2}),
            ("camera.name=plain text", {"name": "plain text"}),
            ('camera.name="quoted"', {"name": "quoted"}),
            ("camera.name=a=b", {"name": "a=b"}),
            ("camera.name=", {"name": ""}),
            ("camera.name=/data/x.mcap", {"name": "/data/x.mcap"}),
            ("camera.name=7", {"name": "7"}),
            ("camera.name=true", {"name": "true"}),
            ('camera.name="7"', {"name": "7"}),
        ],
    )
    def test_forms(self, read, override, expected):
        launch = read(GOOD, override)
        assert launch.nodes["camera"].params == expected

    def test_overrides_the_file(self, read):
        launch = read(USES + "params = { rate_hz = 1 }", "camera.rate_hz=2", "camera.rate_hz=3")
        assert launch.nodes["camera"].params == {"rate_hz": 3}

    @pytest.mark.parametrize(
        ("override", "text"),
        [
            ("camera.rate_hz", "--set 'camera.rate_hz': write node.parameter=value"),
            ("rate_hz=5", "--set 'rate_hz=5': write node.parameter=value"),
            ("camera.=5", "write node.parameter=value"),
            ("", "write node.parameter=value"),
            ("camra.rate_hz=5", "no node 'camra'; did you mean 'camera'?"),
            ("camera.rate=5", "did you mean 'rate_hz'?"),
            ("camera.rate_hz=fast", "rate_hz"),
            ("camera.rate_hz=[1]\nx=2", "rate_hz"),
        ],
    )
    def test_errors(self, read, override, text):
        with pytest.raises(LaunchError, match=re.escape(text)):
            read(GOOD, override)

    @pytest.mark.parametrize("text", ["node = 5", "[node]\ncamera = 5", USES + "params = 5"])
    def test_on_a_file_that_is_wrong_itself(self, read, text):
        with pytest.raises(LaunchError):
            read(text, "camera.rate_hz=5")


def test_launch_files_that_come_with_cogmap():
    from cogmap.launch import running

    files = sorted(running.BUILT_IN.glob("*.toml"))
    assert {"demo", "episode", "replay", "camera"} <= {file.stem for file in files}
    for file in files:
        assert running.load(file.stem, []).nodes
