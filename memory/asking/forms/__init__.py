"""Forms of questions by topic. A new wording is a line in one of these tables."""

from __future__ import annotations

from cogmap.memory.asking.form import Form
from cogmap.memory.asking.forms import (
    absence,
    change,
    choosing,
    counting,
    directions,
    distances,
    doors,
    movement,
    relations,
    rooms,
    routes,
    sizes,
    space,
    time,
    turns,
    viewpoints,
)

__all__ = ["FORMS"]

FORMS: tuple[Form, ...] = (
    *counting.FORMS,
    *absence.FORMS,
    *sizes.FORMS,
    *distances.FORMS,
    *choosing.FORMS,
    *viewpoints.FORMS,
    *directions.FORMS,
    *relations.FORMS,
    *rooms.FORMS,
    *doors.FORMS,
    *time.FORMS,
    *turns.FORMS,
    *movement.FORMS,
    *routes.FORMS,
    *space.FORMS,
    *change.FORMS,
)
