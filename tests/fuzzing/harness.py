"""Search for bytes that crash a target, guided by the branches they take. Run it as

    pip install ".[fuzz]" && python tests/fuzzing/harness.py csv_recording -max_total_time=60

The arguments after the name of the target are those of libFuzzer. What crashes is written to the
current folder and becomes an example in `test_any_text.py`.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Fuzz the target that is named first."""
    import atheris

    with atheris.instrument_imports(include=["sklearn_har.recordings", "sklearn_har.datasets"]):
        import targets

    name, *arguments = sys.argv[1:]

    def one_input(content: bytes) -> None:
        targets.is_refused(name, content)

    with tempfile.TemporaryDirectory() as corpus:
        for i, seed in enumerate(targets.SEEDS[name]):
            (Path(corpus) / str(i)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *arguments, corpus], one_input)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
