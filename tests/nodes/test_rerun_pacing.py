from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cogmap.nodes.rerun.pacing import Mailbox

STEPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.floats(0.0, 2.0, allow_nan=False)), max_size=60
)


@given(steps=STEPS, period_s=st.floats(0.01, 3.0))
def test_no_key_is_handed_out_more_often_than_its_period_and_the_newest_always_comes(
    steps: list[tuple[str, float]], period_s: float
):
    mailbox: Mailbox[tuple[str, int]] = Mailbox()
    newest: dict[str, int] = {}
    taken: dict[str, list[tuple[float, int]]] = {}
    now = 0.0

    def collect(items: list[tuple[str, int]]) -> None:
        for key, number in items:
            taken.setdefault(key, []).append((now, number))

    for number, (key, wait_s) in enumerate(steps):
        mailbox.put(key, (key, number), period_s)
        newest[key] = number
        assert len(mailbox) <= 3
        now += wait_s
        collect(mailbox.take_due(now))
    now += period_s * 1.001
    collect(mailbox.take_due(now))

    assert {key: history[-1][1] for key, history in taken.items()} == newest
    for history in taken.values():
        times = [at for at, _ in history]
        assert all(b - a >= period_s for a, b in pairwise(times))
        numbers = [number for _, number in history]
        assert numbers == sorted(set(numbers))


def test_what_is_replaced_is_counted():
    mailbox: Mailbox[int] = Mailbox()
    for number in range(5):
        mailbox.put("k", number, 1.0)
    assert mailbox.take_all(0.0) == [4]
    assert mailbox.replaced == 4


def test_take_all_does_not_wait_for_the_period():
    mailbox: Mailbox[int] = Mailbox()
    mailbox.put("k", 1, 100.0)
    assert mailbox.take_due(0.0) == [1]
    mailbox.put("k", 2, 100.0)
    assert mailbox.take_due(1.0) == []
    assert mailbox.take_all(1.0) == [2]
    assert mailbox.take_all(1.0) == []
