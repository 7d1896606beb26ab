"""What is kept of a conversation, so that "and its size?" and "the other one" can be read."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, replace

from cogmap.memory.asking.cues import Cues
from cogmap.memory.asking.form import Form
from cogmap.memory.asking.listed import Listed
from cogmap.memory.asking.things import MASS, Thing, quoted, same_thing
from cogmap.memory.asking.words import ANYTHING
from cogmap.memory.index.synonyms import relation
from cogmap.memory.programs.values import Objects, Rooms
from cogmap.runtime.messages import MapObject, Room

__all__ = ["Conversation", "Conversations", "Turn"]

MAX_SESSIONS = 256
"""Conversations that are remembered; the one that was silent longest is forgotten first."""
_MAX_OTHERS = 16
_IN_ROOM = re.compile(r"(?:room=|== )(room\((?:\d+|\"[^\"]*\")\))")
_REFERS = re.compile(r"\b(?:it|its|there)\b")
_OBJECT = re.compile(r"object\((\d+)\)")


@dataclass(frozen=True)
class Turn:
    """The last question that was read, with what came of it."""

    form: Form
    words: dict[str, str]
    """Of its slots."""
    quotes: tuple[str, ...]
    cues: Cues
    about: tuple[Thing, ...]
    agent: str = "agent()"
    referred: tuple[Thing | None, Thing | None] = (None, None)
    """What "it" and "them" meant in it."""
    text: str = ""
    """Its words, where it was whole."""
    yes: bool | None = None
    """Its answer, if that was yes or no."""
    answered: Thing | None = None
    """The thing that the answer named."""
    used: tuple[int, ...] = ()
    """Ids of objects of the subject's label that the answer used."""

    @property
    def refers(self) -> bool:
        """Whether it spoke of "it" or "there"."""
        return any(_REFERS.search(text) for text in self.words.values())


@dataclass
class Conversation:
    """One conversation: its last turn and the one before, no more."""

    last: Turn | None = None
    before: Turn | None = None
    listed: Listed | None = None
    """What was named last one after the other, as long as it is spoken of."""

    @property
    def antecedent(self) -> Thing | None:
        """What "it" means: what the answer named, else the first thing by name that was asked of;
        not "the things on the table", but the table, and not several chairs where one thing was
        spoken of with them or just before."""
        spoken = self._spoken()
        first = next((t for t in spoken if t.label not in ANYTHING), next(iter(spoken), None))
        if first is None or not self._are_several(first):
            return first
        return self._one_thing() or first

    def _are_several(self, thing: Thing) -> bool:
        assert self.last is not None
        one = thing.single or thing.label in MASS or len(self.last.used) == 1
        return thing.kind == "thing" and thing.plural and not one

    def _one_thing(self) -> Thing | None:
        """What "it" meant where several were asked about: in "how many chairs are in it" the room,
        else one of which was spoken with them or just before."""
        assert self.last is not None
        if self.last.refers:
            return self.last.referred[0]
        before = self.before.about if self.before is not None else ()
        return next(
            (t for t in (*self._spoken(), *before)
             if t.kind != "agent" and not t.plural and t.label not in ANYTHING),
            None,
        )  # fmt: skip

    @property
    def there(self) -> Thing | None:
        """Where "there" is: the room that several things were said to be in, else what "it"
        means."""
        subject = self.last.about[0] if self.last is not None and self.last.about else None
        if subject is None or subject.kind != "thing" or not subject.plural or subject.single:
            return self.antecedent
        rooms = set(_IN_ROOM.findall(subject.program))
        if len(rooms) != 1:
            return self.antecedent
        room = rooms.pop()
        name = room.removeprefix("room(").removesuffix(")").strip('"')
        return Thing(room, name if not name.isdecimal() else f"room {name}", kind="room")

    @property
    def several(self) -> Thing | None:
        """What "them" means: things of which there may be several, else what "it" means."""
        plural = (t for t in self._spoken() if t.plural and not t.single)
        return next(plural, self.antecedent)

    def _spoken(self) -> list[Thing]:
        if self.last is None:
            return []
        named = [] if self.last.answered is None else [self.last.answered]
        return [thing for thing in (*named, *self.last.about) if thing.kind != "agent"]

    @property
    def other(self) -> Thing | None:
        """What "the other one" means: of the subject's kind, and not the one spoken of."""
        turn = self.last
        if turn is None or not turn.about or not turn.used:
            return None
        subject = turn.answered or turn.about[0]
        base = subject.seen_program or (turn.about[0].seen_program if turn.about else "")
        if not base:
            return None
        test = " and ".join(f"o != object({id_})" for id_ in turn.used)
        return Thing(
            f"[o for o in {base} if {test}]", f"other {subject.label}", subject.label,
            subject.plural, seen_program=base,
        )  # fmt: skip

    def take(self, other: Conversation) -> None:
        """Go on where another one is."""
        self.last, self.before, self.listed = other.last, other.before, other.listed

    def remember(
        self, turn: Turn, value: object, used: dict[int, MapObject], listed: Listed | None = None
    ) -> None:
        """Take a question that was read, its result, the objects that this rests on and what it
        ``listed``."""
        named = _named(value, turn.about)
        label = (named or next(iter(turn.about), Thing("", ""))).label
        ids = [i for i, thing in used.items() if relation(label, thing.label) is not None]
        spoken_of = _OBJECT.fullmatch(turn.about[0].program) if turn.about else None
        if isinstance(value, MapObject):
            ids = [value.id]
        elif spoken_of:  # and not what it stands next to
            ids = [int(spoken_of[1])]
        if listed is None and self.listed is not None:  # still about one of them
            spoken_on = any(self.listed.holds(thing.program) for thing in turn.about)
            listed = self.listed if spoken_on else None
        self.listed = listed
        self.before = self.last
        yes = value if isinstance(value, bool) else None
        self.last = replace(turn, answered=named, used=tuple(ids[:_MAX_OTHERS]), yes=yes)


def _named(value: object, about: tuple[Thing, ...]) -> Thing | None:
    """The thing that a result is, as far as it is one."""
    if isinstance(value, Objects | Rooms) and len(value) == 1:
        value = value.members[0]
    if isinstance(value, Room):
        return Thing(f"room({value.id})", value.label or f"room {value.id}", kind="room")
    if isinstance(value, MapObject):
        label = value.label or "thing"
        return Thing(f"object({value.id})", label, label, seen_program=_find(label))
    if isinstance(value, str) and len(about) > 1:
        return next(
            (t for t in about if value in (t.words, t.label) or same_thing(t.label, value)), None
        )
    return None


def _find(label: str) -> str:
    return f"find({quoted(label)})"


class Conversations:
    """Conversations by their session, a bounded number of them."""

    def __init__(self) -> None:
        self._sessions: OrderedDict[str, Conversation] = OrderedDict()

    def of(self, session: str) -> Conversation:
        """The conversation of a session; a new one that nobody else gets for a session without
        a name, since strangers ask a running map and lines of a file say nothing of each other."""
        if not session:
            return Conversation()
        key = session[:200]
        conversation = self._sessions.setdefault(key, Conversation())
        self._sessions.move_to_end(key)
        while len(self._sessions) > MAX_SESSIONS:
            self._sessions.popitem(last=False)
        return conversation
