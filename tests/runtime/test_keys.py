"""Key files: for their owner alone, listed, added, removed, and refused when they are wrong."""

from __future__ import annotations

import msgspec
import pytest

from cogmap.runtime.keys import (
    KEYS_FILE,
    KeyFolder,
    RunKeyError,
    client_keys,
    make_pair,
    put_run_keys,
    read_keys,
    read_pair,
    remove_run_keys,
    spoken,
    write_secret,
)


def mode(path) -> int:
    return path.stat().st_mode & 0o777


def test_a_key_folder_is_its_owners_alone(tmp_path):
    pair = KeyFolder(tmp_path / "keys").make()
    assert mode(tmp_path / "keys") == mode(tmp_path / "keys" / "clients") == 0o700
    assert mode(tmp_path / "keys" / "run.json") == 0o600
    assert KeyFolder(tmp_path / "keys").pair() == pair


def test_keys_are_not_made_twice(tmp_path):
    folder = KeyFolder(tmp_path / "keys")
    folder.make()
    with pytest.raises(RunKeyError, match="has keys already"):
        folder.make()


def test_clients_are_added_listed_and_removed(tmp_path):
    folder, laptop = KeyFolder(tmp_path / "keys"), make_pair()
    folder.make()
    folder.add("laptop", spoken(laptop.public))
    assert folder.names() == {"laptop": laptop.public}
    with pytest.raises(RunKeyError, match="'laptop' already; remove it first"):
        folder.add("laptop", make_pair().public)
    folder.remove("laptop")
    assert folder.names() == {}
    with pytest.raises(RunKeyError, match=r"no client 'laptop' .*; there are: none"):
        folder.remove("laptop")


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".", "a.pub", "a b", "x" * 65, "\x00", "é"])
def test_a_clients_name_is_no_path(tmp_path, name):
    folder = KeyFolder(tmp_path / "keys")
    folder.make()
    with pytest.raises(RunKeyError, match="use up to 64 letters"):
        folder.add(name, make_pair().public)
    with pytest.raises(RunKeyError, match="use up to 64 letters"):
        folder.remove(name)
    assert [path.name for path in tmp_path.iterdir()] == ["keys"]


@pytest.mark.parametrize(
    "text", ["", "x" * 39, "x" * 41, "'" * 40, "x" * 39 + "\n", "F" * 64, "0" * 63]
)
def test_what_is_no_public_key_is_not_added(tmp_path, text):
    folder = KeyFolder(tmp_path / "keys")
    folder.make()
    with pytest.raises(RunKeyError, match="is no public key"):
        folder.add("laptop", text)


def test_a_secret_that_others_can_read_is_refused(tmp_path):
    path = tmp_path / "laptop.json"
    write_secret(path, msgspec.json.encode(make_pair()))
    path.chmod(0o640)
    with pytest.raises(RunKeyError, match=r"can be read by others \(mode 640\); chmod 600"):
        read_pair(path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "cannot read the key"),
        (b"{}", "cannot read the key"),
        (b'{"public": "a", "secret": "b"}', "holds no key"),
        (b'{"public": 1, "secret": "b"}', "cannot read the key"),
        (b"\xff", "cannot read the key"),
    ],
)
def test_what_is_no_pair_is_refused(tmp_path, content, said):
    path = tmp_path / "laptop.json"
    write_secret(path, content)
    with pytest.raises(RunKeyError, match=said):
        read_pair(path)


def test_a_pair_of_two_keys_is_refused(tmp_path):
    path = tmp_path / "laptop.json"
    mixed = msgspec.structs.replace(make_pair(), public=make_pair().public)
    write_secret(path, msgspec.json.encode(mixed))
    with pytest.raises(RunKeyError, match="does not belong"):
        read_pair(path)


def test_no_keys_no_key_folder(tmp_path):
    assert client_keys(tmp_path) is None
    with pytest.raises(RunKeyError, match="cogmap keys make"):
        KeyFolder(tmp_path).pair()


def test_a_run_has_keys_of_its_own_and_leaves_none_of_before(tmp_path):
    KeyFolder(tmp_path / "keys").make()
    keys = put_run_keys(tmp_path / "keys", tmp_path, over_tcp=True)
    assert mode(tmp_path / KEYS_FILE) == 0o600
    assert read_keys(tmp_path / KEYS_FILE) == keys
    held = client_keys(tmp_path)
    assert held is not None and held.run_secret == "" and held.own == keys.own
    assert put_run_keys(tmp_path / "keys", tmp_path, over_tcp=True).own != keys.own
    assert put_run_keys(None, tmp_path, over_tcp=False) is None
    assert client_keys(tmp_path) is None
    remove_run_keys(tmp_path)  # of none


def test_a_run_over_tcp_has_keys_of_its_own(tmp_path):
    """Of this once, and no clients but those who can read its directory."""
    keys = put_run_keys(None, tmp_path, over_tcp=True)
    again = put_run_keys(None, tmp_path, over_tcp=True)
    assert keys is not None and again is not None
    assert keys.clients == "" and client_keys(tmp_path) is not None
    assert keys.run_public != again.run_public and keys.own != again.own


def test_what_cannot_be_removed_is_said(tmp_path, caplog):
    (tmp_path / KEYS_FILE).mkdir()
    remove_run_keys(tmp_path)
    assert "cannot remove the key" in caplog.text
