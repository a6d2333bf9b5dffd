"""Loading files that were altered at random, in a process that may crash, hang or be taken over.

python altered.py KIND FILE FIRST LAST

prints what came of each alteration, counted, and one line for each that is no good: it was neither
refused by an exception nor loaded as what it says, or it did something else meanwhile.
"""

import contextlib
import io
import json
import os
import random
import resource
import signal
import subprocess
import sys
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

# In seconds; and in bytes beyond what the process had before.
LONGEST, LARGEST = 20, 2 * 1024**3
# What no reader of a model has to do, as Python names it to audit hooks.
FORBIDDEN = (
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.mkdir",
    "os.system",
    "pickle.find_class",
    "shutil.",
    "socket.connect",
    "subprocess.Popen",
)


def altered(content, number):
    """Alter bytes as a bad copy does: the same `number`, the same alteration."""
    generator = random.Random(number)
    changed = bytearray(content)
    start = generator.randrange(len(changed))
    end = min(len(changed), start + generator.choice([1, 4, 16, 256, 4096]))
    kind = generator.randrange(6)
    if kind == 0:
        for _ in range(generator.randint(1, 4)):
            changed[generator.randrange(len(changed))] ^= 1 << generator.randrange(8)
    elif kind == 1:
        changed[start:end] = generator.randbytes(end - start)
    elif kind == 2:
        del changed[start:]
    elif kind == 3:
        del changed[start:end]
    elif kind == 4:
        changed[start:start] = changed[start:end]
    else:
        changed[start:end] = bytes(end - start)
    return bytes(changed)


def altered_in_or_out(content, number):
    """Alter the bytes of a zip file, or every other time what is packed in it."""
    return altered(content, number) if number % 2 else _altered_within(content, number)


def _altered_within(content, number):
    """Alter a member of a zip file and pack it again, so that its own checksums are right."""
    generator = random.Random(number)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        names = old.namelist()
        chosen = generator.choice([generator.choice(names), "schema.json"])
        for name in names:
            member = old.read(name)
            if name == chosen:
                member = (
                    _altered_json(member, generator)
                    if name == "schema.json"
                    else altered(member, number)
                )
            new.writestr(name, member)
    return packed.getvalue()


def _altered_json(text, generator):
    """Change one value, or the value of one key for that of another."""
    tree = json.loads(text)
    nodes = []

    def collect(node):
        items = node.items() if isinstance(node, dict) else enumerate(node)
        for key, value in items:
            nodes.append((node, key))
            if isinstance(value, (dict, list)):
                collect(value)

    collect(tree)
    node, key = generator.choice(nodes)
    other, other_key = generator.choice(nodes)
    old = node[key]
    numbers = [json.dumps(n) for n in (0, -1, 7, 2**31, 2**62, 1e300)]
    node[key] = generator.choice(
        [None, other[other_key], [], {}, *numbers]
        if not isinstance(old, str)
        else [other[other_key], *numbers, *numbers, old[::-1], "os", "system", "builtins", "eval"]
    )
    return json.dumps(tree).encode()


def read_skops(path):
    """Load a classifier, and predict."""
    from sklearn_har.utils.saved_models import load_model

    return load_model(path).predict_proba(np.ones((2, 16, 2), np.float32))


def read_exported(path):
    """Load an exported model and predict."""
    from sklearn_har.export import ExportedClassifier

    exported = ExportedClassifier(path)
    shape = 2, exported.n_timesteps_in_, exported.n_channels_in_
    return exported.predict_proba(np.ones(shape, np.float32))


KINDS = {
    "skops": (read_skops, altered_in_or_out),
    "exported": (read_exported, altered),
}


def outcomes_of(kind, path, n, *, timeout):
    """Try `n` alterations of a file in a process; return the outcomes and what was no good."""
    process = subprocess.run(
        [sys.executable, __file__, kind, str(path), "0", str(n)],
        capture_output=True,
        text=True,
        timeout=timeout,
    )
    lines = process.stdout.splitlines()
    bad = [line for line in lines if line.startswith("bad ")]
    if process.returncode:
        at = next((line for line in reversed(lines) if line.startswith("at ")), "at the start")
        bad.append(f"died {at}: {process.returncode}, {process.stderr[-500:]}")
    last = lines[-1] if lines else ""
    return json.loads(last.removeprefix("outcomes ")) if not process.returncode else {}, bad


def main(kind, file, first, last):
    """Try the alterations from `first` to before `last`."""
    read, alter = KINDS[kind]
    path = Path(file)
    content = path.read_bytes()
    # All is imported now: what is imported late would look like something that the file did.
    expected = read(path)
    noticed = []
    armed = False

    def watch(event, args):
        if armed and event.startswith(FORBIDDEN):
            noticed.append(f"{event} {args!r}")
        if armed and event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
            noticed.append(f"{event} {args!r}")

    def too_long(*_):
        raise SystemExit("it takes too long")

    sys.addaudithook(watch)
    signal.signal(signal.SIGALRM, too_long)
    now = (
        int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0])
        * resource.getpagesize()
    )
    resource.setrlimit(resource.RLIMIT_AS, (now + LARGEST, resource.RLIM_INFINITY))
    altered_path = path.with_name(f"altered-{os.getpid()}{path.suffix}")
    outcomes = Counter()
    for number in range(first, last):
        altered_path.write_bytes(alter(content, number))
        # Should the process die, this is the line that tells at which.
        print("at", number, flush=True)
        signal.alarm(LONGEST)
        armed = True
        try:
            with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
                warnings.simplefilter("ignore")
                found = read(altered_path)
        except (ValueError, TypeError, MemoryError, ImportError, OSError, RuntimeError) as error:
            # What the command line tells in one line; anything else would be a traceback.
            outcome = "refused"
            if not str(error).strip():
                print("bad", number, f"{type(error).__name__} without a word", flush=True)
        except Exception as error:
            outcome = "refused by an error of another kind"
            print("bad", number, f"{type(error).__name__}: {error}"[:300], flush=True)
        else:
            same = found.shape == expected.shape and np.array_equal(found, expected)
            outcome = "loaded, the same" if same else "loaded, says something else"
        armed = False
        signal.alarm(0)
        for line in noticed:
            print("bad", number, line[:300], flush=True)
        noticed.clear()
        outcomes[outcome] += 1
    altered_path.unlink()
    print("outcomes", json.dumps(outcomes), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
