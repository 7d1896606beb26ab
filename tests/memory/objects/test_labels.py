from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogmap.memory.objects.labels import LabelBelief, LabelConfig, label_evidence, shares_of

CONFIG = LabelConfig()
names = st.sampled_from(["cup", "bowl", "chair", "sofa"])
looks = st.lists(st.tuples(names, st.floats(0.1, 1.0)), min_size=1, max_size=30)


def belief_of(looks: list[tuple[str, float]]) -> LabelBelief:
    belief = LabelBelief()
    for label, score in looks:
        belief.add(shares_of(label, score, {}), score, CONFIG)
    return belief


@given(looks)
def test_probabilities_are_ranked_and_sum_to_one(looks):
    probabilities = list(belief_of(looks).probabilities().values())
    assert probabilities == sorted(probabilities, reverse=True)
    assert sum(probabilities) == pytest.approx(1, abs=0.01)


@given(looks)
def test_one_wrong_label_forbids_nothing_and_costs_something(looks):
    belief = belief_of([*looks, ("cup", 1.0)])
    same = label_evidence(belief.agreement({"cup": 1.0}), True, CONFIG)
    other = label_evidence(belief.agreement({"piano": 1.0}), True, CONFIG)
    assert other < same
    assert -4 < other < 0


def test_the_many_outvote_the_few_and_a_person_outvotes_all():
    belief = belief_of([("cup", 0.9)] * 20 + [("bowl", 0.9)] * 2)
    assert belief.best() == "cup"
    belief.named = "mug"
    belief.add({"cup": 1.0}, 100.0, CONFIG)
    assert belief.best() == "mug"


def test_what_no_detector_names_says_nothing():
    assert shares_of("", 0.9, {}) == {}
    assert LabelBelief().best() == ""
    assert LabelBelief().probabilities() == {}
    assert label_evidence(0.0, False, CONFIG) == 0.0


def test_other_labels_share_the_score():
    assert shares_of("cup", 0.6, {"bowl": 0.2, "": 0.5}) == pytest.approx(
        {"bowl": 0.25, "cup": 0.75}
    )


def test_the_number_of_labels_is_bounded():
    belief = LabelBelief()
    for number in range(100):
        belief.add({f"label {number}": 1.0}, 1.0 + number, CONFIG)
    assert len(belief.weights) == CONFIG.keep
    assert belief.best() == "label 99"
