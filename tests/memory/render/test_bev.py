from __future__ import annotations

import cv2
import msgspec
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.render.bev import BevConfig, BevError, draw_bev, footprint
from cogmap.memory.render.bev_labels import place_labels
from cogmap.memory.render.drawing import badge_rect, dark, label_color, light, overlaps
from cogmap.runtime.messages import Box, Door, Layout, MapObject, OccupancyGrid, Room, Wall


def thing(id_: int, label: str, box: Box, **more: object) -> MapObject:
    given = {"confidence": 1.0, "first_seen_ns": 0, "last_seen_ns": 0} | more
    return MapObject(id=id_, label=label, box=box, **given)


CORNERS = ((0.0, 0.0), (4.0, 0.0), (4.0, 3.0), (0.0, 3.0))
ROOM = Room(id=0, label="kitchen", polygon=CORNERS, area_m2=12.0)
TABLE = thing(1, "table", Box(center=(1.0, 1.0, 0.4), size=(1.2, 0.6, 0.8), yaw=0.3))
CUP = thing(2, "cup", Box(center=(1.2, 1.1, 0.85), size=(0.1, 0.1, 0.1)))
LAYOUT = Layout(
    stamp_ns=0,
    version=1,
    number=0,
    objects=(TABLE, CUP),
    rooms=(ROOM,),
    doors=(Door(id=0, center=(4.0, 1.0), width_m=0.9, yaw=np.pi / 2, rooms=(0,)),),
    walls=tuple(
        Wall(start=a, end=b, height_m=2.5)
        for a, b in zip(CORNERS, CORNERS[1:] + CORNERS[:1], strict=True)
    ),
    floor_z=0.0,
)


def color_at(picture, point):
    column, row = np.floor(picture.pixels(np.array([point]))[0]).astype(int)
    return tuple(picture.image[row, column].tolist())


def is_near(color, wanted, tolerance=40):
    return np.abs(np.subtract(color, wanted)).max() <= tolerance


def test_everything_is_where_it_is_in_the_world():
    picture = draw_bev(LAYOUT, config=BevConfig(size_px=800))
    table = light(label_color("table"), 0.4)
    cos, sin = np.cos(0.3), np.sin(0.3)
    for x, y in ((0.5, 0.2), (-0.5, -0.2), (-0.5, 0.2)):  # near its corners, off the numbers
        assert is_near(color_at(picture, (1 + cos * x - sin * y, 1 + sin * x + cos * y)), table)
    for x, y in ((0.5, 0.4), (-0.7, 0.0)):  # just beside it
        assert not is_near(color_at(picture, (1 + cos * x - sin * y, 1 + sin * x + cos * y)), table)
    assert is_near(color_at(picture, (2.0, 3.0)), (70, 74, 82), 5)  # wall
    assert color_at(picture, (4.0, 1.0)) == light((214, 120, 40), 0.75)  # door
    assert color_at(picture, (3.8, 2.8)) != color_at(picture, (4.3, 2.8))  # in the room, outside


def test_pixels_and_world_are_inverse():
    picture = draw_bev(LAYOUT)
    points = np.random.default_rng(0).uniform(-5, 5, (20, 2))
    np.testing.assert_allclose(picture.world(picture.pixels(points)), points)
    left, right = picture.pixels(np.array([[0.0, 0.0], [4.0, 3.0]]))
    np.testing.assert_allclose(right - left, np.array([4, -3]) * picture.pixels_per_m)


def test_same_layout_same_bytes_and_png_reads_back():
    picture = draw_bev(LAYOUT, config=BevConfig(size_px=400))
    assert picture.png() == draw_bev(LAYOUT, config=BevConfig(size_px=400)).png()
    read = cv2.imdecode(np.frombuffer(picture.png(), np.uint8), cv2.IMREAD_COLOR)
    np.testing.assert_array_equal(read[..., ::-1], picture.image)


def test_the_scale_bar_has_the_length_that_it_says():
    picture = draw_bev(LAYOUT, config=BevConfig(size_px=800))
    strip = picture.image[-23]  # the middle of the strip
    dark = np.flatnonzero(strip.sum(1) < 200)
    bar = dark[dark < 18 + 0.3 * picture.image.shape[1]]
    run = np.split(bar, np.flatnonzero(np.diff(bar) > 1) + 1)[0]
    assert abs(len(run) - 1.0 * picture.pixels_per_m) < 5  # 1 m of a room of 4


def test_only_objects_in_the_wanted_states_are_drawn():
    gone = thing(3, "sofa", Box(center=(3.0, 2.0, 0.4), size=(1.0, 1.0, 0.8)), state="removed")
    both = msgspec.structs.replace(LAYOUT, objects=(TABLE, gone))
    alone = msgspec.structs.replace(LAYOUT, objects=(TABLE,))
    assert draw_bev(both).png() == draw_bev(alone).png()
    shown = draw_bev(both, config=BevConfig(states=("present", "removed")))
    assert shown.png() != draw_bev(alone).png()


def test_free_and_occupied_space_lie_where_the_grid_says():
    cells = np.zeros((30, 40), np.uint8)
    cells[5:10, 20:30] = 1
    cells[0, 0] = 2
    grid = OccupancyGrid(stamp_ns=0, resolution_m=0.1, origin=(-2.0, 1.0), cells=cells, floor_z=0.0)
    empty = Layout(stamp_ns=0, version=0, number=-1)
    picture = draw_bev(empty, grid=grid, config=BevConfig(size_px=600))
    assert color_at(picture, (0.05, 1.55)) == (252, 252, 250)
    assert color_at(picture, (0.95, 1.95)) == (252, 252, 250)
    assert color_at(picture, (-1.95, 1.05)) == (196, 194, 188)
    for unknown in ((-0.05, 1.55), (1.05, 1.55), (0.05, 1.45), (0.05, 2.05)):
        assert color_at(picture, unknown) == (243, 242, 238)


def test_the_path_and_the_agent_are_drawn():
    plain = draw_bev(LAYOUT)
    path = np.array([[2.5, 2.0, 1.5], [3.5, 2.0, 1.5]])
    pose = np.eye(4)
    pose[:3, :3] = np.array([[0, 0, 1], [-1, 0, 0], [0, -1, 0]])  # looks along world x
    pose[:3, 3] = (3.0, 0.5, 1.5)
    picture = draw_bev(LAYOUT, trajectory=path, pose=pose)
    assert is_near(color_at(picture, (3.4, 2.0)), (246, 160, 20))
    assert is_near(color_at(picture, (3.02, 0.5)), (38, 42, 48))
    changed = np.argwhere((picture.image != plain.image).any(2))[:, ::-1]
    arrow = picture.world(changed + 0.5)
    arrow = arrow[arrow[:, 1] < 1.0]
    assert arrow[:, 0].max() - 3.0 > 3.0 - arrow[:, 0].min()  # its tip is ahead


@pytest.mark.parametrize("size_px", [100, 333, 2000])
def test_the_longer_side_has_the_size_asked_for(size_px):
    picture = draw_bev(LAYOUT, config=BevConfig(size_px=size_px))
    assert abs(picture.image.shape[1] - size_px) <= 1


finite = st.floats(-50, 50)
anything = st.floats(width=64)
wild_boxes = st.builds(
    Box,
    center=st.tuples(finite, finite, anything) | st.tuples(anything, anything, anything),
    size=st.tuples(st.floats(0, 9), st.floats(0, 9), st.floats(0, 3)),
    yaw=finite,
)


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.builds(thing, st.integers(1, 999), st.text(max_size=40), wild_boxes), max_size=8),
    st.lists(st.tuples(finite, finite), max_size=6),
)
def test_any_layout_gives_a_picture(objects, polygon):
    layout = Layout(
        stamp_ns=0,
        version=1,
        number=0,
        objects=tuple(objects),
        rooms=(Room(id=0, label="\n\u202e", polygon=tuple(polygon), area_m2=0.0),),
    )
    picture = draw_bev(layout, config=BevConfig(size_px=200))
    assert max(picture.image.shape[:2]) <= 200 + 64 and picture.image.dtype == np.uint8


def test_an_empty_map_is_a_picture():
    assert draw_bev(Layout(stamp_ns=0, version=0, number=-1)).image.shape[1] == 1200


@settings(deadline=None)
@given(finite, finite, st.floats(0.1, 5), st.floats(0.1, 5), st.floats(-7, 7))
def test_a_footprint_is_the_box_from_above(x, y, length, width, yaw):
    corners = footprint(Box(center=(x, y, 0.0), size=(length, width, 1.0), yaw=yaw))
    polygon = shapely.Polygon(corners)
    assert polygon.exterior.is_ccw and abs(polygon.area - length * width) < 1e-6
    np.testing.assert_allclose(corners.mean(0), (x, y), atol=1e-9)
    along = corners[1] - corners[0]
    np.testing.assert_allclose(along, length * np.array([np.cos(yaw), np.sin(yaw)]), atol=1e-9)


def test_numbers_do_not_cover_each_other(monkeypatch):
    badges = []
    monkeypatch.setattr(
        "cogmap.memory.render.bev_labels.badge",
        lambda image, words, center, size, color: badges.append(badge_rect(words, center, size)),
    )
    side = np.array([[-9.0, 9], [9, 9], [9, -9], [-9, -9]])  # 18 pixels, too small for two
    footprints = {i: side + np.array([i % 4, i // 4]) * 6 + 200 for i in range(1, 13)}
    things = [thing(i, "cup", CUP.box) for i in footprints]
    place_labels(np.zeros((400, 400, 3), np.uint8), things, footprints, [], {}, 14, True)
    assert len(badges) == 12
    for place, rect in enumerate(badges):
        assert not overlaps(rect, badges[:place])


def test_the_number_of_a_thing_with_something_on_it_stays_its_own(monkeypatch):
    places = {}
    monkeypatch.setattr(
        "cogmap.memory.render.bev_labels.badge",
        lambda image, words, center, size, color: places.setdefault(words, center),
    )
    square = np.array([[-1.0, 1], [1, 1], [1, -1], [-1, -1]])
    footprints = {1: square * 100 + 200, 2: square * 40 + 200}
    things = [thing(1, "rug", TABLE.box), thing(2, "table", TABLE.box)]
    place_labels(np.zeros((400, 400, 3), np.uint8), things, footprints, [], {}, 14, False)
    assert places["2"] == (200, 200)
    assert 40 < np.abs(np.subtract(places["1"], 200)).max() < 100


@pytest.mark.parametrize(
    "wrong", [{"size_px": 10}, {"margin_m": -1}, {"margin_m": float("nan")}, {"text_px": 0}]
)
def test_impossible_configurations_are_refused(wrong):
    with pytest.raises(BevError, match=next(iter(wrong))):
        BevConfig(**wrong)


def test_colors_depend_on_the_label_alone():
    assert label_color("cup") == label_color("cup")
    assert len({label_color(word) for word in ("cup", "table", "sofa", "bed", "lamp")}) >= 4
    assert light((0, 0, 0), 1) == (255, 255, 255) and dark((9, 9, 9), 1) == (0, 0, 0)
    label_color("\ud800")  # any text
