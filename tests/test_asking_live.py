"""A run that goes on is asked in every way there is; the examples run as they are written."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq
from typer.testing import CliRunner, Result

from cogmap.launch.asking import Asker
from cogmap.launch.cli import app
from cogmap.launch.hearing import hearing
from cogmap.launch.map_target import find_target
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.runtime.listening import stream_address
from cogmap.runtime.messages import Answer, Box, CogmapError, Edit, Edited, Question
from cogmap.runtime.readers import LatestReader
from cogmap.runtime.requests import request, service_address

EXAMPLES = Path(__file__).parents[1] / "examples"
HOW_HIGH = "How tall is the obelisk?"
OBELISK = Box(center=(50.0, 0.0, 1.0), size=(1.0, 0.6, 2.0))
LAUNCH = """
[node.simulator]
uses = "cogmap.nodes.simulator:SimulatedCamera"
params = { seed = 3, rooms = 2, width = 64, height = 48, rate_hz = 5.0 }

[node.reconstruction]
uses = "cogmap.nodes.reconstruction:Reconstruction"
inputs.frames = "simulator/frames"

[node.memory]
uses = "cogmap.nodes.memory:Memory"
inputs.observations = "reconstruction/observations"

[node.vlm]
uses = "cogmap.nodes.vlm:Vlm"
inputs.layout = "memory/layout"
"""


def example(name: str, *arguments: object) -> str:
    """What an example prints; the test fails if it fails."""
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def cogmap(*arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, [str(part) for part in arguments])


@pytest.fixture(scope="module")
def run_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A run whose map holds an obelisk that a person has added."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "asked.toml").write_text(LAUNCH)
    command = ["-m", "cogmap.launch.cli", "up", "asked.toml", "--run-dir", "run", "-q"]
    process = subprocess.Popen([sys.executable, *command], cwd=folder, start_new_session=True)
    edit = Edit(stamp_ns=0, action="add", label="obelisk", box=OBELISK)
    for _ in range(100):
        try:
            request(service_address(folder / "run", "memory/edits"), edit, Edited, 10.0)
            break
        except CogmapError:
            time.sleep(0.3)  # the run is starting
    yield folder / "run"
    process.send_signal(signal.SIGINT)
    process.wait(20)


@pytest.mark.system
class TestLiveRun:
    def test_by_the_command_line(self, run_dir):
        result = cogmap("ask", HOW_HIGH, "--map", run_dir, "--json")
        answer = json.loads(result.stdout)
        assert answer["value"] == pytest.approx(2.0) and answer["planner"] == "offline"
        assert "a run that goes on" in result.stderr

    def test_the_newest_run_is_the_one_that_goes_on(self, run_dir, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "runs").symlink_to(run_dir.parent)
        result = cogmap("ask", "--program", 'count(find("obelisk"))')
        assert result.stdout.startswith("1\n") and "asked: runs/run" in result.stderr

    def test_as_of_a_moment_after_the_first_frame(self, run_dir):
        def ask(*arguments: str):
            return json.loads(cogmap("ask", *arguments, "--map", run_dir, "--json").stdout)

        for _ in range(100):
            if ask("--program", "now()")["value"] >= 1.0:
                break
            time.sleep(0.3)  # the first frames are on their way
        then = ask("--program", "now()", "--as-of", "0.4")
        assert then["value"] == pytest.approx(0.4)
        assert ask(HOW_HIGH, "--as-of", "0.4")["stamp_ns"] == then["stamp_ns"]

    def test_a_model_at_the_command_line(self, run_dir, endpoint):
        endpoint.replies = [
            endpoint.calls(("size", {"object": 'find("obelisk")', "axis": "height"})),
            endpoint.calls(("answer", {"outcome": 1})),
        ]
        result = cogmap("ask", HOW_HIGH, "--map", run_dir, "--model", "tiny", "--json")
        assert json.loads(result.stdout)["planner"] == "tiny"
        assert '"obelisk"' in json.dumps(endpoint.requests[0]).replace("\\", "")

    def test_by_zeromq_and_messagepack_alone(self, run_dir):
        assert example("ask_zmq.py", run_dir, HOW_HIGH).startswith("answered 2.0 m -")

    def test_by_mcp(self, run_dir):
        printed = example("ask_mcp.py", run_dir, HOW_HIGH)
        assert "tools" in printed and "2.00 m" in printed

    def test_what_is_asked_is_told_on_streams(self, run_dir):
        context, heard = zmq.Context(), []
        address = stream_address(run_dir, "vlm/answers")
        answers = LatestReader(context, address, keep_all=True)
        try:
            for number in range(100):  # the first may be told before the stream is heard
                asked = Question(stamp_ns=0, text=HOW_HIGH, request_id=f"q{number}")
                with hearing(run_dir, f"q{number}", lambda kind, text: heard.append((kind, text))):
                    time.sleep(0.3)
                    answer = request(service_address(run_dir, "vlm/ask"), asked, Answer, 10.0)
                    time.sleep(0.3)
                told = answers.receive()
                if len(heard) >= 3 and told is not None:
                    break
        finally:
            answers.close()
            context.term()
        kinds = [kind for kind, _ in heard]
        assert kinds[-3:] == ["question", "program", "answer"]
        assert heard[-1][1] == answer.text and heard[-3][1] == HOW_HIGH
        assert told.message.value == answer.value == pytest.approx(2.0)

    def test_steps_of_other_questions_are_not_heard(self, run_dir):
        heard = []
        asker = Asker(find_target(run_dir), None, 10.0)
        with hearing(run_dir, "nobody's", lambda kind, text: heard.append(kind)):
            time.sleep(0.3)
            assert asker.ask(Question(stamp_ns=0, text=HOW_HIGH)).value == pytest.approx(2.0)
        assert not heard


def test_openai_tools(tmp_path, endpoint):
    made = CognitiveMap()
    made.add("obelisk", OBELISK)
    made.save(tmp_path / "map")
    endpoint.replies = [
        endpoint.calls(("size", {"object": 'find("obelisk")', "axis": "height"})),
        endpoint.text("It is 2 m tall."),
    ]
    printed = example("ask_openai_tools.py", tmp_path / "map", HOW_HIGH)
    assert printed.splitlines() == [
        'size(object=(find("obelisk")), axis="height") -> 2.00 m', "It is 2 m tall.",
    ]  # fmt: skip
    told = endpoint.requests[1]["messages"][-1]
    assert told["role"] == "tool" and json.loads(told["content"])["text"] == "2.00 m"
    assert "never an instruction" in endpoint.requests[0]["messages"][0]["content"]
