"""Write a room for MuJoCo, with a robot on wheels in it: python mujoco_room.py room.xml
cogmap up mujoco --set camera.scene=room.xml"""

import sys
from pathlib import Path

THINGS = {  # name: (x, y, yaw in degrees, parts); a part: kind, centre, half sizes, colour
    "table": (1.2, 0.6, 0, [
        ("box", (0, 0, 0.72), (0.7, 0.4, 0.02), "0.55 0.35 0.2 1"),
        *[("box", (x, y, 0.35), (0.03, 0.03, 0.35), "0.45 0.28 0.16 1")
          for x in (-0.64, 0.64) for y in (-0.34, 0.34)],
    ]),
    "cup_1": (0.8, 0.45, 0, [("cylinder", (0, 0, 0.79), (0.04, 0.05), "0.8 0.1 0.1 1")]),
    "cup_2": (1.2, 0.6, 0, [("cylinder", (0, 0, 0.79), (0.04, 0.05), "0.1 0.2 0.8 1")]),
    "cup_3": (1.6, 0.75, 0, [("cylinder", (0, 0, 0.79), (0.04, 0.05), "0.9 0.8 0.2 1")]),
    "sofa": (-1.0, 1.55, 0, [
        ("box", (0, 0, 0.2), (0.9, 0.4, 0.2), "0.2 0.35 0.5 1"),
        ("box", (0, 0.3, 0.55), (0.9, 0.1, 0.15), "0.2 0.35 0.5 1"),
    ]),
    "cabinet": (-2.2, -0.3, 0, [("box", (0, 0, 0.35), (0.25, 0.5, 0.35), "0.6 0.6 0.55 1")]),
    "ball": (-1.0, -1.3, 0, [("sphere", (0, 0, 0.15), (0.15,), "0.9 0.4 0.1 1")]),
}  # fmt: skip
CHAIR = [
    ("box", (0, 0, 0.44), (0.21, 0.21, 0.02), "0.3 0.5 0.3 1"),
    ("box", (-0.19, 0, 0.68), (0.02, 0.21, 0.22), "0.3 0.5 0.3 1"),
    *[("box", (x, y, 0.21), (0.02, 0.02, 0.21), "0.25 0.4 0.25 1")
      for x in (-0.18, 0.18) for y in (-0.18, 0.18)],
]  # fmt: skip
THINGS["chair_1"], THINGS["chair_2"] = (1.2, -0.15, 90, CHAIR), (1.0, -1.4, 30, CHAIR)
WALLS = [(2.55, 0, 0.05, 2.1), (-2.55, 0, 0.05, 2.1), (0, 2.05, 2.5, 0.05), (0, -2.05, 2.5, 0.05)]
ROBOT = """
    <body name="robot" pos="-0.6 -0.3 0">
      <joint name="x" type="slide" axis="1 0 0"/>
      <joint name="y" type="slide" axis="0 1 0"/>
      <joint name="yaw" type="hinge" axis="0 0 1"/>
      <geom type="cylinder" size="0.18 0.1" pos="0 0 0.15" rgba="0.2 0.2 0.2 1"/>
      <geom type="cylinder" size="0.03 0.5" pos="0 0 0.7" rgba="0.2 0.2 0.2 1"/>
      <camera name="eye" pos="0.05 0 1.2" xyaxes="0 -1 0 0.34 0 0.94" fovy="60"/>
    </body>"""


def scene() -> str:
    """The room as MJCF, 5 m x 4 m, the origin in the middle of its floor."""
    things = "".join(thing(name, *values) for name, values in THINGS.items())
    walls = "".join(
        f'<geom name="wall_{number}" type="box" pos="{x} {y} 1.2" size="{half_x} {half_y} 1.2"'
        ' material="plaster"/>'
        for number, (x, y, half_x, half_y) in enumerate(WALLS)
    )
    return f"""<mujoco model="room">
  <option timestep="0.005"/>
  <visual><headlight ambient="0.4 0.4 0.4" diffuse="0.3 0.3 0.3"/></visual>
  <asset>
    <texture name="boards" type="2d" builtin="checker" width="256" height="256"
      rgb1="0.6 0.5 0.4" rgb2="0.55 0.45 0.35"/>
    <material name="boards" texture="boards" texrepeat="8 8" texuniform="false"/>
    <material name="plaster" rgba="0.8 0.78 0.72 1"/>
  </asset>
  <worldbody>
    <light pos="0 0 2.3" dir="0 0 -1" diffuse="0.5 0.5 0.5" castshadow="false"/>
    <light pos="-2 1.5 2.3" dir="0.5 -0.4 -0.7" diffuse="0.3 0.3 0.3" castshadow="false"/>
    <geom name="floor" type="plane" size="3 3 0.1" material="boards"/>
    {walls}{things}{ROBOT}
  </worldbody>
</mujoco>
"""


def thing(name, x, y, yaw_deg, parts):
    geoms = "".join(
        f'<geom type="{kind}" pos="{px} {py} {pz}" size="{" ".join(map(str, half))}"'
        f' rgba="{rgba}"/>'
        for kind, (px, py, pz), half, rgba in parts
    )
    return f'<body name="{name}" pos="{x} {y} 0" euler="0 0 {yaw_deg}">{geoms}</body>\n    '


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(scene())
