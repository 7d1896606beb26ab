"""A run that is reached over a network, with keys: joined, asked, recorded, shut to others."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cogmap.launch.cli import app
from cogmap.runtime.messages import CogmapError, Frame
from cogmap.runtime.playback import Recording
from cogmap.runtime.requests import service_address

pytestmark = pytest.mark.system

LAUNCH = """
[run]
transport = "tcp"
bind = "0.0.0.0"
base_port = {port}
keys = "keys"

[node.camera]
uses = "cogmap.nodes.simulator:SimulatedCamera"
params = {{ seed = 3, rooms = 2, width = 64, height = 48, rate_hz = 5.0 }}
outputs = {{ frames = "camera/frames" }}

[node.reconstruction]
uses = "cogmap.nodes.reconstruction:Reconstruction"
inputs.frames = "camera/frames"

[node.memory]
uses = "cogmap.nodes.memory:Memory"
inputs.observations = "reconstruction/observations"
"""
EXAMPLE = Path(__file__).parents[1] / "examples" / "ask_zmq.py"


def cogmap(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, [str(part) for part in arguments])


def free_ports(count: int) -> int:
    """The first of so many ports that are free now."""
    for first in range(21000, 60000, 97):
        try:
            for port in range(first, first + count):
                with socket.socket() as probe:
                    probe.bind(("0.0.0.0", port))
        except OSError:
            continue
        return first
    raise AssertionError("no ports are free")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, str]]:
    """Folder of a run, the address that it is joined at, and its public key."""
    folder = tmp_path_factory.mktemp("robot")
    port = free_ports(60)
    (folder / "robot.toml").write_text(LAUNCH.format(port=port))
    said = cogmap("keys", "make", folder / "keys").stdout
    command = ["-m", "cogmap.launch.cli", "up", "robot.toml", "--run-dir", "run", "-q"]
    process = subprocess.Popen([sys.executable, *command], cwd=folder, start_new_session=True)
    for _ in range(200):
        try:
            service_address(folder / "run", "memory/ask")
            break
        except CogmapError:
            time.sleep(0.3)  # the run is starting
    yield folder, f"127.0.0.1:{port}", said.split()[-1]
    process.send_signal(signal.SIGINT)
    process.wait(20)


def test_a_client_with_a_key(run, tmp_path):
    folder, address, run_key = run
    key, joined = tmp_path / "laptop.json", tmp_path / "robot"
    public = cogmap("keys", "client", key).stdout.split()[-1]
    options = ("--key", key, "--run-key", run_key)
    assert cogmap("join", address, joined, *options).exit_code == 2  # the run does not know it
    assert "no client may join yet" in cogmap("keys", "list", folder / "keys").stdout
    assert cogmap("keys", "add", folder / "keys", "laptop", public).exit_code == 0
    assert f"{public}  laptop" in cogmap("keys", "list", folder / "keys").stdout
    result = cogmap("join", address, joined, *options)
    assert result.exit_code == 0 and "memory/ask" in result.stdout, result.output

    result = cogmap("edit", joined, "add", "obelisk", 50, 0, 1, 1, 1, 2)
    assert result.exit_code == 0, result.output
    asked = ("ask", "--program", 'count(find("obelisk"))', "--json", "--map")
    for where in (joined, folder / "run"):
        assert json.loads(cogmap(*asked, where).stdout)["value"] == 1
    done = subprocess.run(
        [sys.executable, str(EXAMPLE), str(joined), "How many obelisks are there?"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0 and "answered 1" in done.stdout, done.stdout + done.stderr
    for _ in range(10):  # the first frames may be on their way
        result = cogmap("record", joined, tmp_path / "remote.mcap", "--for", "2", "--force")
        assert result.exit_code == 0, result.output
        with closing(Recording(tmp_path / "remote.mcap")) as recording:
            types = {entry.type for entry in recording.entries}
        if Frame.__name__ in types:
            break
    assert Frame.__name__ in types


def test_one_without_is_refused(run, tmp_path):
    _, address, _ = run
    result = cogmap("join", address, tmp_path / "robot")
    assert result.exit_code == 2 and "--key" in result.output
    assert not (tmp_path / "robot").exists()


def test_no_secret_of_the_run_is_in_files_that_others_can_read(run):
    folder, _, _ = run
    secrets = {
        json.loads(path.read_text())[name]
        for path, name in (
            (folder / "keys" / "run.json", "secret"),
            (folder / "run" / "keys.json", "run_secret"),
        )
    }
    for path in folder.rglob("*"):
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in secrets):
            assert path.stat().st_mode & 0o777 == 0o600, path
