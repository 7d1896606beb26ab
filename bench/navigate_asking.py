"""Ask, go there, ask again: an agent that drives to the viewpoints that answers propose.

As `ask_looking`, where the camera is put there: a tour is broken off, and of what was only glimpsed
by then is asked. Here the agent goes on from where the tour ended, on the map that it made, and
maps on the way; once it has arrived, the question is asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from cogmap.bench.ask_looking import Look, glimpsed, look_figures
from cogmap.bench.ask_truth import scene_of_episode
from cogmap.bench.ask_worlds import map_asker
from cogmap.bench.harness import Bar
from cogmap.bench.map_episodes import EXACT, NOISY_SMALL, EpisodeConfig, make_episode
from cogmap.bench.navigate_agent import RATE_HZ, Agent, Memory, commanded
from cogmap.launch.looking_again import LOOK_S, goal_to_look
from cogmap.memory.questions import Scene
from cogmap.sim.simulator import SimulatorConfig

__all__ = ["asked_and_gone", "asking_figures"]

PARTS = (0.2, 0.4, 0.6, 0.8)
"""Of a tour, after which it is broken off."""
LIMIT_S = 120.0


def asked_and_gone(seed: int, rooms: int) -> list[Look]:
    """Break off the tour of one house, and look where answers say, by going there."""
    toured = replace(commanded(seed, rooms), mode="tour")
    episode = make_episode(EpisodeConfig(toured, EXACT))
    scene = scene_of_episode(episode)
    breaks = [int(part * len(episode.observations)) for part in PARTS]
    looks: list[Look] = []
    guide = Agent(toured, NOISY_SMALL)
    for frames in range(1, breaks[-1] + 1):
        guide.look()
        if frames in breaks:
            looks += _looks(scene, _going_on(guide, commanded(seed, rooms), frames), frames - 1)
    return looks


def asking_figures(looks: Sequence[Look]) -> tuple[dict[str, Any], list[Bar]]:
    return look_figures(looks, "ask, go, ask again")


def _going_on(guide: Agent, config: SimulatorConfig, frames: int) -> Agent:
    """Somebody who stands where so many frames of a tour ended, and knows what they showed."""
    memory = Memory.of(guide.map, guide.dense)
    agent = Agent(config, NOISY_SMALL, guide.simulator.state, onto=memory.again())
    agent.simulator.skip_to(frames)
    return agent


def _looks(scene: Scene, agent: Agent, index: int) -> Iterator[Look]:
    """One after the other, by one agent, on a map that ends with frame ``index``."""
    for item in glimpsed(scene, index):
        before, after = map_asker(agent.map)(item), None
        if before.viewpoint is not None and before.status != "answered":
            agent.go(goal_to_look(before.viewpoint), limit_s=LIMIT_S)
            for _ in range(round(LOOK_S * RATE_HZ)):
                agent.look()
            after = map_asker(agent.map)(item)
        yield Look(item, before, after, after)
