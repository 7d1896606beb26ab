"""What a program compares with what, against what the question does: "less", "more", numbers."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from cogmap.memory.index.synonyms import normalize, synonyms
from cogmap.nodes.planners.question_words import NUMBERS, numbers_of

__all__ = ["called", "ordering", "program_tree", "said_of_numbers"]

_LESS = ("less fewer smaller shorter lower narrower nearer closer thinner shallower earlier before "
         "within sooner")  # fmt: skip
_MORE = ("more bigger larger greater taller higher longer wider broader farther further deeper "
         "older later after exceed exceeds outnumber thicker roomier bulkier")  # fmt: skip
_NUMBER = rf"(?:\d|{'|'.join(NUMBERS)}\b)"
_PHRASES = (
    (re.compile(r"\bat least\b"), " atleast "), (re.compile(r"\b(?:at most|up to)\b"), " atmost "),
    (re.compile(rf"\b(?:under|below)\b(?= (?:a |an )?{_NUMBER})"), " less "),
    (re.compile(rf"\b(?:over|above|beyond)\b(?= (?:a |an )?{_NUMBER})"), " more "),
)  # fmt: skip
_AS_AS = re.compile(r"\bas (?!well|far|soon|of)\w+ as\b")
_REFERENCE = re.compile(r"\b(?:than|before|after|versus|vs|compared (?:to|with)|relative to)\b")
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_SIGNS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.Gt: ">", ast.LtE: "<=", ast.GtE: ">="}
_UNITS = (1.0, 0.01, 0.001, 0.1, 0.3048, 0.0254, 0.9144, 60.0, 3600.0, math.pi / 180)
"""How many of ours are in one of theirs."""
_SCALES = (100.0, 1000.0, 60.0, 3600.0, 0.3048, 0.0254, 2.54)
"""What a value may be multiplied or divided by, to be in another unit."""
_THINGS = ("label", "room", "a", "b", "c", "object", "objects", "of", "at", "facing", "place")
_MADE_OF_NUMBERS = ("point", "pose", "time", "frame", "move")
_HALVES = {"half": 0.5, "twice": 2.0, "double": 2.0, "percent": 100.0, "percentage": 100.0}


def program_tree(program: str) -> ast.AST | None:
    """Its syntax tree; None if it has none."""
    try:
        return ast.parse(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def called(node: ast.AST) -> str:
    """The operation that is called; "" if this is no call."""
    return node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""


def said_of_numbers(question: str, tree: ast.AST) -> str:
    """Which number is in the one and not in the other; "" if none is."""
    said, used = numbers_of(question), set(_numbers(tree))
    things = float(sum(called(node) in ("find", "object", "room") for node in ast.walk(tree)))
    texts = " ".join(re.findall(r"\d+(?:\.\d+)?", " ".join(_texts(tree))))
    standing = {*texts.split(), f"{things:g}"}
    for number in said:
        is_used = any(_is_one_of(each, (number,)) for each in used)
        if not is_used and f"{number:g}" not in standing:
            return f"nothing in the program stands for the number {number:g} of the question"
    allowed = (*said, *(value for word, value in _HALVES.items() if word in question.casefold()))
    for node in ast.walk(tree):
        for number in _reckoned_with(node):
            if not _is_one_of(number, allowed):
                return f"the number {number:g} of the program is not in the question"
    return ""


def _numbers(tree: ast.AST) -> Iterator[float]:
    for node in ast.walk(tree):
        if _is_number(node):
            yield abs(float(node.value))  # type: ignore[attr-defined]


def _is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _texts(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _is_one_of(number: float, said: tuple[float, ...]) -> bool:
    return any(math.isclose(number, each * unit, rel_tol=1e-3) for each in said for unit in _UNITS)


def _reckoned_with(node: ast.AST) -> Iterator[float]:
    """Numbers that a node compares a value with or changes it by, but for "is there one" and for
    another unit; and those of places and times."""
    if called(node) in _MADE_OF_NUMBERS:
        yield from _numbers(node)
    if isinstance(node, ast.Compare) and not _is_existence(node):
        yield from (abs(n.value) for n in (node.left, *node.comparators) if _is_number(n))  # type: ignore[attr-defined]
    if isinstance(node, ast.BinOp):
        scales = isinstance(node.op, ast.Mult | ast.Div)
        for each in (node.left, node.right):
            if _is_number(each) and not (scales and each.value in _SCALES):  # type: ignore[attr-defined]
                yield abs(each.value)  # type: ignore[attr-defined]


def _is_existence(node: ast.Compare) -> bool:
    """Of a count, whether there is one, or none."""
    value, op = node.comparators[0], node.ops[0]
    if called(node.left) != "count" or not _is_number(value):
        return False
    at = (value.value, type(op))  # type: ignore[attr-defined]
    return at in {(0, ast.Gt), (0, ast.Eq), (0, ast.NotEq), (1, ast.GtE), (1, ast.Lt)}


@dataclass
class _Scope:
    """What the names of a program stand for: the things that are named where they come from."""

    labels: Mapping[int, str]
    known: dict[str, set[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.AST, labels: Mapping[int, str]) -> _Scope:
        scope = cls(labels)
        for node in ast.walk(tree):  # statements come before what is in them
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                scope.known[node.targets[0].id] = scope.named(node.value)
            elif isinstance(node, ast.comprehension) and isinstance(node.target, ast.Name):
                scope.known[node.target.id] = scope.named(node.iter)
        return scope

    def named(self, tree: ast.AST) -> set[str]:
        """Things that are named in a part, not the ways in which they are looked at."""
        if isinstance(tree, ast.keyword) and tree.arg not in _THINGS:
            return set()
        if isinstance(tree, ast.Name):
            return self.known.get(tree.id, set())
        if isinstance(tree, ast.Constant) and isinstance(tree.value, str):
            return {tree.value}
        if isinstance(tree, ast.Call) and called(tree) == "object":
            number = tree.args[0] if tree.args else None
            is_known = isinstance(number, ast.Constant) and isinstance(number.value, int)
            return {self.labels.get(number.value, "")} if is_known else set()  # type: ignore
        return set().union(*map(self.named, ast.iter_child_nodes(tree)))


def ordering(text: str, tree: ast.AST, labels: Mapping[int, str]) -> str:
    """Why what is less or more in a program is not so in a question of these words; "" if it is."""
    compared = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and type(node.ops[0]) in _SIGNS and not _is_existence(node)
    ]  # fmt: skip
    if not compared:
        return ""
    if _AS_AS.search(text):
        return "the program asks what is more or less, the question whether it is as much"
    sense = _sense_of(text)
    if not sense:
        return "whether more or less is asked for is not clear from the question"
    scope = _Scope.of(tree, labels)
    for node in compared:
        if len(node.ops) > 1:
            return "compare two things at a time"
        found = _sign(node, text, scope)
        if not found:
            return "the question does not say what is compared with what"
        if not _agree(found, sense):
            return (
                f"the question asks for {_IN_WORDS[sense]}, which is not what the program compares"
            )
    return ""


_IN_WORDS = {"<": "less", ">": "more", "<=": "at most so much", ">=": "at least so much"}


def _agree(found: str, sense: str) -> bool:
    """Bounds of which the question says whether they count themselves are to be so."""
    return found == sense if len(sense) == 2 else found[0] == sense


def _sense_of(text: str) -> str:
    """ "<", ">", "<=" or ">=" as the question has it; "" if not, or in several ways."""
    for phrase, word in _PHRASES:
        text = phrase.sub(word, text)
    words = set(text.split())
    signs = {
        sign
        for listed, sign in ((_LESS, "<"), (_MORE, ">"), ("atleast", ">="), ("atmost", "<="))
        if words & {normalize(each) for each in listed.split()}
    }
    return signs.pop() if len(signs) == 1 else ""


def _sign(node: ast.Compare, text: str, scope: _Scope) -> str:
    """As it is if what the question compares with stands on the right; "" if that is unknown."""
    sign = _SIGNS[type(node.ops[0])]
    left, right = node.left, node.comparators[0]
    if _is_number(left) or _is_number(right):
        return _TURNED[sign] if _is_number(left) else sign
    a, b = scope.named(left), scope.named(right)
    marker = _REFERENCE.search(text)
    if marker is None:
        return ""
    after = text[marker.end() :]
    first = {side: _first(names, after) for side, names in (("a", a - b), ("b", b - a))}
    if min(first.values()) == math.inf or first["a"] == first["b"]:
        return ""
    return sign if first["b"] < first["a"] else _TURNED[sign]


def _first(names: set[str], text: str) -> float:
    """Where the first of some names begins in a text; infinite if none is in it."""
    places = [
        f" {text} ".find(f" {normalize(other)} ")
        for name in names
        for other in (name, *synonyms(name))
    ]
    return min((place for place in places if place >= 0), default=math.inf)
