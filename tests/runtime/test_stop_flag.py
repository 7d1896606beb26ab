import signal
import subprocess
import sys
import time

from cogmap.runtime.stop_flag import StopFlag

_SIGNALS_WHILE_IT_IS_SET = """
import os, signal, threading, time
from cogmap.runtime.stop_flag import StopFlag
flag = StopFlag()
signal.signal(signal.SIGUSR1, lambda *_: flag.set())
until = time.monotonic() + 1.0
def send():
    while time.monotonic() < until:
        os.kill(os.getpid(), signal.SIGUSR1)
threading.Thread(target=send).start()
while time.monotonic() < until:
    flag.set()
"""


def test_it_is_set_once() -> None:
    flag = StopFlag()
    assert not flag.is_set()
    assert flag.set_for_s() < 0
    flag.set()
    time.sleep(0.01)
    since = flag.set_for_s()
    assert since >= 0.01
    flag.set()
    assert flag.is_set()
    assert flag.set_for_s() >= since


def test_a_signal_that_comes_while_it_is_set_does_not_wait() -> None:
    """With ``threading.Event`` in its place this process stands still within milliseconds."""
    command = [sys.executable, "-c", _SIGNALS_WHILE_IT_IS_SET]
    process = subprocess.Popen(command)
    try:
        assert process.wait(30) == 0
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
