"""Forms of questions by topic. A new wording is a line in one of these tables."""

from __future__ import annotations

from cogmap.memory.asking.form import Form
from cogmap.memory.asking.forms import (
    absence,
    at_times,
    by_room,
    carrying,
    change,
    choosing,
    comparing_counts,
    counting,
    counting_rooms,
    describing,
    directions,
    distances,
    doors,
    movement,
    ranking,
    relations,
    room_measures,
    rooms,
    routes,
    sizes,
    space,
    surroundings,
    time,
    turns,
    viewpoints,
    visits,
)

__all__ = ["FORMS"]

FORMS: tuple[Form, ...] = (
    *counting.FORMS,
    *comparing_counts.FORMS,
    *counting_rooms.FORMS,
    *by_room.FORMS,
    *absence.FORMS,
    *room_measures.FORMS,
    *sizes.FORMS,
    *ranking.FORMS,
    *distances.FORMS,
    *choosing.FORMS,
    *viewpoints.FORMS,
    *directions.FORMS,
    *surroundings.FORMS,
    *relations.FORMS,
    *carrying.FORMS,
    *describing.FORMS,
    *rooms.FORMS,
    *visits.FORMS,
    *doors.FORMS,
    *time.FORMS,
    *at_times.FORMS,
    *turns.FORMS,
    *movement.FORMS,
    *routes.FORMS,
    *space.FORMS,
    *change.FORMS,
)
