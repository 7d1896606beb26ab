"""Pictures that programs make."""

from __future__ import annotations

import cv2
import msgspec
import numpy as np
import pytest

from cogmap.memory.programs.abstention import NotDeterminable
from cogmap.memory.programs.errors import BudgetError
from cogmap.memory.programs.run import answer_program, run_program
from cogmap.memory.programs.world import World
from cogmap.memory.render.drawing import label_color
from cogmap.memory.render.perspective import SKY
from cogmap.runtime.messages import ObjectView


def decoded(data):
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)


def test_the_map_from_above(flat):
    answer = answer_program(flat, "render_bev()")
    (image,) = answer.images
    assert decoded(image).shape[2] == 3
    assert answer.value == "the map from above"


def test_a_view_shows_what_is_ahead_and_not_what_is_behind(flat):
    ahead = run_program(flat, "view_from(pose(2, 1, 90))").value
    away = run_program(flat, "view_from(pose(2, -5, -90))").value
    assert (decoded(away.data)[:300] == np.array(SKY)).all()
    image = decoded(ahead.data).astype(int)
    wanted = np.array(label_color("chair"))
    assert (np.abs(image - wanted).sum(axis=2) < 60).any()


def test_keyframes_come_with_marks(flat):
    picture = np.full((120, 160, 3), 200, np.uint8)
    jpeg = cv2.imencode(".jpg", picture)[1].tobytes()
    view = ObjectView(keyframe=4, box=(20.0, 20.0, 90.0, 90.0), pixels=900, cut=0.0)
    objects = tuple(
        msgspec.structs.replace(thing, views=(view,)) if thing.id == 1 else thing
        for thing in flat.layout.objects
    )
    layout = msgspec.structs.replace(flat.layout, objects=objects)
    world = World(layout, keyframes=(4,), picture={4: jpeg}.__getitem__)
    answer = answer_program(world, 'keyframes(find("sofa"))')
    (image,) = answer.images
    assert (decoded(image) != 200).any()
    assert answer.evidence.keyframes == (4,)
    with pytest.raises(NotDeterminable, match="no photograph"):
        run_program(world, 'keyframes(find("table"))')


def test_pictures_are_bounded(flat):
    program = "\n".join([*(f"p{n} = render_bev()" for n in range(9)), "1"])
    with pytest.raises(BudgetError, match="too many pictures"):
        run_program(flat, program)
