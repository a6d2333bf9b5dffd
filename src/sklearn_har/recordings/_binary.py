"""Read binary files by the libraries of their formats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sklearn_har.utils._optional import import_optional

#: The file endings of Axivity, GENEActiv, ActiGraph and MATLAB.
BINARY = (".cwa", ".bin", ".gt3x", ".mat")


def read_binary(path: Path) -> pd.DataFrame:
    """Return the table in a binary file: times, accelerations in g, angular velocities in deg/s."""
    if not path.is_file():
        raise FileNotFoundError(2, "there is no such file", str(path))
    if path.suffix.lower() == ".mat":
        return _matlab(path)
    actipy = import_optional("actipy", extra="actigraphy", needed_by=f"Reading {path.name!r}")
    try:
        # The raw samples: the library would filter, calibrate and resample them.
        frame, _ = actipy.read_device(
            str(path),
            lowpass_hz=None,
            calibrate_gravity=False,
            detect_nonwear=False,
            resample_hz=None,
            verbose=False,
        )
    except FileNotFoundError as error:
        raise OSError(f"{path}: actipy runs Java, which was not found: {error}.") from error
    except Exception as error:
        raise ValueError(f"{path}: actipy cannot read the file: {error}.") from error
    names = {axis: f"acc_{axis} (g)" for axis in "xyz"}
    names |= {f"gyro_{axis}": f"gyro_{axis} (deg/s)" for axis in "xyz"}
    known = [column for column in frame.columns if column in names]
    table: pd.DataFrame = frame[known].rename(columns=names).rename_axis("time").reset_index()
    return table


def _matlab(path: Path) -> pd.DataFrame:
    """Return arrays of equal length as columns; arrays with three columns become x, y and z."""
    # Imported here: few files come from MATLAB, and the command line starts often.
    from scipy.io import loadmat

    try:
        found = loadmat(path, squeeze_me=True)
    except NotImplementedError as error:
        raise ValueError(
            f"{path}: files of MATLAB 7.3 are HDF5. Save it by save(..., '-v7')."
        ) from error
    except Exception as error:
        raise ValueError(f"{path}: scipy.io.loadmat cannot read the file: {error}.") from error
    arrays = {name: value for name, value in found.items() if _is_array(name, value)}
    lengths = sorted({len(value) for value in arrays.values()})
    if len(lengths) != 1:
        shapes = {name: value.shape for name, value in arrays.items()}
        raise ValueError(
            f"{path}: must hold arrays of numbers with one length, got {shapes}. Load it by "
            "scipy.io.loadmat and pass a DataFrame."
        )
    columns: dict[str, Any] = {}
    for name, value in arrays.items():
        if value.ndim == 1:
            columns[name] = value
        else:
            axes = "xyz" if value.shape[1] == 3 else range(value.shape[1])
            columns |= {f"{name}_{axis}": value[:, i] for i, axis in enumerate(axes)}
    return pd.DataFrame(columns)


def _is_array(name: str, value: Any) -> bool:
    return (
        not name.startswith("__")
        and isinstance(value, np.ndarray)
        and value.dtype.kind in "iuf"
        and value.ndim in (1, 2)
        and len(value) > 1
    )
