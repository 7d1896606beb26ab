"""The process of one node, as the supervisor starts it:

python -m cogmap.runtime.node_main WIRING.json
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from pathlib import Path

import msgspec

from cogmap.runtime.bus import RewindError
from cogmap.runtime.continuation import figures_at_the_end
from cogmap.runtime.descriptors import raise_limit
from cogmap.runtime.disk_writer import PatientHandler
from cogmap.runtime.heartbeat import Heartbeat, be_told_of_the_parents_death
from cogmap.runtime.host import Host
from cogmap.runtime.keys import read_keys
from cogmap.runtime.messages import CogmapError
from cogmap.runtime.wiring import (
    END_SIGNAL,
    EXIT_CUT_SHORT,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_START_OVER,
    OUT_OF_MEMORY_HELP,
    Wiring,
    exit_code_of,
)


def main() -> None:
    """Run the node that the wiring file in ``argv[1]`` describes."""
    be_told_of_the_parents_death(END_SIGNAL)
    raise_limit()
    wiring = msgspec.json.decode(Path(sys.argv[1]).read_bytes(), type=Wiring)
    logging.basicConfig(
        level=os.environ.get("COGMAP_LOG", "INFO"),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        handlers=[PatientHandler(sys.stderr)],
    )
    keys = None if wiring.keys is None else read_keys(Path(wiring.keys))
    heartbeat = Heartbeat(wiring.node, wiring.supervisor, wiring.supervisor_pid, keys)
    code, error = EXIT_OK, ""
    if (figures := figures_at_the_end(wiring)) is not None:
        heartbeat.start(lambda: figures, lambda: None)
        heartbeat.finish("ended")
        sys.exit(EXIT_OK)
    host: Host | None = None
    try:
        host = Host(wiring, keys)
        signal.signal(END_SIGNAL, lambda *_: host.stop())
        signal.signal(signal.SIGTERM, lambda *_: None)  # from others: the run ends its nodes
        signal.signal(signal.SIGINT, lambda *_: host.stop())
        heartbeat.start(host.stats, host.stop, lambda: host.finishing)
        host.run()
        code = EXIT_CUT_SHORT if host.left_early else EXIT_OK
    except RewindError as rewind:
        code, error = EXIT_START_OVER, str(rewind)
    except CogmapError as wrong:
        code = exit_code_of(wrong, starting=host is None or host.starting)
        error = str(wrong)
        logging.getLogger(__name__).error("%s", wrong)
    except MemoryError:
        code, error = EXIT_FAILED, f"out of memory; {OUT_OF_MEMORY_HELP}"
        logging.getLogger(__name__).exception("the node is out of memory")
    except Exception as failure:
        code, error = EXIT_FAILED, f"{type(failure).__name__}: {failure}"
        logging.getLogger(__name__).exception("the node failed")
    heartbeat.finish("ended" if code in (EXIT_OK, EXIT_CUT_SHORT) else "failed", error)
    sys.exit(code)


if __name__ == "__main__":
    main()
