import math
from itertools import islice

import numpy as np
import pytest
import shapely

from cogmap.runtime.messages import Twist
from cogmap.sim.noise import ExposureNoise, PoseNoise
from cogmap.sim.render_scene import LightingConfig
from cogmap.sim.simulator import SimulationError, Simulator, SimulatorConfig
from cogmap.sim.timeline import Change, TimelineConfig

COARSE = LightingConfig(spacing_m=0.5, rays=8)
TINY = {"width": 160, "height": 120, "rate_hz": 10.0, "lighting": COARSE}
BUSY = SimulatorConfig(
    **TINY,
    pose_noise=PoseNoise(seed=1, drift=0.5),
    exposure_noise=ExposureNoise(seed=2),
    timeline=TimelineConfig(
        changes=(
            Change(0.5, "move", target=2, position=(0.8, 2.3, 0.7), support=1),
            Change(0.8, "toggle_door", target=1),
        )
    ),
)


def content(step):
    frame, instances = step.frame, step.instances
    return (
        frame.stamp_ns, frame.number, frame.color.tobytes(), frame.depth.tobytes(),
        frame.world_from_camera.tobytes(), instances.ids.tobytes(), instances.visible,
        [(e.kind, e.object_id, e.stamp_ns, e.box) for e in step.events],
    )  # fmt: skip


def test_same_config_same_bytes_and_skipping_changes_nothing(tiny_house):
    """Frame 12 is drawn while the door swings, frame 25 after it."""
    played = Simulator(BUSY, tiny_house)
    steps = [content(step) for step in islice(played, 26)]
    kinds = [event[0] for step in steps for event in step[-1]]
    assert kinds == ["moved", "door_closed"]
    for number in (12, 25):
        skipped = Simulator(BUSY, tiny_house)
        skipped.skip_to(number)
        assert content(skipped.step()) == steps[number]


def test_frames_count_and_stamps_advance_by_the_period(tiny_house):
    config = SimulatorConfig(**TINY, start_ns=5_000, duration_s=1.0)
    steps = list(Simulator(config, tiny_house))
    assert [step.frame.number for step in steps] == list(range(10))
    assert [step.frame.stamp_ns for step in steps] == [
        5_000 + 100_000_000 * number for number in range(10)
    ]
    assert all(step.instances.number == step.frame.number for step in steps)


def test_a_patrol_begins_its_tour_anew(tiny_house):
    """It ends where it is told to, and sees in the second round what it saw in the first."""
    tour = Simulator(SimulatorConfig(**TINY), tiny_house)
    while not tour.done:
        tour.skip_to(tour.number + 1)
    config = SimulatorConfig(**TINY, mode="patrol", duration_s=tour.number / 10 * 2.5)
    patrol = Simulator(config, tiny_house)
    places = []
    while not patrol.done:
        places.append((patrol.state.x, patrol.state.y))
        patrol.skip_to(patrol.number + 1)
    assert patrol.number == math.ceil(tour.number * 2.5)
    later = np.array(places[tour.number :])
    for place in places[5 : tour.number : 5]:
        assert np.linalg.norm(later - place, axis=1).min() < 0.3


def test_without_noise_the_frame_is_the_truth(tiny_house):
    config = SimulatorConfig(**TINY, depth_noise=None)
    step = Simulator(config, tiny_house).step()
    assert np.array_equal(step.frame.world_from_camera, step.world_from_camera)
    assert step.frame.position_sigma_m == 0.0
    assert step.frame.gravity_in_camera is None
    assert (step.frame.depth > 0).all()


def test_a_source_without_pose_tells_gravity(tiny_house):
    config = SimulatorConfig(**TINY, states_pose=False)
    step = Simulator(config, tiny_house).step()
    assert step.frame.world_from_camera is None
    assert step.frame.position_sigma_m is None
    down = step.world_from_camera[:3, :3] @ step.frame.gravity_in_camera
    assert down == pytest.approx((0, 0, -1))


def test_the_stated_pose_is_off_by_the_stated_amount(tiny_house):
    config = SimulatorConfig(**TINY, pose_noise=PoseNoise(translation_m=0.02), duration_s=6.0)
    errors = [
        step.frame.world_from_camera[:3, 3] - step.world_from_camera[:3, 3]
        for step in Simulator(config, tiny_house)
    ]
    assert np.std(errors) == pytest.approx(0.02, rel=0.2)


def test_a_tour_ends_by_itself_and_stays_clear_of_things(tiny_house):
    config = SimulatorConfig(**TINY)
    simulator = Simulator(config, tiny_house)
    walls = shapely.union_all([shapely.box(4.0, 0.0, 4.1, 1.05), shapely.box(4.0, 1.95, 4.1, 3.0)])
    places = []
    while not simulator.done:
        simulator.skip_to(simulator.number + 1)
        places.append((simulator.state.x, simulator.state.y))
        assert walls.distance(shapely.Point(places[-1])) >= config.body.radius_m - 1e-9
    assert any(x > 5 for x, _ in places)
    assert len(places) < 900
    with pytest.raises(SimulationError, match="is over"):
        simulator.step()


def test_commands_drive_and_run_out(tiny_house):
    config = SimulatorConfig(**TINY, mode="commanded")
    simulator = Simulator(config, tiny_house)
    start = simulator.state
    for _ in range(10):
        simulator.command(Twist(stamp_ns=0, linear_mps=0.0, angular_rps=0.5))
        simulator.skip_to(simulator.number + 1)
    turned = math.remainder(simulator.state.yaw - start.yaw, 2 * math.pi)
    assert turned == pytest.approx(0.5, abs=0.05)
    simulator.skip_to(simulator.number + 10)
    resting = simulator.state
    simulator.skip_to(simulator.number + 3)
    assert simulator.state == resting
    assert not simulator.done


def test_impossible_requests_say_why(tiny_house):
    touring = Simulator(SimulatorConfig(**TINY), tiny_house)
    with pytest.raises(SimulationError, match='mode = "commanded"'):
        touring.command(Twist(stamp_ns=0, linear_mps=0.1, angular_rps=0.0))
    touring.skip_to(3)
    with pytest.raises(SimulationError, match="frame 1 is past"):
        touring.skip_to(1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rate_hz", 0), ("rate_hz", math.nan), ("hfov_deg", 0), ("hfov_deg", 171), ("width", 15),
        ("height", 4097), ("rooms", 1), ("rooms", 9), ("duration_s", -1.0), ("mode", "comanded"),
        ("command_timeout_s", -0.1), ("seed", -1),
    ],
)  # fmt: skip
def test_a_config_that_cannot_be_is_refused(field, value):
    with pytest.raises(SimulationError, match=f"simulator: {field} '?{value}'? is not"):
        SimulatorConfig(**{field: value})
