"""Launch files: which nodes run, how they are wired, with what parameters. TOML.

    [run]
    name = "replay"

    [node.camera]
    uses = "cogmap.nodes.replay:Replay"
    params = { episode = "desk.mcap" }
    outputs = { frames = "camera/frames" }      # default name: <node>/<output>

    [node.reconstruction]
    uses = "cogmap.nodes.reconstruction:Reconstruction"
    inputs.frames = { stream = "camera/frames", policy = "lossless" }

Everything is checked before a process starts. ``docs/launch.md`` lists the keys.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec

from cogmap.runtime.bus import Policy
from cogmap.runtime.keys import RunKeyError, check_bind
from cogmap.runtime.messages import CogmapError, Message
from cogmap.runtime.nearest import nearest
from cogmap.runtime.node import Node, ParamError, Source, make_params
from cogmap.runtime.wiring import RUN_STREAMS, load_node_class

_MILLION = msgspec.Meta(ge=0, le=1_000_000)


class LaunchError(CogmapError):
    """A launch file that cannot run; the text names the file, the place and the fix."""


class RunSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[run]``"""

    name: str = "run"
    transport: str = "ipc"
    """``ipc``: sockets in the run directory; ``tcp``: ports on ``bind`` from ``base_port`` on."""
    bind: str = "127.0.0.1"
    base_port: int = 7400
    checkpoint_every: Annotated[int, _MILLION] = 50
    """Messages after which a node keeps what it needs to go on if it is killed, at least; large
    states are kept less often. 0: never, and a node that is killed starts over."""
    keys: str | None = None
    """Folder made by ``cogmap keys make``: whoever connects must then be known there."""


class InputSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``inputs.<name>``; a plain string is the stream with the policy ``latest``."""

    stream: str
    policy: Policy = "latest"


class NodeSection(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[node.<name>]``"""

    uses: str
    """``module:Class``."""
    params: dict[str, Any] = {}
    inputs: dict[str, InputSection] = {}
    outputs: dict[str, str] = {}
    """Names for output streams."""
    critical: bool = True
    """False: the run goes on without the node if it cannot be kept alive."""
    restarts: Annotated[int, _MILLION] = 5
    """How often it is started again without getting farther before it is given up."""
    start_s: Annotated[float, _MILLION] = 600.0
    """Killed and started again when it takes so long to load or, of a source, to get to where its
    readers are; 0: never."""
    hang_s: Annotated[float, _MILLION] = 60.0
    """Killed and started again when it has been at one message, or step, or at its end, for so
    long; 0: never."""
    memory_mb: Annotated[int, _MILLION] = 0
    """Killed and started again when it holds more memory than this; 0: no bound."""


@dataclass(frozen=True)
class Launch:
    """A launch file that has been checked."""

    path: Path
    run: RunSection
    nodes: dict[str, NodeSection]
    classes: dict[str, type[Node]]

    def check_nodes(self) -> None:
        """Ask every node whether its parameters can work here: files are there, and so on.

        Raises:
            LaunchError: one of them says no.
        """
        for name, section in self.nodes.items():
            try:
                self.classes[name].check(make_params(self.classes[name], section.params))
            except CogmapError as error:
                raise LaunchError(f"[node.{name}]: {error}") from error

    def streams(self) -> dict[str, tuple[str, str]]:
        """Stream name -> (node, output) that writes it."""
        return {
            stream_name(name, section, port): (name, port)
            for name, section in self.nodes.items()
            for port in self.classes[name].OUTPUTS
        }

    def lossless_readers(self, stream: str) -> tuple[str, ...]:
        """``node.input`` of every reader that the stream's writer waits for."""
        return tuple(
            f"{name}.{port}"
            for name, section in self.nodes.items()
            for port, wire in section.inputs.items()
            if wire.stream == stream and wire.policy == "lossless"
        )

    def dump(self) -> dict[str, Any]:
        """The effective file: everything, defaults included."""
        nodes = {}
        for name, section in self.nodes.items():
            params = make_params(self.classes[name], section.params)
            nodes[name] = msgspec.to_builtins(section) | {"params": msgspec.to_builtins(params)}
        return {"run": msgspec.to_builtins(self.run), "node": nodes}


def stream_name(node: str, section: NodeSection, output: str) -> str:
    """Name of the stream that an output writes."""
    return section.outputs.get(output, f"{node}/{output}")


def read_launch_file(path: Path, overrides: Iterable[str] = ()) -> Launch:
    """Read and check a launch file; ``overrides`` are ``node.parameter=value``,
    or ``node.group.parameter=value`` where a node groups its parameters.

    Raises:
        LaunchError: anything is wrong, with the place and the nearest right name.
    """
    try:
        text = path.read_text()
        tree = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise LaunchError(f"cannot read launch file {path}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise LaunchError(f"{path}: not TOML: {error}") from error
    for override in overrides:
        _apply_override(tree, override)
    return check_launch(tree, path)


def check_launch(tree: dict[str, Any], path: Path) -> Launch:
    """Check a launch file that is already parsed; raises LaunchError."""
    _check_keys(path, "the file", tree, ("run", "node"))
    run_table = _table(path, "[run]", tree.get("run", {}))
    _check_keys(path, "[run]", run_table, RunSection.__struct_fields__)
    run = _convert(path, "[run]", run_table, RunSection)
    _check_run(path, run)
    tables = _table(path, "[node]", tree.get("node", {}))
    if not tables:
        raise LaunchError(f"{path}: no nodes; add a table such as [node.camera]")
    nodes = {name: _node_section(path, name, table) for name, table in tables.items()}
    classes = {name: _node_class(path, name, section) for name, section in nodes.items()}
    launch = Launch(path, run, nodes, classes)
    _check_outputs(launch)
    for name in nodes:
        _check_inputs(launch, name)
    _check_cycles(launch)
    return launch


def _apply_override(tree: dict[str, Any], override: str) -> None:
    target, equals, value = override.partition("=")
    node, dot, key = target.strip().partition(".")
    if not (equals and dot and key):
        raise LaunchError(f"--set {override!r}: write node.parameter=value")
    nodes = tree.get("node", {})
    nodes = nodes if isinstance(nodes, dict) else {}
    if node not in nodes:
        raise LaunchError(f"--set {override!r}: no node {node!r}{nearest(node, nodes)}")
    section = nodes[node]
    params = section.setdefault("params", {}) if isinstance(section, dict) else None
    *groups, name = key.split(".")
    for group in groups:
        params = params.setdefault(group, {}) if isinstance(params, dict) else None
    if isinstance(params, dict):  # otherwise `check_launch` says what is wrong
        takes_text = _is_text(section.get("uses"), [*groups, name])
        params[name] = _parse_value(value.strip(), takes_text=takes_text)


def _parse_value(text: str, takes_text: bool) -> Any:
    """A TOML value, or plain text. Where text is taken, 7 is a name and not a number."""
    try:
        value = tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text
    return text if takes_text and not isinstance(value, str) else value


def _is_text(uses: Any, path: list[str]) -> bool:
    """Whether a parameter, or one within a group of parameters, is a text."""
    try:
        kind: Any = load_node_class(str(uses)).Params
    except CogmapError:
        return False
    for name in path:
        if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
            return False
        types = {field.name: field.type for field in msgspec.structs.fields(kind)}
        kind = types.get(name)
    return kind is str


def _node_section(path: Path, name: str, table: Any) -> NodeSection:
    place = f"[node.{name}]"
    table = dict(_table(path, place, table))
    if not name.replace("_", "").replace("-", "").isalnum():
        raise LaunchError(f"{path}: {place}: use letters, digits, - and _ in a node's name")
    _check_keys(path, place, table, NodeSection.__struct_fields__)
    inputs = {}
    for port, wire in _table(path, f"{place} inputs", table.get("inputs", {})).items():
        wire = {"stream": wire} if isinstance(wire, str) else wire
        where = f"{place} inputs.{port}"
        _check_keys(path, where, _table(path, where, wire), InputSection.__struct_fields__)
        policy = wire.get("policy", "latest")
        if policy not in get_args(Policy):
            hint = nearest(str(policy), get_args(Policy))
            raise LaunchError(f"{path}: {where}.policy: {policy!r} is none{hint}")
        inputs[port] = wire
    section: NodeSection = _convert(path, place, table | {"inputs": inputs}, NodeSection)
    return section


def _node_class(path: Path, name: str, section: NodeSection) -> type[Node]:
    try:
        node_class = load_node_class(section.uses)
        make_params(node_class, section.params)
    except ParamError as error:
        known = node_class.Params.__struct_fields__
        wrong = next((key for key in section.params if key not in known), None)
        hint = nearest(wrong, known) if wrong else ""
        raise LaunchError(f"{path}: [node.{name}] params: {error}{hint}") from error
    except CogmapError as error:
        raise LaunchError(f"{path}: [node.{name}] uses: {error}") from error
    return node_class


def _check_run(path: Path, run: RunSection) -> None:
    if not run.name.replace("_", "").replace("-", "").isalnum():
        raise LaunchError(f"{path}: [run] name: {run.name!r}: use letters, digits, - and _")
    if run.transport not in ("ipc", "tcp"):
        raise LaunchError(f"{path}: [run] transport: {run.transport!r} is neither ipc nor tcp")
    if not 1024 <= run.base_port <= 65000:
        raise LaunchError(f"{path}: [run] base_port: {run.base_port} is not in 1024..65000")
    try:
        check_bind(run.bind, run.keys)
    except RunKeyError as error:
        raise LaunchError(f"{path}: [run] {error}") from error


def _check_outputs(launch: Launch) -> None:
    writers: dict[str, str] = {}
    for name, section in launch.nodes.items():
        ports = launch.classes[name].OUTPUTS
        for port in section.outputs:
            if port not in ports:
                raise LaunchError(
                    f"{launch.path}: [node.{name}] outputs: {section.uses} has no output"
                    f" {port!r}{nearest(port, ports)}"
                )
        for port in ports:
            stream = stream_name(name, section, port)
            if stream in writers or stream.startswith("run/"):
                other = writers.get(stream, "the supervisor")
                raise LaunchError(
                    f"{launch.path}: [node.{name}] outputs.{port}: stream {stream!r} already has"
                    f" a writer, {other}; give one of them another name"
                )
            writers[stream] = f"[node.{name}] {port}"


def _check_inputs(launch: Launch, name: str) -> None:
    section, node_class = launch.nodes[name], launch.classes[name]
    streams = launch.streams()
    for port, wire in section.inputs.items():
        place = f"{launch.path}: [node.{name}] inputs.{port}"
        declared = node_class.INPUTS.get(port)
        if declared is None and not node_class.ANY_INPUT:
            hint = nearest(port, node_class.INPUTS)
            raise LaunchError(f"{place}: {section.uses} has no input {port!r}{hint}")
        if wire.stream not in streams and wire.stream not in RUN_STREAMS:
            raise LaunchError(f"{place}: no stream {wire.stream!r}{nearest(wire.stream, streams)}")
        if wire.stream in RUN_STREAMS and wire.policy == "lossless":
            raise LaunchError(f"{place}: {wire.stream} is only served as policy = 'latest'")
        if wire.policy == "lossless" and not is_repeatable(launch, streams[wire.stream][0]):
            raise LaunchError(
                f"{place}: {wire.stream!r} comes live, from [node.{streams[wire.stream][0]}], which"
                " cannot say again what it has said; make it policy = 'latest'"
            )
        if wire.policy == "lossless" and not section.critical:
            raise LaunchError(
                f"{place}: a lossless reader must be critical, as its writer would wait for it"
                " for ever; drop critical = false or make it policy = 'latest'"
            )
        offered = _stream_type(launch, wire.stream)
        taken = declared.message_type if declared else Message
        if not issubclass(offered, taken):
            raise LaunchError(
                f"{place}: stream {wire.stream!r} carries {offered.__name__},"
                f" the input takes {taken.__name__}"
            )
    if not section.inputs and not issubclass(node_class, Source):
        raise LaunchError(
            f"{launch.path}: [node.{name}] has no inputs and is not a source;"
            f" wire one of {sorted(node_class.INPUTS)}"
        )


def is_repeatable(launch: Launch, name: str) -> bool:
    """False for a live source: started again, it does not publish the same once more."""
    node_class = launch.classes[name]
    if not issubclass(node_class, Source):
        return True
    return node_class.is_repeatable(make_params(node_class, launch.nodes[name].params))


def _stream_type(launch: Launch, stream: str) -> type[Message]:
    if stream in RUN_STREAMS:
        return RUN_STREAMS[stream]
    node, port = launch.streams()[stream]
    message_type: type[Message] = launch.classes[node].OUTPUTS[port].message_type
    return message_type


def _check_cycles(launch: Launch) -> None:
    """A cycle of lossless wires would wait for itself for ever; ``latest`` may close a loop."""
    streams = launch.streams()
    upstream = {
        name: [
            streams[wire.stream][0]
            for wire in section.inputs.values()
            if wire.policy == "lossless" and wire.stream in streams
        ]
        for name, section in launch.nodes.items()
    }

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            cycle = " <- ".join((*trail[trail.index(name) :], name))
            raise LaunchError(
                f"{launch.path}: lossless wires form a cycle, {cycle};"
                " make one of them policy = 'latest'"
            )
        for source in upstream[name]:
            visit(source, (*trail, name))

    for name in launch.nodes:
        visit(name, ())


def _table(path: Path, place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise LaunchError(f"{path}: {place}: expected a table, got {value!r:.80}")
    return value


def _check_keys(path: Path, place: str, table: dict[str, Any], known: Iterable[str]) -> None:
    known = tuple(known)
    for key in table:
        if key not in known:
            raise LaunchError(f"{path}: {place}: unknown key {key!r}{nearest(key, known)}")


def _convert(path: Path, place: str, table: dict[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        raise LaunchError(f"{path}: {place}: {error}") from error
