"""Take a picture of the viewer: ``python docs/screenshot.py RECORDING.rrd|ADDRESS OUT.webp``.

Needs Chromium (``apt-get install chromium``); it draws in software, so neither display nor
GPU is needed. The picture is taken once the page has stopped changing.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from rerun.chunk import ChunkStore, OptimizationProfile, RrdReader

from cogmap.nodes.rerun import layout
from cogmap.nodes.rerun.process import start_viewer

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--remote-debugging-pipe",
]
POLL_S = 2.0
FORMATS = {".png": "png", ".jpg": "jpeg", ".webp": "webp"}
WEBGL = "&renderer=webgl"
"""Several times faster than WebGPU where both are drawn in software."""


class Page:
    """A Chromium page, driven by the DevTools protocol over two pipes."""

    def __init__(self, to_browser: int, from_browser: int) -> None:
        self._to_browser = to_browser
        self._from_browser = from_browser
        self._received = b""
        self._last_id = 0
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session: str | None = attached["sessionId"]

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if session := getattr(self, "_session", None):
            message["sessionId"] = session
        os.write(self._to_browser, json.dumps(message).encode() + b"\0")
        while True:
            reply = self._receive()
            if reply.get("id") != self._last_id:
                continue  # an event
            if "error" in reply:
                raise RuntimeError(f"{method}: {reply['error']['message']}")
            result: dict[str, Any] = reply["result"]
            return result

    def picture(self, format: str = "png") -> bytes:
        """The page as png, jpeg or webp."""
        quality = {} if format == "png" else {"quality": 88}
        answer = self.call("Page.captureScreenshot", format=format, **quality)
        return base64.b64decode(answer["data"])

    def _receive(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            chunk = os.read(self._from_browser, 1 << 20)
            if not chunk:
                raise RuntimeError("Chromium has ended; run it by hand to see why")
            self._received += chunk
        message, self._received = self._received.split(b"\0", 1)
        decoded: dict[str, Any] = json.loads(message)
        return decoded


@contextmanager
def browser_page(width: int, height: int, profile: str) -> Iterator[Page]:
    """A page in a fresh Chromium, which reads commands from its descriptor 3 and answers on 4."""
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    if executable is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    command_read, command_write = os.pipe()
    answer_read, answer_write = os.pipe()
    arguments = [executable, *FLAGS, f"--user-data-dir={profile}"]
    arguments.append(f"--window-size={width},{height}")
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{command_read} 4>&{answer_write}', "bash", *arguments],
        pass_fds=(command_read, answer_write),
        stderr=subprocess.DEVNULL,
    )
    os.close(command_read)
    os.close(answer_write)
    try:
        page = Page(command_write, answer_read)
        yield page
    finally:
        process.terminate()
        process.wait()
        os.close(command_write)
        os.close(answer_read)


def wait_until_settled(page: Page, timeout_s: float) -> None:
    """Return when two pictures in a row are the same and show something."""
    deadline = time.monotonic() + timeout_s
    before = b""
    while time.monotonic() < deadline:
        time.sleep(POLL_S)
        now = page.picture()
        if now == before and shows_something(now):
            return
        before = now
    raise SystemExit(f"the page still changes after {timeout_s:.0f} s; give it more --timeout")


def shows_something(png: bytes) -> bool:
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    return image is not None and len(np.unique(image)) > 128


def prepared(rrd: Path, folder: Path) -> list[Path]:
    """The recording in fewer, larger pieces, and a layout with the eye above its whole map.

    A page that is drawn in software loads these several times sooner.
    """
    store = RrdReader(rrd).stream().collect(optimize=OptimizationProfile.LIVE)
    data, page = folder / "data.rrd", folder / "layout.rbl"
    store.write_rrd(data, application_id="cogmap", recording_id="picture")
    layout.blueprint(surface_bounds(store)).save("cogmap", page)
    return [data, page]


def surface_bounds(store: ChunkStore) -> layout.Bounds | None:
    chunks = store.stream().filter(content=f"/{layout.SURFACE}/**").to_chunks()
    columns = [chunk.to_record_batch().column("Points3D:positions") for chunk in chunks]
    points = [column.flatten().flatten().to_numpy().reshape(-1, 3) for column in columns]
    if sum(map(len, points)) == 0:
        return None
    low, high = np.percentile(np.concatenate(points), [1, 99], axis=0).tolist()
    return layout.Bounds(tuple(low), tuple(high))


def take(address: str, out: Path, size: tuple[int, int], timeout_s: float) -> None:
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
        browser_page(*size, profile) as page,
    ):
        width, height = size
        page.call(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=False,
        )  # fmt: skip
        dark = {"name": "prefers-color-scheme", "value": "dark"}
        page.call("Emulation.setEmulatedMedia", features=[dark])
        page.call("Page.navigate", url=address)
        wait_until_settled(page, timeout_s)
        out.write_bytes(page.picture(FORMATS[out.suffix]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", help="recording of the viewer (.rrd) or address of a page")
    parser.add_argument("out", type=Path, help="picture to write: .png, .jpg or .webp")
    parser.add_argument("--width", type=int, default=1440)
    parser.add_argument("--height", type=int, default=810)
    parser.add_argument("--timeout", type=float, default=180.0, help="seconds")
    args = parser.parse_args()
    if args.out.suffix not in FORMATS:
        parser.error(f"{args.out}: the name must end with one of {', '.join(FORMATS)}")
    size = (args.width, args.height)
    if args.source.startswith(("http://", "https://")):
        take(args.source, args.out, size, args.timeout)
        return
    with tempfile.TemporaryDirectory() as folder:
        viewer = start_viewer("web", files=prepared(Path(args.source), Path(folder)))
        try:
            take(viewer.address + WEBGL, args.out, size, args.timeout)
        finally:
            viewer.stop()


if __name__ == "__main__":
    main()
