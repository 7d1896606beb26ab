"""What comes of journeys, in words for a model: labels in them are only data."""

from __future__ import annotations

import json
from collections.abc import Collection

from cogmap.memory.programs.quoting import TEXT_LIMIT, as_data, cut
from cogmap.runtime.messages import JourneyProgress

__all__ = ["news_text"]


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
