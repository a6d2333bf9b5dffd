"""Where data sets are kept, and what becomes of that folder under faults and many processes."""

import dataclasses
import errno
import json
import multiprocessing
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import sklearn_har
from sklearn_har.datasets import (
    _cache,
    _uci_har,
    clear_data_home,
    fetch_uci_har,
    get_data_home,
)
from sklearn_har.datasets._cache import ArrayCache, CacheDamagedError, CacheMissError


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
        (folder / f"{_cache.STRAY_PREFIX}1").mkdir(parents=True)
        (folder / f"{_cache.STRAY_PREFIX}1" / "train_data.npy").write_bytes(b"half")
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
        assert entries(home) == ["uci_har/sklearn-har-arrays"]

    def test_it_is_plain_numpy_files(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        for field, array in zip(("data", "target", "subject"), tiny.arrays["test"], strict=True):
            (path,) = home.rglob(f"test_{field}.npy")
            np.testing.assert_array_equal(np.load(path, allow_pickle=False), array)

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
        (folder,) = home.rglob("sklearn-har-arrays")
        assert folder.stat().st_mode & 0o777 == 0o755
        assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}

    @pytest.mark.fault(
        "cache file a byte short, a byte long, empty, foreign", "built again with a warning"
    )
    @pytest.mark.parametrize("name", ["train_data.npy", "train_target.npy", "manifest.json"])
    @pytest.mark.parametrize(
        "harm",
        [
            pytest.param(lambda content: content[:-1], id="a byte short"),
            pytest.param(lambda content: content + b" ", id="a byte long"),
            pytest.param(lambda content: b"", id="empty"),
            pytest.param(lambda content: b"\x93NUMPY" + content, id="something else"),
        ],
    )
    def test_a_damaged_file_is_noticed_and_replaced(self, tiny, archive, home, name, harm):
        fetch_uci_har(archive=archive)
        (path,) = home.rglob(name)
        intact = path.read_bytes()
        path.write_bytes(harm(intact))
        if name == "manifest.json" and harm(intact).strip() == intact:
            assert_is_tiny(fetch_uci_har(archive=archive), tiny)  # a space more is the same JSON
            return
        with pytest.raises(OSError, match=r"(damaged|not a manifest).*download_if_missing"):
            fetch_uci_har(download_if_missing=False)
        with pytest.warns(UserWarning, match=r"(damaged|not a manifest).*built again"):
            assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert path.read_bytes() == intact
        assert entries(home) == ["uci_har/sklearn-har-arrays"]
        assert_is_tiny(fetch_uci_har(download_if_missing=False), tiny)

    def test_the_line_of_the_caller_is_named_in_the_warning(self, tiny, archive, home):
        fetch_uci_har(archive=archive)
        (path,) = home.rglob("manifest.json")
        path.write_bytes(b"")
        with pytest.warns(UserWarning, match="built again") as record:
            fetch_uci_har(archive=archive)
        assert record[0].filename == __file__

    @pytest.mark.fault("any byte of a cache altered (3 bits each)", "noticed, or does not matter")
    @pytest.mark.parametrize("name", ["small.npy", "manifest.json"])
    def test_any_altered_byte_is_noticed_or_does_not_matter(self, tmp_path, name, record_property):
        array = np.arange(6.0).reshape(2, 3)
        cache = ArrayCache(tmp_path, "0f" * 32)
        cache.store({"small": array})
        path = tmp_path / "sklearn-har-arrays" / name
        intact = path.read_bytes()
        noticed = 0
        for i in range(len(intact)):
            for mask in (0x01, 0x10, 0x80):
                altered = bytearray(intact)
                altered[i] ^= mask
                path.write_bytes(altered)
                try:
                    loaded = cache.load(["small"])["small"]
                except CacheMissError:
                    noticed += 1
                else:
                    assert loaded.dtype == array.dtype
                    np.testing.assert_array_equal(loaded, array)
        if name.endswith(".npy"):
            assert noticed == 3 * len(intact)
        assert noticed > len(intact)
        record_property("times", 3 * len(intact))

    @pytest.mark.fault("manifest that says what it may not", "refused")
    @pytest.mark.parametrize(
        "entry",
        [
            None,
            [],
            {},
            {"dtype": "|O", "shape": [1], "bytes": 176, "crc32": 0},
            {"dtype": "<f8", "shape": [-22], "bytes": 176, "crc32": 0},
            {"dtype": "<f8", "shape": [10**30], "bytes": 176, "crc32": 0},
            {"dtype": "<f8", "shape": 6, "bytes": 176, "crc32": 0},
            {"dtype": "<f8", "shape": ["6"], "bytes": 176, "crc32": 0},
            {"dtype": "nonsense", "shape": [6], "bytes": 176, "crc32": 0},
            {"dtype": "<f8", "shape": [6], "bytes": "176", "crc32": 0},
        ],
    )
    def test_a_made_up_manifest_is_refused(self, tmp_path, entry):
        cache = ArrayCache(tmp_path, "")
        cache.store({"small": np.arange(6.0)})
        path = tmp_path / "sklearn-har-arrays" / "manifest.json"
        manifest = json.loads(path.read_text())
        assert manifest["arrays"]["small"]["bytes"] == 176
        path.write_text(json.dumps({**manifest, "arrays": {"small": entry}}))
        with pytest.raises(CacheDamagedError):
            cache.load(["small"])

    @pytest.mark.parametrize("text", ["[]", "3", "null", "[" * 100_000, '{"arrays": 3}'])
    def test_a_manifest_of_another_form_is_refused(self, tmp_path, text):
        cache = ArrayCache(tmp_path, "")
        cache.store({"small": np.arange(6.0)})
        (tmp_path / "sklearn-har-arrays" / "manifest.json").write_text(text)
        with pytest.raises(CacheDamagedError):
            cache.load(["small"])

    @pytest.mark.fault("old format of the cache", "built again, right data")
    @pytest.mark.parametrize("key", ["format", "made_from"])
    def test_an_older_format_is_replaced_without_a_word(self, tiny, archive, home, key):
        fetch_uci_har(archive=archive)
        (path,) = home.rglob("manifest.json")
        intact = path.read_text()
        path.write_text(json.dumps({**json.loads(intact), key: 0}))
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert path.read_text() == intact

    def test_what_a_killed_process_left_is_swept_up(self, tiny, archive, home):
        folder = home / "uci_har"
        stray = folder / f"{_cache.STRAY_PREFIX}half"
        stray.mkdir(parents=True)
        (stray / "train_data.npy").write_bytes(b"half")
        (folder / f"{_cache.STRAY_PREFIX}half.part").write_bytes(b"half")
        (folder / f"{_cache.STRAY_PREFIX}lock").write_bytes(b"")
        assert_is_tiny(fetch_uci_har(archive=archive), tiny)
        assert entries(home) == ["uci_har/sklearn-har-arrays"]


def test_the_manifest_says_who_wrote_it(tmp_path):
    cache = ArrayCache(tmp_path, "the archive")
    cache.store({"a": np.arange(3)})
    (path,) = tmp_path.rglob("*.json")
    manifest = json.loads(path.read_text())
    assert manifest["written_by"] == "sklearn-har"
    assert manifest["version"] == sklearn_har.__version__
    assert manifest["made_from"] == "the archive"
    assert list(manifest["arrays"]) == ["a"]


def test_a_cache_holds_numbers_alone(tmp_path):
    with pytest.raises(TypeError, match=r"^a is <U1; a cache holds only \[.*'<f4'"):
        ArrayCache(tmp_path, "").store({"a": np.array(["x"])})


def test_a_home_that_cannot_be_listed_is_told(tmp_path, monkeypatch):
    def refuse(self):
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(PermissionError, match="cannot be used: Permission denied") as e:
        _cache.clear_caches(tmp_path)
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

        monkeypatch.setattr(Path, "mkdir", refuse)
        monkeypatch.setattr(_cache, "_lock", refuse)
        assert_is_tiny(fetch_uci_har(), tiny)

    def test_a_cache_that_may_not_be_read_is_told(self, archive, home, monkeypatch):
        fetch_uci_har(archive=archive)

        def refuse(self, *args, **kwargs):
            raise PermissionError(errno.EACCES, "Permission denied", str(self))

        monkeypatch.setattr(Path, "read_text", refuse)
        with pytest.raises(PermissionError, match=r"uci_har' cannot be used: .*data_home="):
            fetch_uci_har()

    @pytest.mark.fault("Ctrl-C while the cache is written", "nothing left, right data after")
    @pytest.mark.parametrize("moment", ["_write_array", "_checksum"])
    def test_an_interruption_leaves_nothing(self, fetch, home, monkeypatch, moment):
        def interrupt(*args):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(_cache, moment, interrupt)
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


class TestAtTheSameTime:
    def test_one_thread_works_and_the_others_wait(self, tiny, archive, home, monkeypatch):
        parsed = []
        parse = _uci_har.UCI_HAR.parse

        def counting(reader):
            parsed.append(threading.get_ident())
            return parse(reader)

        dataset = dataclasses.replace(_uci_har.UCI_HAR, parse=counting)
        monkeypatch.setattr(_uci_har, "UCI_HAR", dataset)
        outcomes = []

        def fetch():
            outcomes.append(fetch_uci_har(archive=archive))

        threads = [threading.Thread(target=fetch) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(parsed) == 1
        assert len(outcomes) == 6
        for bunch in outcomes:
            assert_is_tiny(bunch, tiny)
        assert entries(home) == ["uci_har/sklearn-har-arrays"]

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
        assert entries(home) == ["uci_har/sklearn-har-arrays"]


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
