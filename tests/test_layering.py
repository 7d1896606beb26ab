"""The house keeps its order: who may import whom, and what every module says of itself."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("runtime", "memory", "sim", "nodes", "launch", "bench")
GLOSSARY = "cogmap.runtime.messages"
IMAGE_SIZE = "cogmap.runtime.image_size"
"""As plain as the glossary: who decodes an image of others asks it first."""
MAY_IMPORT = {
    "runtime": ("cogmap.runtime",),
    "memory": ("cogmap.memory", GLOSSARY, IMAGE_SIZE),
    "sim": ("cogmap.sim", "cogmap.memory", GLOSSARY),
    "nodes": ("cogmap.nodes", "cogmap.runtime", "cogmap.memory", "cogmap.sim"),
    "launch": ("cogmap",),
    "bench": ("cogmap",),
}
SOCKETS = {"zmq", "socket", "multiprocessing", "subprocess"}
MODULES = [path for part in PARTS for path in sorted((ROOT / part).rglob("*.py"))]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def part_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def imports_of(path: Path) -> Iterator[str]:
    """Every module that is imported, also inside functions and under TYPE_CHECKING."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            assert node.module is not None
            if node.module in ("cogmap", "cogmap.runtime"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def within(module: str, allowed: tuple[str, ...]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("part", PARTS)
def test_imports_respect_the_order_of_the_house(part):
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        if part_of(path) == part
        for name in imports_of(path)
        if within(name, ("cogmap",)) and not within(name, MAY_IMPORT[part])
    ]
    assert not wrong


@pytest.mark.parametrize("part", ["memory", "sim"])
def test_the_library_knows_no_sockets_and_no_processes(part):
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in MODULES
        if part_of(path) == part
        for name in imports_of(path)
        if name.split(".")[0] in SOCKETS
    ]
    assert not wrong


def test_what_words_mean_knows_nothing_of_the_language():
    """Spatial meaning is used by the language's operations and by questions, not the reverse."""
    programs = "cogmap.memory.programs"
    shared = ("abstention", "errors", "evidence", "meaning", "values", "words", "world")
    wrong = [
        f"{name_of(path)} imports {name}"
        for path in (ROOT / "memory" / "programs" / "meaning").glob("*.py")
        for name in imports_of(path)
        if within(name, (programs,))
        and not within(name, tuple(f"{programs}.{each}" for each in shared))
    ]
    assert not wrong


def test_the_glossary_imports_nothing_of_ours():
    names = imports_of(ROOT / "runtime" / "messages.py")
    assert not [name for name in names if within(name, ("cogmap",))]


def test_every_module_says_what_it_is():
    assert not [name_of(path) for path in MODULES if not ast.get_docstring(parsed(path))]


@pytest.mark.parametrize("part", ["runtime", "memory", "nodes", "launch"])
def test_every_public_class_says_what_it_is(part):
    bare = [
        f"{name_of(path)}: {node.name}"
        for path in MODULES
        if part_of(path) == part
        for node in parsed(path).body
        if isinstance(node, ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert not bare


def test_modules_stay_short():
    """The glossary is plain data and stays one file on purpose."""
    lines = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}
    del lines["runtime/messages.py"]
    assert not {name: number for name, number in lines.items() if number > 400}


def test_all_packages_are_installed():
    """A folder with modules that pyproject does not name would be missing from a wheel."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {project["package-dir"].get(name, name) for name in project["packages"]}
    folders |= {
        project["package-dir"]["cogmap.sim"] + "/" + name.removeprefix("cogmap.sim.")
        for name in project["packages"]
        if name.startswith("cogmap.sim.")
    }
    with_modules = {path.parent.relative_to(ROOT).as_posix() for path in MODULES}
    assert with_modules <= folders


def test_nothing_is_unpickled():
    for path in MODULES:
        names = {name.split(".")[0] for name in imports_of(path)}
        assert not names & {"pickle", "cPickle", "dill", "shelve", "marshal"}, name_of(path)
        assert "allow_pickle=True" not in path.read_text(), name_of(path)
