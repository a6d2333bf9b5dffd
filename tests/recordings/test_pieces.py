"""Reading one recording in pieces, with `chunksize`."""

import io

import numpy as np
import pandas as pd
import pytest

from sklearn_har.exceptions import RecordingWarning
from sklearn_har.recordings import read_recording
from still_device import AXES, N, disordered_table, still_table


class TestPieces:
    """A file larger than memory is read in pieces that together are the whole."""

    def log(self, kind, n=N):
        frame = still_table(n, activity=["walking"] * n, who="s1")
        if kind == "ms":
            frame["time"] = 1_700_000_000_123 + np.arange(n) * 20
        elif kind == "dates":
            dates = pd.date_range("2024-05-01T12:00:00.001+02:00", periods=n, freq="20ms")
            frame["time"] = dates.map(lambda date: date.isoformat(timespec="milliseconds"))
        elif kind == "no times":
            frame = frame.drop(columns="time")
        return frame

    def source(self, form, frame, tmp_path):
        if form == "table":
            return frame
        if form == "parquet":
            pytest.importorskip("pyarrow")
            frame.to_parquet(tmp_path / "r.parquet", row_group_size=90)
            return tmp_path / "r.parquet"
        frame.to_csv(tmp_path / "r.csv", index=False)
        text = (tmp_path / "r.csv").read_text()
        return io.StringIO(text) if form == "open" else tmp_path / "r.csv"

    @pytest.mark.parametrize("form", ["csv", "open", "parquet", "table"])
    @pytest.mark.parametrize("kind", ["s", "ms", "dates", "no times"])
    def test_joined_they_are_the_whole(self, form, kind, tmp_path):
        options = {
            "time": None if kind == "no times" else "time",
            "time_unit": "ms" if kind == "ms" else None,
            "sampling_rate": 50.0 if kind == "no times" else None,
            "labels": "activity",
            "subject": "who",
            "units": {"ax": "m/s2"},
        }
        frame = self.log(kind)
        whole = read_recording(self.source(form, frame, tmp_path), **options)
        pieces = list(read_recording(self.source(form, frame, tmp_path), **options, chunksize=64))
        assert max(map(len, pieces)) == 64
        for name in ("samples", "time", "labels"):
            joined = np.concatenate([getattr(piece, name) for piece in pieces])
            np.testing.assert_array_equal(joined, getattr(whole, name))
        for piece in pieces:
            assert piece.sampling_rate == pytest.approx(whole.sampling_rate)
            assert (piece.start, piece.subject, piece.facts, piece.channel_names) == (
                whole.start,
                "s1",
                whole.facts,
                tuple(AXES),
            )

    @pytest.mark.parametrize("n_rows", [3, 4, 8])
    def test_late_samples_are_dropped_as_in_the_whole(self, n_rows):
        frame = disordered_table()
        with pytest.warns(RecordingWarning, match="3 of 8 samples"):
            whole = read_recording(frame, on_disorder="drop", labels="mark")
        with pytest.warns(RecordingWarning, match="3 samples are left out"):
            pieces = list(
                read_recording(frame, on_disorder="drop", labels="mark", chunksize=n_rows)
            )
        assert np.concatenate([piece.labels for piece in pieces]).tolist() == whole.labels.tolist()

    def test_order_is_checked_across_pieces(self):
        frame = still_table(8)
        frame["time"] = [0.0, 0.02, 0.04, 0.06, 0.05, 0.08, 0.1, 0.12]
        for remedy, message in (("raise", "Pass on_disorder='drop'"), ("sort", "only within a")):
            pieces = read_recording(frame, chunksize=4, on_disorder=remedy)
            assert len(next(pieces)) == 4
            with pytest.raises(ValueError, match=r"begins with row 4: .*got 1 samples.*" + message):
                next(pieces)
        frame["time"] = [0.0, 0.04, 0.02, 0.06, 0.1, 0.08, 0.12, 0.14]
        pieces = read_recording(frame, chunksize=4, on_disorder="sort", sampling_rate=50.0)
        joined = np.concatenate([piece.time for piece in pieces])
        np.testing.assert_array_equal(joined, np.sort(frame.time))

    def test_warnings_come_once(self):
        frame = still_table(off=0.0)
        frame.loc[100:, "time"] += 9.0
        frame.loc[120:, "time"] += 9.0
        with pytest.warns(RecordingWarning) as caught:
            pieces = list(read_recording(frame, chunksize=50))
        assert [len(piece.breaks) for piece in pieces] == [0, 0, 1, 0]
        messages = [str(warning.message) for warning in caught]
        assert len(messages) == 2
        assert "one value throughout" in messages[0]
        assert "have 2 gap(s)" in messages[1]

    def test_subjects_may_not_change(self):
        frame = still_table(who=["a"] * 100 + ["b"] * 100)
        pieces = read_recording(frame, subject="who", chunksize=100)
        next(pieces)
        with pytest.raises(ValueError, match=r"row 100: .*one subject, got 2: \['a', 'b'\]"):
            next(pieces)

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            ({"chunksize": 0}, ValueError, "chunksize must be an integer of at least 1"),
            ({"chunksize": 2.5}, TypeError, "chunksize must be an integer"),
            ({"chunksize": 9, "on_disorder": "no"}, ValueError, "on_disorder must be one of"),
            ({"read_options": {"chunksize": 9}}, ValueError, r"read_recording\(..., chunksize=\)"),
        ],
    )
    def test_arguments_are_checked_at_once(self, arguments, error, message, tmp_path):
        still_table().to_csv(tmp_path / "r.csv", index=False)
        with pytest.raises(error, match=message):
            read_recording(tmp_path / "r.csv", **arguments)

    def test_nothing_to_read(self):
        with pytest.raises(ValueError, match="a table without rows"):
            next(read_recording(still_table(0), chunksize=9))
        frame = still_table(20, ax=np.nan)
        with pytest.raises(ValueError, match="whole sample, got none"):
            next(read_recording(frame, channels=["ax"], on_missing="drop", chunksize=9))


def test_pieces_of_a_parquet_file_do_not_stay_in_memory(tmp_path):
    pa = pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    path, n_groups, n_rows = tmp_path / "long.parquet", 60, 20_000
    samples = np.random.default_rng(0).normal(size=(n_rows, 6))
    writer = None
    for i in range(n_groups):
        columns = {"time": (i * n_rows + np.arange(n_rows)) / 50.0}
        table = pa.table(columns | {f"c{j}": samples[:, j] for j in range(6)})
        writer = writer or parquet.ParquetWriter(path, table.schema)
        writer.write_table(table)
    writer.close()
    file_size = path.stat().st_size
    allocated = []
    for piece in read_recording(path, chunksize=n_rows):
        assert len(piece) == n_rows
        allocated.append(pa.total_allocated_bytes())
    assert len(allocated) == n_groups
    assert max(allocated) - min(allocated) < file_size / 10
