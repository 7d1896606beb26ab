"""Asking in English: an offline planner that reads questions, runs programs and says results."""

from __future__ import annotations

from cogmap.memory.asking.answering import ask
from cogmap.memory.asking.conversation import Conversation, Conversations
from cogmap.memory.asking.phrase_words import with_article
from cogmap.memory.asking.planning import Plan, plan
from cogmap.memory.asking.refusals import NotOfTheMap
from cogmap.memory.asking.unreadable import Unreadable

__all__ = [
    "Conversation",
    "Conversations",
    "NotOfTheMap",
    "Plan",
    "Unreadable",
    "ask",
    "plan",
    "with_article",
]
