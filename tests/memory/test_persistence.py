from __future__ import annotations

import hashlib
import json
import os
import resource
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from cogmap.memory import persistence
from cogmap.memory.dense.reconstruction import Reconstructor
from cogmap.memory.packed_array import pack
from cogmap.memory.persistence import (
    MAX_ARRAYS_BYTES,
    MapError,
    MissingPartError,
    SavedMap,
    drop_files,
    load_map,
    part_of,
    prepare_folder,
    save_map,
    write_files,
    write_manifest,
)


def small_map(value: int = 1) -> SavedMap:
    return SavedMap(
        {
            "surface/tsdf": np.arange(600, dtype=np.float32).reshape(3, 200) * value,
            "occupancy/keys": np.full((4, 3), value, np.int32),
        },
        {"counts": {"fused": value}},
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def same(left: SavedMap, right: SavedMap) -> bool:
    return (
        left.details == right.details
        and left.arrays.keys() == right.arrays.keys()
        and all(np.array_equal(left.arrays[name], right.arrays[name]) for name in left.arrays)
    )


@settings(deadline=None, max_examples=30)
@given(
    array=st.sampled_from([np.uint8, np.int8, np.uint16, np.int32, np.int64, np.float32]).flatmap(
        lambda dtype: arrays(dtype, array_shapes(min_side=0, max_dims=4))
    )
)
def test_arrays_come_back_exactly(array, tmp_path_factory):
    folder = tmp_path_factory.mktemp("map")
    save_map(folder, SavedMap({"a": array}))
    loaded = load_map(folder).arrays["a"]
    assert loaded.dtype == array.dtype and loaded.shape == array.shape
    assert loaded.tobytes() == array.tobytes()


def test_same_map_same_bytes_whatever_was_there_before(tmp_path):
    save_map(tmp_path / "a", small_map(), {"surface.ply": b"ply"})
    save_map(tmp_path / "b", small_map(2), {"surface.ply": b"other"})
    save_map(tmp_path / "b", small_map(), {"surface.ply": b"ply"})
    assert contents(tmp_path / "a") == contents(tmp_path / "b")
    assert same(load_map(tmp_path / "b"), small_map())


def test_every_flipped_bit_is_noticed(tmp_path):
    save_map(tmp_path, small_map(), {"surface.ply": b"ply"})
    rng = np.random.default_rng(0)
    for name, content in contents(tmp_path).items():
        for position in rng.integers(0, len(content), 8):
            damaged = bytearray(content)
            damaged[position] ^= 1 << rng.integers(8)
            (tmp_path / name).write_bytes(damaged)
            with pytest.raises(MapError, match=r"damaged|newer|reads 2|missing|outside"):
                load_map(tmp_path)
        (tmp_path / name).write_bytes(content)
    assert same(load_map(tmp_path), small_map())


def test_a_missing_file_is_named(tmp_path):
    save_map(tmp_path, small_map())
    lost = next(tmp_path.glob("surface.tsdf-*"))
    lost.unlink()
    with pytest.raises(MapError, match="surface/tsdf of the map is missing") as error:
        load_map(tmp_path)
    assert lost.name in str(error.value)


def test_what_is_no_map_is_called_so(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(MapError, match="not a map folder"):
            load_map(folder)
    file = tmp_path / "file"
    file.write_text("hello")
    with pytest.raises(MapError, match="not a map folder"):
        load_map(file)
    with pytest.raises(MapError, match="cannot be written"):
        save_map(file, small_map())
    with pytest.raises(MapError, match="holds other things"):
        save_map(tmp_path, small_map())
    assert file.read_text() == "hello"


@pytest.mark.parametrize(
    ("format_", "fix"), [(99, "update cogmap"), (1, "make the map again from its recording")]
)
def test_a_newer_or_older_format_is_refused(tmp_path, format_, fix):
    save_map(tmp_path, small_map())
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    manifest["format"] = format_
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(MapError, match=fix):
        load_map(tmp_path)


def test_a_map_of_the_format_before_is_read(tmp_path, monkeypatch):
    made, pose = Reconstructor(), np.eye(4)
    pose[:3, 3] = (1 / 3, -0.1, 1 / 7)
    made.trajectory.add_keyframe(0, pose)
    made.trajectory.add(1, 10, 0, pose)
    arrays, details = made.whole_state()
    older = {name: a for name, a in arrays.items() if not name.startswith("trajectory/")} | {
        "trajectory/frames": np.array([[1, 0, 10]]),
        "trajectory/keyframe_from_camera": pose[None, :3],
        "trajectory/keyframes": np.zeros((1, 3), np.int64),
        "trajectory/world_from_keyframe": pose[None, :3],
        "trajectory/revision": np.array([0]),
    }
    monkeypatch.setattr(persistence, "FORMAT", 2)
    save_map(tmp_path, SavedMap(older, details))
    monkeypatch.undo()
    assert json.loads((tmp_path / "manifest.json").read_text())["format"] == 2 < persistence.FORMAT
    read, written = Reconstructor.load(tmp_path).trajectory.state(), made.trajectory.state()
    for name, array in written.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"format": "x"}', '{"format": 1}'])
def test_a_foreign_manifest_is_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(MapError, match=r"manifest\.json"):
        load_map(tmp_path)


def test_interrupted_anywhere_the_old_map_stays_whole(tmp_path, monkeypatch):
    save_map(tmp_path, small_map(1))
    replace = Path.replace
    survived = []
    for steps in range(10):
        left = [steps]

        def dying(self: Path, target: Path, left=left) -> Path:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return replace(self, target)

        monkeypatch.setattr(Path, "replace", dying)
        try:
            save_map(tmp_path, small_map(2))
        except KeyboardInterrupt:
            assert same(load_map(tmp_path), small_map(1))
            survived.append(steps)
        else:
            break
    assert survived == [0, 1, 2]
    assert same(load_map(tmp_path), small_map(2))
    assert len(contents(tmp_path)) == 3  # leftovers are gone


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(MapError, match="cannot be written"):
        save_map(tmp_path / "map", small_map())
    tmp_path.chmod(0o700)


def test_two_nodes_may_find_out_about_one_folder_at_once(tmp_path):
    with ThreadPoolExecutor(2) as both:
        list(both.map(prepare_folder, [tmp_path] * 300))
    assert not list(tmp_path.iterdir())


def test_finding_out_makes_no_folder(tmp_path):
    """It may be that of a run, which is yet to be made."""
    prepare_folder(tmp_path / "runs" / "one" / "map")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("nameless", [True, False], ids=["nameless", "named"])
def test_a_kill_while_finding_out_leaves_the_folder_usable(tmp_path, monkeypatch, nameless):
    """Also on a disk that has no files without a name."""

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "_O_TMPFILE_WORKS", nameless)
        patch.setattr(os, "unlink", killed)
        with suppress(KeyboardInterrupt):
            prepare_folder(tmp_path)
    prepare_folder(tmp_path)


def test_a_full_disk_is_named(tmp_path, monkeypatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    save_map(tmp_path, small_map(1))
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MapError, match="No space left"):
        save_map(tmp_path, small_map(2))
    assert same(load_map(tmp_path), small_map(1))


def test_names_cannot_leave_the_folder(tmp_path):
    with pytest.raises(MapError, match="cannot hold a file"):
        save_map(tmp_path / "map", SavedMap({"A b": np.zeros(1)}))
    save_map(tmp_path / "map", SavedMap({"../evil": np.zeros(1)}))
    assert [path.name for path in tmp_path.iterdir()] == ["map"]


def test_a_single_number_stays_one(tmp_path):
    save_map(tmp_path / "m", SavedMap({"part/number": np.array(7)}))
    assert load_map(tmp_path / "m").arrays["part/number"].shape == ()


def test_a_part_is_found_by_its_whole_name():
    arrays = {"last/a": np.zeros(1), "last/b/c": np.ones(1), "lastly/a": np.ones(2)}
    assert part_of(arrays, "last").keys() == {"a", "b/c"}
    assert part_of(arrays, "las") == {}


DENSE, LAYOUT = {"surface/tsdf": np.arange(9)}, {"layout/objects": np.arange(3)}


def test_two_writers_make_one_map(tmp_path):
    dense = write_files(tmp_path, DENSE, {"surface.ply": b"ply"}, number=7)
    assert not (tmp_path / "manifest.json").exists()
    layout = write_files(tmp_path, LAYOUT, number=7)
    write_manifest(tmp_path, dense | layout, {"number": 7})
    loaded = load_map(tmp_path)
    assert same(loaded, SavedMap({**DENSE, **LAYOUT}, {"number": 7}))
    write_manifest(tmp_path, layout | dense, {"number": 7}, last=True)
    assert same(load_map(tmp_path), loaded)


def test_what_another_writer_has_not_announced_yet_stays(tmp_path):
    first = write_files(tmp_path, DENSE, number=1)
    write_manifest(tmp_path, first, {})
    second = write_files(tmp_path, {"surface/tsdf": np.zeros(9)}, number=2)
    third = write_files(tmp_path, DENSE, number=3)  # as it was in the first, on its way
    write_manifest(tmp_path, second, {}, replaced=first)
    assert contents(tmp_path).keys() == {
        "manifest.json", second["surface/tsdf"]["file"], third["surface/tsdf"]["file"],
    }  # fmt: skip
    write_manifest(tmp_path, third, {})
    assert same(load_map(tmp_path), SavedMap(DENSE))


def test_what_is_written_again_under_its_old_name_stays(tmp_path):
    """The folder holds the map of an earlier run over the same frames."""
    last = write_files(tmp_path, DENSE, number=9)
    write_manifest(tmp_path, last, {}, last=True)
    again = write_files(tmp_path, DENSE, number=9)
    on_the_way = write_files(tmp_path, {"surface/tsdf": np.zeros(9)}, number=5)
    write_manifest(tmp_path, on_the_way, {})
    write_manifest(tmp_path, again, {}, replaced=on_the_way, last=True)
    assert same(load_map(tmp_path), SavedMap(DENSE))
    assert len(contents(tmp_path)) == 2


def test_dropped_parts_go_and_in_the_end_all_leftovers(tmp_path):
    never_used = write_files(tmp_path, DENSE, number=1)
    unannounced = write_files(tmp_path, {"surface/tsdf": np.zeros(2)}, number=2)
    newest = write_files(tmp_path, DENSE, number=3)
    write_manifest(tmp_path, newest, {})
    drop_files(tmp_path, never_used)
    drop_files(tmp_path, newest)
    names = contents(tmp_path).keys()
    assert newest["surface/tsdf"]["file"] in names, "the map there uses it"
    assert never_used["surface/tsdf"]["file"] not in names
    assert unannounced["surface/tsdf"]["file"] in names
    write_manifest(tmp_path, newest, {}, last=True)
    assert contents(tmp_path).keys() == {"manifest.json", newest["surface/tsdf"]["file"]}


def test_what_does_not_fit_leaves_nothing_behind(tmp_path):
    """Or every try on a full disk would leave it with less room."""
    save_map(tmp_path, small_map())
    before = contents(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        noise = np.random.default_rng(0).bytes(5000)
        with pytest.raises(MapError, match="cannot be written"):
            write_files(tmp_path, LAYOUT, {"surface.ply": noise}, number=9)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("file", ["gone-0123456789abcdef.npy.zst", "../evil.ply", "notes.txt"])
def test_a_manifest_of_files_that_are_not_there_is_refused(tmp_path, file):
    save_map(tmp_path, small_map())
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(MissingPartError, match="not there, so the map was not changed"):
        write_manifest(tmp_path, {"surface/tsdf": {"file": file, "sha256": "", "size": 1}}, {})
    assert same(load_map(tmp_path), small_map())


def test_a_part_is_read_without_the_others(tmp_path):
    save_map(tmp_path, SavedMap({**DENSE, **LAYOUT}, {"n": 1}), {"surface.ply": b"ply"})
    for lost in (*tmp_path.glob("surface.tsdf-*"), *tmp_path.glob("surface-*")):
        lost.unlink()
    assert same(load_map(tmp_path, ["layout"]), SavedMap(LAYOUT, {"n": 1}))
    assert same(load_map(tmp_path, ()), SavedMap({}, {"n": 1}))
    with pytest.raises(MapError, match="surface"):
        load_map(tmp_path, ["layout", "surface"])


def test_bytes_come_back_as_they_were(tmp_path):
    jpegs = np.random.default_rng(0).integers(0, 256, 5000, dtype=np.uint8)
    save_map(tmp_path, SavedMap({"keyframes/jpeg": jpegs}))
    assert load_map(tmp_path).arrays["keyframes/jpeg"].tobytes() == jpegs.tobytes()


def test_a_part_that_was_superseded_long_ago_leaves_the_newer_map(tmp_path):
    first = write_files(tmp_path, DENSE, number=1)
    write_manifest(tmp_path, first, {})
    second = write_files(tmp_path, {"a/b": np.ones(2)}, number=2)
    write_manifest(tmp_path, second, {"n": 2}, replaced=first)
    with pytest.raises(MissingPartError):  # announced again by a writer that starts over
        write_manifest(tmp_path, first | write_files(tmp_path, LAYOUT, number=1), {})
    assert same(load_map(tmp_path), SavedMap({"a/b": np.ones(2)}, {"n": 2}))


def test_a_broken_manifest_is_replaced(tmp_path):
    save_map(tmp_path, SavedMap(DENSE))
    (tmp_path / "manifest.json").write_text("broken")
    entries = write_files(tmp_path, LAYOUT, number=1)
    write_manifest(tmp_path, entries, {})
    assert same(load_map(tmp_path), SavedMap(LAYOUT))
    write_manifest(tmp_path, entries, {}, last=True)
    assert len(contents(tmp_path)) == 2


def forge(folder: Path, content: bytes, raw_size: object) -> None:
    """A map of one array whose checksums are all right."""
    digest = hashlib.sha256(content).hexdigest()
    file = f"a-{digest[:16]}.npy.zst"
    (folder / file).write_bytes(content)
    entry = {"file": file, "sha256": digest, "size": len(content), "raw_size": raw_size}
    write_manifest(folder, {"a": entry}, {})


@pytest.mark.parametrize("content", [b"", pack(np.zeros(2))[0], pack(np.arange(3))[0][:-4]])
def test_what_is_no_array_is_refused(tmp_path, content):
    forge(tmp_path, content, pack(np.arange(3))[1])
    with pytest.raises(MapError, match=r"a of the map cannot be unpacked: .* file a-.*backup"):
        load_map(tmp_path)


@pytest.mark.parametrize("size", [MAX_ARRAYS_BYTES + 1, 10**30, -1, "8", 1.0, True, None])
def test_a_size_that_no_map_has_is_not_believed(tmp_path, size):
    forge(tmp_path, b"", size)
    with pytest.raises(MapError, match="raw_size in manifest"):
        load_map(tmp_path)


def test_sizes_are_bounded_together(tmp_path):
    entries = write_files(tmp_path, {"a": np.zeros(3), "b": np.zeros(3)})
    for entry in entries.values():
        entry["raw_size"] = MAX_ARRAYS_BYTES // 2 + 1
    write_manifest(tmp_path, entries, {})
    with pytest.raises(MapError, match=r"8\.0 GiB by raw_size.* 8 GiB are allowed"):
        load_map(tmp_path)
