"""Simulated detections: exact ones, and each thing that can go wrong with them."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from cogmap.nodes.detectors.confusions import confusions
from cogmap.nodes.detectors.mask_noise import cut, displaced, trimmed
from cogmap.nodes.detectors.simulated import exact_detections
from cogmap.nodes.detectors.simulated_noise import DetectionNoise, noisy_detections
from cogmap.runtime.messages import Bool, Detection, Detections, Instances, VisibleInstance
from cogmap.sim.catalog import CATEGORIES

FAULTLESS = DetectionNoise(
    missed=0, confused=0, split=0, merged=0, false_per_frame=0, mask_error_px=0
)
THINGS = {
    1: ("sofa", slice(60, 110), slice(10, 90)),
    2: ("chair", slice(50, 100), slice(100, 130)),
    3: ("cup", slice(40, 50), slice(110, 118)),  # stands on the chair
    4: ("television", slice(10, 45), slice(20, 70)),
    7: ("book", slice(100, 108), slice(140, 156)),
}


def scene(number: int) -> Instances:
    ids = np.zeros((120, 160), np.uint16)
    for id_, (_, rows, columns) in THINGS.items():
        ids[rows, columns] = id_
    visible = tuple(
        VisibleInstance(id=id_, label=label, pixels=int((ids == id_).sum()), fraction=1.0)
        for id_, (label, _, _) in THINGS.items()
    )
    return Instances(stamp_ns=number * 10**8, number=number, ids=ids, visible=visible)


def noisy(number: int, **changes) -> Detections:
    return noisy_detections(scene(number), msgspec.structs.replace(FAULTLESS, **changes))


def whole_mask(detection: Detection) -> Bool:
    assert detection.mask is not None
    whole = np.zeros((120, 160), np.bool_)
    column, row = detection.corner
    height, width = detection.mask.shape
    whole[row : row + height, column : column + width] = detection.mask
    return whole


def test_exact_detections_are_the_instances() -> None:
    instances = scene(3)
    detections = exact_detections(instances)
    assert (detections.number, detections.stamp_ns) == (3, 3 * 10**8)
    assert [each.label for each in detections.detections] == [name for name, *_ in THINGS.values()]
    for id_, detection in zip(THINGS, detections.detections, strict=True):
        np.testing.assert_array_equal(whole_mask(detection), instances.ids == id_)


def test_what_is_listed_but_shows_no_pixel_is_not_detected() -> None:
    listed = VisibleInstance(id=9, label="cup", pixels=50, fraction=0.5)
    between = VisibleInstance(id=5, label="cup", pixels=50, fraction=0.5)
    instances = msgspec.structs.replace(scene(0), visible=(between, listed))
    assert exact_detections(instances).detections == ()


def test_without_noise_nothing_changes() -> None:
    for ours, exact in zip(noisy(5).detections, exact_detections(scene(5)).detections, strict=True):
        assert ours.label == exact.label
        np.testing.assert_array_equal(whole_mask(ours), whole_mask(exact))


def test_a_frame_alone_gives_what_it_gives_in_any_order() -> None:
    noise = DetectionNoise(seed=4)
    forth = [noisy_detections(scene(n), noise) for n in range(12)]
    back = [noisy_detections(scene(n), noise) for n in reversed(range(12))][::-1]
    encoded = [msgspec.json.encode(each, enc_hook=lambda a: a.tolist()) for each in forth]
    assert encoded == [msgspec.json.encode(each, enc_hook=lambda a: a.tolist()) for each in back]
    assert len(set(encoded)) == 12


def test_the_stated_part_is_missed_and_hard_things_more_often() -> None:
    seen: Counter[str] = Counter()
    for number in range(1500):
        seen.update(each.label for each in noisy(number, missed=0.2).detections)
    assert seen.total() / (1500 * len(THINGS)) == pytest.approx(0.8, abs=0.03)
    assert 0.6 < seen["cup"] / 1500 < 0.77 < 0.83 < seen["sofa"] / 1500


def test_misses_last() -> None:
    seen = np.array([
        any(each.label == "chair" for each in noisy(number, missed=0.3).detections)
        for number in range(2000)
    ])  # fmt: skip
    missed_next = (~seen[1:])[~seen[:-1]].mean()
    assert missed_next > 1.5 * (~seen).mean()


def test_confusions_are_of_like_size_and_name_the_truth_as_second() -> None:
    labels: Counter[str] = Counter()
    for number in range(400):
        for each in noisy(number, confused=0.3).detections:
            labels[each.label] += 1
            if each.label not in {name for name, *_ in THINGS.values()}:
                assert any(truth in each.other_labels for truth, *_ in THINGS.values())
    wrong = labels.total() - sum(labels[name] for name, *_ in THINGS.values())
    assert wrong / labels.total() == pytest.approx(0.3, abs=0.06)
    assert "refrigerator" not in confusions("cup")
    for label in CATEGORIES:
        assert label not in confusions(label)


def test_a_split_thing_comes_in_two_parts_that_make_the_whole() -> None:
    both = [each for each in noisy(0, split=1.0).detections if each.label == "sofa"]
    assert len(both) == 2
    first, second = map(whole_mask, both)
    assert not (first & second).any()
    np.testing.assert_array_equal(first | second, scene(0).ids == 1)


def test_a_merged_thing_takes_in_what_it_touches() -> None:
    detections = noisy(0, merged=1.0).detections
    assert [each.label for each in detections] == ["sofa", "chair", "television", "book"]
    np.testing.assert_array_equal(whole_mask(detections[1]), np.isin(scene(0).ids, (2, 3)))


def test_false_detections_lie_on_one_surface_each() -> None:
    found = [each for n in range(200) for each in noisy(n, false_per_frame=1.5).detections]
    assert len(found) - 200 * len(THINGS) == pytest.approx(300, abs=60)
    for number in range(20):
        false = noisy(number, false_per_frame=2.0).detections[len(THINGS) :]
        for each in false:
            assert len(np.unique(scene(number).ids[whole_mask(each)])) == 1


def test_boxes_only() -> None:
    sofa = noisy(0, boxes_only=True).detections[0]
    assert sofa.mask is None
    assert sofa.box == (9.5, 59.5, 89.5, 109.5)


def test_the_outline_is_off_by_what_was_asked() -> None:
    """Where a straight edge comes to lie, over many draws."""
    mask = np.ones((200, 200), np.bool_)
    edges = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        moved, (column, _) = displaced(mask, (100, 100), (400, 400), 3.0, rng)
        row = moved[moved.shape[0] // 2]
        edges += [column + int(np.argmax(row)) - 100]
    assert np.std(edges) == pytest.approx(3.0, rel=0.15)
    assert abs(np.mean(edges)) < 0.8


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    corner=st.tuples(st.integers(0, 20), st.integers(0, 20)),
    sigma=st.floats(0.1, 6.0),
)
def test_masks_stay_in_the_image_and_are_never_eroded_away(seed, size, corner, sigma) -> None:
    mask = ndimage.binary_fill_holes(np.random.default_rng(seed).random(size) < 0.7)
    if not mask.any():
        mask[0, 0] = True
    moved, (column, row) = displaced(mask, corner, (60, 60), sigma, np.random.default_rng(seed))
    assert moved.any()
    assert column >= 0 and row >= 0
    assert column + moved.shape[1] <= 60 and row + moved.shape[0] <= 60
    assert moved[0].any() and moved[-1].any() and moved[:, 0].any() and moved[:, -1].any()


@given(seed=st.integers(0, 10**6))
def test_a_cut_loses_nothing(seed) -> None:
    rng = np.random.default_rng(seed)
    mask = rng.random((12, 30)) < 0.8
    mask[3, 3:6] = True
    first, second = cut(mask, rng)
    np.testing.assert_array_equal(first ^ second, mask)


def test_a_mask_outside_the_image_is_empty() -> None:
    mask, _ = trimmed(np.ones((5, 5), np.bool_), (-9, 0), (20, 20))
    assert mask.size == 0


@pytest.mark.parametrize("wrong", [{"missed": 1.5}, {"split": -0.1}, {"steady_frames": 0}])
def test_noise_that_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        DetectionNoise(**wrong)
