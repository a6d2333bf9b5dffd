"""Where data sets are kept, and what becomes of that folder under faults and many processes."""

import errno
import multiprocessing
import os
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sklearn_har.datasets import (
    _cache,
    clear_data_home,
    fetch_uci_har,
    get_data_home,
)

# The faults of a cache are tried on a small one, in threads and processes that build only it.
from sklearn_har.datasets._cache import ArrayCache, CacheDamagedError, CacheMissError

FILE = "uci_har/sklearn-har-arrays.npz"


@pytest.fixture
def archive(tiny, home, tmp_path):
    """The tiny data set in a file."""
    path = tmp_path / "UCI HAR Dataset.zip"
    path.write_bytes(tiny.zipped())
    return path


def assert_is_tiny(bunch, tiny):
    np.testing.assert_array_equal(bunch.data, tiny.arrays["train"][0])


def entries(home):
    return sorted(str(path.relative_to(home)) for path in home.glob("*/*"))


class TestGetDataHome:
    def test_the_argument_comes_before_the_environment(self, tmp_path, home):
        assert get_data_home(tmp_path / "a" / "b") == str(tmp_path / "a" / "b")
        assert (tmp_path / "a" / "b").is_dir()
        assert not home.exists()
        assert get_data_home() == str(home)
        assert home.is_dir()

    @pytest.mark.parametrize("value", [None, ""])
    def test_without_either_it_is_in_the_home_folder(self, tmp_path, monkeypatch, value):
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("SKLEARN_HAR_DATA", raising=False)
        if value is not None:
            monkeypatch.setenv("SKLEARN_HAR_DATA", value)
        assert get_data_home() == str(tmp_path / "sklearn_har_data")
        assert get_data_home("~/elsewhere") == str(tmp_path / "elsewhere")

    def test_a_folder_that_cannot_be_made_is_named(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(OSError, match=r"cache folder '.*file/har' cannot .*data_home="):
            get_data_home(tmp_path / "file" / "har")

    @pytest.mark.parametrize("value", [3, b"home", ["home"]])
    def test_what_is_no_path_is_refused(self, value):
        with pytest.raises(TypeError, match="data_home must be a str, a path-like or None; got"):
            get_data_home(value)

    def test_an_unknown_user_is_told(self):
        with pytest.raises(OSError, match="data_home='~nobody-of-this-name'"):
            get_data_home("~nobody-of-this-name")


class TestClearDataHome:
    def test_everything_goes_when_nothing_else_is_there(self, archive, home):
        fetch_uci_har(archive=archive)
        clear_data_home()
        assert not home.exists()
        clear_data_home()

    def test_files_of_others_stay(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        mine = [home / "thesis.txt", home / "uci_har" / "notes.txt", home / "arrays" / "a.npy"]
        for path in mine:
            path.parent.mkdir(exist_ok=True)
            path.write_text("precious")
        clear_data_home(home)
        assert sorted(path for path in home.rglob("*") if path.is_file()) == sorted(mine)
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)

    def test_what_killed_processes_left_goes_too(self, home):
        folder = home / "uci_har"
        folder.mkdir(parents=True)
        (folder / f"{_cache.STRAY_PREFIX}1.npz").write_bytes(b"half")
        (folder / f"{_cache.STRAY_PREFIX}2.part").write_bytes(b"half")
        clear_data_home()
        assert not home.exists()

    def test_a_folder_without_data_sets_is_left_as_it_is(self, tmp_path):
        (tmp_path / "project" / "src").mkdir(parents=True)
        (tmp_path / "letter.txt").write_text("Dear reader")
        clear_data_home(tmp_path)
        assert sorted(p.name for p in tmp_path.rglob("*")) == ["letter.txt", "project", "src"]
        clear_data_home(tmp_path / "letter.txt")
        assert (tmp_path / "letter.txt").read_text() == "Dear reader"


class TestCache:
    def test_the_archive_is_not_needed_a_second_time(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        archive.unlink()
        assert_is_tiny(fetch_uci_har(archive=archive, download_if_missing=False), tiny)
        assert entries(home) == [FILE]

    def test_it_is_a_file_of_numpy_without_objects(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        with np.load(home / FILE, allow_pickle=False) as cache:
            for field, array in zip(
                ("data", "target", "subject"), tiny.arrays["test"], strict=True
            ):
                np.testing.assert_array_equal(cache[f"test_{field}"], array)

    def test_the_arrays_belong_to_the_caller(self, tiny, archive):
        for _ in range(3):
            bunch = fetch_uci_har(archive=archive)
            assert_is_tiny(bunch, tiny)
            for field in (bunch.data, bunch.target, bunch.subject):
                field[...] = 0

    def test_other_users_may_read_it(self, archive, home):
        mask = os.umask(0o022)
        try:
            fetch_uci_har(archive=archive)
        finally:
            os.umask(mask)
        assert (home / "uci_har").stat().st_mode & 0o777 == 0o755
        assert (home / FILE).stat().st_mode & 0o777 == 0o644

    @pytest.mark.fault(
        "cache file a byte short, a byte long, empty, foreign", "built again with a warning"
    )
    @pytest.mark.parametrize(
        "harm",
        [
            pytest.param(lambda content: content[:-1], id="a byte short"),
            pytest.param(lambda content: content[:1000], id="cut"),
            pytest.param(lambda content: content[:20_000] + content[20_001:], id="one less within"),
            pytest.param(lambda content: b"", id="empty"),
            pytest.param(lambda content: b"not a cache" * 500, id="something else"),
            pytest.param(lambda content: b"PK" + bytes(len(content)), id="zeros"),
        ],
    )
    def test_a_damaged_file_is_noticed_and_replaced(self, tiny, archive, home, harm):
        fetch_uci_har(archive=archive)
        path = home / FILE
        intact = path.read_bytes()
        path.write_bytes(harm(intact))
        with pytest.raises(OSError, match=r"is damaged.*download_if_missing"):
            fetch_uci_har(download_if_missing=False)
        with pytest.warns(UserWarning, match=r"is damaged.*built again"):
            assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert path.read_bytes() == intact
        assert entries(home) == [FILE]
        assert_is_tiny(fetch_uci_har(download_if_missing=False), tiny)

    def test_the_line_of_the_caller_is_named_in_the_warning(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        (home / FILE).write_bytes(b"")
        with pytest.warns(UserWarning, match="built again") as record:
            fetch_uci_har(archive=archive)
        assert record[0].filename == __file__

    @pytest.mark.fault("any byte of a cache altered (3 bits each)", "noticed, or does not matter")
    def test_any_altered_byte_is_noticed_or_does_not_matter(self, tmp_path, record_property):
        array = np.arange(6.0).reshape(2, 3)
        cache = ArrayCache(tmp_path, "0f" * 32)
        cache.store({"small": array})
        intact = cache.path.read_bytes()
        noticed = 0
        for i in range(len(intact)):
            for mask in (0x01, 0x10, 0x80):
                altered = bytearray(intact)
                altered[i] ^= mask
                cache.path.write_bytes(altered)
                try:
                    loaded = cache.load(["small"])["small"]
                except CacheMissError:
                    noticed += 1
                else:
                    assert loaded.dtype == array.dtype
                    np.testing.assert_array_equal(loaded, array)
        # What does not matter are dates and versions in the headers of the zip format.
        assert noticed > 2 * len(intact)
        record_property("times", 3 * len(intact))

    @pytest.mark.fault("cache that holds objects", "refused, built again")
    def test_objects_are_refused(self, tmp_path):
        cache = ArrayCache(tmp_path, "")
        cache.store({"small": np.array([print], dtype=object)})
        with pytest.raises(CacheDamagedError):
            cache.load(["small"])

    @pytest.mark.fault("old format of the cache", "built again, right data")
    @pytest.mark.parametrize("made_from", ["1 0", "2 0"])
    def test_an_older_format_is_replaced_without_a_word(self, tiny, archive, home, made_from):
        fetch_uci_har(archive=archive)
        intact = (home / FILE).read_bytes()
        with np.load(home / FILE, allow_pickle=False) as cache:
            arrays = dict(cache)
        np.savez(home / FILE, **{**arrays, "made_from": np.array(made_from)})
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert (home / FILE).read_bytes() == intact

    def test_what_a_killed_process_left_is_swept_up(self, tiny, archive, home):
        folder = home / "uci_har"
        folder.mkdir(parents=True)
        (folder / f"{_cache.STRAY_PREFIX}half.npz").write_bytes(b"half")
        (folder / f"{_cache.STRAY_PREFIX}half.part").write_bytes(b"half")
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert entries(home) == [FILE]


def test_arrays_keep_their_order_of_axes(tmp_path):
    cache = ArrayCache(tmp_path, "")
    array = np.arange(6.0).reshape(2, 3)
    cache.store({"rows": array, "columns": np.asfortranarray(array), "none": array[:0]})
    for name, loaded in cache.load(["rows", "columns", "none"]).items():
        np.testing.assert_array_equal(loaded, array[:0] if name == "none" else array)
        assert loaded.flags.writeable


def test_a_home_that_cannot_be_listed_is_told(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PermissionError, match="cannot be used: Permission denied") as e:
        clear_data_home(tmp_path)
    assert str(tmp_path) in str(e.value)


class TestFolderFaults:
    @pytest.fixture(params=["archive", "download"])
    def fetch(self, request, archive, served):
        given = archive if request.param == "archive" else None
        return lambda: fetch_uci_har(archive=given, n_retries=0)

    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
    def test_a_full_disk_is_told_and_leaves_nothing(self, fetch, home, monkeypatch, code):
        opened = Path.open

        class Full:
            def __init__(self, file):
                self._file = file

            def __enter__(self):
                return self

            def __exit__(self, *args):
                self._file.close()

            def __getattr__(self, name):
                return getattr(self._file, name)

            def write(self, content):
                self._file.write(bytes(content)[:100])
                raise OSError(code, os.strerror(code))

        def on_full_disk(self, mode="r", *args, **kwargs):
            file = opened(self, mode, *args, **kwargs)
            return Full(file) if mode == "xb" else file

        with monkeypatch.context() as patch:
            patch.setattr(Path, "open", on_full_disk)
            with pytest.raises(OSError, match="data_home=") as e:
                fetch()
        assert e.value.errno == code
        assert str(home / "uci_har") in str(e.value)
        assert os.strerror(code) in str(e.value)
        assert not (home / "uci_har").exists()
        fetch()

    @pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
    def test_a_read_only_folder_is_told(self, fetch, home, monkeypatch, code):
        home.mkdir()

        def refuse(self, *args, **kwargs):
            raise OSError(code, os.strerror(code), str(self))

        monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(OSError, match=r"uci_har' cannot be used: .*data_home=") as e:
            fetch()
        assert e.value.errno == code
        assert isinstance(e.value, PermissionError) is (code == errno.EACCES)

    def test_a_file_in_place_of_the_folder_is_told(self, fetch, home):
        home.write_text("not a folder")
        with pytest.raises(OSError, match=r"uci_har' cannot be used: .*data_home="):
            fetch()
        assert home.read_text() == "not a folder"

    def test_a_cache_that_is_only_read_serves(self, tiny, archive, monkeypatch):
        fetch_uci_har(archive=archive)

        def refuse(self, *args, **kwargs):
            raise PermissionError(errno.EACCES, "Permission denied", str(self))

        import fcntl

        monkeypatch.setattr(Path, "mkdir", refuse)
        monkeypatch.setattr(fcntl, "flock", refuse)
        assert_is_tiny(fetch_uci_har(), tiny)

    def test_a_cache_that_may_not_be_read_is_told(self, archive, home, monkeypatch):
        fetch_uci_har(archive=archive)

        def refuse(self, *args, **kwargs):
            raise PermissionError(errno.EACCES, "Permission denied", str(self))

        monkeypatch.setattr(Path, "open", refuse)
        with pytest.raises(PermissionError, match=r"uci_har' cannot be used: .*data_home="):
            fetch_uci_har()

    @pytest.mark.fault("Ctrl-C while the cache is written", "nothing left, right data after")
    @pytest.mark.parametrize("moment", ["savez", "replace"])
    def test_an_interruption_leaves_nothing(self, fetch, home, monkeypatch, moment):
        def interrupt(*args, **kwargs):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(np if moment == "savez" else Path, moment, interrupt)
            with pytest.raises(KeyboardInterrupt):
                fetch()
        assert not (home / "uci_har").exists()
        fetch()

    def test_a_file_system_without_locks_will_do(self, tiny, archive, home, monkeypatch):
        import fcntl

        def no_locks(*args):
            raise OSError(errno.ENOLCK, "No locks available")

        monkeypatch.setattr(fcntl, "flock", no_locks)
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert_is_tiny(fetch_uci_har(download_if_missing=False), tiny)


class TestWithoutFcntl:
    """A system without `fcntl`, as Windows is one: no locks, and no rename over an open file."""

    @pytest.fixture(autouse=True)
    def _no_fcntl(self, monkeypatch):
        monkeypatch.setattr(_cache, "fcntl", None)

    def test_the_data_are_fetched_cached_and_cleared(self, tiny, archive, home):
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert_is_tiny(fetch_uci_har(download_if_missing=False), tiny)
        assert entries(home) == [FILE]
        clear_data_home()
        assert not home.exists()

    def test_what_another_process_works_on_is_left_alone_for_a_day(self, archive, home):
        folder = home / "uci_har"
        folder.mkdir(parents=True)
        for name in ("new", "old"):
            (folder / f"{_cache.STRAY_PREFIX}{name}.part").write_bytes(b"half")
        os.utime(folder / f"{_cache.STRAY_PREFIX}old.part", (0, 0))
        fetch_uci_har(archive=archive)
        assert entries(home) == [f"uci_har/{_cache.STRAY_PREFIX}new.part", FILE]

    @pytest.mark.fault("cache that cannot be replaced, for it is open", "right data")
    def test_a_file_in_use_is_left_alone(self, tiny, archive, home, monkeypatch):
        fetch_uci_har(archive=archive)
        (home / FILE).write_bytes(b"damaged")

        def in_use(self, target):
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", in_use)
            with pytest.warns(UserWarning, match="built again"):
                assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert entries(home) == [FILE]
        with pytest.warns(UserWarning, match="built again"):
            fetch_uci_har(archive=archive)
        assert_is_tiny(fetch_uci_har(download_if_missing=False), tiny)

    def test_threads_each_do_the_work(self, tiny, archive, home):
        outcomes = []
        threads = [
            threading.Thread(target=lambda: outcomes.append(fetch_uci_har(archive=archive)))
            for _ in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 3
        for bunch in outcomes:
            assert_is_tiny(bunch, tiny)
        assert entries(home) == [FILE]


class TestAtTheSameTime:
    def test_one_thread_works_and_the_others_wait(self, tiny, archive, home, monkeypatch):
        opened = []
        open_ = zipfile.ZipFile.open

        def recording(self, member, *args, **kwargs):
            opened.append(getattr(member, "filename", member))
            return open_(self, member, *args, **kwargs)

        monkeypatch.setattr(zipfile.ZipFile, "open", recording)
        outcomes = []

        def fetch():
            outcomes.append(fetch_uci_har(archive=archive))

        threads = [threading.Thread(target=fetch) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # Each file of the archive was read by one thread. The members of the cache end in .npy.
        opened = [member for member in opened if not member.endswith(".npy")]
        assert len(opened) == len(set(opened)) > 0
        assert len(outcomes) == 6
        for bunch in outcomes:
            assert_is_tiny(bunch, tiny)
        assert entries(home) == [FILE]

    def test_processes_that_build_load_and_clear_never_meet_half_a_cache(self, tmp_path):
        context = multiprocessing.get_context("spawn")
        folder = tmp_path / "home" / "numbers"
        processes = [
            context.Process(target=_build_load_and_clear, args=(folder, seed)) for seed in range(2)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [process.exitcode for process in processes] == [0, 0]

    def test_a_killed_process_lets_go_of_the_lock(self, tiny, archive, home):
        code = (
            "import pathlib, sys, time\n"
            "from sklearn_har.datasets._cache import ArrayCache\n"
            "with ArrayCache(pathlib.Path(sys.argv[1]), '').lock():\n"
            "    pathlib.Path(sys.argv[1], '.sklearn-har-half.part').write_bytes(b'half')\n"
            "    print('locked', flush=True)\n"
            "    time.sleep(60)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(home / "uci_har")], stdout=subprocess.PIPE
        )
        with process:
            assert process.stdout.readline() == b"locked\n"
            process.kill()
            process.wait()
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert entries(home) == [FILE]


def _build_load_and_clear(folder, seed):
    """Work on one cache as a process among others; an array is right or is not there."""
    array = np.arange(50_000.0)
    cache = ArrayCache(folder, "")
    order = np.random.default_rng(seed).choice(["build", "load", "load", "clear"], size=60)
    for action in order:
        if action == "build":
            with cache.lock():
                cache.store({"numbers": array})
        elif action == "clear":
            cache.clear()
        else:
            try:
                loaded = cache.load(["numbers"])["numbers"]
            except CacheDamagedError:
                raise
            except CacheMissError:
                continue
            np.testing.assert_array_equal(loaded, array)
