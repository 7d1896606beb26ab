"""Turns of those who ask a model: nobody waits for all that another has asked."""

from __future__ import annotations

import threading
import time

from cogmap.nodes.planners.turns import Turns


def test_nobody_has_all_places():
    turns = Turns(4)
    assert [turns.take("a", 0.0) for _ in range(4)] == [True, True, True, False]
    assert turns.take("b", 0.0)
    assert not turns.take("c", 0.0)


def test_who_has_fewest_at_work_is_next():
    turns, order = Turns(2), list[str]()
    assert turns.take("a", 0.0) and turns.take("b", 0.0)

    def wait(client: str) -> None:
        assert turns.take(client, 10.0)
        order.append(client)

    threads = []
    for number, client in enumerate("bbc", start=1):
        threads.append(threading.Thread(target=wait, args=(client,)))
        threads[-1].start()
        until = time.monotonic() + 5
        while len(turns._waiting) < number:
            assert time.monotonic() < until
            time.sleep(0.002)
    turns.give_back("a")
    threads[2].join(10)
    assert order == ["c"]
    turns.give_back("b")
    threads[0].join(10)
    turns.give_back("b")
    threads[1].join(10)
    assert order == ["c", "b", "b"]


def test_who_waits_in_vain_is_not_waited_for():
    turns = Turns(2)
    assert turns.take("a", 0.0) and not turns.take("a", 0.01)
    turns.give_back("a")
    assert turns.take("b", 0.0) and turns.take("a", 0.0)
