"""Every form of an archive is read; what is not the published data set is named and refused."""

import os
import random
import stat
import struct
import warnings
import zipfile

import numpy as np
import pytest

# A limit that is patched: an archive above the real one would have a gigabyte.
from sklearn_har.datasets import _archives, clear_data_home, fetch_hapt, fetch_uci_har
from sklearn_har.exceptions import ArchiveError
from tiny_uci_har import DATASETS

SIGNAL = "train/Inertial Signals/body_acc_y_train.txt"


@pytest.fixture
def fetch(tiny, home, tmp_path):
    """Fetch the tiny data set from an archive with the given content."""

    def fetch(content, **params):
        path = tmp_path / "given.zip"
        path.write_bytes(content)
        return fetch_uci_har(archive=path, **params)

    return fetch


def assert_is_tiny(bunch, tiny, subset="train"):
    data, target, subject = tiny.arrays[subset]
    np.testing.assert_array_equal(bunch.data, data)
    np.testing.assert_array_equal(bunch.target, target)
    np.testing.assert_array_equal(bunch.subject, subject)


@pytest.mark.parametrize(
    "pack",
    [
        pytest.param(lambda tiny: tiny.zipped(), id="inner"),
        pytest.param(lambda tiny: tiny.outer(), id="outer"),
        pytest.param(lambda tiny: tiny.zipped(folder=""), id="repacked without a folder"),
        pytest.param(lambda tiny: tiny.zipped(folder="my data/har"), id="repacked elsewhere"),
        pytest.param(lambda tiny: tiny.zipped(compression=zipfile.ZIP_STORED), id="not compressed"),
        pytest.param(
            lambda tiny: tiny.zipped(dict(sorted(tiny.files.items()))), id="in another order"
        ),
    ],
)
def test_each_kind_of_zip_file_gives_the_data(fetch, tiny, pack):
    assert_is_tiny(fetch(pack(tiny)), tiny)


@pytest.mark.parametrize("below", ["", "UCI HAR Dataset", "UCI HAR Dataset/UCI HAR Dataset"])
def test_an_unpacked_folder_or_its_parent_gives_the_data(tiny, home, tmp_path, below):
    tiny.unpack(tmp_path / "unpacked" / below)
    assert_is_tiny(fetch_uci_har(archive=tmp_path / "unpacked"), tiny)


def test_a_folder_with_the_inner_archive_gives_the_data(tiny, home, tmp_path):
    (tmp_path / "UCI HAR Dataset.zip").write_bytes(tiny.zipped())
    assert_is_tiny(fetch_uci_har(archive=str(tmp_path)), tiny)


def test_litter_and_feature_tables_are_passed_over(fetch, tiny):
    litter = [
        ("__MACOSX/UCI HAR Dataset/._README.txt", b"\0"),
        (f"__MACOSX/UCI HAR Dataset/{SIGNAL}", b"\0"),
        ("UCI HAR Dataset/.DS_Store", b"\0"),
        ("UCI HAR Dataset/.DS_Store", b"\0"),
        ("UCI HAR Dataset/train/X_train.txt", b"not a number"),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's, of the name that is there twice
        content = tiny.zipped(extra=litter)
    assert_is_tiny(fetch(content), tiny)


def test_litter_in_an_unpacked_folder_is_passed_over(tiny, home, tmp_path):
    tiny.unpack(tmp_path / "data")
    (tmp_path / "data" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "data" / "train" / "X_train.txt").write_bytes(b"not a number")
    assert_is_tiny(fetch_uci_har(archive=tmp_path / "data"), tiny)


@pytest.mark.parametrize("name", [SIGNAL, "test/y_test.txt"])
def test_a_file_altered_by_one_byte_is_named(fetch, tiny, home, name):
    altered = bytearray(tiny.files[name])
    altered[len(altered) // 2] ^= 1
    with pytest.raises(ArchiveError, match=r"SHA-256 is .* instead of .*download or unpack") as e:
        fetch(tiny.zipped({**tiny.files, name: bytes(altered)}))
    assert repr(name) in str(e.value)
    assert "given.zip" in str(e.value)
    assert not home.joinpath("uci_har").exists()


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text + b"\n"])
def test_a_file_of_another_length_is_named(tiny, home, tmp_path, change):
    tiny.unpack(tmp_path / "data", {**tiny.files, SIGNAL: change(tiny.files[SIGNAL])})
    with pytest.raises(ArchiveError, match=r"body_acc_y_train.txt.*bytes"):
        fetch_uci_har(archive=tmp_path / "data")
    with pytest.raises(ArchiveError, match=r"body_acc_y_train.txt.*bytes"):
        fetch_uci_har(archive=_write(tmp_path, tiny.zipped({**tiny.files, SIGNAL: b"1"})))


@pytest.mark.parametrize("as_folder", [True, False])
def test_all_missing_files_are_named(tiny, home, tmp_path, as_folder):
    files = {k: v for k, v in tiny.files.items() if k not in (SIGNAL, "test/subject_test.txt")}
    if as_folder:
        archive = tiny.unpack(tmp_path / "data", files)
    else:
        archive = _write(tmp_path, tiny.zipped(files))
    with pytest.raises(ArchiveError, match="lacks 2 of the 22 files") as e:
        fetch_uci_har(archive=archive)
    assert SIGNAL in str(e.value)
    assert "test/subject_test.txt" in str(e.value)


def test_an_archive_of_something_else_is_refused(fetch, tiny, tmp_path):
    with pytest.raises(ArchiveError, match=r"no file of the UCI HAR data set; expected 'UCI HAR"):
        fetch(tiny.zipped({"letter.txt": b"Dear reader"}))
    with pytest.raises(ArchiveError, match="no file of the UCI HAR data set"):
        fetch(tiny.zipped({}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="no file of the UCI HAR data set"):
        fetch_uci_har(archive=tmp_path / "empty")


@pytest.mark.parametrize("form", ["zip", "folder", "nested"])
def test_an_archive_of_another_data_set_is_named(fetch, tiny, home, tmp_path, form):
    hapt = dict.fromkeys(["README.txt", *DATASETS["hapt"].members], b"")
    if form == "folder":
        archive = tiny.unpack(tmp_path / "unpacked" / "HAPT Data Set", hapt).parent
    else:
        archive = _write(tmp_path, tiny.zipped(hapt, folder="HAPT Data Set"))
    with pytest.raises(ArchiveError, match=r"holds the HAPT data set, but UCI HAR .*fetch_hapt"):
        fetch_uci_har(archive=archive)
    if form == "folder":
        archive = tiny.unpack(tmp_path / "har")
    else:
        archive = _write(tmp_path, tiny.outer() if form == "nested" else tiny.zipped())
    with pytest.raises(ArchiveError, match=r"holds the UCI HAR data set, .*fetch_uci_har"):
        fetch_hapt(archive=archive)


def test_a_path_that_does_not_exist_is_named(tiny, home, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"archive='.*absent.zip' does not exist"):
        fetch_uci_har(archive=tmp_path / "absent.zip")


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html><body>Sign in to the network</body></html>",
        b"\xef\xbb\xbf\r\n  <HTML>moved</HTML>",
    ],
)
def test_a_web_page_saved_as_a_zip_file_is_recognised(fetch, content):
    with pytest.raises(ArchiveError, match="is a web page saved under the name of an archive"):
        fetch(content)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b not a zip", bytes(4000)])
def test_what_is_no_zip_file_is_refused(fetch, content):
    with pytest.raises(ArchiveError, match=r"given.zip' is (empty|not a whole zip file)"):
        fetch(content)


def test_an_error_without_words_is_named(fetch, tiny, monkeypatch):
    content = tiny.zipped()

    def fail(*args):
        raise EOFError

    monkeypatch.setattr(zipfile, "ZipFile", fail)
    with pytest.raises(ArchiveError, match=r"not a whole zip file \(EOFError\)"):
        fetch(content)


@pytest.mark.fault("truncated archive", "refused")
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.9999])
def test_a_truncated_zip_file_is_refused(fetch, tiny, share):
    content = tiny.zipped()
    with pytest.raises(ArchiveError, match="truncated"):
        fetch(content[: int(len(content) * share)])


def test_a_truncated_inner_archive_is_refused(fetch, tiny):
    with pytest.raises(ArchiveError, match=r"'UCI HAR Dataset.zip' in archive=.*truncated"):
        fetch(tiny.outer(tiny.zipped()[:5000]))


@pytest.mark.fault("members that climb out, absolute paths, drives", "not touched, right data")
@pytest.mark.parametrize(
    "name",
    [
        "../escaped.txt",
        "UCI HAR Dataset/../../escaped.txt",
        "/etc/escaped.txt",
        "C:/escaped.txt",
        "..\\escaped.txt",
        "\\\\server\\escaped.txt",
        "UCI HAR Dataset/train/..",
    ],
)
def test_members_that_point_out_of_the_archive_are_not_touched(fetch, tiny, tmp_path, name):
    assert_is_tiny(fetch(tiny.zipped(extra=[(name, b"gotcha")])), tiny)
    assert not list(tmp_path.rglob("*escaped*"))


@pytest.mark.fault("link in place of a member", "refused")
def test_a_link_in_place_of_a_file_is_refused(fetch, tiny):
    link = zipfile.ZipInfo(f"UCI HAR Dataset/{SIGNAL}")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    files = {k: v for k, v in tiny.files.items() if k != SIGNAL}
    with pytest.raises(ArchiveError, match=r"body_acc_y_train.txt' of .* has 11 bytes instead of"):
        fetch(tiny.zipped(files, extra=[(link, b"/etc/passwd")]))


@pytest.mark.fault("duplicate names", "right data or refused")
def test_of_a_name_that_occurs_twice_the_last_is_verified(fetch, tiny, home):
    with pytest.warns(UserWarning, match="Duplicate name"):
        altered_last = tiny.zipped(extra=[(f"UCI HAR Dataset/{SIGNAL}", b"another")])
    with pytest.raises(ArchiveError, match=r"body_acc_y_train.txt' of .* is not the published"):
        fetch(altered_last)
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = tiny.zipped(extra=[(f"UCI HAR Dataset/{SIGNAL}", tiny.files[SIGNAL])])
    assert_is_tiny(fetch(twice), tiny)


@pytest.mark.fault("encrypted members", "refused")
def test_encrypted_members_are_refused(fetch, tiny):
    content = bytearray(tiny.zipped())
    at = content.index(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    with pytest.raises(ArchiveError, match=r"it cannot be read .*is encrypted"):
        fetch(bytes(content))


@pytest.mark.fault("methods of compression without a bound", "refused")
@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_methods_without_a_bound_are_refused(fetch, tiny, method):
    with pytest.raises(ArchiveError, match=f"is packed by method {method}, not stored"):
        fetch(tiny.zipped(compression=method))


def test_a_corrupt_stream_is_refused_with_the_name_of_the_file(fetch, tiny):
    content = bytearray(tiny.zipped())
    middle = len(content) // 2
    content[middle : middle + 40] = b"\xff" * 40
    with pytest.raises(ArchiveError, match=r"^'(train|test)/.*it cannot be read"):
        fetch(bytes(content))


@pytest.mark.fault("bomb that admits its size", "refused, not inflated")
def test_a_bomb_that_admits_its_size_is_not_inflated(fetch, tiny):
    bomb = {**tiny.files, SIGNAL: bytes(5_000_000)}
    with pytest.raises(ArchiveError, match="is longer than its"):
        fetch(tiny.zipped(bomb))


@pytest.mark.fault("bomb that lies about its size", "refused at the size of the file")
def test_a_bomb_that_lies_about_its_size_is_read_no_further_than_the_file(fetch, tiny, monkeypatch):
    size = len(tiny.files[SIGNAL])
    content = bytearray(tiny.zipped({**tiny.files, SIGNAL: bytes(5_000_000)}))
    name = f"UCI HAR Dataset/{SIGNAL}".encode()
    for signature, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        entry = content.rindex(signature, 0, content.index(name) if at == 22 else None)
        while at == 24 and content[entry + 46 : entry + 46 + len(name)] != name:
            entry = content.rindex(signature, 0, entry)
        struct.pack_into("<I", content, entry + at, size)
    lengths = []
    read = zipfile.ZipExtFile.read

    def recording(self, n=-1):
        result = read(self, n)
        lengths.append(len(result))
        return result

    monkeypatch.setattr(zipfile.ZipExtFile, "read", recording)
    with pytest.raises(ArchiveError, match=r"body_acc_y_train\.txt"):
        fetch(bytes(content))
    assert max(lengths) <= max(map(len, tiny.files.values())) + 1


@pytest.mark.fault("nested bomb", "refused, not inflated")
def test_a_nested_bomb_is_not_inflated(fetch, tiny, monkeypatch):
    monkeypatch.setattr(_archives, "_MAX_NESTED_BYTES", 1_000_000)
    content = tiny.zipped({"UCI HAR Dataset.zip": bytes(1_000_001)}, folder="")
    with pytest.raises(ArchiveError, match="is far larger than the data set"):
        fetch(content)


@pytest.mark.fault("archive of 30,000, 100,000 further members", "not touched, right data")
@pytest.mark.parametrize("n_members", [30_000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_an_archive_of_very_many_members_is_read(fetch, tiny, n_members):
    extra = [(f"more/{i}", b"") for i in range(n_members)]
    assert_is_tiny(fetch(tiny.zipped(extra=extra)), tiny)


@pytest.mark.fault("archive within an archive within an archive", "not opened")
def test_an_archive_within_an_archive_within_an_archive_is_not_opened(fetch, tiny):
    with pytest.raises(ArchiveError, match="no file of the UCI HAR data set"):
        fetch(tiny.outer(tiny.outer()))


@pytest.mark.fault(
    "member names that are no text, or in another encoding", "passed over or refused"
)
@pytest.mark.parametrize(
    ("name", "utf_8", "match"),
    [
        (b"notes-\xe9.txt", False, None),
        (b"notes-\xff\xfe.txt", True, "not a whole zip file"),
        (b"UCI HAR Dataset/README.t\xe9t", False, None),
        (b"\x00/etc/passwd.txt", False, None),
    ],
)
def test_names_in_other_encodings(fetch, tiny, name, utf_8, match):
    placeholder = b"#" * len(name)
    content = bytearray(tiny.zipped(extra=[(placeholder.decode(), b"text")]))
    content = content.replace(placeholder, name)
    if utf_8:
        entry = content.rindex(b"PK\x01\x02")
        content[entry + 8 : entry + 10] = struct.pack("<H", 0x800)
    if match is None:
        assert_is_tiny(fetch(bytes(content)), tiny)
    else:
        with pytest.raises(ArchiveError, match=match):
            fetch(bytes(content))


@pytest.mark.fault("files of a data set in another encoding", "refused")
@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_file_in_another_encoding_is_refused(fetch, tiny, encoding):
    converted = tiny.files["test/y_test.txt"].decode().encode(encoding)
    with pytest.raises(ArchiveError, match=r"y_test.txt' .*bytes"):
        fetch(tiny.zipped({**tiny.files, "test/y_test.txt": converted}))


@pytest.mark.fault("entries of an archive that share their bytes", "read right or refused")
def test_entries_that_overlap_are_no_way_around_the_checks(fetch, tiny):
    # All entries of the list lead to one and the same member: the bomb that needs no nesting.
    content = bytearray(tiny.zipped(compression=zipfile.ZIP_STORED))
    at = content.index(b"PK\x01\x02")
    while at >= 0:
        content[at + 42 : at + 46] = struct.pack("<I", 0)
        at = content.find(b"PK\x01\x02", at + 4)
    with pytest.raises(ArchiveError, match="it cannot be read"):
        fetch(bytes(content))


@pytest.mark.fault(
    "links, devices and pipes in an unpacked folder", "refused, nothing is waited for"
)
@pytest.mark.parametrize("kind", ["zeros", "pipe", "loop", "huge"])
def test_what_is_no_file_in_a_folder_is_refused(tiny, home, tmp_path, kind):
    folder = tiny.unpack(tmp_path / "data")
    path = folder / SIGNAL
    path.unlink()
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "huge":
        # 1 TiB that takes no room on the disk.
        with path.open("wb") as file:
            file.truncate(1 << 40)
    else:
        path.symlink_to("/dev/zero" if kind == "zeros" else path)
    with pytest.raises(ArchiveError, match=r"body_acc_y_train\.txt"):
        fetch_uci_har(archive=folder)


@pytest.mark.fault("a device or a pipe in place of an archive", "refused, nothing is waited for")
def test_what_is_no_file_in_place_of_an_archive_is_refused(tiny, home, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in ("/dev/zero", tmp_path / "pipe"):
        with pytest.raises(ArchiveError, match="is neither a file nor a folder"):
            fetch_uci_har(archive=path)


@pytest.mark.fault("bytes of an archive altered at random", "right data or refused")
@pytest.mark.parametrize("n", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_a_damaged_zip_file_gives_the_data_or_an_archive_error(
    fetch, tiny, home, n, record_property
):
    content = tiny.zipped()
    generator = random.Random(0)
    outcomes = set()
    for _ in range(n):
        damaged = bytearray(content)
        # Half of them in the list of members, where the structure is.
        start = generator.choice([0, content.index(b"PK\x01\x02")])
        for _ in range(generator.randint(1, 4)):
            damaged[generator.randrange(start, len(damaged))] = generator.randrange(256)
        try:
            fetch(bytes(damaged))
        except ArchiveError:
            outcomes.add("refused")
        else:
            outcomes.add("read")
            clear_data_home(home)
    assert "refused" in outcomes
    record_property("times", n)


def _write(folder, content):
    path = folder / "given.zip"
    path.write_bytes(content)
    return path
