"""Coverage-guided fuzzing by atheris, where it is installed: it keeps what reaches new code.

    python -m cogmap.bench.fuzzing.guided SURFACE FOLDER [-runs=100000] [options of libFuzzer]

``FOLDER`` holds the inputs, those of the surface to begin with; a crash ends the process and leaves
its input beside. `drive` needs no atheris, and is what ``cogmap bench fuzz`` measures.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from cogmap.bench.fuzzing.drive import SURFACES, open_surface
from cogmap.runtime.messages import CogmapError

__all__ = ["main"]

_INSTRUMENTED = ["cogmap.runtime", "cogmap.memory", "cogmap.launch"]


def main() -> None:
    try:
        import atheris
    except ImportError:
        sys.exit("atheris is not installed: pip install atheris")
    if len(sys.argv) < 3 or sys.argv[1] not in SURFACES:
        sys.exit(f"say which of {', '.join(SURFACES)}, and a folder")
    name, folder = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=_INSTRUMENTED):
        surface = open_surface(name)
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(surface.seeds):
        (folder / f"seed-{number}").write_bytes(seed)

    def test_one(data: bytes) -> None:
        try:
            surface.feed(data)
        except CogmapError:
            return

    def mutate(data: bytes, most: int, chance: int) -> bytes:
        rng = random.Random(chance)
        if rng.random() < 0.3:
            mutated: bytes = atheris.Mutate(data, most)
            return mutated
        return surface.mutate(rng, data, rng.choice(surface.seeds))[:most]

    options = ["-max_len=262144", f"-timeout={int(surface.limit_s) + 5}", *sys.argv[3:]]
    atheris.Setup([sys.argv[0], *options, str(folder)], test_one, custom_mutator=mutate)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
