"""Make this process lack what Windows lacks, and refuse what Windows refuses.

Modules and functions of POSIX are taken away; a file that is open or mapped into memory can be
neither replaced nor removed; a text file that is opened without naming its encoding is an error
where this package opens it.
"""

import os
import signal
import sys
import warnings
from pathlib import Path

# What Python has on POSIX systems only, by the module that has it; None where all of it is missing.
POSIX = {
    **dict.fromkeys(
        ("fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog", "termios", "tty")
    ),
    "os": (
        *("fork", "forkpty", "register_at_fork", "wait", "wait3", "wait4", "waitid", "pread"),
        *("pwrite", "sendfile", "statvfs", "fstatvfs", "uname", "getuid", "geteuid", "getgid"),
        *("getegid", "getgroups", "getpgid", "getpgrp", "getsid", "killpg", "setsid", "setuid"),
        *("setgid", "nice", "getpriority", "setpriority", "sysconf", "getloadavg", "mkfifo"),
        *("mknod", "chown", "lchown", "fchown", "fchmod", "chroot", "openpty", "ttyname", "lockf"),
        *("sched_getaffinity", "sched_setaffinity", "sched_yield", "posix_spawn", "posix_spawnp"),
        *("posix_fadvise", "posix_fallocate", "sync", "O_NONBLOCK", "O_DIRECTORY", "O_NOFOLLOW"),
        *("O_CLOEXEC", "O_SYNC", "O_NOCTTY", "WNOHANG", "getrandom", "memfd_create"),
    ),
    "signal": (
        *("SIGKILL", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "SIGCHLD"),
        *("SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGWINCH", "alarm", "pause"),
        *("setitimer", "getitimer", "sigwait", "sigpending", "sigtimedwait", "pthread_kill"),
        *("pthread_sigmask", "siginterrupt"),
    ),
    "select": ("poll", "epoll", "kqueue"),
    "time": ("tzset", "clock_gettime", "clock_settime", "clock_getres", "pthread_getcpuclockid"),
}


def take_away() -> None:
    """Take away the modules and functions of POSIX; other libraries must be imported before."""
    for name, attributes in POSIX.items():
        if attributes is None and name != "posix":  # of which `os` is made
            sys.modules[name] = None
    for module in (os, signal):
        for name in POSIX[module.__name__]:
            # `shutil` of Python 3.13 removes folders by flags such as `os.O_NONBLOCK` on POSIX.
            if hasattr(module, name) and not name.startswith("O_"):
                delattr(module, name)


def refuse_to_replace_open_files() -> list[str]:
    """From now on fail to rename or remove a file that this process holds open or mapped.

    The list that is returned fills with the names of the files that were renamed or removed.
    """
    done = []

    def hook(event, arguments):
        if event == "os.rename":
            paths = arguments[:2]
        elif event == "os.remove":
            paths = arguments[:1]
        else:
            return
        names = {os.path.realpath(os.fsdecode(path)) for path in paths}
        if held := names & (_open_files() | _mapped_files()):
            raise PermissionError(13, "The process cannot access the file", held.pop())
        done.append(os.path.basename(os.fsdecode(paths[-1])))  # noqa: PTH119

    sys.addaudithook(hook)
    return done


def _open_files() -> set[str]:
    found = set()
    for link in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:  # that of the folder itself
            continue
    return found


def _mapped_files() -> set[str]:
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return {line.split(maxsplit=5)[-1] for line in lines if "/" in line}


def demand_encodings() -> None:
    """Make an error of text that this package reads or writes in the encoding of the system.

    Python must run with `-X warn_default_encoding`.
    """
    assert sys.flags.warn_default_encoding
    warnings.filterwarnings("error", category=EncodingWarning, module=r"sklearn_har(\.|\Z)")
