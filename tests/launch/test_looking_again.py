"""A question that is settled by going somewhere, without a run."""

from __future__ import annotations

import msgspec
import pytest
from rich.console import Console

from cogmap.launch.looking_again import MOST_JOURNEYS, answer_by_going, journey_to
from cogmap.runtime.messages import Answer, CogmapError, Standpoint


def unsure(x: float) -> Answer:
    viewpoint = Standpoint(position=(x, 0.0, 1.5), yaw=0.0)
    return Answer(stamp_ns=0, status="not_determinable", viewpoint=viewpoint)


SURE = Answer(
    stamp_ns=0, status="answered", value=2.0, unit="m", sigma=0.1, program='size(find("sofa"))'
)
NO_VIEW = Answer(stamp_ns=0, status="not_determinable")


def asked(
    answers: list[Answer], arrives: bool = True, surer: tuple[float, ...] = ()
) -> tuple[Answer, list[float]]:
    """The last answer, and where it went; ``surer``: x of views that would make answers surer."""
    left, gone = iter(answers), list[float]()
    views = iter([msgspec.structs.replace(SURE, value=(x, 0.0, 1.5, 90.0)) for x in surer])

    def travel(viewpoint: Standpoint) -> bool:
        gone.append(viewpoint.position[0])
        return arrives

    def run(program: str) -> Answer:
        assert program == f"surer_view({SURE.program})"
        return next(views, NO_VIEW)

    return answer_by_going(lambda: next(left), run, travel), gone


def test_what_is_known_needs_no_way() -> None:
    assert asked([SURE]) == (SURE, [])


def test_it_goes_where_the_answer_says_and_asks_again() -> None:
    assert asked([unsure(1.0), SURE]) == (SURE, [1.0])


def test_it_goes_on_while_another_view_would_make_the_answer_surer() -> None:
    assert asked([unsure(1.0), SURE, SURE], surer=(2.0,)) == (SURE, [1.0, 2.0])
    _, gone = asked([SURE] * 9, surer=(1.0, 2.0, 3.0, 4.0))
    assert len(gone) == MOST_JOURNEYS


def test_the_same_view_is_not_gone_to_twice() -> None:
    answer, gone = asked([unsure(1.0), unsure(1.0)])
    assert answer.status == "not_determinable" and gone == [1.0]


def test_it_does_not_look_for_ever() -> None:
    _, gone = asked([unsure(float(k)) for k in range(9)])
    assert len(gone) == MOST_JOURNEYS


def test_who_does_not_arrive_does_not_ask_again() -> None:
    answer, gone = asked([unsure(1.0)], arrives=False)
    assert answer.status == "not_determinable" and gone == [1.0]


def test_a_map_at_rest_has_no_agent() -> None:
    with pytest.raises(CogmapError, match="cogmap up explore"):
        journey_to(None, Console())
