"""The run directory: private, locked, cleaned up."""

from __future__ import annotations

import gzip
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from cogmap.runtime import rundir
from cogmap.runtime.rundir import RunDir, RunDirError, is_going_on, process_of


def test_is_private(tmp_path):
    with RunDir(tmp_path / "a" / "run") as run:
        for folder in (run.path, run.sockets):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_is_made_private_if_it_was_not(tmp_path):
    (tmp_path / "run").mkdir(mode=0o755)
    with RunDir(tmp_path / "run") as run:
        assert stat.S_IMODE(run.path.stat().st_mode) == 0o700


def test_a_second_run_is_refused(tmp_path):
    with RunDir(tmp_path / "run") as first:
        with pytest.raises(RunDirError, match=rf"using .*run: process {os.getpid()}; stop"):
            RunDir(tmp_path / "run")
        assert first.sockets.is_dir(), "the first one's sockets must stay"


def test_a_second_run_in_another_process_is_refused(tmp_path):
    code = (
        "from pathlib import Path; from cogmap.runtime.rundir import RunDir;"
        f" RunDir(Path({str(tmp_path)!r}))"
    )
    with RunDir(tmp_path):
        result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "RunDirError: another run is using" in result.stderr
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert again.returncode == 0, again.stderr


def test_the_lock_outlives_a_supervisor_that_is_killed(tmp_path):
    """Its nodes hold it; who comes meanwhile waits for them."""
    code = (
        "import os, signal, subprocess, sys; from pathlib import Path\n"
        "from cogmap.runtime.rundir import RunDir\n"
        f"run = RunDir(Path({str(tmp_path)!r}))\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(2)']\n"
        "quiet = {'stdout': subprocess.DEVNULL, 'stderr': subprocess.DEVNULL}\n"
        "node = subprocess.Popen(sleep, pass_fds=(run.lock_fd,), **quiet)\n"
        "print(node.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert is_going_on(tmp_path)
    with RunDir(tmp_path):
        assert has_ended(int(killed.stdout))


def test_nodes_that_do_not_end_are_named_with_what_ends_them(tmp_path, monkeypatch):
    monkeypatch.setattr(rundir, "_WAIT_FOR_NODES_S", 0.1)
    with RunDir(tmp_path) as run:
        sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
        node = subprocess.Popen(sleep, pass_fds=(run.lock_fd,))
    try:
        (tmp_path / "lock").write_text("1 1\n")  # of a supervisor that is gone
        with pytest.raises(RunDirError, match=rf"nodes of .* killed; kill -9 {node.pid} ends"):
            RunDir(tmp_path, resume=False)
    finally:
        node.kill()
        node.wait()


def test_a_zombie_and_a_number_used_anew_hold_no_run(tmp_path):
    """Who was killed stays in the table until somebody waits for it, and its number comes again."""
    with RunDir(tmp_path):
        assert process_of(tmp_path) == os.getpid()
        lock = tmp_path / "lock"
        pid, began = map(int, lock.read_text().split())
        lock.write_text(f"{pid} {began - 1}\n")
        assert process_of(tmp_path) is None
    code = (
        "import os, signal; from pathlib import Path; from cogmap.runtime.rundir import RunDir\n"
        f"run = RunDir(Path({str(tmp_path)!r})); os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.Popen([sys.executable, "-c", code])
    os.waitid(os.P_PID, killed.pid, os.WEXITED | os.WNOWAIT)
    assert psutil.Process(killed.pid).status() == psutil.STATUS_ZOMBIE
    assert process_of(tmp_path) is None
    killed.wait()


def has_ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_what_is_resumed_is_not_emptied(tmp_path):
    with RunDir(tmp_path / "run") as run:
        run.launch.write_text("{}")
        (run.state / "memory.ended").write_text("")
    with RunDir(tmp_path / "run", resume=True) as run:
        assert [path.name for path in run.state.iterdir()] == ["memory.ended"]


def test_there_must_be_something_to_resume(tmp_path):
    with pytest.raises(RunDirError, match="no run to resume"):
        RunDir(tmp_path / "run", resume=True)
    assert not (tmp_path / "run").exists()


def test_whether_a_run_is_going_on(tmp_path):
    assert not is_going_on(tmp_path / "none")
    with RunDir(tmp_path / "run"):
        assert is_going_on(tmp_path / "run")
        assert is_going_on(tmp_path / "run"), "asking must not take the lock"
    assert not is_going_on(tmp_path / "run")


def test_can_be_used_again(tmp_path):
    for _ in range(2):
        with RunDir(tmp_path / "run") as run:
            (run.logs / "a.log").write_text("kept")
    assert (tmp_path / "run" / "logs" / "a.log").read_text() == "kept"


def test_sockets_of_a_killed_run_are_removed(tmp_path):
    (tmp_path / "lock").touch()
    (tmp_path / "sockets").mkdir()
    (tmp_path / "sockets" / "0.latest").touch()
    with RunDir(tmp_path) as run:
        assert list(run.sockets.iterdir()) == []


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path):
    (tmp_path / "sockets").mkdir()
    (tmp_path / "sockets" / "precious").touch()
    mode = stat.S_IMODE(tmp_path.stat().st_mode)
    with pytest.raises(RunDirError, match=r"not empty; give --run-dir a new folder"):
        RunDir(tmp_path)
    assert (tmp_path / "sockets" / "precious").exists()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == mode


def test_a_short_socket_folder_of_a_killed_run_is_removed(tmp_path):
    path = tmp_path / ("long" * 30)
    killed = RunDir(path)
    left = killed.sockets
    killed._lock.close()
    with RunDir(path) as run:
        assert not left.exists() and run.sockets.is_dir()


def test_no_socket_is_left(tmp_path):
    with RunDir(tmp_path) as run:
        (run.sockets / "0.latest").touch()
    assert not run.sockets.exists()


def test_path_too_long_for_sockets(tmp_path):
    """A Unix socket's address has room for 107 bytes."""
    with RunDir(tmp_path / ("long" * 30)) as run:
        assert len(str(run.sockets)) < 60
        assert stat.S_IMODE(run.sockets.stat().st_mode) == 0o700
        assert run.path.name == "long" * 30
    assert not run.sockets.exists()


def test_relative_path(tmp_path, monkeypatch):
    """Nodes may be started elsewhere: the paths they are given must be absolute."""
    monkeypatch.chdir(tmp_path)
    with RunDir(Path("run")) as run:
        assert run.path == tmp_path / "run"
        assert run.sockets.is_absolute()


def test_a_file_is_in_the_way(tmp_path):
    (tmp_path / "run").write_text("")
    with pytest.raises(RunDirError, match="cannot use run directory"):
        RunDir(tmp_path / "run")


def test_folder_that_cannot_be_made():
    with pytest.raises(RunDirError, match="cannot use run directory"):
        RunDir(Path("/proc/run"))


def test_state_of_an_earlier_run_is_gone(tmp_path):
    """What a node goes on from when it is started again is of this run."""
    with RunDir(tmp_path / "run") as run:
        (run.state / "camera.jumps.json").write_text("[]")
    with RunDir(tmp_path / "run") as run:
        assert list(run.state.iterdir()) == []


def test_metrics_of_a_long_run_do_not_fill_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(rundir, "_METRICS_BYTES", 1000)
    monkeypatch.setattr(rundir, "_METRICS_PARTS", 3)
    with RunDir(tmp_path / "run") as run:
        for number in range(1000):
            run.add_metrics(f"status {number}".encode())
        files = sorted(run.path.glob("metrics*"))
        names = ["metrics.1.jsonl.gz", "metrics.2.jsonl.gz", "metrics.3.jsonl.gz", "metrics.jsonl"]
        assert [path.name for path in files] == names
        assert sum(path.stat().st_size for path in files) < 2100
        stored = [gzip.decompress(path.read_bytes()) for path in files[2::-1]]
        lines = b"".join([*stored, run.metrics.read_bytes()]).decode().splitlines()
        run.begin_metrics()
        assert [path.name for path in run.path.glob("metrics*")] == ["metrics.jsonl"]
        assert not run.metrics.read_bytes()
    assert lines == [f"status {number}" for number in range(1000 - len(lines), 1000)]
    assert len(lines) > 240
