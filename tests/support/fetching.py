"""Fetching in a process of its own, under faults that end a process or belong to one.

The processes are forked from a server that has imported what they need: otherwise each would take
two seconds to begin. A fault is the name of a function below with its arguments.
"""

import contextlib
import ctypes
import multiprocessing
import os
import resource
import signal
import sys
from pathlib import Path

import numpy as np

from sklearn_har.datasets import _uci_har, fetch_uci_har
from tiny_uci_har import DATASETS, RECORDINGS, TinyUciHar

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522
_MS_RDONLY, _MS_REMOUNT, _MS_REC, _MS_PRIVATE = 1, 32, 0x4000, 0x40000
# What touches the disk or the network, as Python names it to audit hooks.
_EVENTS = {
    "fcntl.flock",
    "open",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.scandir",
    "shutil.rmtree",
    "socket.connect",
}


class Fetching:
    """A process that fetches the tiny data set.

    Parameters
    ----------
    urls : pair of str
        Where the outer and the inner archive are.
    home : path-like
        The data home. Not by the environment, which is that in which the server was started.
    *fault : str and arguments
        The name of a fault and its arguments.
    """

    def __init__(self, urls, home, *fault):
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["pytest", "requests", "sklearn_har.datasets._uci_har"])
        self._receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(urls, str(home), fault, sender))
        self._process.start()
        sender.close()

    def wait_until(self, word):
        """Wait for the process to say that it is so far; 30 s at the most."""
        assert self._receiver.poll(30), f"nothing heard of {word!r}"
        assert self._receiver.recv() == word

    def send(self, number):
        """Send a signal, if the process has not come to its end before."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._process.pid, number)

    def outcome(self):
        """Wait for the end; return "right", an error, or the exit code of a dead process."""
        heard = []
        while self._receiver.poll(60):
            try:
                heard.append(self._receiver.recv())
            except EOFError:
                break
        self._process.join(60)
        assert self._process.exitcode is not None, "the process hangs"
        self._receiver.close()
        return heard[-1] if self._process.exitcode == 0 else self._process.exitcode


def _run(urls, home, fault, sender):
    os.environ["no_proxy"] = "127.0.0.1"
    tiny = TinyUciHar()
    DATASETS["uci_har"] = tiny.dataset(*urls)
    _uci_har.WINDOWS_OF_RECORDINGS = RECORDINGS

    def fetch():
        try:
            bunch = fetch_uci_har(data_home=home)
        except KeyboardInterrupt:
            return "interrupted"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        np.testing.assert_array_equal(bunch.data, tiny.arrays["train"][0])
        return "right"

    sender.send("ready")
    if fault:
        name, *args = fault
        outcome = globals()[name](fetch, *args)
    else:
        outcome = fetch()
    sender.send(outcome)


def largest_file(fetch, n_bytes):
    """Let no file grow beyond a limit, as a quota does."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, resource.RLIM_INFINITY))
    full = fetch()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return full, fetch()


def small_disk(fetch, folder, n_bytes):
    """Put the data home on a file system of that size, and then make room."""
    _mount(folder, f"size={n_bytes}")
    full = fetch()
    left = sorted(path.name for path in Path(folder).iterdir())
    _mount(folder, "size=16m", _MS_REMOUNT)
    return full, left, fetch()


def read_only_disk(fetch, folder):
    """Let the file system be read-only before anything is there, and once the cache is."""
    _mount(folder, "size=16m,mode=755")
    _mount(folder, None, _MS_REMOUNT | _MS_RDONLY)
    empty = fetch()
    _mount(folder, None, _MS_REMOUNT)
    written = fetch()
    _mount(folder, None, _MS_REMOUNT | _MS_RDONLY)
    return empty, written, fetch()


def without_privileges(fetch):
    """Fetch as the superuser who has given up writing where permissions forbid it."""
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    _check(ctypes.CDLL(None, use_errno=True).capset(header, (ctypes.c_uint32 * 6)()))
    return fetch()


def killed_at(fetch, number):
    """Die just before the given access to disk or network; return their number if there is none."""
    return _at(number, lambda: os.kill(os.getpid(), signal.SIGKILL), fetch)


def interrupted_at(fetch, number):
    """Press Ctrl-C just before the given access to disk or network."""

    def interrupt():
        raise KeyboardInterrupt

    return _at(number, interrupt, fetch)


def _at(number, act, fetch):
    count = 0
    armed = True

    def watch(event, args):
        nonlocal count
        if armed and event in _EVENTS:
            count += 1
            if count == number:
                act()

    sys.addaudithook(watch)
    outcome = fetch()
    armed = False
    return (outcome, count) if number is None else outcome


def _mount(folder, options, flags=0):
    """Mount memory on a folder, in a name space of this process."""
    libc = ctypes.CDLL(None, use_errno=True)
    if not flags:
        user, group = os.getuid(), os.getgid()
        separate = _CLONE_NEWNS | (_CLONE_NEWUSER if user else 0)
        _check(libc.unshare(separate))
        if user:
            for name, content in (
                ("setgroups", "deny"),
                ("uid_map", f"0 {user} 1"),
                ("gid_map", f"0 {group} 1"),
            ):
                Path(f"/proc/self/{name}").write_text(content, encoding="utf-8")
        _check(libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None))
    data = None if options is None else options.encode()
    _check(libc.mount(b"tmpfs", os.fsencode(folder), b"tmpfs", flags, data))


def _check(status):
    if status:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def may_mount(folder):
    """Tell whether this system lets a process mount a file system for itself."""
    context = multiprocessing.get_context("forkserver")
    process = context.Process(target=_try_mount, args=(str(folder),))
    process.start()
    process.join(60)
    return process.exitcode == 0


def _try_mount(folder):
    try:
        _mount(folder, "size=16k")
    except OSError:
        sys.exit(1)
