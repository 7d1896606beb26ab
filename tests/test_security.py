"""What the tree may not do: unpickle, evaluate, run a shell, or follow paths of strangers."""

from __future__ import annotations

import ast
import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogmap.memory.packed_array import pack
from cogmap.memory.persistence import (
    MapError,
    SavedMap,
    drop_files,
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
FORBIDDEN_ARGUMENTS = ("shell", "allow_pickle", "trust_remote_code")
IMPORTS_BY_NAME = {
    "runtime/wiring.py": "a launch file names the classes of its nodes: it is code of its owner",
    "nodes/detectors/backend.py": "from a table of our own",
    "nodes/planners/planner.py": "from a table of our own",
    "memory/index/device_scan.py": "torch, where it is installed",
    "bench/harness.py": "from a list of our own",
    "bench/fuzzing/drive.py": "from a table of our own",
    "memory/programs/registry.py": "operations of packages that the owner has installed",
}
"""Where modules are imported by name, and why that is no stranger's choice."""
IMPORTING_CALLS = {
    "importlib.import_module", "import_module", "entry_points", "importlib.metadata.entry_points",
    "metadata.entry_points", "runpy.run_path", "runpy.run_module", "SourceFileLoader",
    "importlib.util.spec_from_file_location", "spec_from_file_location",
}  # fmt: skip


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    return [
        (ast.unparse(node.func), node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Modules by name, with the line."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno


def forbidden(path: Path) -> list[int]:
    """Lines that unpickle, evaluate or run a shell."""
    lines = [line for name, line in imports(path) if name.split(".")[0] in FORBIDDEN_MODULES]
    for name, call in calls(path):
        given = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
        arguments = (given.get(name, "False") for name in FORBIDDEN_ARGUMENTS)
        if name in FORBIDDEN_CALLS or any(value != "False" for value in arguments):
            lines.append(call.lineno)
    return sorted(lines)


def imports_by_name(path: Path) -> bool:
    return any(name in IMPORTING_CALLS for name, _ in calls(path))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_nothing_is_unpickled_evaluated_or_given_to_a_shell(path):
    assert forbidden(path) == []


def test_modules_are_imported_by_name_only_where_it_is_justified():
    assert {name_of(path) for path in MODULES if imports_by_name(path)} == set(IMPORTS_BY_NAME)


BAD_LINES = (
    "import pickle", "import os, marshal", "from dill import loads", "import joblib.numpy_pickle",
    "os.system('x')", "eval(text)", "torch.load(path)", "np.load(f, allow_pickle=True)",
    "subprocess.run(line, shell=yes)", "f(g(x), trust_remote_code=1)", "lambda: exec(text)",
)  # fmt: skip
GOOD_LINES = (
    "import json", "from os import path", "np.load(f, allow_pickle=False)", "re.compile('x')",
    "subprocess.run(words, shell=False)", "model.eval()", "tensors.load(path)",
)  # fmt: skip


@pytest.mark.parametrize("line", BAD_LINES + GOOD_LINES)
def test_these_tests_see_what_they_look_for(tmp_path, line):
    path = tmp_path / "some.py"
    path.write_text(f"import ast\n{line}\n")
    assert forbidden(path) == ([2] if line in BAD_LINES else [])


@pytest.mark.parametrize("call", sorted(IMPORTING_CALLS))
def test_these_tests_see_what_is_imported_by_name(tmp_path, call):
    path = tmp_path / "some.py"
    path.write_text("import json\njson.load(file)\n")
    assert not imports_by_name(path)
    path.write_text(f"for each in {call}(group):\n    each.load()\n")
    assert imports_by_name(path)


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
        write_manifest(folder, {"a": entry}, {}, last=True)
    drop_files(folder, {"a": entry})
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
