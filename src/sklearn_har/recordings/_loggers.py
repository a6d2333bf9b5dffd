"""The known loggers, and conversions of their files to tables."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sklearn_har.utils._optional import import_optional

#: The file endings of Axivity, GENEActiv, ActiGraph and MATLAB.
BINARY = (".cwa", ".bin", ".gt3x", ".mat")
_ROWS = 200


def empatica(text: str) -> pd.DataFrame:
    """Return the table of ACC.csv: a start, a rate, and accelerations in 1/64 g."""
    start, rate, *_ = [float(line.partition(",")[0]) for line in text.split("\n", 2)[:2]]
    counts = pd.read_csv(io.StringIO(text), header=None, skiprows=2, names=["x", "y", "z"])
    return _add_dates(counts / 64.0, pd.Timestamp(start, unit="s"), rate)


def actigraph(text: str) -> pd.DataFrame:
    """Return the table below the ten lines of ActiLife with start, rate and date format."""
    head = text[:4096]
    first, rate = (re.search(r"(?m)^-{5,}\s*$", head), re.search(r"at (\d+) Hz", head))
    if first is None or rate is None:
        raise ValueError("source must have 'at ... Hz' in its first lines, as ActiLife writes it.")
    frame = pd.read_csv(io.StringIO(text[first.end() :].lstrip()), skipinitialspace=True)
    if not any("ccelerometer" in str(name) for name in frame.columns):
        table = io.StringIO(text[first.end() :].lstrip())
        frame = pd.read_csv(table, header=None, names=["X", "Y", "Z"])
    told = re.search(r"date format (\S+)", head)
    order = (told[1] if told else "M/d/yyyy").lower()
    form = re.sub("d+", "%d", re.sub("m+", "%m", order)).replace("yyyy", "%Y").replace("yy", "%y")
    axes = {name: f"acc_{name[-1].lower()}" for name in frame.columns if name[-1] in "XYZ"}
    samples = frame[list(axes)].rename(columns=axes)
    if "Timestamp" in frame:
        dates = pd.to_datetime(frame["Timestamp"], format=f"{form} %H:%M:%S.%f")
        return samples.assign(time=dates)
    day, clock = re.search(r"Start Date (\S+)", head), re.search(r"Start Time (\S+)", head)
    if day is None or clock is None:
        raise ValueError("source must have 'Start Time' and 'Start Date', as ActiLife writes them.")
    start = pd.to_datetime(f"{day[1]} {clock[1]}", format=f"{form} %H:%M:%S")
    return _add_dates(samples, start, float(rate[1]))


def geneactiv(text: str) -> str:
    """Return the text with 12:00:00.500 instead of GENEActiv's 12:00:00:500."""
    return re.sub(r"(?m)^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d):(\d{3})", r"\1.\2", text)


def serial_monitor(text: str) -> str:
    """Return the table in the output of Arduino's serial monitor or plotter."""
    text = re.sub(r"(?m)^(\d\d:\d\d:\d\d\.\d{3}) -> ", r"\1,", text)
    pairs = re.compile(r"(\w+)\s*[:=]\s*(-?[\d.eE+-]+)")
    rows = [pairs.findall(line) for line in text.splitlines()[:_ROWS]]
    names = max(([name for name, _ in row] for row in rows), key=len, default=[])
    if sum(len(row) == len(names) for row in rows) < len(rows) / 2 or len(names) < 2:
        return text
    lines = [[value for _, value in pairs.findall(line)] for line in text.splitlines()]
    return "\n".join(",".join(row) for row in [names, *lines])


def edge_impulse(text: str) -> pd.DataFrame | str:
    """Return the table of the JSON form of the data acquisition format."""
    if not text.lstrip().startswith("{"):
        return text
    try:
        payload = json.loads(text)["payload"]
        names = [f"{sensor['name']} ({sensor['units']})" for sensor in payload["sensors"]]
        interval = float(payload["interval_ms"])
        values = np.array(payload["values"], dtype=np.float64).reshape(-1, len(names))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            "source must be JSON of Edge Impulse, with payload.sensors, payload.interval_ms and "
            f"payload.values: {error!r:.100}."
        ) from error
    return pd.DataFrame(values, columns=names).assign(time=np.arange(len(values)) * interval / 1e3)


def _add_dates(samples: pd.DataFrame, start: Any, rate: float) -> pd.DataFrame:
    steps = pd.to_timedelta(np.round(np.arange(len(samples)) * (1e9 / rate)).astype(np.int64))
    return samples.assign(time=start + steps)


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


_NUMBER = r"-?\d[\d.eE+-]*"


@dataclass(frozen=True)
class Format:
    """The known properties of the files of a logger.

    `mark` is a pattern for their first lines. `names` are the columns of files without names.
    `units` are given by kind, and `kinds` by patterns of names. `load` converts the text of a file
    to a table or to text of one.
    """

    title: str
    mark: str
    names: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    session: str | None = None
    load: Callable[[str], pd.DataFrame | str] | None = None


def _phone(acceleration: str = "m/s2", angular_velocity: str = "rad/s") -> dict[str, str]:
    return {
        "acceleration": acceleration,
        "linear acceleration": acceleration,
        "angular velocity": angular_velocity,
    }


def _pamap2() -> dict[str, Any]:
    names = ["time", "activity", "heart_rate"]
    for place in ("hand", "chest", "ankle"):
        sensors = ("acc", "acc6g", "gyro", "mag")
        names += [f"{place}_temperature", *(f"{place}_{s}_{a}" for s in sensors for a in "xyz")]
        names += [f"{place}_orientation_{i}" for i in range(4)]
    return {"names": tuple(names), "options": {"time_unit": "s", "on_missing": "drop"}}


def _mhealth() -> dict[str, Any]:
    names = [f"chest_acc_{a}" for a in "xyz"] + ["ecg_1", "ecg_2"]
    for place in ("ankle", "arm"):
        names += [f"{place}_{s}_{a}" for s in ("acc", "gyro", "mag") for a in "xyz"]
    channels = [name for name in names if "acc" in name or "gyro" in name]
    options = {"time": None, "sampling_rate": 50.0, "labels": "label", "channels": channels}
    return {"names": (*names, "label"), "options": options}


FORMATS = {
    "phyphox": Format("phyphox", r"\A\W*[^,;\t(]*\(s\)\"?[,;\t].*\((m/s\^?[2²]|rad/s)\)"),
    "sensor-logger": Format(
        "Sensor Logger",
        r"\bseconds_elapsed\b",
        units=_phone(),
        # On both platforms, unless the file name says "Total".
        kinds={"Accelerometer": "linear acceleration"},
        options={"time": "time", "time_unit": "ns"},
    ),
    "androsensor": Format("AndroSensor", r"ACCELEROMETER X.*Time since start in ms"),
    "physics-toolbox": Format(
        "Physics Toolbox",
        # Any table may have columns ax, ay and az: linear acceleration has its magnitude aT.
        r"(?m)^\W*time[,;]\s*(gFx|wx|ax[,;]\s*ay[,;]\s*az[,;]\s*(aT|wx|gFx))\b",
        units={**_phone(), "acceleration": "g"},
        kinds={"a[xyz]": "linear acceleration"},
    ),
    "empatica": Format(
        "Empatica E4",
        rf"\A\s*\d{{9,10}}\.\d+(,\s*\d{{9,10}}\.\d+){{2}}\s+{_NUMBER}(,\s*{_NUMBER}){{2}}\s",
        load=empatica,
    ),
    "shimmer": Format("Shimmer", r"Shimmer_\w+"),
    "metawear": Format("MetaWear", r"epoc \(ms\)"),
    "actigraph": Format("ActiGraph", r"Data File Created By ActiGraph", load=actigraph),
    "axivity": Format(
        "Axivity",
        rf"\A\s*\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(,\s*{_NUMBER}){{3}}|Accel-X \(g\)",
        names=("time", "x", "y", "z"),
        units=_phone("g", "deg/s"),
    ),
    "geneactiv": Format(
        "GENEActiv",
        r"Device Type,GENEA",
        names=("time", "x", "y", "z", "light", "button", "temperature"),
        units=_phone("g"),
        load=geneactiv,
    ),
    "xsens-dot": Format(
        "Xsens DOT",
        # Xsens MT Manager writes other units, after lines that begin with //.
        r"\A(?!//)[\s\S]*?\bSampleTimeFine\b",
        units=_phone("m/s2", "deg/s"),
        options={"time": "SampleTimeFine", "time_unit": "us"},
    ),
    "apple-watch": Format(
        "Apple Watch",
        r"loggingTime\(txt\)|sinceReboot\(s\)|userAcceleration\W?x|motionUserAccelerationX",
        units=_phone("g"),
    ),
    "wisdm": Format(
        "WISDM",
        rf"\A\s*\d+,[A-Za-z]+,\d+(,{_NUMBER}){{3}};",
        names=("user", "activity", "time", "x", "y", "z"),
        units=_phone(),
        options={"time_unit": "ns"},
    ),
    "pamap2": Format("PAMAP2", rf"\A({_NUMBER}|NaN)( +({_NUMBER}|NaN)){{53}} *\r?\n", **_pamap2(),
                     units=_phone()),
    "mhealth": Format("mHealth", rf"\A{_NUMBER}(\t{_NUMBER}){{23}}\t?\r?\n", **_mhealth(),
                      units=_phone("m/s2", "deg/s")),
    "hhar": Format(
        "HHAR",
        r"Arrival_Time,Creation_Time",
        units=_phone(),
        options={"time": "Creation_Time", "time_unit": "ns"},
        session="Device",
    ),
    "realworld": Format(
        "RealWorld", r"\battr_time,attr_x\b", units=_phone(), options={"time_unit": "ms"}
    ),
    "edge-impulse": Format(
        "Edge Impulse",
        r"\Atimestamp,\"?acc[XY]|\A\s*\{.*\"payload\"",
        units=_phone(),
        load=edge_impulse,
    ),
    "arduino": Format(
        "Arduino", r"(?m)^\d\d:\d\d:\d\d\.\d{3} -> |\A(\s*\w+\s*[:=]\s*-?[\d.]+[,;\s]+){3}",
        load=serial_monitor,
    ),
}  # fmt: skip
