"""What the tree may not do: unpickle, evaluate, run a shell, or follow paths of strangers."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.memory.packed_array import pack
from cogmap.memory.persistence import (
    MapError,
    SavedMap,
    load_map,
    save_map,
    write_files,
    write_manifest,
)

ROOT = Path(__file__).parents[1]
PARTS = ("runtime", "memory", "sim", "nodes", "launch", "bench", "docs", "examples")
MODULES = [path for part in PARTS for path in sorted((ROOT / part).rglob("*.py"))]
FORBIDDEN_MODULES = {
    "pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml",
}  # fmt: skip
FORBIDDEN_CALLS = {
    "eval", "exec", "compile", "__import__", "os.system", "os.popen", "torch.load",
    "torch.jit.load", "subprocess.getoutput", "subprocess.getstatusoutput", "tempfile.mktemp",
    "shutil.unpack_archive",
}  # fmt: skip
IMPORTS_BY_NAME = {
    "runtime/wiring.py": "a launch file names the classes of its nodes: it is code of its owner",
    "nodes/detectors/backend.py": "from a table of our own",
    "nodes/planners/planner.py": "from a table of our own",
    "memory/index/device_scan.py": "torch, where it is installed",
    "bench/harness.py": "from a list of our own",
    "bench/fuzzing/drive.py": "from a table of our own",
}
"""Where ``importlib.import_module`` is called, and why that is no stranger's choice."""


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    return [
        (ast.unparse(node.func), node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_unpickled_evaluated_or_given_to_a_shell(path):
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        assert not {name.split(".")[0] for name in names} & FORBIDDEN_MODULES
    for name, call in calls(path):
        assert name not in FORBIDDEN_CALLS, f"line {call.lineno}"
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        for argument in ("shell", "allow_pickle", "trust_remote_code"):
            value = given.get(argument)
            assert value is None or ast.unparse(value) == "False", f"line {call.lineno}"


def test_modules_are_imported_by_name_only_where_it_is_justified():
    found = {
        name_of(path)
        for path in MODULES
        for name, _ in calls(path)
        if name in ("importlib.import_module", "import_module")
    }
    assert found == set(IMPORTS_BY_NAME)


def test_these_tests_see_what_they_look_for(tmp_path):
    bad = tmp_path / "bad.py"
    bad.write_text("import os\nos.system('x')\nnp.load(f, allow_pickle=True)\n")
    assert [name for name, _ in calls(bad)] == ["os.system", "np.load"]


pieces = st.sampled_from(["..", ".", "a", "etc", "", "x-0123456789abcdef.npy.zst"])
steps = st.lists(pieces, max_size=4)
outside = st.one_of(
    st.tuples(st.sampled_from(["", "/", "../", "./", "\x00"]), steps).map(
        lambda parts: parts[0] + "/".join(parts[1])
    ),
    st.text(max_size=40),
)
NO_FIXTURE_NEEDED = [HealthCheck.function_scoped_fixture]


@settings(max_examples=80, deadline=None, suppress_health_check=NO_FIXTURE_NEEDED)
@given(name=outside)
def test_no_message_has_the_map_name_files_of_others(tmp_path, name):
    """`MapPart.files` comes over a socket: only files of the map's own folder become a map."""
    folder, secret = tmp_path / "map", tmp_path / "x-0123456789abcdef.npy.zst"
    secret.write_bytes(pack(np.zeros(2))[0])
    save_map(folder, SavedMap({}))
    before = {path.name for path in folder.iterdir()}
    entry = {"file": name, "sha256": "0" * 64, "size": 1, "raw_size": 1}
    with pytest.raises((MapError, ValueError)):
        write_manifest(folder, {"a": entry}, {}, superseded=[{"b": entry}], last=True)
    assert secret.exists() and {path.name for path in folder.iterdir()} == before


@settings(max_examples=80, deadline=None, suppress_health_check=NO_FIXTURE_NEEDED)
@given(name=outside)
def test_no_manifest_has_files_read_elsewhere(tmp_path, name):
    folder = tmp_path / "map"
    folder.mkdir(exist_ok=True)
    entry = {"file": name, "sha256": "0" * 64, "size": 1, "raw_size": 1}
    manifest = {"format": 2, "details": {}, "files": {"a": entry}}
    text = json.dumps(manifest, sort_keys=True)
    manifest["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(MapError):
        load_map(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=NO_FIXTURE_NEEDED)
@given(name=outside)
def test_no_array_is_written_elsewhere(tmp_path, name):
    folder = tmp_path / "deep" / "map"
    with contextlib.suppress(MapError, ValueError):
        write_files(folder, {name: np.zeros(1)})
    assert [path.name for path in tmp_path.iterdir()] in ([], ["deep"])
    if folder.parent.exists():
        assert {path.name for path in folder.parent.iterdir()} <= {"map"}
    assert all(path.is_file() for path in folder.iterdir()) if folder.exists() else True
