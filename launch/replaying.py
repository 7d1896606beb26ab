"""``cogmap replay``: an episode through reconstruction, with keys and a progress bar."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cogmap.launch import running
from cogmap.launch.console import console
from cogmap.launch.player import KEYS, Player
from cogmap.nodes.episodes import open_episode
from cogmap.runtime.messages import CogmapError


def replay_episode(
    episode: Path,
    rate: str,
    map_dir: Path | None,
    view: bool,
    overrides: list[str],
    for_s: float | None,
    run_dir: Path | None,
    report: Path | None,
    quiet: bool,
) -> int:
    """Run it; returns the exit code of `running.run_launch`.

    Raises:
        CogmapError: the episode cannot be read, or the rate is neither a factor nor ``max``.
    """
    open_episode(episode)
    factor = parse_rate(rate)
    settings = [_setting("camera", "episode", str(episode.absolute())), f"camera.rate={factor}"]
    if map_dir is not None:
        settings.append(_setting("reconstruction", "map_dir", str(map_dir.absolute())))
    launch = running.load("episode" if view else "replay", settings + overrides)
    if quiet or not console.is_terminal:
        return running.run_launch(launch, run_dir=run_dir, for_s=for_s, report=report, quiet=quiet)
    console.print(KEYS, style="dim")
    player = Player(console, factor)
    with player.on_screen():
        return running.run_launch(
            launch, run_dir=run_dir, for_s=for_s, report=report, on_tick=player.tick, live=False
        )


def parse_rate(text: str) -> float:
    """0 for ``max``. Raises CogmapError for anything but that or a positive factor."""
    if text == "max":
        return 0.0
    try:
        factor = float(text)
    except ValueError:
        factor = -1.0
    if not 0 < factor < 1e6:
        raise CogmapError(f"--rate {text!r}: give a factor such as 0.5 or 2, or max")
    return factor


def _setting(node: str, key: str, text: str) -> str:
    """An override with a string value, whatever characters are in it."""
    return f"{node}.{key}={msgspec.json.encode(text).decode()}"
