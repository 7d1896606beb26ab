"""The commands that ask, on stored maps, with scripted models, and on the newest of several."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import zmq
from rich.console import Console
from typer.testing import CliRunner, Result

from cogmap.launch import map_target
from cogmap.launch.answer_text import answer_lines, batch_dict, value_text
from cogmap.launch.ask_batch import BadLineError, question_of
from cogmap.launch.asking import Asker, parse_options, parse_pose, settings_of_model, shower
from cogmap.launch.chatting import chat
from cogmap.launch.cli import app
from cogmap.launch.map_target import MapTarget, find_target
from cogmap.memory.cognitive_map import CognitiveMap
from cogmap.memory.programs.world import pose_of
from cogmap.nodes.planners.access import LiveMap
from cogmap.runtime.messages import (
    Answer,
    CogmapError,
    Evidence,
    MapObject,
    Question,
    Standpoint,
)
from cogmap.runtime.request_server import RequestServer
from cogmap.runtime.requests import SERVICES_FILE
from cogmap.runtime.rundir import RunDir

HOW_HIGH = "How tall is the table?"


def cogmap(*arguments: object) -> Result:
    runner = CliRunner(env={"COLUMNS": "300", "NO_COLOR": "1"})
    return runner.invoke(app, [str(argument) for argument in arguments])


class TestAsk:
    def test_in_words(self, furnished_map):
        result = cogmap("ask", HOW_HIGH, "--map", furnished_map)
        assert result.exit_code == 0, result.output
        assert result.stdout.startswith("0.80 m")
        assert "program" in result.stdout and "table 2" in result.stdout
        assert f"asked: {furnished_map}, a stored map" in result.stderr

    def test_objects_are_named_before_a_run_has_published_its_layout(self, furnished_map):
        asker = Asker(find_target(furnished_map), None, 30.0)
        answer = asker.ask(Question(stamp_ns=0, text=HOW_HIGH))
        assert (
            asker.labels(answer, None)
            == {2: "table"}
            == {id_: asker.labels(answer, asker.layout())[id_] for id_ in answer.evidence.objects}
        )

    def test_by_a_program(self, furnished_map):
        result = cogmap("ask", "--map", furnished_map, "--program", 'count(find("cup"))', "--json")
        answer = json.loads(result.stdout)
        assert (answer["status"], answer["value"], answer["unit"]) == ("answered", 1, "count")
        assert answer["evidence"]["objects"] == [1] and answer["planner"] == "program"

    def test_a_wrong_program_says_where(self, furnished_map):
        result = cogmap("ask", "--map", furnished_map, "--program", 'cuont(find("cup"))')
        assert result.exit_code == 1 and "count" in result.stdout

    def test_what_was_never_seen_is_an_answer(self, furnished_map):
        result = cogmap("ask", "How tall is the piano?", "--map", furnished_map)
        assert result.exit_code == 0 and result.stdout.startswith("not seen")

    def test_as_of_a_moment_after_the_first_frame(self, furnished_map):
        result = cogmap(
            "ask", "--map", furnished_map, "--program", "now()", "--as-of", "0.3", "--json"
        )
        answer = json.loads(result.stdout)
        assert answer["value"] == pytest.approx(0.3) and answer["stamp_ns"] == 3 * 10**8

    def test_as_of_a_moment_after_the_end(self, furnished_map):
        result = cogmap("ask", "--map", furnished_map, "--as-of", "6000", HOW_HIGH)
        assert result.exit_code == 2 and "the map ends 0.7 s after" in result.output

    def test_options_and_picture(self, furnished_map, tmp_path):
        picture = tmp_path / "answer.png"
        result = cogmap(
            "ask", HOW_HIGH, "--options", "0.4 m | 0.8 m", "--options", "2 m", "--map",
            furnished_map, "--picture", picture,
        )  # fmt: skip
        assert result.stdout.startswith("0.8 m"), result.output
        image = cv2.imread(str(picture))
        red = (image == np.array([40, 40, 214])).all(axis=2)
        assert red.sum() > 100  # the table is ringed

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            ([], "ask something"),
            (["x", "--program", "y"], "ask something"),
            (["x", "--pose", "1,2"], "give x,y,degrees"),
            (["x", "--seconds", "0"], "must be in 0.1..3600"),
            (["x", "--file", "q.jsonl"], "leave the question"),
            (["--file", "nowhere.jsonl"], "cannot read questions"),
        ],
    )
    def test_bad_input_is_refused(self, furnished_map, arguments, text):
        result = cogmap("ask", "--map", furnished_map, *arguments)
        assert result.exit_code == 2 and text in " ".join(result.stderr.split())

    def test_a_model_is_asked(self, furnished_map, endpoint):
        endpoint.replies = [
            endpoint.calls(("run_program", {"program": 'size(find("table"), axis="height")'})),
            endpoint.calls(("answer", {"outcome": 1})),
        ]
        result = cogmap("ask", HOW_HIGH, "--map", furnished_map, "--model", "tiny", "--json")
        answer = json.loads(result.stdout)
        assert answer["planner"] == "tiny" and answer["value"] == pytest.approx(0.8)
        assert endpoint.requests[0]["model"] == "tiny"

    def test_a_model_that_fails_is_told_of(self, furnished_map, endpoint):
        endpoint.replies = [endpoint.page]
        result = cogmap("ask", HOW_HIGH, "--map", furnished_map, "--model", "tiny")
        assert result.exit_code == 0 and result.stdout.startswith("0.80 m")
        assert "This is the offline answer" in result.stdout

    def test_a_model_is_shown_the_map_of_the_time_that_is_asked_of(self, furnished_map, endpoint):
        endpoint.replies = [endpoint.text("no idea")]
        ask = ("ask", "How far is the cup?", "--map", furnished_map, "--model", "tiny")
        cogmap(*ask)
        cogmap(*ask, "--as-of", "0.3")
        now, then = (str(endpoint.requests[at]["messages"][1]) for at in (0, -1))
        assert '"cup"' in now and '"cup"' not in then

    def test_the_vlm_of_a_run_is_told_how_long_it_may_take(self, served_vlm):
        run_dir, heard = served_vlm
        asker = Asker(MapTarget(LiveMap(run_dir), "a run", run_dir), None, 2.5)
        asker.ask(Question(stamp_ns=0, text=HOW_HIGH))
        (question,) = heard
        assert question.within_s is not None
        assert 2.0 < question.within_s <= 2.5  # what is left of it when it is sent


def test_steps_are_shown_at_a_terminal_only():
    console = Console(record=True, force_terminal=True, file=io.StringIO())
    show = shower(console)
    assert show is not None and shower(Console(file=io.StringIO())) is None
    show("program", "count(find('cup'))\x1b[31m")
    show("question", "not again")
    assert console.export_text() == "program: count(find('cup')) [31m\n"


@pytest.fixture
def served_vlm(tmp_path) -> Iterator[tuple[Path, list[Question]]]:
    """A run of which only the service of a vlm node is there, and what it was asked."""
    heard: list[Question] = []
    over, context = threading.Event(), zmq.Context()

    def answer(question: Question) -> Answer:
        heard.append(question)
        return Answer(stamp_ns=0, status="not_seen")

    with RunDir(tmp_path / "run") as run:
        address = f"ipc://{run.sockets}/ask"
        (run.path / SERVICES_FILE).write_text(json.dumps({"vlm/ask": address}))

        def serve() -> None:
            server = RequestServer(context, address, "vlm/ask", answer)
            while not over.is_set():
                server.serve()
                over.wait(0.002)
            server.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield run.path, heard
        over.set()
        thread.join()
        context.term()


class TestLooks:
    """The one thing that is answered in a model's words: they are marked as such."""

    @pytest.fixture
    def shown(self, pictured_map) -> MapObject:
        """The only thing of its label of which there are pictures."""
        objects = CognitiveMap.load(pictured_map).objects()
        labels = [thing.label for thing in objects]
        return next(thing for thing in objects if thing.views and labels.count(thing.label) == 1)

    def test_a_model_sees_the_pictures_and_says_what_it_sees(self, pictured_map, endpoint, shown):
        endpoint.replies = [
            endpoint.calls(("look_at", {"object_id": shown.id})),
            endpoint.calls(("answer_by_looks", {"object_id": shown.id, "words": "dark red"})),
        ]
        result = cogmap(
            "ask", f"What colour is the {shown.label}?", "--map", pictured_map, "--model", "eye",
            "--options", "Dark red | blue", "--json",
        )  # fmt: skip
        answer = json.loads(result.stdout)
        assert (answer["value"], answer["option"]) == ("dark red", "Dark red")
        assert answer["text"] == f'by the looks of object {shown.id}, says eye: "dark red"'
        assert answer["confidence"] == 0.5 and answer["planner"] == "eye"
        assert answer["evidence"]["objects"] == [shown.id] and answer["evidence"]["keyframes"]
        pictures = endpoint.requests[1]["messages"][-1]["content"]
        assert pictures[1]["image_url"]["url"].startswith("data:image/jpeg;base64,")

    def test_a_model_that_just_says_it_is_told_how(self, pictured_map, endpoint, shown):
        endpoint.replies = [
            endpoint.calls(("look_at", {"object_id": shown.id})),
            endpoint.text("It is dark red."),
            endpoint.calls(("answer_by_looks", {"object_id": shown.id, "words": "dark red"})),
        ]
        result = cogmap(
            "ask", f"What colour is the {shown.label}?", "--map", pictured_map, "--model", "eye",
            "--json",
        )  # fmt: skip
        assert json.loads(result.stdout)["value"] == "dark red"
        told = endpoint.requests[2]["messages"][-1]["content"]
        assert f"object {shown.id} looks, call answer_by_looks" in told

    def test_words_about_what_it_was_not_shown_are_refused(self, pictured_map, endpoint, shown):
        endpoint.replies = [
            endpoint.calls(("answer_by_looks", {"object_id": shown.id, "words": "dark red"})),
        ]
        result = cogmap(
            "ask", f"What colour is the {shown.label}?", "--map", pictured_map, "--model", "eye",
            "--json",
        )  # fmt: skip
        answer = json.loads(result.stdout)
        assert answer["value"] is None and answer["planner"] == "offline"
        assert f"look at object {shown.id} first" in json.dumps(endpoint.requests[-1]["messages"])

    def refused(self, pictured_map, endpoint, question: str) -> str:
        """Ask; the answer is not the model's. What the model was told last."""
        result = cogmap("ask", question, "--map", pictured_map, "--model", "eye", "--json")
        answer = json.loads(result.stdout)
        assert answer["value"] is None or answer["planner"] == "offline"
        assert "by the looks" not in answer["text"]
        return json.dumps(endpoint.requests[-1]["messages"])

    def test_words_before_the_pictures_were_sent_are_refused(self, pictured_map, endpoint, shown):
        look = ("look_at", {"object_id": shown.id})
        say = ("answer_by_looks", {"object_id": shown.id, "words": "dark red"})
        endpoint.replies = [endpoint.calls(look, say), endpoint.calls(("give_up", {"reason": ""}))]
        told = self.refused(pictured_map, endpoint, f"What colour is the {shown.label}?")
        assert f"look at object {shown.id} first" in told

    def test_a_model_that_takes_no_pictures_has_seen_nothing(self, pictured_map, endpoint, shown):
        say = ("answer_by_looks", {"object_id": shown.id, "words": "dark red"})
        endpoint.replies = [
            endpoint.calls(("look_at", {"object_id": shown.id})),
            endpoint.status(400),
            endpoint.calls(say),
        ]
        told = self.refused(pictured_map, endpoint, f"What colour is the {shown.label}?")
        assert "there is no operation" in told and "image_url" not in told
        names = [
            {tool["function"]["name"] for tool in asked["tools"]} for asked in endpoint.requests
        ]
        assert "look_at" in names[1] and not {"look_at", "answer_by_looks"} & names[2]
        assert "answer_by_looks" not in endpoint.requests[2]["messages"][0]["content"]

    @pytest.mark.parametrize(
        ("question", "words", "told"),
        [
            ("How tall is the {}? Is it on or off?", "3 m tall", "not by looks"),
            ("What colour is the {}?", "3 m tall", "not by looks"),
            ("Can you say how tall the {} is?", "very tall", "there is no operation"),
        ],
    )
    def test_a_measure_is_not_by_looks(self, pictured_map, endpoint, shown, question, words, told):
        endpoint.replies = [
            endpoint.calls(("look_at", {"object_id": shown.id})),
            endpoint.calls(("answer_by_looks", {"object_id": shown.id, "words": words})),
        ]
        assert told in self.refused(pictured_map, endpoint, question.format(shown.label))


class TestBatch:
    def test_every_line_gets_its_answer_and_bad_ones_an_error(self, furnished_map, tmp_path):
        lines = [
            json.dumps({"id": 7, "question": HOW_HIGH}),
            "{broken",
            json.dumps({"id": "x", "question": HOW_HIGH, "options": ["0.5", "0.8"]}),
            "",
            json.dumps({"id": 9, "question": HOW_HIGH, "colour": "red"}),
            json.dumps({"id": 10, "question": "Is there a piano?", "as_of_ns": 10**8}),
        ]
        (tmp_path / "q.jsonl").write_text("\n".join(lines))
        out = tmp_path / "a.jsonl"
        result = cogmap("ask", "--map", furnished_map, "--file", tmp_path / "q.jsonl", "--out", out)
        assert result.exit_code == 0, result.output
        assert "3 questions, 2 bad lines" in result.stderr
        answers = [json.loads(line) for line in out.read_text().splitlines()]
        keys = [
            "id", "status", "value", "unit", "sigma", "confidence", "text", "candidates",
            "viewpoint", "program", "evidence", "version",
        ]  # fmt: skip
        assert list(answers[0]) == keys and answers[0]["value"] == pytest.approx(0.8)
        assert answers[1]["line"] == 2 and answers[1]["id"] is None
        assert answers[1]["status"] == "failed" and "no question" in answers[1]["error"]
        assert list(answers[2]) == [*keys[:7], "option", *keys[7:]]
        assert (answers[2]["id"], answers[2]["option"]) == ("x", "0.8")
        assert answers[3]["line"] == 5 and "colour" in answers[3]["error"]
        assert answers[3]["id"] == 9  # a bad line is known by its id, too
        assert answers[4]["id"] == 10 and answers[4]["value"] is None

    def test_options_in_the_words_of_a_question_are_options(self, furnished_map, tmp_path):
        line = json.dumps({"question": f"{HOW_HIGH} A. 0.5 B. 0.8"})
        (tmp_path / "q.jsonl").write_text(line)
        result = cogmap("ask", "--map", furnished_map, "--file", tmp_path / "q.jsonl")
        assert json.loads(result.stdout)["option"] == "B. 0.8"

    def test_a_file_without_a_question_is_bad_input(self, furnished_map, tmp_path):
        (tmp_path / "q.jsonl").write_text("{broken\n[]\n")
        result = cogmap("ask", "--map", furnished_map, "--file", tmp_path / "q.jsonl")
        assert result.exit_code == 2 and "2 bad lines" in result.stderr

    def test_from_standard_input_to_standard_output(self, furnished_map):
        runner = CliRunner(env={"COLUMNS": "300"})
        question = json.dumps({"id": 1, "question": HOW_HIGH})
        result = runner.invoke(
            app, ["ask", "--map", str(furnished_map), "--file", "-"], input=question + "\n"
        )
        assert json.loads(result.stdout)["value"] == pytest.approx(0.8)

    def test_lines_do_not_refer_to_each_other(self, furnished_map, tmp_path):
        lines = [json.dumps({"question": text}) for text in (HOW_HIGH, "And how wide is it?")]
        (tmp_path / "q.jsonl").write_text("\n".join(lines))
        result = cogmap("ask", "--map", furnished_map, "--file", tmp_path / "q.jsonl")
        statuses = [json.loads(line)["status"] for line in result.stdout.splitlines()]
        assert statuses == ["answered", "not_understood"]

    def test_no_file_is_lost(self, furnished_map, tmp_path):
        questions, out = tmp_path / "q.jsonl", tmp_path / "a.jsonl"
        questions.write_text(json.dumps({"question": HOW_HIGH}))
        out.write_text("kept")
        ask = ["ask", "--map", furnished_map, "--file", questions, "--out"]
        refused = cogmap(*ask, questions, "--force")
        assert refused.exit_code == 2 and "is the file of questions" in refused.stderr
        refused = cogmap(*ask, out)
        assert refused.exit_code == 2 and "--force" in refused.stderr
        assert out.read_text() == "kept" and HOW_HIGH in questions.read_text()
        assert cogmap(*ask, out, "--force").exit_code == 0
        assert json.loads(out.read_text())["status"] == "answered"

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
    def test_answers_that_cannot_be_written_are_not_said_to_be_questions(
        self, furnished_map, tmp_path
    ):
        (tmp_path / "q.jsonl").write_text(json.dumps({"question": HOW_HIGH}))
        full = "/dev/full"
        result = cogmap(
            "ask", "--map", furnished_map, "--file", tmp_path / "q.jsonl", "--out", full, "--force"
        )
        assert result.exit_code == 2 and "cannot write answers /dev/full" in result.stderr

    @pytest.mark.parametrize(
        "pose",
        [
            {"position": [1, 2, 1.5], "yaw": 0.5},
            [1, 2, 0.5],
            [
                [np.sin(0.5), 0, np.cos(0.5), 1],
                [-np.cos(0.5), 0, np.sin(0.5), 2],
                [0, -1, 0, 1.5],
                [0, 0, 0, 1],
            ],
        ],
    )
    def test_poses_in_three_forms(self, pose):
        _, question = question_of(json.dumps({"question": "?", "pose": pose}))
        assert question.pose.position == pytest.approx((1, 2, 1.5))
        assert question.pose.yaw == pytest.approx(0.5)

    def test_one_that_looks_straight_down_looks_where_the_top_of_its_image_points(self):
        down = [[1, 0, 0, 1], [0, -1, 0, 2], [0, 0, -1, 1.5], [0, 0, 0, 1]]
        _, question = question_of(json.dumps({"question": "?", "pose": down}))
        assert question.pose.yaw == pytest.approx(np.pi / 2) == pose_of(np.array(down)).yaw

    def test_a_line_says_as_much_as_one_answer(self):
        look = Standpoint(position=(1.0, 2.0, 1.5), yaw=0.5)
        answer = Answer(
            stamp_ns=0, status="not_determinable", candidates=(3, 4), viewpoint=look,
            sigma=0.1, confidence=0.5,
        )  # fmt: skip
        line = batch_dict(7, answer, with_option=False)
        assert (line["id"], line["candidates"], line["viewpoint"]["yaw"]) == (7, (3, 4), 0.5)
        assert (line["sigma"], line["confidence"]) == (0.1, 0.5)

    @pytest.mark.parametrize(
        "line",
        ["", "[]", "7", '{"id": 1}', '{"question": 7}', '{"question": "x", "options": "y"}',
         '{"question": "x", "pose": [1, 2]}', '{"question": "x", "pose": "here"}',
         '{"question": "x", "pose": {"position": [1, 2, 3]}}',
         '{"question": "x", "pose": [1e999, 0, 0]}', "[" * 100_000, "x" * 2_000_000,
         '{"question": "x", "pose": [{}, 1, 2]}',
         '{"question": "x", "as_of_ns": 1' + "0" * 30 + "}",
         '{"question": "x", "pose": [1' + "0" * 400 + ", 0, 0]}",
         '{"question": "x", "pose": {"position": [1' + "0" * 400 + ', 0, 0], "yaw": 0}}'],
    )  # fmt: skip
    def test_no_line_stops_the_others(self, line):
        with pytest.raises(BadLineError):
            question_of(line)


class TestWhichMap:
    @pytest.fixture(autouse=True)
    def elsewhere(self, tmp_path, monkeypatch) -> Path:
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def test_the_newest_under_runs(self, furnished_map):
        for name in ("demo", "replay"):
            shutil.copytree(furnished_map, Path("runs", name, "map"))
        os.utime("runs/demo/map/manifest.json", ns=(1, 1))
        assert map_target.newest() == Path("runs/replay/map")
        os.utime("runs/replay/map/manifest.json", ns=(0, 0))
        target = find_target(None)
        assert target.name == "runs/demo/map, a stored map"

    def test_there_is_none(self):
        with pytest.raises(CogmapError, match="there is no map under runs/"):
            find_target(None)

    def test_a_layout(self, furnished_map, tmp_path):
        layout = tmp_path / "l.json"
        assert cogmap("export", furnished_map, "--layout", layout).exit_code == 0
        result = cogmap("ask", HOW_HIGH, "--map", layout)
        assert result.stdout.startswith("0.80 m") and "a layout" in result.stderr

    def test_a_detector_is_for_recordings(self, furnished_map, episode):
        result = cogmap("ask", HOW_HIGH, "--map", furnished_map, "--detector", "geometry")
        assert result.exit_code == 2 and "is none" in result.stderr
        result = cogmap("ask", HOW_HIGH, "--map", episode, "--detector", "eyes")
        assert result.exit_code == 2 and "--detector 'eyes': give auto" in result.stderr

    @pytest.mark.system
    def test_a_recording_is_mapped_once(self, episode):
        first = cogmap("ask", HOW_HIGH, "--map", episode, "--detector", "none")
        assert first.exit_code == 0, first.output
        assert "nothing in it has a name" in first.stderr
        found = re.search(r"\(--map (\S+) asks it again", first.stderr)
        assert found is not None, first.stderr
        again = cogmap("ask", HOW_HIGH, "--map", found[1])
        assert "a stored map" in again.stderr and again.stdout == first.stdout

    def test_what_is_no_map_is_named(self, tmp_path):
        (tmp_path / "x.txt").write_text("x")
        result = cogmap("ask", "x", "--map", tmp_path / "x.txt")
        assert result.exit_code == 2 and "x.txt" in result.stderr
        result = cogmap("ask", "x", "--map", tmp_path / "none")
        assert result.exit_code == 2 and "no such map" in result.stderr


def test_a_conversation(furnished_map, console):
    asker = Asker(find_target(furnished_map), None, 10.0)
    lines = iter([HOW_HIGH, "And how wide is it?", "q", "never read"])
    chat(asker, console, lambda prompt: next(lines))
    shown = console.export_text()
    assert "0.80 m" in shown and "0.60 m" in shown
    assert next(lines) == "never read"


def test_the_example_says_that_a_run_is_over(tmp_path):
    (tmp_path / "services.json").write_text('{"memory/ask": "tcp://127.0.0.1:9"}')
    (tmp_path / "lock").touch()
    example = Path(__file__).parents[2] / "examples" / "ask_zmq.py"
    asked = [sys.executable, str(example), str(tmp_path), HOW_HIGH]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.startswith("the run is over; its map: cogmap ask")


def test_a_quiz_of_a_stored_map(furnished_map):
    result = cogmap("quiz", "--map", furnished_map, "-n", "3")
    assert result.exit_code == 0, result.output
    rows = [re.split(r"  +", line.strip()) for line in result.stdout.splitlines()]
    assert rows[0] == ["question", "answer", "program"] and len(rows) == 4
    answers = {program: answer for _, answer, program in rows[1:]}
    assert answers['count(find("table"))'] == "1"
    assert answers['size(find("table"), axis="longest")'] == "80 cm"
    assert "not seen" in answers.values()


def test_a_quiz_of_a_simulated_house_has_the_truth_beside(furnished_map):
    box = {"center": [0.9, 0.0, 0.4], "size": [0.6, 0.8, 0.9], "yaw": 0.0}
    table = {"id": 5, "label": "table", "box": box, "room": 0, "support": "floor", "relation": "on"}
    room = {
        "id": 0,
        "type": "kitchen",
        "polygon": [[0, -2], [3, -2], [3, 2], [0, 2]],
        "area_m2": 12,
    }
    truth = {"objects": [table], "rooms": [room]}
    (furnished_map.parent / "truth.json").write_text(json.dumps(truth))
    result = cogmap("quiz", "--map", furnished_map)
    assert result.exit_code == 0, result.output
    assert "truth" in result.stdout and "not there" in result.stdout
    assert "90 cm" in result.stdout


class TestWords:
    @pytest.mark.parametrize(
        ("value", "unit", "text"),
        [
            (2.3051, "m", "2.31 m"), (12.0, "m2", "12.0 m²"), (-31.7, "deg", "-32°"),
            (4, "count", "4"), (True, "", "yes"), (False, "", "no"), ("left", "", "left"),
            (("cup", "tv"), "", "cup, tv"), ("a\x1b[31mb", "", "a [31mb"),
        ],
    )  # fmt: skip
    def test_values(self, value, unit, text):
        assert value_text(Answer(stamp_ns=0, status="answered", value=value, unit=unit)) == text

    def test_what_an_answer_rests_on_and_where_to_look(self):
        answer = Answer(
            stamp_ns=5 * 10**9,
            status="ambiguous",
            text="there are 2 chairs",
            evidence=Evidence(objects=tuple(range(20)), keyframes=(3,)),
            viewpoint=Standpoint(position=(1.0, 2.0, 1.5), yaw=0.0),
            version=8,
        )
        text = "\n".join(answer_lines(answer))
        assert text.startswith("ambiguous\nthere are 2 chairs")
        assert "object 11 and 8 more; keyframe 3" in text
        assert "look from x 1.00 y 2.00" in text and "version 8" in text

    def test_options(self):
        assert parse_options(["a| b", "c"]) == ("a", "b", "c")
        assert parse_options(None) == ()

    def test_pose(self):
        pose = parse_pose("1,-2,90")
        assert pose.position[:2] == (1, -2) and pose.yaw == pytest.approx(np.pi / 2)
        assert parse_pose(None) is None
        with pytest.raises(CogmapError):
            parse_pose("nan,0,0")

    @pytest.mark.parametrize(
        ("model", "backend", "name"),
        [
            ("offline", "offline", ""), ("qwen3:8b", "openai", "qwen3:8b"),
            ("openai:offline", "openai", "offline"), ("transformers:/m", "transformers", "/m"),
        ],
    )  # fmt: skip
    def test_models(self, model, backend, name):
        settings = settings_of_model(model, 5.0)
        assert (settings.backend, settings.model) == (backend, name)
        assert not settings.may_go

    def test_one_that_may_go_has_more_steps(self):
        settings = settings_of_model("tiny", 5.0, may_go=True)
        assert settings.may_go
        assert settings.budget.steps > settings_of_model("tiny", 5.0).budget.steps
