"""A map as a folder of arrays: versioned, checked, and replaced in one step.

Every array is a zstd-compressed ``.npy`` file that carries a checksum in its name. New files
are written beside the old ones; the map changes at the moment when ``manifest.json`` is renamed
into place. Until then the old map is whole, afterwards the new one is, and what only the old
one used is deleted. Nothing in the folder depends on when or where it was written.

Several processes can write one map: each writes its files (``write_files``) and sends their
entries to the one that then names them all (``write_manifest``).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
from numpy.typing import NDArray

from cogmap.memory.packed_array import PackedArrayError, pack, unpack
from cogmap.runtime.messages import CogmapError

__all__ = [
    "FORMAT",
    "Entries",
    "MapError",
    "MissingPartError",
    "SavedMap",
    "drop_files",
    "is_map",
    "load_map",
    "part_of",
    "prepare_folder",
    "restoring",
    "save_map",
    "write_files",
    "write_manifest",
]  # fmt: skip

Entries = dict[str, dict[str, str | int]]
"""Files of a map by name ("surface/tsdf"), as its manifest lists them."""

FORMAT = 4
"""Goes up when one side could no longer understand the folder of the other. 3: poses of frames are
float32. 4: poses are quaternions and positions."""
OLDEST_FORMAT = 2
"""That can still be read."""
MANIFEST = "manifest.json"
MAX_ARRAYS_BYTES = 8 * 2**30
"""Of all arrays that are read at once; a larger sum is no map of ours."""
OUR_FILE = re.compile(r"[a-z0-9_.]+-[0-9a-f]{16}\.(npy\.zst|ply)|.*\.unfinished")


class MapError(CogmapError):
    """A map folder cannot be written or read."""


class MissingPartError(MapError):
    """A part that should become the map has lost files: a newer one took its place already."""


@dataclass(frozen=True)
class SavedMap:
    """What a map folder holds."""

    arrays: Mapping[str, NDArray[Any]]
    """By name, such as "surface/tsdf"."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """What else is needed to go on, as JSON: counts, configuration."""


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    """A file of a map, as its manifest lists it."""

    file: str
    sha256: str
    size: int
    raw_size: Any = 0
    """Unpacked, see `_check_raw_sizes`; files for other programs have none."""


@contextlib.contextmanager
def restoring(folder: Path, what: str) -> Iterator[None]:
    """While arrays that were read become ``what`` again. Their checksums only say that they are
    what somebody wrote: whatever goes wrong with them is a MapError."""
    try:
        yield
    except MapError:
        raise
    except Exception as error:  # NumPy raises nearly anything for shapes that it did not expect
        reason = str(error).splitlines()[0][:200] if str(error) else "out of memory"
        raise MapError(
            f"{what} cannot be read: {folder}, {type(error).__name__}: {reason};"
            " make the map again with this cogmap"
        ) from error


def is_map(folder: Path) -> bool:
    """Whether there is a map in the folder."""
    return (folder / MANIFEST).is_file()


def prepare_folder(folder: Path) -> None:
    """Find out now whether a map can be stored there later. Raises MapError if not.

    Others may be about it at the same moment, and a kill leaves nothing that is in the way: no
    folder is made, and the file that is tried has no name, or one of ours where the disk has no
    such files.
    """
    _refuse_foreign_folder(folder)
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    try:
        tempfile.TemporaryFile(dir=there, suffix=".unfinished").close()
    except OSError as error:
        raise MapError(f"the map cannot be written: {error.strerror} ({folder})") from error


def save_map(folder: Path, saved: SavedMap, exports: Mapping[str, bytes] | None = None) -> None:
    """Write ``saved`` to ``folder`` in place of the map that may be there.

    ``exports`` are files for other programs, by file name ("surface.ply"); they are not read
    back. Raises MapError if the folder holds something else or cannot be written.
    """
    entries = write_files(folder, saved.arrays, exports)
    write_manifest(folder, entries, saved.details, last=True)


def write_files(
    folder: Path,
    arrays: Mapping[str, NDArray[Any]],
    exports: Mapping[str, bytes] | None = None,
    number: int = -1,
) -> Entries:
    """Write files that belong to no map yet; their entries for ``write_manifest``.

    A writer that stores its part repeatedly says the ``number`` of the last frame that the part
    knows: parts of different numbers share no file, so that an older one can be deleted while a
    newer one is on its way. Raises MapError as ``save_map`` does.
    """
    _refuse_foreign_folder(folder)
    entries: Entries = {}
    try:
        with _writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, array in sorted(arrays.items()):
                packed, raw_size = pack(array)
                entry = _write(folder, name.replace("/", "."), ".npy.zst", packed, number)
                entries[name] = {**entry, "raw_size": raw_size}
            for name, content in sorted((exports or {}).items()):
                entries[name] = _write(folder, Path(name).stem, Path(name).suffix, content, number)
    except MapError:
        drop_files(folder, entries)  # or the next try has less room
        raise
    return entries


def drop_files(folder: Path, entries: Entries) -> None:
    """Delete written files that will be in no map; those that the map there uses stay. What
    cannot be deleted goes at the end, with all leftovers."""
    unused = {str(entry["file"]) for entry in entries.values()} - _files_of_manifest(folder)
    for path in (folder / name for name in unused):
        if OUR_FILE.fullmatch(path.name) and path.parent == folder:
            with contextlib.suppress(OSError, ValueError):
                path.unlink(missing_ok=True)


def write_manifest(
    folder: Path,
    entries: Entries,
    details: Mapping[str, Any],
    *,
    replaced: Entries | None = None,
    last: bool = False,
) -> None:
    """Make the written files ``entries`` the map, and delete those that it has ``replaced``: of the
    map that the same writer stored before.

    All others are left alone, since another process may just be writing them, also under names that
    the map there uses: the same frames make the same files. With ``last``, which says that nobody
    is, all leftovers go.

    Raises MissingPartError if a file of ``entries`` is not there (a writer that starts over may
    announce parts that were superseded long ago), MapError if the folder cannot be written; the
    map that was there is then still whole.
    """
    _refuse_foreign_folder(folder)
    used = {str(entry["file"]) for entry in entries.values()}
    for name, entry in sorted(entries.items()):
        path = folder / str(entry["file"])
        if not OUR_FILE.fullmatch(path.name) or path.parent != folder or not path.is_file():
            raise MissingPartError(
                f"{name} of the map is not there, so the map was not changed: {path};"
                " write the part again"
            )
    manifest = {"format": FORMAT, "details": dict(details), "files": entries}
    manifest["sha256"] = _manifest_checksum(manifest)
    text = json.dumps(manifest, indent=1, sort_keys=True) + "\n"
    with _writing(folder):
        _write_durably(folder / MANIFEST, text.encode())
        present = {path.name for path in folder.iterdir() if OUR_FILE.fullmatch(path.name)}
        old = {str(entry["file"]) for entry in (replaced or {}).values()}
        for unused in sorted((present if last else present & old) - used):
            (folder / unused).unlink(missing_ok=True)


def load_map(folder: Path, parts: Iterable[str] | None = None) -> SavedMap:
    """Read a map folder and verify every byte that is read.

    ``parts`` names what is wanted, such as "surface" for the arrays "surface/..."; None is
    everything, also verifying the files for other programs; () is the details alone.
    Raises MapError if it is no map, damaged, incomplete, or newer than this program.
    """
    wanted = None if parts is None else set(parts)
    while True:
        text = _read(folder / MANIFEST, "this is not a map folder")
        manifest = _parse_manifest(folder, text)
        files = {
            name: file
            for name, file in manifest["files"].items()
            if wanted is None or ("/" in name and name.split("/")[0] in wanted)
        }
        _check_raw_sizes(files)
        try:
            contents = {name: _read_verified(folder, name, file) for name, file in files.items()}
        except MapError:
            if _read(folder / MANIFEST, "the map was deleted while being read") != text:
                continue  # a newer map took its place meanwhile
            raise
        arrays = {
            name: _unpacked(contents.pop(name), name, file)
            for name, file in files.items()
            if "raw_size" in file
        }
        return SavedMap(arrays, manifest["details"])


def part_of(arrays: Mapping[str, NDArray[Any]], part: str) -> dict[str, NDArray[Any]]:
    """The arrays named "part/name", by their names; none if there is no such part."""
    prefix = part + "/"
    return {k.removeprefix(prefix): a for k, a in arrays.items() if k.startswith(prefix)}


def _write(
    folder: Path, stem: str, suffix: str, content: bytes, number: int
) -> dict[str, str | int]:
    """Write a file named by its content and ``number``; its entry in the manifest."""
    checksum = hashlib.sha256(content).hexdigest()
    name = f"{stem}-{hashlib.sha256(f'{number} {checksum}'.encode()).hexdigest()[:16]}{suffix}"
    if not OUR_FILE.fullmatch(name):
        raise MapError(f"a map cannot hold a file named {name}; use a-z, 0-9, _ and .")
    _write_durably(folder / name, content)
    return {"file": name, "sha256": checksum, "size": len(content)}


def _write_durably(path: Path, content: bytes) -> None:
    """Have the whole file under its name, on disk, or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    try:
        with unfinished.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MapError(
            f"the map cannot be written: {error.strerror or error} ({error.filename or folder}); "
            "choose a folder that you may write to, on a disk with room"
        ) from error


def _files_of_manifest(folder: Path) -> set[str]:
    """Files of the map that is there now; none if there is none that can be read."""
    try:
        manifest = _parse_manifest(folder, (folder / MANIFEST).read_bytes())
    except (OSError, MapError):
        return set()
    return {str(file["file"]) for file in manifest["files"].values()}


def _refuse_foreign_folder(folder: Path) -> None:
    if not folder.is_dir() or (folder / MANIFEST).exists():
        return
    foreign = sorted(p.name for p in folder.iterdir() if not OUR_FILE.fullmatch(p.name))
    if foreign:
        raise MapError(
            f"the folder holds other things ({foreign[0]!r}) and no map: {folder}; "
            "choose a new or empty folder"
        )


def _parse_manifest(folder: Path, text: bytes) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        manifest = json.loads(text)
        version = manifest["format"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MapError(f"the manifest is damaged: {path}, {error}; use a backup") from error
    if type(version) is not int or not OLDEST_FORMAT <= version <= FORMAT:
        older = isinstance(version, int) and version < OLDEST_FORMAT
        fix = "make the map again from its recording" if older else "update cogmap"
        raise MapError(
            f"the map is of format {version}, this cogmap reads {OLDEST_FORMAT} to {FORMAT}:"
            f" {path}, field format; {fix}"
        )
    if manifest.pop("sha256", None) != _manifest_checksum(manifest):
        raise MapError(f"the manifest is damaged: {path}, field sha256 differs; use a backup")
    try:
        manifest["details"] = msgspec.convert(manifest["details"], dict[str, Any])
        msgspec.convert(manifest["files"], dict[str, _Entry])
    except (KeyError, msgspec.ValidationError) as error:
        raise MapError(f"the manifest is no manifest: {path}, {error}; use a backup") from error
    checked: dict[str, Any] = manifest
    return checked


def _manifest_checksum(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _read_verified(folder: Path, name: str, file: dict[str, Any]) -> bytes:
    path = folder / file["file"]
    if path.parent != folder or not OUR_FILE.fullmatch(path.name):
        raise MapError(f"{name} of the map is outside of its folder: {path}; use a backup")
    content = _read(path, f"{name} of the map is missing")
    if hashlib.sha256(content).hexdigest() != file["sha256"]:
        raise MapError(f"{name} of the map is damaged (its checksum differs): {path}; use a backup")
    return content


def _check_raw_sizes(files: Mapping[str, dict[str, Any]]) -> None:
    """A few bytes can unpack to any size, so it is known and bounded before."""
    total = 0
    for name, file in files.items():
        size = file.get("raw_size", 0)
        if type(size) is not int or size < 0:
            raise MapError(f"{name} of the map has no size as raw_size in {MANIFEST}; use a backup")
        total += size
    if total > MAX_ARRAYS_BYTES:
        raise MapError(
            f"the arrays of the map are {total / 2**30:.1f} GiB by raw_size in {MANIFEST},"
            f" {MAX_ARRAYS_BYTES / 2**30:.0f} GiB are allowed; use a backup"
        )


def _unpacked(content: bytes, name: str, file: dict[str, Any]) -> NDArray[Any]:
    try:
        return unpack(content, file["raw_size"])
    except PackedArrayError as error:
        raise MapError(
            f"{name} of the map cannot be unpacked: {error}, file {file['file']}; use a backup"
        ) from error


def _read(path: Path, missing: str) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise MapError(f"{missing}: there is no {path}; check the path or use a backup") from None
    except OSError as error:
        raise MapError(
            f"the map cannot be read: {error.strerror} ({path}); check its permissions"
        ) from error
