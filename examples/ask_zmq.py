"""Ask a run that is going on, with nothing but ZeroMQ and MessagePack: python ask_zmq.py RUN_DIR
"how many chairs are there?" (docs/wire.md describes requests; any language can do the same.)"""

import fcntl
import json
import sys
import time
from pathlib import Path

import msgpack
import zmq

run_dir, text = Path(sys.argv[1]), sys.argv[2]
if not (run_dir / "services.json").exists():
    sys.exit(
        f"{run_dir} is no run directory; a map folder is asked by cogmap ask {run_dir} {text!r}"
    )
if not (run_dir / "joined.json").exists():  # not of cogmap join, for a run on another machine
    with (run_dir / "lock").open() as lock:  # held by a run for as long as it goes on
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            sys.exit(f"the run is over; its map: cogmap ask --map {run_dir} {text!r}")
        except BlockingIOError:
            pass
services = json.loads((run_dir / "services.json").read_text())
socket = zmq.Context.instance().socket(zmq.DEALER)
if (run_dir / "keys.json").exists():  # of a run that strangers cannot talk to
    keys = json.loads((run_dir / "keys.json").read_text())
    socket.curve_serverkey = keys["run_public"].encode()
    socket.curve_publickey = keys["own"]["public"].encode()
    socket.curve_secretkey = keys["own"]["secret"].encode()
socket.connect(services.get("vlm/ask") or services["memory/ask"])

request_id = time.monotonic_ns().to_bytes(8, "big")
body = {"stamp_ns": 0, "text": text, "within_s": 10.0}
header = {
    "type": "Question", "version": 2, "stream": "", "seq": 0, "stamp_ns": 0, "captured_ns": 0,
    "body": body,
}  # fmt: skip
socket.send_multipart([request_id, b"", msgpack.packb(header)])

deadline = time.monotonic() + 15.0
while socket.poll(max(0, int(1000 * (deadline - time.monotonic())))):
    echoed, topic, header, *pictures = socket.recv_multipart()
    if echoed == request_id:  # not a late reply to an earlier question
        reply = msgpack.unpackb(header)
        answer = reply["body"]
        if reply["type"] == "Refusal":
            sys.exit(f"refused: {answer['text']}")
        print(answer["status"], answer["value"], answer["unit"], "-", answer["text"])
        break
else:
    sys.exit("no answer in time")
