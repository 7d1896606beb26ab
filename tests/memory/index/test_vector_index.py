"""The vector index: exact and approximate answers, changes, bad input, storage."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogmap.memory.index.index_build import IndexBuild
from cogmap.memory.index.vector_index import VectorIndex, VectorIndexConfig, VectorIndexError

DIMENSION = 32
SMALL = VectorIndexConfig(exact_up_to=1000, accelerator="")


def clustered(rng, count, clusters=40, noise=0.7):
    """(N, D) unit vectors in clusters."""
    centers = np.random.default_rng(99).standard_normal((clusters, DIMENSION))
    centers /= np.linalg.norm(centers, axis=1, keepdims=True)
    vectors = centers[rng.integers(clusters, size=count)]
    vectors = vectors + noise / np.sqrt(DIMENSION) * rng.standard_normal(vectors.shape)
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def true_nearest(ids, vectors, query, count):
    """Ids by float64 arithmetic, best first."""
    scores = vectors.astype(np.float64) @ query.astype(np.float64)
    return np.asarray(ids)[np.argsort(-scores, kind="stable")[:count]]


def recall(index, vectors, queries, count=10):
    ids = np.array(sorted(vectors))
    rows = np.array([vectors[i] for i in ids])
    hits = [
        np.isin(index.search(q, count).ids, true_nearest(ids, rows, q, count)).mean()
        for q in queries
    ]
    return float(np.mean(hits))


def large(count=3000, config=SMALL, seed=0):
    """An approximate index, and what it holds."""
    vectors = clustered(np.random.default_rng(seed), count)
    index = VectorIndex(DIMENSION, config)
    index.add(np.arange(count), vectors)
    index.settle()
    return index, dict(enumerate(vectors))


# Exact


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60))
def test_any_changes_leave_what_a_dictionary_holds(seed, steps):
    rng = np.random.default_rng(seed)
    index, kept = VectorIndex(4), {}
    for _ in range(steps):
        number, vector = int(rng.integers(20)), rng.standard_normal((1, 4)).astype(np.float32)
        if number not in kept:
            index.add([number], vector)
            kept[number] = vector[0]
        elif rng.random() < 0.5:
            index.update([number], vector)
            kept[number] = vector[0]
        else:
            index.remove([number])
            del kept[number]
    assert len(index) == len(kept)
    query = rng.standard_normal(4).astype(np.float32)
    found = index.search(query, 30)
    cosines = {n: v @ query / np.linalg.norm(v) / np.linalg.norm(query) for n, v in kept.items()}
    assert sorted(found.ids) == sorted(kept)
    np.testing.assert_allclose(found.scores, [cosines[n] for n in found.ids], atol=1e-5)
    assert (np.diff(found.scores) <= 0).all()


def test_it_says_that_it_is_exact():
    index = VectorIndex(DIMENSION)
    assert index.is_exact
    assert index.guaranteed_recall == 1.0


def test_equal_scores_by_id():
    index = VectorIndex(2)
    index.add([5, 3, 9, 1], np.array([[1, 0]] * 4, np.float32))
    assert index.search(np.array([1, 0], np.float32), 2).ids.tolist() == [1, 3]


def test_an_empty_index_finds_nothing():
    assert len(VectorIndex(2).search(np.ones(2, np.float32), 3).ids) == 0
    assert len(VectorIndex(2).search(np.ones(2, np.float32), 3, among=[]).ids) == 0


def test_length_does_not_matter():
    index = VectorIndex(2)
    index.add([1, 2], np.array([[1e-30, 0], [0, 1e30]], np.float64))
    assert index.search(np.array([0, 1e-20]), 1).ids.tolist() == [2]
    np.testing.assert_allclose(index.vector(1), [1, 0])


# Approximate


def test_recall_is_as_guaranteed():
    index, vectors = large()
    assert not index.is_exact
    assert index.guaranteed_recall == 0.99
    queries = clustered(np.random.default_rng(7), 200)
    assert recall(index, vectors, queries) >= index.guaranteed_recall


def test_recall_holds_without_any_clusters():
    """The worst case: directions at random. The index must look into more cells."""
    vectors = np.random.default_rng(0).standard_normal((3000, DIMENSION)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    index = VectorIndex(DIMENSION, SMALL)
    index.add(np.arange(3000), vectors)
    index.settle()
    queries = np.random.default_rng(1).standard_normal((200, DIMENSION)).astype(np.float32)
    assert recall(index, dict(enumerate(vectors)), queries) >= index.guaranteed_recall


def test_changes_are_seen_at_once():
    index, vectors = large()
    rng = np.random.default_rng(3)
    new = clustered(rng, 300)
    for number, vector in zip(range(5000, 5100), new[:100], strict=True):
        index.add([number], vector[None])
        assert index.search(vector, 1).ids.tolist() == [number]
    for number, vector in zip(range(100), new[100:200], strict=True):
        index.update([number], vector[None])
        assert index.search(vector, 1).ids.tolist() == [number]
    for number in range(100, 200):
        index.remove([number])
        assert number not in index.search(vectors[number], 20).ids
    assert len(index) == 3000


def test_recall_holds_while_it_grows_and_shrinks():
    rng = np.random.default_rng(0)
    index, kept = (
        VectorIndex(DIMENSION, VectorIndexConfig(exact_up_to=500, regrow=2, accelerator="")),
        {},
    )
    queries = clustered(np.random.default_rng(6), 200)
    was_exact = []

    def check():
        assert len(index) == len(kept)
        assert recall(index, kept, queries) >= index.guaranteed_recall
        was_exact.append(index.is_exact)

    for begin in range(0, 3000, 200):
        vectors = clustered(rng, 200)
        index.add(np.arange(begin, begin + 200), vectors)
        kept |= dict(zip(range(begin, begin + 200), vectors, strict=True))
        check()
    while len(kept) > 200:
        gone = sorted(kept)[:200]
        index.remove(gone)
        for number in gone:
            del kept[number]
        check()
    assert was_exact[0]
    assert not was_exact[14]
    assert was_exact[-1]


def test_among_is_exact_also_then():
    index, vectors = large()
    query = clustered(np.random.default_rng(5), 1)[0]
    some = np.arange(0, 3000, 7)
    expected = true_nearest(some, np.array([vectors[i] for i in some]), query, 25)
    assert index.search(query, 25, among=some).ids.tolist() == expected.tolist()


# On an accelerator; PyTorch's CPU stands in for it


def test_an_accelerator_gives_the_exact_answers():
    config = VectorIndexConfig(exact_up_to=500, accelerator="cpu")
    rng = np.random.default_rng(8)
    fast, plain = VectorIndex(DIMENSION, config), VectorIndex(DIMENSION)
    vectors = clustered(rng, 1500)
    for index in (fast, plain):
        for begin in range(0, 1500, 300):
            index.add(np.arange(begin, begin + 300), vectors[begin : begin + 300])
        index.search(vectors[0], 3)
        index.update([3, 700], vectors[[50, 60]])
        index.remove([0, 1, 1499, 44])
    assert fast.file is None
    assert fast.is_exact
    assert fast.guaranteed_recall == 1.0
    for query in clustered(rng, 50):
        one, other = fast.search(query, 10), plain.search(query, 10)
        np.testing.assert_array_equal(one.ids, other.ids)
        np.testing.assert_allclose(one.scores, other.scores, atol=1e-6)


def test_without_room_on_the_accelerator_the_file_is_made(caplog):
    config = VectorIndexConfig(exact_up_to=500, accelerator="meta:nowhere")
    index = VectorIndex(DIMENSION, config)
    index.add(np.arange(800), clustered(np.random.default_rng(0), 800))
    assert "the accelerator is not used" in index.problem
    assert "the accelerator is not used" in caplog.text
    index.settle()
    assert index.file is not None


# Building


def churned(config, slow, monkeypatch):
    """An index that changes while its file is built, quickly or slowly."""
    original, released = IndexBuild._made, threading.Event()

    def waits(build):
        made = original(build)
        if slow:
            released.wait(10)
        return made

    monkeypatch.setattr(IndexBuild, "_made", waits)
    rng = np.random.default_rng(1)
    index = VectorIndex(DIMENSION, config)
    index.add(np.arange(1100), clustered(rng, 1100))
    for step in range(40):
        index.add([2000 + step], clustered(rng, 1))
        index.update([step * 3], clustered(rng, 1))
        index.remove([step * 3 + 1])
        if step == 21:
            assert index.is_exact
        if not slow and index._build is not None:
            index._build._thread.join()
        if step == 22:
            released.set()
    return index


def test_how_fast_the_build_is_changes_nothing(monkeypatch):
    """It takes over after as many changes, and gives the same answers."""
    config = VectorIndexConfig(exact_up_to=1000, patience=0.1, accelerator="")
    fast, slow = (churned(config, slow, monkeypatch) for slow in (False, True))
    assert not fast.is_exact
    assert not slow.is_exact
    for name, array in fast.state().items():
        np.testing.assert_array_equal(array, slow.state()[name], err_msg=name)
    for query in clustered(np.random.default_rng(2), 50):
        one, other = fast.search(query, 10), slow.search(query, 10)
        np.testing.assert_array_equal(one.ids, other.ids)
        np.testing.assert_array_equal(one.scores, other.scores)


def test_changes_during_the_build_are_in_the_file(monkeypatch):
    config = VectorIndexConfig(exact_up_to=1000, patience=0.1, accelerator="")
    index = churned(config, True, monkeypatch)
    assert len(index._file) == len(index) == 1100
    for step in range(40):
        assert index.search(index.vector(2000 + step), 1).ids.tolist() == [2000 + step]
        assert index.search(index.vector(step * 3), 1).ids.tolist() == [step * 3]
        assert step * 3 + 1 not in index


def test_a_build_that_fails_is_told(monkeypatch):
    def fails(build):
        raise MemoryError("no room")

    monkeypatch.setattr(IndexBuild, "_made", fails)
    index = VectorIndex(DIMENSION, SMALL)
    index.add(np.arange(1100), clustered(np.random.default_rng(1), 1100))
    index.settle()
    assert index.is_exact
    assert "no room" in index.problem
    assert len(index.search(np.ones(DIMENSION, np.float32), 5).ids) == 5


# Storage


@pytest.mark.parametrize("count", [0, 50, 3000])
def test_state_gives_the_same_index_again(count):
    index, _ = large(count)
    state = index.state()
    again = VectorIndex.from_state(state, SMALL)
    assert (len(again), again.is_exact) == (count, index.is_exact)
    for name, array in again.state().items():
        np.testing.assert_array_equal(array, state[name], err_msg=name)
    for query in clustered(np.random.default_rng(4), 20):
        np.testing.assert_array_equal(again.search(query, 10).ids, index.search(query, 10).ids)


def test_the_same_changes_give_the_same_bytes():
    one, other = large()[0].state(), large()[0].state()
    assert {n: a.tobytes() for n, a in one.items()} == {n: a.tobytes() for n, a in other.items()}


def test_a_state_is_not_changed_later():
    index, _ = large(50)
    state = index.state()
    before = state["vectors"].copy()
    index.update([0], np.ones((1, DIMENSION), np.float32))
    np.testing.assert_array_equal(state["vectors"], before)


def test_damaged_states_are_refused():
    state = large()[0].state()
    with pytest.raises(VectorIndexError, match="'vectors' is missing"):
        VectorIndex.from_state({"ids": state["ids"]})
    with pytest.raises(VectorIndexError, match="'trained' is damaged"):
        VectorIndex.from_state({**state, "trained": state["trained"][:100]})
    with pytest.raises(VectorIndexError, match="2999 ids for 3000 vectors"):
        VectorIndex.from_state({**state, "ids": state["ids"][:-1]})
    with pytest.raises(VectorIndexError, match="expected float32"):
        VectorIndex.from_state({**state, "vectors": state["vectors"].astype(np.float64)})
    with pytest.raises(VectorIndexError, match="of different indices"):
        half = np.ascontiguousarray(state["vectors"][:, :16])
        VectorIndex.from_state({**state, "vectors": half})


def test_memory_is_stated():
    index, _ = large()
    exact = VectorIndex(DIMENSION)
    exact.add(np.arange(3000), clustered(np.random.default_rng(0), 3000))
    assert 4 * DIMENSION < exact.nbytes / 3000 < 4 * DIMENSION * 1.25 + 200
    assert exact.nbytes < index.nbytes < exact.nbytes + 3000 * (DIMENSION + 100)


# Bad input


GOOD = np.ones((1, 3), np.float32)


@pytest.mark.parametrize(
    ("action", "ids", "vectors", "message"),
    [
        ("add", [7], [[np.nan, 0, 0]], "vector 0 .* has length nan"),
        ("add", [7], [[np.inf, 0, 0]], "has length inf"),
        ("add", [7], [[0, 0, 0]], "has length 0"),
        ("add", [7, 8], [[1, 0, 0], [0, 0, np.nan]], r"vector 1 \(1 of 2\)"),
        ("add", [7], [[1, 0]], r"shape \(1, 2\) do not fit this index of 3"),
        ("add", [7], [1, 0, 0], r"shape \(3,\)"),
        ("add", [7, 8], [[1, 0, 0]], "2 ids for 1 vectors"),
        ("add", [7, 7], [[1, 0, 0], [0, 1, 0]], "id 7 is given twice"),
        ("add", [-1], [[1, 0, 0]], "id -1"),
        ("add", [1], [[1, 0, 0]], "id 1 is in the index already"),
        ("add", [1.5], [[1, 0, 0]], "whole numbers"),
        ("update", [9], [[1, 0, 0]], "id 9 is not in the index"),
        ("update", [1], [[np.nan, 0, 0]], "has length nan"),
    ],
)
def test_bad_vectors_change_nothing(action, ids, vectors, message):
    index = VectorIndex(3)
    index.add([1, 2], np.eye(3, dtype=np.float32)[:2])
    before = index.state()
    with pytest.raises(VectorIndexError, match=message):
        getattr(index, action)(ids, np.array(vectors, np.float64))
    for name, array in index.state().items():
        np.testing.assert_array_equal(array, before[name])


@pytest.mark.parametrize("dtype", [np.int32, np.uint8, np.complex64, object])
def test_a_wrong_type_is_named(dtype):
    with pytest.raises(VectorIndexError, match=f"vectors of {np.dtype(dtype)}"):
        VectorIndex(3).add([1], np.ones((1, 3), dtype))


def test_nothing_is_removed_if_one_is_unknown():
    index = VectorIndex(3)
    index.add([1], GOOD)
    with pytest.raises(VectorIndexError, match="id 2 is not in the index"):
        index.remove([1, 2])
    assert 1 in index


@pytest.mark.parametrize(
    ("query", "count", "among", "message"),
    [
        ([np.nan, 0, 0], 1, None, "has length nan"),
        ([1, 0], 1, None, "do not fit"),
        ([1, 0, 0], 0, None, "at least one"),
        ([1, 0, 0], 1, [4], "id 4 is not in the index"),
    ],
)
def test_bad_queries(query, count, among, message):
    index = VectorIndex(3)
    index.add([1], GOOD)
    with pytest.raises(VectorIndexError, match=message):
        index.search(np.array(query, np.float32), count, among=among)


def test_no_dimension():
    with pytest.raises(VectorIndexError, match="dimension 0"):
        VectorIndex(0)
