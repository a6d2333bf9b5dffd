"""Faults of the system itself, each in a process of its own: disks, signals, and many at once."""

import random
import signal
import time

import pytest

from fetching import Fetching, may_mount
from sklearn_har.datasets import clear_data_home, fetch_uci_har

OUTER, INNER = "/outer.zip", "/inner.zip"


@pytest.fixture
def start(served, home):
    """Start a process that fetches from the server, which may be given a fault."""
    urls = served.url(OUTER), served.url(INNER)
    return lambda *fault: Fetching(urls, home, *fault)


@pytest.fixture(scope="session")
def own_mounts(tmp_path_factory):
    if not may_mount(tmp_path_factory.mktemp("mount")):
        pytest.skip("this system lets no process mount a file system of its own")


def assert_clean_after_the_next(served, home, tiny):
    """Assert that the next call succeeds, and that nothing but a cache is there afterwards."""
    bunch = fetch_uci_har()
    assert (bunch.data == tiny.arrays["train"][0]).all()
    found = {str(path.relative_to(home)) for path in home.glob("*/*")}
    assert found == {"uci_har/sklearn-har-arrays.npz"}


def test_a_process_without_faults_fetches(start):
    assert start().outcome() == "right"


@pytest.mark.fault("disk full (file size limited, every tenth)", "error that says so, nothing left")
@pytest.mark.parametrize(
    "tenth", [0, 5, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 10) if n != 5)]
)
def test_a_limit_of_file_sizes_is_told_and_leaves_nothing(start, served, home, tiny, tenth):
    full, then = start("largest_file", len(tiny.outer()) * tenth // 10).outcome()
    # The archive does not fit, and once the limit is gone it does.
    assert "uci_har' cannot be used: File too large" in full
    assert "data_home=" in full
    assert then == "right"
    assert_clean_after_the_next(served, home, tiny)


def test_what_cannot_be_written_when_the_file_is_closed_is_told_as_well(start, served, tiny):
    # In small pieces: they wait in a buffer, which is written once more on closing.
    served.answers[OUTER] = [served.Answer(tiny.outer(), drip=0.001, piece=3000)]
    full, then = start("largest_file", 7000).outcome()
    assert "uci_har' cannot be used: File too large" in full
    assert then == "right"


@pytest.mark.fault("disk full (small file system)", "error that says so, nothing left")
@pytest.mark.parametrize("n_bytes", [32 << 10, 64 << 10, 68 << 10])
def test_a_full_disk_is_told_and_leaves_nothing(own_mounts, start, home, tiny, n_bytes):
    home.mkdir()
    assert n_bytes < len(tiny.outer()) + sum(
        a.nbytes for part in tiny.arrays.values() for a in part
    )
    full, left, then = start("small_disk", str(home), n_bytes).outcome()
    assert full.startswith("OSError: [Errno 28] the cache folder")
    assert "No space left on device. Make room" in full
    assert left == []
    assert then == "right"


@pytest.mark.fault("disk read-only", "error that says so; a cache that is there serves")
def test_a_read_only_disk_is_told_and_a_cache_on_it_serves(own_mounts, start, home):
    home.mkdir()
    empty, written, read = start("read_only_disk", str(home)).outcome()
    assert "uci_har' cannot be used: Read-only file system" in empty
    assert written == read == "right"


@pytest.mark.fault("folder without permission", "error that says so; a cache that is there serves")
def test_a_folder_without_permission_is_told_and_a_cache_in_it_serves(start, served, home, tiny):
    home.mkdir(mode=0o500)
    denied = start("without_privileges").outcome()
    assert denied.startswith("PermissionError: [Errno 13] the cache folder")
    assert "Permission denied. Make room or grant access there" in denied
    assert list(home.iterdir()) == []
    home.chmod(0o700)
    fetch_uci_har()
    for path in (home, home / "uci_har"):
        path.chmod(0o500)
    assert start("without_privileges").outcome() == "right"
    for path in (home, home / "uci_har"):
        path.chmod(0o700)


def accesses(start, served):
    """Count the accesses to disk and network of an undisturbed fetch."""
    outcome, count = start("killed_at", None).outcome()
    assert outcome == "right"
    served.requests.clear()
    return count


def clear(home):
    clear_data_home(home)
    assert not home.exists()


@pytest.mark.fault("Ctrl-C before an access to disk or network", "right data after the next call")
@pytest.mark.parametrize(
    "share", [0.1, 0.5, 0.9, pytest.param(None, marks=pytest.mark.slow, id="all")]
)
def test_an_interruption_at_any_access_leaves_nothing_behind(
    start, served, home, tiny, share, record_property
):
    _each_access("interrupted_at", "interrupted", start, served, home, tiny, share, record_property)


@pytest.mark.fault("SIGKILL before an access to disk or network", "right data after the next call")
@pytest.mark.parametrize(
    "share", [0.1, 0.5, 0.9, pytest.param(None, marks=pytest.mark.slow, id="all")]
)
def test_a_kill_at_any_access_leaves_nothing_behind(
    start, served, home, tiny, share, record_property
):
    _each_access("killed_at", -signal.SIGKILL, start, served, home, tiny, share, record_property)


def _each_access(fault, expected, start, served, home, tiny, share, record_property):
    count = accesses(start, served)
    clear(home)
    assert count > 20
    numbers = range(1, count + 1) if share is None else [max(1, round(share * count))]
    for number in numbers:
        outcome = start(fault, number).outcome()
        # Some accesses are in the way of nothing, such as a file that need not be there.
        assert outcome in (expected, "right"), (number, outcome)
        assert_clean_after_the_next(served, home, tiny)
        clear(home)
    record_property("times", len(numbers))


@pytest.mark.slow
@pytest.mark.fault("SIGKILL or Ctrl-C at a random moment", "right data after the next call")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=["SIGKILL", "SIGINT"])
def test_a_signal_at_a_random_moment_leaves_nothing_behind(
    start, served, home, tiny, number, record_property
):
    body = tiny.outer()
    # Slow enough for the download to be met in the middle.
    served.answers[OUTER] = [served.Answer(body, drip=0.005, piece=len(body) // 20)]
    process = start()
    process.wait_until("ready")
    begin = time.monotonic()
    assert process.outcome() == "right"
    duration = time.monotonic() - begin
    clear(home)
    generator = random.Random(0)
    outcomes = []
    for _ in range(20):
        process = start()
        process.wait_until("ready")
        time.sleep(generator.uniform(0, 1.2 * duration))
        process.send(number)
        outcomes.append(process.outcome())
        assert_clean_after_the_next(served, home, tiny)
        clear(home)
    # A process that Ctrl-C meets before it fetches ends with 1.
    assert set(outcomes) <= {"right", "interrupted", -number, 1}
    assert outcomes.count("right") < len(outcomes)
    record_property("times", len(outcomes))


@pytest.mark.fault("several processes fetch at once", "one downloads, all have the right data")
@pytest.mark.parametrize(
    "n_processes", [2, *(pytest.param(n, marks=pytest.mark.slow) for n in range(3, 9))]
)
def test_processes_that_fetch_at_once_download_once(start, served, home, tiny, n_processes):
    processes = [start() for _ in range(n_processes)]
    assert [process.outcome() for process in processes] == ["right"] * n_processes
    assert served.paths == [OUTER]
    assert_clean_after_the_next(served, home, tiny)


@pytest.mark.fault("a process waits for one that is killed", "it takes over, right data")
def test_a_process_takes_over_from_one_that_is_killed(start, served, home, tiny):
    body = tiny.outer()
    stalled = served.Answer(body, cut=len(body) // 2, stall="within")
    served.answers[OUTER] = [stalled, served.Answer(body)]
    first = start()
    first.wait_until("ready")
    deadline = time.monotonic() + 30
    while not list(home.rglob("*.part")) and time.monotonic() < deadline:
        time.sleep(0.01)
    second = start()
    second.wait_until("ready")
    time.sleep(0.1)
    first.send(signal.SIGKILL)
    assert first.outcome() == -signal.SIGKILL
    assert second.outcome() == "right"
    assert served.paths == [OUTER] * 2
    assert_clean_after_the_next(served, home, tiny)
