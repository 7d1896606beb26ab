"""Model files: found, fetched once, checked, and never replaced by half of one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cogmap.nodes.detectors.backend import DetectorError
from cogmap.nodes.detectors.model_file import cache_folder, model_file

MODEL = b"weights" * 1000
SHA256 = hashlib.sha256(MODEL).hexdigest()


class Handler(SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/cut.onnx":  # less than it promises
            self.send_response(200)
            self.send_header("Content-Length", str(len(MODEL)))
            self.end_headers()
            self.wfile.write(MODEL[:100])
            return
        super().do_GET()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(MODEL)
    Handler.asked = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as http:
        thread = threading.Thread(target=http.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
        thread.join()


def test_is_fetched_once(server: str, tmp_path: Path) -> None:
    path = model_file(f"{server}/model.onnx", SHA256, tmp_path / "cache")
    assert path.read_bytes() == MODEL
    assert path.name == "model.onnx"
    assert model_file(f"{server}/model.onnx", SHA256.upper(), tmp_path / "cache") == path
    assert Handler.asked == ["/model.onnx"]


def test_a_damaged_copy_is_fetched_again(server: str, tmp_path: Path) -> None:
    path = model_file(f"{server}/model.onnx", SHA256, tmp_path)
    path.write_bytes(MODEL[:-1])
    assert model_file(f"{server}/model.onnx", SHA256, tmp_path).read_bytes() == MODEL
    assert len(Handler.asked) == 2


@pytest.mark.parametrize(
    ("name", "sha256", "message"),
    [
        ("model.onnx", "0" * 64, "wrong checksum.*has changed"),
        ("cut.onnx", SHA256, "checksum|cannot fetch"),
        ("other.onnx", SHA256, "cannot fetch model.*other.onnx.*give its path"),
        ("model.onnx", "", "give its sha256"),
        ("model.onnx", "abc", "64 hexadecimal digits"),
    ],
)
def test_what_is_wrong_leaves_nothing_behind(server, tmp_path, name, sha256, message) -> None:
    cache = tmp_path / "cache"
    with pytest.raises(DetectorError, match=message):
        model_file(f"{server}/{name}", sha256, cache)
    assert not [path for path in cache.rglob("*") if path.is_file()]


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(DetectorError, match=r"cannot fetch model: .*refused"):
        model_file("http://127.0.0.1:9/model.onnx", SHA256, tmp_path)


def test_a_file_is_used_where_it_is_if_its_checksum_fits(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(MODEL)
    assert model_file(str(path)) == path
    assert model_file(str(path), SHA256) == path
    with pytest.raises(DetectorError, match="wrong checksum: model file"):
        model_file(str(path), "0" * 64)


def test_the_cache_is_the_users(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "cogmap" / "models"
