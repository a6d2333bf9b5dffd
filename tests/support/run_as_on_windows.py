"""Fetch, train, predict and export in a process that lacks what Windows lacks.

The folder to work in is the argument; `test_other_systems.py` starts this file.
"""

import os
import sys
from pathlib import Path

# Other libraries know which system they run on, and may use all of it.
import numpy as np
import pandas as pd
import tensorflow as tf

import as_on_windows


def main(folder: Path) -> None:
    # Loads what TensorFlow loads late.
    tf.function(lambda x: x + 1)(tf.zeros(2))
    as_on_windows.demand_encodings()
    as_on_windows.take_away()
    done = as_on_windows.refuse_to_replace_open_files()

    from sklearn_har.datasets import _uci_har, fetch_uci_har, make_har_recordings
    from sklearn_har.export import ExportedClassifier
    from tiny_uci_har import DATASETS, RECORDINGS, TinyUciHar

    tiny = TinyUciHar()
    DATASETS["uci_har"] = tiny.dataset("http://127.0.0.1:9/a.zip", "http://127.0.0.1:9/b.zip")
    _uci_har.WINDOWS_OF_RECORDINGS = RECORDINGS
    archive = folder / "UCI HAR Dataset.zip"
    archive.write_bytes(tiny.zipped())
    home = folder / "home"
    windows = fetch_uci_har(archive=archive, data_home=home)
    again = fetch_uci_har(data_home=home, download_if_missing=False)
    np.testing.assert_array_equal(again.data, windows.data)
    assert "sklearn-har-arrays.npz" in done

    columns = ["ax", "ay", "az", "gx", "gy", "gz"]
    recordings = make_har_recordings(3, seconds_per_activity=8.0, random_state=0).recordings
    for recording in recordings:
        frame = pd.DataFrame(recording.samples, columns=columns)
        frame.insert(0, "time", recording.time)
        path = folder / "recordings" / f"s{recording.subject}" / "log.csv"
        path.parent.mkdir(parents=True)
        frame.to_csv(folder / f"{recording.subject}.csv", index=False, lineterminator="\r\n")
        frame.assign(activity=recording.labels).to_csv(path, index=False, lineterminator="\r\n")
        assert b"\r\n" in path.read_bytes()

    os.chdir(folder)
    common = ["--acceleration", *columns[:3], "--gyroscope", *columns[3:]]
    small = ["--epochs", "1", "--set", "estimator__min_updates=1", "estimator__units=4"]
    # The pattern is written as people on Windows write paths.
    pattern = ["--pattern", "{subject}\\log.csv", "--labels", "activity"]
    run(["train", "recordings", *pattern, *common, *small, "--save", "model.skops"])
    run(["train", "recordings", *pattern, *common, *small, "--save", "model.skops", "--force"])
    subject = recordings[0].subject
    run(
        [
            "predict",
            f"{subject}.csv",
            *common,
            "--model",
            "model.skops",
            "--timeline",
            "timeline.csv",
        ]
    )
    run(["inspect", f"{subject}.csv"])
    for name in ("har.onnx", "har.tflite"):
        for _ in range(2):  # The second file replaces the first.
            run(["export", "model.skops", name])
        assert len(ExportedClassifier(name).classes_) > 2
        run(["predict", f"{subject}.csv", *common, "--model", name])
    assert {"model.skops", "timeline.csv", "har.onnx", "har.tflite"} <= set(done)
    print("\ndone:", *sorted(set(done)))


def run(argv: list[str]) -> None:
    from sklearn_har.cli import main

    status = main(argv)
    assert status == 0, argv


if __name__ == "__main__":
    main(Path(sys.argv[1]))
