"""Whether a program says a thing in the sense of the question, and not the opposite of it.

Every word of "is the sofa less wide than the stove?" has something that stands for it in a program
that asks whether it is wider. So what turns an answer round is looked at here: denials, "all",
"less" and "more" with what is compared to what, superlatives, sides, and numbers. What is not
clear counts as wrong: a true answer is lost then, and no false one is given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from cogmap.memory.index.synonyms import normalize
from cogmap.memory.programs.quoting import quoted
from cogmap.nodes.planners.compared import called, ordering, program_tree, said_of_numbers
from cogmap.nodes.planners.question_words import text_of

__all__ = ["DENIALS", "against_sense", "denies"]

DENIALS = "not no none neither nor never without except excluding lack lacking"
"""Words that a denial in the program has to stand for."""
_WHOLES = "all every each both"
_OTHERS = "empty vacant different other else another apart besides unlike false missing free only"
"""Words that may stand for a denial in the program, and need none."""

_OPPOSITES = (
    ("small smaller smallest short shorter shortest low lower lowest narrower narrowest less least "
     "fewer fewest tiny", "smallest lowest smallest_room min",
     "big bigger biggest large larger largest tall taller tallest high higher highest long longer "
     "longest wide wider widest more most", "largest highest largest_room max"),
    ("near nearer nearest close closer closest adjacent beside next",
     "nearest nearer closest closest_turn next_to",
     "farther farthest further furthest", "farthest farthest_of farthest_turn farthest_distance"),
    ("first earliest", "first_seen", "last latest recent", "last_seen last_visit"),
    ("left", "left left_of", "right", "right right_of"),
    ("front ahead forward", "front in_front_of forward", "behind back rear backward",
     "behind back backward"),
    ("above over", "above", "below under underneath beneath", "under"),
    ("appear appeared new arrived", "newcomers",
     "disappear disappeared gone vanish vanished removed", "removed_at gone"),
)  # fmt: skip
"""Words of a question and what stands for them in a program, with the opposites of both."""
_AXES = (
    ("tall taller tallest tallness height high higher", "height"),
    ("wide wider widest width broad broader breadth", "width"),
)


def against_sense(question: str, program: str, labels: Mapping[int, str], *, is_truth: bool) -> str:
    """Why a program has another sense than a question; "" if nothing tells so. ``labels``: of
    objects by number; ``is_truth``: the outcome is yes or no."""
    tree = program_tree(program)
    if tree is None:
        return ""
    text = text_of(question)
    return (
        _of_denials(text, tree, is_truth=is_truth)
        or _of_opposites(text, tree)
        or said_of_numbers(question, tree)
        or ordering(text, tree, labels)
    )


def denies(tree: ast.AST) -> bool:
    """Whether a program takes the contrary of something, or what is left of a set."""
    return any(_is_denial(node) or _is_rest(node) for node in ast.walk(tree))


def _is_denial(node: ast.AST) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Not)
    if isinstance(node, ast.Compare):
        (op, *_), value = node.ops, node.comparators[0]
        nothing = isinstance(value, ast.Constant) and value.value in (0, False)
        is_less = isinstance(op, ast.Lt) and isinstance(value, ast.Constant) and value.value == 1
        some = isinstance(op, ast.NotEq) and nothing
        return (
            (isinstance(op, ast.NotEq | ast.NotIn) and not some)
            or (isinstance(op, ast.Eq) and nothing)
            or (is_less and called(node.left) == "count")
        )
    return False


def _is_rest(node: ast.AST) -> bool:
    if called(node) == "without":
        return True
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and bool(called(node.left) and called(node.right))
    )


def _of_denials(text: str, tree: ast.AST, *, is_truth: bool) -> str:
    words, said = set(text.split()), _words(DENIALS)
    asked = said & words
    denied = denies(tree)
    if asked and not denied:
        return f"nothing in the program stands for {quoted(min(asked))} in the question"
    turned = any(_is_denial(node) or called(node) == "without" for node in ast.walk(tree))
    if turned and not words & (said | _words(_WHOLES) | _words(_OTHERS)):
        return "the program denies something, and the question does not"
    wholes = words & _words(_WHOLES)
    if is_truth and wholes and not (denied or _says_all(tree)):
        return f"nothing in the program stands for {quoted(min(wholes))} in the question"
    return ""


def _says_all(tree: ast.AST) -> bool:
    """Both this and that; all of a set; or two numbers of things that are the same."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.And):
            return True
        if called(node) == "agreed":
            return True
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq):
            both = {called(node.left), called(node.comparators[0])}
            if both == {"count"}:
                return True
    return False


def _of_opposites(text: str, tree: ast.AST) -> str:
    words, used = set(text.split()), set(_used(tree))
    for a_words, a_used, b_words, b_used in _OPPOSITES:
        for said, other, stands in ((a_words, b_words, b_used), (b_words, a_words, a_used)):
            opposite = used & set(stands.split())
            if opposite and words & _words(said) and not words & _words(other):
                wrong = quoted(min(words & _words(said)))
                return f"{min(opposite)} is the opposite of {wrong} in the question"
    for said, axis in _AXES:
        meant = words & _words(said)
        if meant and "size" in used and axis not in used:
            return f'size without axis="{axis}" is not what {quoted(min(meant))} asks for'
    return ""


def _used(tree: ast.AST) -> Iterator[str]:
    """Operations that are called, and words of texts."""
    for node in ast.walk(tree):
        if name := called(node):
            yield name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from re.findall(r"[a-z]+", node.value.casefold())


def _words(listed: str) -> set[str]:
    return {normalize(word) for word in listed.split()}
