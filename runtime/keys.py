"""Keys of CURVE, ZeroMQ's encryption: of a run, of its clients, and the folder that holds them.

A key folder has the run's own pair in ``run.json`` and one file a client in ``clients/``, with the
client's public key. Secret keys are in files that only their owner can read.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import re
from pathlib import Path
from typing import TypeVar

import msgspec
import zmq
from zmq.utils import z85

from cogmap.runtime.messages import CogmapError

__all__ = [
    "KEYS_FILE", "KeyFolder", "KeyPair", "RunKeyError", "RunKeys", "check_bind", "client_keys",
    "make_pair", "public_key", "put_run_keys", "read_keys", "read_pair", "remove_run_keys",
    "spoken", "write_secret",
]  # fmt: skip

log = logging.getLogger(__name__)

KEYS_FILE = "keys.json"
"""In the directory of a run: what its own processes and clients on this machine join it with."""
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_Z85 = re.compile(r"[0-9A-Za-z.\-:+=^!/*?&<>()\[\]{}@%$#]{40}")
_HEX = re.compile(r"[0-9a-f]{64}")


class RunKeyError(CogmapError):
    """A key file cannot be read or written, or is no key; the text says which and what to do."""


class KeyPair(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both in Z85, 40 characters."""

    public: str
    secret: str


class RunKeys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one side needs to join a run, or to be a part of it."""

    run_public: str
    """Of the run: who serves proves to have the secret one."""
    own: KeyPair
    """What this side proves to be."""
    run_secret: str = ""
    """Only processes of the run have it."""
    clients: str = ""
    """Folder of the clients that may join; only where ``run_secret`` is."""


class KeyFolder:
    """The keys of a run and of those who may join it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def clients(self) -> Path:
        return self.path / "clients"

    def make(self) -> KeyPair:
        """A new pair for the run. Raises RunKeyError if there is one."""
        if (self.path / "run.json").exists():
            raise RunKeyError(f"{self.path} has keys already; clients know the run by them")
        try:
            for folder in (self.path, self.clients):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                folder.chmod(0o700)
        except OSError as error:
            raise RunKeyError(f"cannot make the key folder {self.path}: {error}") from error
        pair = make_pair()
        write_secret(self.path / "run.json", msgspec.json.encode(pair))
        return pair

    def pair(self) -> KeyPair:
        """The run's. Raises RunKeyError if there is none, or others can read it."""
        if not (self.path / "run.json").exists():
            raise RunKeyError(
                f"{self.path} is no key folder; make one: cogmap keys make {self.path}"
            )
        return read_pair(self.path / "run.json")

    def add(self, name: str, public: str) -> None:
        """From now on the client may join. Raises RunKeyError for a bad name, or no public key."""
        self.pair()
        public = public_key(public)
        path = self._of_client(name)
        if path.exists():
            raise RunKeyError(f"there is a client {name!r} already; remove it first")
        try:
            path.write_text(f"{public}\n")
        except OSError as error:
            raise RunKeyError(f"cannot write {path}: {error}") from error

    def remove(self, name: str) -> None:
        """The client may not join any more; one that is there stays until the run ends."""
        path = self._of_client(name)
        if not path.is_file():
            known = ", ".join(self.names()) or "none"
            raise RunKeyError(f"there is no client {name!r} in {self.path}; there are: {known}")
        path.unlink()

    def names(self) -> dict[str, str]:
        """Public key of every client, by name. Raises RunKeyError if one is no key."""
        try:
            files = {path.stem: path.read_text() for path in sorted(self.clients.glob("*.pub"))}
        except (OSError, UnicodeDecodeError) as error:
            raise RunKeyError(f"cannot read the clients in {self.clients}: {error}") from error
        return {name: public_key(text.strip()) for name, text in files.items()}

    def _of_client(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise RunKeyError(f"client {name!r:.80}: use up to 64 letters, digits, - and _")
        return self.clients / f"{name}.pub"


def public_key(text: str) -> str:
    """In Z85, of a public key as people exchange it, or Z85 itself; raises RunKeyError if it is
    neither."""
    if _HEX.fullmatch(text):
        return str(z85.encode(bytes.fromhex(text)).decode())
    if not _Z85.fullmatch(text):
        raise RunKeyError(f"{text!r:.80} is no public key: 64 hex digits, as cogmap keys says them")
    return text


def spoken(public: str) -> str:
    """For people: in hex digits, since Z85 has characters that shells take for something else."""
    return str(z85.decode(public.encode()).hex())


def check_bind(bind: str, folder: str | None) -> None:
    """Whether a run may be served at an address, with the keys of a folder or with none.

    Raises:
        RunKeyError: no address, off loopback without keys, or no keys in the folder.
    """
    try:
        loopback = bind == "localhost" or ipaddress.IPv4Address(bind).is_loopback
    except ValueError as error:
        raise RunKeyError(
            f"bind: {bind!r:.80} is no IPv4 address; write one of this machine's, 0.0.0.0 for all"
            " of them, or 127.0.0.1"
        ) from error
    if folder is not None:
        KeyFolder(Path(folder)).pair()
    elif not loopback:
        raise RunKeyError(
            f"bind: {bind!r} is off loopback, where clients must be known by their keys;"
            ' cogmap keys make FOLDER makes keys; then write keys = "FOLDER"'
        )


def make_pair() -> KeyPair:
    public, secret = zmq.curve_keypair()
    return KeyPair(public.decode(), secret.decode())


def read_pair(path: Path) -> KeyPair:
    """Raises RunKeyError if the file is no key, or others than its owner can read it."""
    pair = _read_secret(path, KeyPair)
    try:
        derived = zmq.curve_public(pair.secret.encode()).decode()
    except (ValueError, zmq.ZMQError) as error:
        raise RunKeyError(f"{path} holds no key: {error}; make one with cogmap keys") from error
    if derived != pair.public:
        raise RunKeyError(f"{path}: its public key does not belong to its secret one")
    return pair


def client_keys(run_dir: Path) -> RunKeys | None:
    """What to join the run in ``run_dir`` with; None if it has no keys.

    Raises:
        RunKeyError: there are some that cannot be read.
    """
    path = run_dir / KEYS_FILE
    return msgspec.structs.replace(read_keys(path), run_secret="") if path.exists() else None


def read_keys(path: Path) -> RunKeys:
    """Raises RunKeyError if the file holds none, or others than its owner can read it."""
    return _read_secret(path, RunKeys)


def put_run_keys(folder: str | Path | None, run_dir: Path, *, over_tcp: bool) -> RunKeys | None:
    """For a run that begins: its keys of ``folder``, with a pair of this once for its own
    processes, also as the file that these read. Without a folder a run ``over_tcp`` has keys of
    this once, known to who can read its directory, and others none.

    Raises:
        RunKeyError: they cannot be read or written.
    """
    (run_dir / KEYS_FILE).unlink(missing_ok=True)
    if folder is None and not over_tcp:
        return None
    held = None if folder is None else KeyFolder(Path(folder).absolute())
    run = make_pair() if held is None else held.pair()
    clients = "" if held is None else str(held.clients)
    keys = RunKeys(run_public=run.public, run_secret=run.secret, own=make_pair(), clients=clients)
    write_secret(run_dir / KEYS_FILE, msgspec.json.encode(keys))
    return keys


def remove_run_keys(run_dir: Path) -> None:
    """Of a run that is over: whoever goes on with it takes them from the key folder again."""
    try:
        (run_dir / KEYS_FILE).unlink(missing_ok=True)
    except OSError as error:  # the run is over all the same
        log.warning("cannot remove the key %s: %s; remove it by hand", run_dir / KEYS_FILE, error)


def write_secret(path: Path, data: bytes) -> None:
    """A file that its owner alone can read, from its first moment on. Raises RunKeyError."""
    try:
        path.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        raise RunKeyError(f"cannot write the key {path}: {error}") from error


K = TypeVar("K", bound=msgspec.Struct)


def _read_secret(path: Path, kind: type[K]) -> K:
    try:
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            raise RunKeyError(f"{path} can be read by others (mode {mode:o}); chmod 600 {path}")
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RunKeyError(f"cannot read the key {path}: {error}") from error
