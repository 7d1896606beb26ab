"""An instruction cut into its steps: "go through the kitchen to the bedroom and look for a lamp".

Words only: what a step names is looked up later. Nothing is left out: what would be done under a
condition, or not be done, is refused.
"""

from __future__ import annotations

import re

from cogmap.runtime.messages import CogmapError

__all__ = ["MOST_STEPS", "StepsError", "steps_of"]

MOST_STEPS = 12
_VERB = (
    r"(?:go|drive|walk|move|head|navigate|get|take me|bring me|lead me|guide me|find|look|search|"
    r"seek|locate|show|see|let me see|check|inspect|explore|map|come|return|back|pass|stop at|"
    r"visit|continue|proceed)"
)
_POLITE = r"(?:(?:please|now|also|just|first|finally|next|afterwards|you)\s+)*"
_THEN = re.compile(
    r"\s*(?:;|\.(?=\s)|,?\s*\b(?:and\s+)?(?:then|after\s+that|afterwards|from\s+there|finally|next"
    r"(?!\s+to\b))\b,?)\s*",
    re.I,
)
_AND = re.compile(rf"\s*(?:,\s*(?:and\s+)?|\band\s+){_POLITE}(?={_VERB}\b)", re.I)
_FIRST = re.compile(r"^(?:first(?:ly)?|now|please|also|next|and|finally|you)\b[\s,]*", re.I)
_GO = r"(?P<go>(?:go|drive|walk|move|head|navigate|get|continue|proceed|take me|lead me|guide me))"
_BY = r"(?:through|via|by way of|past|across|by)"
_THROUGH = re.compile(
    rf"^{_GO} {_BY} (?P<by>.+?) (?:in)?to (?P<to>.+)$|^{_GO.replace('<go>', '<go2>')} (?:in)?to "
    rf"(?P<to2>.+?) {_BY} (?P<by2>.+)$",
    re.I,
)
_PASS = re.compile(rf"^(?:pass|{_GO} {_BY}|pass through|pass by|stop at|visit|come by) (?P<by>.+)$",
                   re.I)  # fmt: skip
_LOOK_SIDE = re.compile(
    r"^look (?P<side>behind|under|beside|next to|in front of|on) (?P<thing>.+)$", re.I
)
_LOOK_IN = re.compile(
    r"^(?:look|search) (?:in|around in|around|inside) (?P<room>.+?) for (?P<thing>.+)$", re.I
)
_THERE = re.compile(
    r"\s+(?:there|in there|while you are there|on the way|when you get there)$", re.I
)
_GO_ON = re.compile(r"^(?:continue|proceed|go on|carry on)(?= (?:to|into|towards)\b)", re.I)
_TO_IT = re.compile(r"^(?:go|drive|walk|move|get)(?: up)? to (?:it|them|there)$", re.I)
_IT = re.compile(r"\b(?:it|that one|that thing)\b", re.I)
_NAMED = re.compile(
    r"(?:\b(?:to|for|find|at|behind|under|beside|seek|locate|see|in front of|on|visit|past)\s+)+"
    r"(?P<name>(?:the|a|an|my|our)\s+.+|number\s+\d+)$",
    re.I,
)
_REFUSED = (
    (re.compile(r"\b(?:if|unless|whether|in case|when|whenever|while|until|as long as)\b", re.I),
     "I do nothing under a condition"),
    (re.compile(r"\b(?:not|never|n't|don'?t|avoid|without|except|instead of)\b", re.I),
     "I cannot be told what not to do"),
    (re.compile(r"\b(?:or)\b", re.I), "I do not choose between two things"),
    (re.compile(r"\b(?:twice|times|again and again|every|each|all)\b", re.I),
     "I do every step once, with one thing"),
)  # fmt: skip


class StepsError(CogmapError):
    """Steps that cannot be told apart, or that are not all to be done."""


def steps_of(text: str) -> tuple[str, ...]:
    """The steps of an instruction (without "please" and final marks), in order, each a sentence of
    its own that names what "it" means. Raises StepsError."""
    for pattern, why in _REFUSED:
        found = pattern.search(_THERE.sub("", text))
        if found:
            raise StepsError(f'"{found[0]}": {why}; say what is to be done, step by step')
    parts = [p for each in _THEN.split(text) for p in _AND.split(each) if p and re.search(r"\w", p)]
    steps: list[str] = []
    for part in parts:
        steps += _single(part, steps)
    if len(steps) > MOST_STEPS:
        raise StepsError(f"{len(steps)} steps; at most {MOST_STEPS} are followed at once")
    return tuple(steps)


def _single(part: str, before: list[str]) -> list[str]:
    """The steps of what no "and then" joins."""
    part = part.strip(" ,.")
    while (shorter := _FIRST.sub("", part)) and shorter != part:
        part = shorter
    part = _GO_ON.sub("go", _THERE.sub("", part))
    if before and _TO_IT.match(part):
        return []  # what was found or gone to is where one is
    part = _with_name(part, before)
    if re.match(r"^(?:to|the|into)\b", part, re.I) and before and before[-1].startswith("go to "):
        part = f"go {part}" if part.lower().startswith(("to", "into")) else f"go to {part}"
    if found := _THROUGH.match(part):
        by, to = found["by"] or found["by2"], found["to"] or found["to2"]
        return [*(f"go to {each}" for each in _list(by)), f"go to {to}"]
    if found := _PASS.match(part):
        return [f"go to {each}" for each in _list(found["by"])]
    if found := _LOOK_IN.match(part):
        return [f"go to {found['room']}", f"find {found['thing']}"]
    if found := _LOOK_SIDE.match(part):
        return [f"show me what is {found['side']} {found['thing']}"]
    return [part]


def _list(text: str) -> list[str]:
    """ "The hall and the kitchen" as two."""
    return [each.strip() for each in re.split(r",\s*(?:and\s+)?|\s+and\s+", text) if each.strip()]


def _with_name(part: str, before: list[str]) -> str:
    """ "Look behind it" with the name that "it" stands for. Raises StepsError if there is none."""
    if not _IT.search(part):
        return part
    named = next((found for step in reversed(before) if (found := _NAMED.search(step))), None)
    if named is None:
        raise StepsError(f'in "{part}" I do not know what "it" is')
    name = re.sub(r"^(?:a|an)\s+", "the ", named["name"], flags=re.I)
    return _IT.sub(lambda _: name, part)
