"""What comes of programs and journeys, in words for a model: labels in them are only data."""

from __future__ import annotations

import json
from collections.abc import Collection

from cogmap.nodes.planners.quoting import as_data, cut
from cogmap.runtime.messages import Answer, JourneyProgress

__all__ = ["TEXT_LIMIT", "news_text", "outcome_text"]

TEXT_LIMIT = 1500


def outcome_text(outcome: Answer, labels: Collection[str] = ()) -> str:
    """An outcome for a model to read: status, value, unit, and what the map says of it, in which
    ``labels`` are only data."""
    value = outcome.value
    if isinstance(value, tuple):
        value = tuple(as_data(v, labels) if isinstance(v, str) else v for v in value)
    shown = {
        "status": outcome.status,
        "value": as_data(value, labels) if isinstance(value, str) else value,
        "unit": outcome.unit,
        "sigma": outcome.sigma,
        "text": cut(as_data(outcome.text, labels), TEXT_LIMIT),
        "objects": list(outcome.evidence.objects[:50]),
        "candidates": list(outcome.candidates[:50]),
    }
    return json.dumps({key: value for key, value in shown.items() if value not in (None, "", [])})


def news_text(news: JourneyProgress | None, labels: Collection[str] = (), *, is_own: bool) -> str:
    """How a journey goes, for a model to read; the words of somebody else's are not shown."""
    if news is None or news.state == "idle":
        return json.dumps({"state": "idle", "text": "nobody was sent anywhere yet"})
    shown: dict[str, object] = {
        "state": news.state,
        "text": cut(as_data(news.text, labels), TEXT_LIMIT),
        "driven_m": round(news.driven_m, 2),
        "left_m": round(news.remaining_m, 2),
        "objects": list(news.objects[:50]),
    }
    if len(news.goals) > 1:
        shown["goal"] = f"{news.step + 1} of {len(news.goals)}"
    if not is_own:
        shown["whose"] = "somebody else's: it is not yours to stop"
    return json.dumps({key: value for key, value in shown.items() if value not in ("", [])})
