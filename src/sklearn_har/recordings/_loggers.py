"""Convert text files of loggers whose times are not in the rows to tables."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import numpy as np
import pandas as pd

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
