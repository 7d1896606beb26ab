"""Keys of ``cogmap replay``, typed on a real pseudo terminal."""

from __future__ import annotations

import io
import os
import pty
import sys
import termios
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from cogmap.launch import player as player_module
from cogmap.launch.player import Player
from cogmap.runtime.bus import WriterAddress
from cogmap.runtime.messages import PlaybackCommand, PlaybackStatus
from cogmap.runtime.writer import Writer


@pytest.fixture
def keyboard(monkeypatch):
    """``type`` on it, and what is typed is on stdin."""
    ours, theirs = pty.openpty()
    stdin = os.fdopen(theirs, "r")
    monkeypatch.setattr(sys, "stdin", stdin)
    yield ours
    stdin.close()
    os.close(ours)


class FakeSupervisor:
    """Notes what it is asked; the rest of a supervisor needs processes."""

    def __init__(self, endpoint: str) -> None:
        self.commands: list[PlaybackCommand] = []
        self.stopped = False
        self._endpoint = endpoint
        self.run_dir = SimpleNamespace(path=Path("nowhere"))

    def address(self, stream: str) -> WriterAddress:
        assert stream == "camera/playback"
        return WriterAddress(self._endpoint, self._endpoint)

    def control(self, command: PlaybackCommand) -> None:
        self.commands.append(command)

    def stop(self, *, patient: bool = False) -> None:
        self.stopped = True


def keys_typed(keyboard: int, text: str, within_s: float = 5.0) -> list[str]:
    os.write(keyboard, text.encode())
    keys: list[str] = []
    deadline = time.monotonic() + within_s
    while not keys and time.monotonic() < deadline:
        keys += player_module._pressed_keys()
    return [key for key in keys if key]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        (" ", [" "]),
        ("q", ["q"]),
        ("..", [".", "."]),
        ("\x1b[A\x1b[B", ["up", "down"]),
        ("\x1b[C", ["right"]),
        ("\x1b[D.", ["left", "."]),
        ("\x1b[H ", [" "]),
    ],
)
def test_keys(keyboard, text, keys):
    with player_module._raw_keys():
        assert keys_typed(keyboard, text) == keys


def test_terminal_is_given_back(keyboard):
    before = termios.tcgetattr(sys.stdin)
    with player_module._raw_keys():
        assert termios.tcgetattr(sys.stdin) != before
    assert termios.tcgetattr(sys.stdin) == before


def test_without_a_terminal_there_are_no_keys(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("q"))
    with player_module._raw_keys():
        assert list(player_module._pressed_keys()) == []


@pytest.mark.parametrize(
    ("key", "action", "value"),
    [
        (" ", "pause", 0.0),
        (".", "step", 0.0),
        ("\x1b[C", "seek", 12.0),
        ("\x1b[D", "seek", 2.0),
        ("\x1b[A", "rate", 4.0),
        ("\x1b[B", "rate", 1.0),
    ],
)
def test_what_a_key_does(keyboard, context, tmp_path, key, action, value):
    supervisor = FakeSupervisor(f"ipc://{tmp_path}/playback")
    writer = Writer(context, "camera/playback", supervisor.address("camera/playback"))
    player = Player(Console(file=io.StringIO()), rate=2.0)
    with player.on_screen():
        at = PlaybackStatus(
            stamp_ns=0,
            position_s=7.0,
            duration_s=30,
            frames_sent=70,
            frames_total=300,
            paused=False,
        )
        tick_until(lambda: player._at.position_s == 7.0, player, supervisor, writer, at)
        os.write(keyboard, key.encode())
        tick_until(lambda: supervisor.commands, player, supervisor, writer, at)
    writer.close()
    command = supervisor.commands[0]
    assert (command.action, command.value) == (action, value)


def test_as_fast_as_it_goes_is_no_rate():
    output = io.StringIO()
    assert player_module._pace(0.0) == "as fast as it goes"
    assert player_module._pace(0.5) == "rate 0.5"
    player = Player(Console(file=output), rate=0.0)
    supervisor = FakeSupervisor("ipc://unused")
    player._press("up", supervisor)  # there is nothing faster
    assert not supervisor.commands
    player._press("down", supervisor)
    assert supervisor.commands[0].value == 1.0


def test_q_quits(keyboard, tmp_path):
    supervisor = FakeSupervisor(f"ipc://{tmp_path}/playback")
    player = Player(Console(file=io.StringIO()), rate=1.0)
    with player.on_screen():
        os.write(keyboard, b"q")
        deadline = time.monotonic() + 5
        while not supervisor.stopped and time.monotonic() < deadline:
            player.tick(supervisor)
    assert supervisor.stopped


def test_an_error_while_it_is_on_screen_leaves_nothing_behind(keyboard, tmp_path):
    supervisor = FakeSupervisor(f"ipc://{tmp_path}/playback")
    player = Player(Console(file=io.StringIO()), rate=1.0)
    with pytest.raises(ZeroDivisionError), player.on_screen():
        player.tick(supervisor)
        raise ZeroDivisionError
    assert player._context.closed


def tick_until(condition, player, supervisor, writer, status) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        writer.publish(status)
        player.tick(supervisor)
        time.sleep(0.01)
