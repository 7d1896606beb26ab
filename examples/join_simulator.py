"""A simulator of your own joins a run, with nothing but NumPy, ZeroMQ and MessagePack:
cogmap up join --set detector.backend=simulated, then python join_simulator.py runs/join.
docs/joining.md has the protocol, and what others have in the place of `look` and `drive`."""

import json
import sys
import time
from pathlib import Path

import msgpack
import numpy as np
import zmq

W, H, F, PERIOD_S = 160, 120, 110.0, 0.1
LABELS = ["", "crate", "stove"]  # the first box is the room, seen from inside
LOW = np.array([(-2, -2, 0), (1.3, -0.4, 0), (-1.5, 0.9, 0)])
HIGH = np.array([(2, 2, 2.4), (1.8, 0.4, 0.3), (-0.7, 1.5, 0.7)])
GRAYS = np.array([180, 90, 130], np.uint8)
CAMERA = {"width": W, "height": H, "fx": F, "fy": F, "cx": (W - 1) / 2, "cy": (H - 1) / 2}
SOCKET = zmq.Context.instance().socket(zmq.DEALER)


def look(x, y, yaw):
    """Colour (H, W, 3), depth (H, W) m, ids (H, W) and pose (4, 4) of a camera 1.1 m up."""
    c, s = np.cos(yaw), np.sin(yaw)
    right, down, ahead = (s, -c, 0), (-0.3 * c, -0.3 * s, -1), (c, s, -0.3)
    pose = np.eye(4)  # world from optical camera
    pose[:3] = np.stack([right, down, ahead, (x, y, 1.1)], axis=1)
    pose[:3, 1:3] /= np.sqrt(1.09)
    v, u = np.mgrid[:H, :W]
    rays = np.stack([(u - CAMERA["cx"]) / F, (v - CAMERA["cy"]) / F, np.ones((H, W))], axis=-1)
    rays = rays @ pose[:3, :3].T  # 1 along the axis, so that a point is at pose + depth * ray
    ends = [(corner[:, None, None] - pose[:3, 3]) / rays for corner in (LOW, HIGH)]
    enters, leaves = np.minimum(*ends).max(axis=-1), np.maximum(*ends).min(axis=-1)
    at = np.where((enters > 0) & (enters < leaves), enters, np.inf)
    at[0] = leaves[0]
    depth, ids = at.min(axis=0), at.argmin(axis=0).astype(np.uint16)
    tiles = np.floor((pose[:3, 3] + depth[..., None] * rays) * 4 + 0.01).sum(axis=-1) % 2
    gray = GRAYS[ids] + (40 * tiles).astype(np.uint8)
    return np.stack([gray] * 3, axis=-1), depth, ids, pose


def drive(x, y, yaw, twist):
    """One period of a differential drive; it turns on the spot until somebody drives it."""
    linear, angular = twist["linear_mps"], twist["angular_rps"]
    angular = angular or (0.0 if linear else 0.5)
    way = linear * PERIOD_S
    return x + way * np.cos(yaw), y + way * np.sin(yaw), yaw + angular * PERIOD_S


def put(kind, version, body, *arrays):
    """Send one message; its reply. An array stands in the body as its number."""
    arrays = [np.ascontiguousarray(array) for array in arrays]
    header = {
        "type": kind, "version": version, "stream": "", "seq": 0, "body": body,
        "stamp_ns": body["stamp_ns"], "captured_ns": time.time_ns(),
        "buffers": [{"dtype": array.dtype.str, "shape": array.shape} for array in arrays],
    }  # fmt: skip
    SOCKET.send_multipart([bytes(8), b"", msgpack.packb(header), *arrays])
    reply = msgpack.unpackb(SOCKET.recv_multipart()[2])
    if reply["type"] == "Refusal":
        sys.exit(f"refused: {reply['body']['text']}")
    return reply["body"]


def main(run_dir, frames=10**9):
    services = json.loads((Path(run_dir) / "services.json").read_text())
    SOCKET.connect(services["camera/put"])
    x, y, yaw = 0.0, 0.0, 0.0
    for number in range(int(frames)):
        color, depth, ids, pose = look(x, y, yaw)
        frame = {"number": number, "stamp_ns": round(number * PERIOD_S * 1e9)}
        arrays = {"color": 0, "depth": 1, "world_from_camera": 2}
        millimetres = (depth * 1000).round().astype(np.uint16)
        put("Frame", 2, frame | {"intrinsics": CAMERA} | arrays, color, millimetres, pose)
        pixels = np.bincount(ids.ravel(), minlength=len(LABELS)).tolist()
        visible = [{"id": i, "label": LABELS[i], "pixels": pixels[i], "fraction": 1.0}
                   for i in range(1, len(LABELS)) if pixels[i]]  # fmt: skip
        twist = put("Instances", 1, frame | {"ids": 0, "visible": visible}, ids)
        x, y, yaw = drive(x, y, yaw, twist)
        time.sleep(PERIOD_S)


if __name__ == "__main__":
    main(*sys.argv[1:])
