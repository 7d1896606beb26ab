"""``cogmap replay``: an episode through reconstruction, with keys and a progress bar."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cogmap.launch import running
from cogmap.launch.console import run_console as console
from cogmap.launch.player import KEYS, Player
from cogmap.memory.persistence import is_map
from cogmap.nodes.episodes import open_episode
from cogmap.nodes.episodes.episode import Episode
from cogmap.nodes.episodes.mcap import McapEpisode
from cogmap.runtime.launchfile import Launch
from cogmap.runtime.messages import CogmapError, Instances


def replay_episode(
    view: bool,
    settings: list[str],
    for_s: float | None,
    run_dir: Path | None,
    report: Path | None,
    quiet: bool,
) -> int:
    """Run it with ``settings`` (node.parameter=value); the exit code of `running.run_launch`."""
    launch = running.load("episode" if view else "replay", settings)
    return play(launch, for_s, run_dir, report, quiet)


def play(
    launch: Launch,
    for_s: float | None,
    run_dir: Path | None,
    report: Path | None,
    quiet: bool,
    resume: bool = False,
) -> int:
    """Run it with the keyboard and a progress bar, on a terminal."""
    if quiet or not console.is_terminal:
        return running.run_launch(
            launch, run_dir=run_dir, for_s=for_s, report=report, quiet=quiet, resume=resume
        )
    console.print(KEYS, style="dim")
    player = Player(console, launch.nodes["camera"].params["rate"])
    with player.on_screen():
        return running.run_launch(
            launch, run_dir=run_dir, for_s=for_s, report=report, on_tick=player.tick, live=False,
            resume=resume,
        )  # fmt: skip


def settings_of(
    episode: Path,
    rate: str,
    map_dir: Path | None,
    onto: Path | None,
    detector: str,
    force: bool = False,
) -> list[str]:
    """Parameters (node.parameter=value) that replay an episode as the options say.

    Raises:
        CogmapError: the episode cannot be read, an option is not what it may be, or there is a map
            in ``map_dir`` already, and no ``force``.
    """
    if map_dir is not None and is_map(map_dir) and not force:
        raise CogmapError(
            f"there is a map in {map_dir} already; name a new folder, go on with it by --onto "
            f"{map_dir} --map NEW, or overwrite it with --force"
        )
    settings = [
        _setting("camera", "episode", str(episode.absolute())),
        f"camera.rate={parse_rate(rate)}",
        *detector_settings(detector, open_episode(episode)),
    ]
    for node in ("reconstruction", "memory"):
        if map_dir is not None:
            settings.append(_setting(node, "map_dir", str(map_dir.absolute())))
        if onto is not None:
            settings.append(_setting(node, "onto", str(onto.absolute())))
    if map_dir is not None:
        settings.append("reconstruction.part_only=true")
    return settings


def detector_settings(detector: str, episode: Episode) -> list[str]:
    """What ``--detector`` means. ``auto``: the simulator's own instances where the recording has
    them; otherwise whatever stands on something, without a name."""
    if detector == "auto":
        has_instances = isinstance(episode, McapEpisode) and episode.count_before(
            Instances, len(episode)
        )
        detector = "simulated" if has_instances else "geometry"
    if detector == "none":
        return ['reconstruction.detections="none"', 'detector.backend="none"']
    if detector in ("simulated", "geometry", "open_vocabulary"):
        return [_setting("detector", "backend", detector)]
    if detector.endswith(".onnx"):
        model = detector if "://" in detector else str(Path(detector).absolute())
        return ['detector.backend="onnx"', _setting("detector", "onnx.model", model)]
    raise CogmapError(
        f"--detector {detector!r}: give auto, simulated, geometry, open_vocabulary, none, or a "
        "file or URL of a model that ends in .onnx"
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
