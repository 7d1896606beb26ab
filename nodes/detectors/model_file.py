"""Model files: on this machine already, or fetched once and kept, and never a different one."""

from __future__ import annotations

import hashlib
import os
import tempfile
import urllib.error
import urllib.request
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from cogmap.nodes.detectors.backend import DetectorError

__all__ = ["cache_folder", "model_file", "sha256_of"]

_CHUNK = 1 << 20
_TIMEOUT_S = 30.0


def model_file(source: str, sha256: str = "", cache: Path | None = None) -> Path:
    """Path of the model: ``source`` itself, or what was fetched from it if it is a URL.

    A URL is fetched only if no file with its checksum is in ``cache`` (default:
    `cache_folder`). A file with another checksum is never used and never stored.

    Raises:
        DetectorError: no such file, a URL that cannot be fetched, or a wrong checksum.
    """
    sha256 = sha256.lower()
    if sha256 and (len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef")):
        raise DetectorError(f"sha256 {sha256!r:.90} of model {source}: give 64 hexadecimal digits")
    if urlsplit(source).scheme in ("http", "https"):
        return _cached(source, sha256, cache or cache_folder())
    path = Path(source).expanduser()
    if not path.is_file():
        raise DetectorError(f"no such model file: {path}; give the path or URL of one")
    if sha256 and (found := sha256_of(path)) != sha256:
        raise DetectorError(f"wrong checksum: model file {path} has sha256 {found}, not {sha256}")
    return path


def cache_folder() -> Path:
    """``cogmap/models`` in the user's cache directory (XDG base directory specification)."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "cogmap" / "models"


def sha256_of(path: Path) -> str:
    """Checksum of a file, 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _cached(url: str, sha256: str, cache: Path) -> Path:
    if not sha256:
        raise DetectorError(f"model {url} has no checksum; give its sha256 beside the URL")
    path = cache / sha256[:16] / (PurePosixPath(urlsplit(url).path).name or "model")
    if path.is_file() and sha256_of(path) == sha256:
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _fetch(url, sha256, path)
    except (OSError, HTTPException, ValueError) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise DetectorError(
            f"cannot fetch model: {reason}; {url}; fetch it by hand and give its path"
        ) from error
    return path


def _fetch(url: str, sha256: str, path: Path) -> None:
    """Into a file of its own first: what has the model's name is whole and the right one."""
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".part-") as part:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
            while chunk := answer.read(_CHUNK):
                digest.update(chunk)
                part.write(chunk)
        part.flush()
        if digest.hexdigest() != sha256:
            raise DetectorError(
                f"wrong checksum: {url} has sha256 {digest.hexdigest()}, not {sha256}; "
                "the file there has changed, or the checksum is of another one"
            )
        os.fsync(part.fileno())
        path.unlink(missing_ok=True)
        os.link(part.name, path)
