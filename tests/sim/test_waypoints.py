import math
from dataclasses import replace

import pytest
import shapely

from cogmap.runtime.messages import Twist
from cogmap.sim.agent import AgentState
from cogmap.sim.footprints import obstacles
from cogmap.sim.house import build_house
from cogmap.sim.render_scene import LightingConfig
from cogmap.sim.simulator import SimulationError, Simulator, SimulatorConfig
from cogmap.sim.timeline import Change, TimelineConfig

CONFIG = SimulatorConfig(
    width=32, height=24, rate_hz=20.0, mode="commanded",
    lighting=LightingConfig(spacing_m=0.5, rays=8),
)  # fmt: skip
THROUGH_THE_DOOR = [(3.0, 1.0), (6.5, 1.0)]
TWIST = Twist(stamp_ns=0, linear_mps=0.0, angular_rps=0.5)


def drive(simulator, limit_s=60.0):
    """Go on until the waypoints have ended; the states at all frames."""
    states = [simulator.state]
    while simulator.waypoint_state == "driving" and len(states) < limit_s * 20:
        simulator.skip_to(simulator.number + 1)
        states.append(simulator.state)
    return states


def distance(state, point):
    return math.dist((state.x, state.y), point)


def test_it_visits_all_points_without_touching_anything_and_rests_at_the_last(tiny_house):
    simulator = Simulator(CONFIG, tiny_house)
    assert simulator.waypoint_state == "none"
    points = [*THROUGH_THE_DOOR, (5.0, 2.5), (0.5, 0.5)]
    simulator.go_to(points)
    states = drive(simulator)
    assert simulator.waypoint_state == "arrived"
    nearest = [min(range(len(states)), key=lambda k: distance(states[k], p)) for p in points]
    assert nearest == sorted(nearest), "not in the order given"
    assert all(distance(states[k], p) < 0.1 for k, p in zip(nearest, points, strict=True))
    assert not any(state.blocked for state in states)
    simulator.skip_to(simulator.number + 20)
    assert distance(simulator.state, points[-1]) < 0.1
    assert simulator.state.linear_mps == simulator.state.angular_rps == 0.0


@pytest.mark.parametrize("seed", [1, 4])
def test_in_a_furnished_house_it_arrives_in_every_room_untouched(seed):
    house = build_house(seed, 4)
    simulator = Simulator(CONFIG, house)
    things = shapely.union_all(obstacles(house, CONFIG.body.height_m))
    floor = simulator.free_floor()
    goals = [
        floor.nearest(shapely.Polygon(room.polygon).centroid.coords[0]) for room in house.rooms
    ]
    start = (simulator.state.x, simulator.state.y)
    goals = [goal for goal in goals if floor.route(start, goal) is not None]
    assert len(goals) >= 3, "choose a seed whose rooms can be reached"
    for goal in goals:
        simulator.go_to([goal])
        states = drive(simulator)
        assert simulator.waypoint_state == "arrived"
        assert distance(simulator.state, goal) < 0.1
        clear = [things.distance(shapely.Point(state.x, state.y)) for state in states]
        assert min(clear) >= CONFIG.body.radius_m
        assert not any(state.blocked for state in states)


@pytest.mark.parametrize(
    "goal", [(1.0, 2.4), (4.05, 0.5), (4.0, -3.0), (100.0, 1.0)],
    ids=["in the table", "in the wall", "outside", "far away"],
)  # fmt: skip
def test_a_goal_that_is_not_on_the_floor_is_given_up(tiny_house, goal):
    simulator = Simulator(CONFIG, tiny_house)
    start = simulator.state
    simulator.go_to([goal])
    drive(simulator)
    assert simulator.waypoint_state == "given_up"
    assert simulator.state == start


def test_a_goal_behind_a_closed_door_is_given_up_after_the_points_before_it(tiny_house):
    closed = replace(tiny_house, doors=(replace(tiny_house.doors[0], open_angle=0.0),))
    simulator = Simulator(CONFIG, closed)
    here, beyond = (5.5, 1.0), (3.0, 1.0)
    assert simulator.state.x > 4.1
    simulator.go_to([here, beyond])
    drive(simulator)
    assert simulator.waypoint_state == "given_up"
    simulator.skip_to(simulator.number + 20)
    assert distance(simulator.state, here) < 0.2
    simulator.go_to([(7.5, 2.0)])
    drive(simulator)
    assert simulator.waypoint_state == "arrived", "what follows is not affected"


def test_a_door_that_closes_on_the_way_makes_it_give_up(tiny_house):
    config = replace(
        CONFIG, timeline=TimelineConfig(changes=(Change(0.2, "toggle_door", target=1),))
    )
    simulator = Simulator(config, tiny_house)
    simulator.state = AgentState(2.0, 1.5, 0.0)  # on the near side of the door
    simulator.skip_to(1)
    simulator.go_to([(1.0, 0.5), (1.0, 1.0), *THROUGH_THE_DOOR])
    states = drive(simulator)
    assert simulator.waypoint_state == "given_up"
    assert max(state.x for state in states) < 4.0


def test_a_velocity_cancels_and_waypoints_replace_velocities(tiny_house):
    simulator = Simulator(CONFIG, tiny_house)
    simulator.go_to(THROUGH_THE_DOOR)
    simulator.skip_to(10)
    simulator.command(TWIST)
    assert simulator.waypoint_state == "cancelled"
    simulator.skip_to(30)
    resting = simulator.state
    simulator.skip_to(40)
    assert simulator.state == resting, "it drives on"
    simulator.command(TWIST)
    simulator.go_to([(resting.x, resting.y)])
    drive(simulator)
    assert simulator.waypoint_state == "arrived"
    assert simulator.state.yaw == resting.yaw
    simulator.command(TWIST)
    assert simulator.waypoint_state == "arrived", "what has ended stays as it ended"


def test_pressed_against_a_wall_it_comes_away_again(tiny_house):
    simulator = Simulator(CONFIG, tiny_house)
    for _ in range(150):
        simulator.command(Twist(stamp_ns=0, linear_mps=1.0, angular_rps=0.0))
        simulator.skip_to(simulator.number + 1)
    assert not simulator.free_floor().is_free((simulator.state.x, simulator.state.y))
    simulator.go_to([(1.0, 1.0)])
    drive(simulator)
    assert simulator.waypoint_state == "arrived"


def test_waypoints_that_cannot_be_are_refused(tiny_house):
    simulator = Simulator(CONFIG, tiny_house)
    with pytest.raises(SimulationError, match="at least one"):
        simulator.go_to([])
    with pytest.raises(SimulationError, match="finite"):
        simulator.go_to([(1.0, math.nan)])
    touring = Simulator(replace(CONFIG, mode="tour"), tiny_house)
    with pytest.raises(SimulationError, match='mode = "commanded"'):
        touring.go_to([(1.0, 1.0)])
