"""Fixtures that every folder's tests share."""

from __future__ import annotations

import json
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import zmq
from hypothesis import settings
from zmq.utils.garbage import gc as zero_copy

from cogmap.bench.data import data_folder

# How long an example takes is the machine's business.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

SHARED_DATA = data_folder()


@pytest.fixture
def shared_data() -> Path:
    """Folder of real recordings; the test is skipped where it is not there."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"real recordings are not at {SHARED_DATA}")
    return SHARED_DATA


@pytest.fixture
def in_a_terminal() -> Iterator[None]:
    """As if the tests were started from one: under nohup a closed terminal is nothing to them, nor
    to what they start."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def full_after() -> Callable[[int], AbstractContextManager[None]]:
    """``with full_after(size):`` no file can be written beyond so many bytes, as on a full disk."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    """A context; the test fails if it leaves a socket open or a thread running."""
    threads = set(threading.enumerate())
    context = zmq.Context()
    yield context
    still_open = [socket for socket in list(context._sockets) if not socket.closed]
    context.destroy(linger=0)
    assert not still_open, f"sockets were left open: {still_open}"
    threads.add(zero_copy.thread)  # of the whole process; there once a large array was sent
    left = [thread.name for thread in threading.enumerate() if thread not in threads]
    assert not left, f"threads were left running: {left}"


class ChatEndpoint:
    """A server that speaks OpenAI's protocol over real HTTP and says what it is told to say.

    ``replies`` are used one after the other, the last one for ever: a message (dict), or a
    function of the handler that writes whatever it likes to the connection.
    """

    def __init__(self) -> None:
        self.replies: list[dict[str, Any] | Callable[[BaseHTTPRequestHandler], None]] = []
        self.requests: list[dict[str, Any]] = []
        self.over = threading.Event()
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                endpoint.requests.append(json.loads(self.rfile.read(size)))
                at = min(len(endpoint.requests), len(endpoint.replies)) - 1
                reply = endpoint.replies[at]
                try:
                    if callable(reply):
                        reply(self)
                    else:
                        send_json(self, completion(reply))
                except (BrokenPipeError, ConnectionResetError):
                    pass  # the client did not wait

            def log_message(self, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @staticmethod
    def calls(*calls: tuple[str, object]) -> dict[str, Any]:
        """A message with tool calls: name and arguments."""
        return {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "id": f"c{number}",
                    "type": "function",
                    "function": {
                        "name": name,
                        "arguments": given if isinstance(given, str) else json.dumps(given),
                    },
                }
                for number, (name, given) in enumerate(calls)
            ],
        }

    @staticmethod
    def text(words: str) -> dict[str, Any]:
        return {"role": "assistant", "content": words}

    @staticmethod
    def status(
        code: int, said: str = "not now, secret-key", **headers: str
    ) -> Callable[[BaseHTTPRequestHandler], None]:
        """Refuse with an HTTP status."""
        return lambda handler: send_json(handler, {"error": {"message": said}}, code, **headers)

    @staticmethod
    def page(handler: BaseHTTPRequestHandler) -> None:
        """An HTML page, as of a proxy or a wrong URL."""
        handler.send_response(200)
        handler.send_header("Content-Type", "text/html")
        handler.end_headers()
        handler.wfile.write(b"<html><body>Welcome to nginx!</body></html>")

    @staticmethod
    def json(handler: BaseHTTPRequestHandler, data: object) -> None:
        """JSON that is no completion."""
        send_json(handler, data)

    def trickle(self, handler: BaseHTTPRequestHandler) -> None:
        """A reply that never ends, a few bytes at a time."""
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not self.over.is_set():
            handler.wfile.write(b"  ")
            time.sleep(0.02)

    def drip(self, handler: BaseHTTPRequestHandler) -> None:
        """Headers that never end, one at a time."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.over.is_set():
            handler.wfile.write(b"X-A: b\r\n")
            time.sleep(0.02)

    def flood(self, handler: BaseHTTPRequestHandler) -> None:
        """A reply that never ends, as fast as it is read."""
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        while not self.over.is_set():
            handler.wfile.write(b" " * 65536)

    def silence(self, handler: BaseHTTPRequestHandler) -> None:
        """Nothing at all."""
        self.over.wait(20)


def completion(message: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "x",
        "object": "chat.completion",
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30},
    }


def send_json(
    handler: BaseHTTPRequestHandler, data: object, code: int = 200, **headers: str
) -> None:
    body = json.dumps(data).encode()
    handler.send_response(code)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatEndpoint]:
    """A scripted model, named in the environment as a user would."""
    made = ChatEndpoint()
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("OPENAI_BASE_URL", made.url)
    monkeypatch.setenv("OPENAI_API_KEY", "secret-key")
    monkeypatch.setenv("COGMAP_MODEL", "scripted")
    yield made
    made.close()


@pytest.fixture
def chat_completion() -> Callable[[BaseHTTPRequestHandler, dict[str, Any]], None]:
    """Sends a message as a chat completion: for replies that are made on the spot."""
    return lambda handler, message: send_json(handler, completion(message))
