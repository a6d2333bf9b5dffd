"""Small files as loggers and data sets write them, all of the same movement.

Each function writes a file into a folder and returns its path. `ACCELERATION` is in g and
`ANGULAR_VELOCITY` in rad/s, sampled at 50 Hz from `START` on.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.io import savemat

G = 9.80665
N, RATE = 300, 50.0
T = np.arange(N) / RATE
START = pd.Timestamp("2024-05-13 10:20:30")
EPOCH = START.timestamp()
ACCELERATION = np.column_stack(
    [0.2 * np.sin(9 * T), 0.3 * np.cos(7 * T), 0.95 + 0.1 * np.sin(11 * T)]
)
ANGULAR_VELOCITY = np.column_stack([np.sin(5 * T), 0.5 * np.cos(6 * T), 0.2 * np.sin(3 * T)])
_LINEAR = ACCELERATION - [0.0, 0.0, 1.0]
_NS = (round(EPOCH) * 10**9 + np.arange(N) * 20_000_000).astype(np.int64)
_DATES = START + pd.to_timedelta(np.arange(N) * 20, unit="ms")


def _rows(*columns, sep=",", decimal=".", end="\n"):
    """Join columns of numbers or text; a matrix counts as several columns."""
    texts = []
    for column in columns:
        column = np.asarray(column)
        for values in column.T if column.ndim == 2 else [column]:
            known = values.dtype.kind in "iuUO"
            texts.append([str(v) if known else f"{v:.6f}".replace(".", decimal) for v in values])
    return "".join(sep.join(row) + end for row in zip(*texts, strict=True))


def _write(folder, name, text, encoding="utf-8"):
    path = Path(folder, name)
    path.write_bytes(text.encode(encoding))
    return path


def _stamps(form="%Y-%m-%d %H:%M:%S.%f", n_digits=3):
    return [date.strftime(form)[: n_digits - 6 or None] for date in _DATES]


def phyphox(folder):
    header = '"Time (s)",' + ",".join(f'"Acceleration {a} (m/s^2)"' for a in "xyz")
    header += ',"Absolute acceleration (m/s^2)"\n'
    length = np.linalg.norm(ACCELERATION, axis=1) * G
    return _write(folder, "Raw Data.csv", header + _rows(T, ACCELERATION * G, length))


def phyphox_german(folder):
    header = '"Zeit (s)";' + ";".join(f'"Beschleunigung {a} (m/s^2)"' for a in "xyz") + "\n"
    rows = _rows(T, ACCELERATION * G, sep=";", decimal=",")
    return _write(folder, "Rohdaten.csv", header + rows)


def phyphox_zip(folder):
    path = Path(folder, "Messung.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, word, values, unit in (
            ("Accelerometer", "Acceleration", ACCELERATION * G, "m/s^2"),
            ("Gyroscope", "Gyroscope", ANGULAR_VELOCITY, "rad/s"),
        ):
            header = '"Time (s)"\t' + "\t".join(f'"{word} {a} ({unit})"' for a in "xyz") + "\n"
            archive.writestr(f"{name}.csv", header + _rows(T, values, sep="\t"))
        archive.writestr("meta/device.csv", '"property","value"\n"version","1.1.11"\n')
        archive.writestr("meta/time.csv", '"event","experiment time"\n"START",0.0\n')
    return path


def _sensor_logger(values):
    return "time,seconds_elapsed,z,y,x\n" + _rows(_NS, T + 0.05, values[:, ::-1])


def sensor_logger(folder):
    return _write(folder, "TotalAcceleration.csv", _sensor_logger(ACCELERATION * G))


def sensor_logger_without_gravity(folder):
    return _write(folder, "Accelerometer.csv", _sensor_logger(_LINEAR * G))


def sensor_logger_zip(folder):
    path = Path(folder, "2024-05-13_10-20-30.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("TotalAcceleration.csv", _sensor_logger(ACCELERATION * G))
        archive.writestr("Accelerometer.csv", _sensor_logger(_LINEAR * G))
        archive.writestr("Gyroscope.csv", _sensor_logger(ANGULAR_VELOCITY))
        archive.writestr("Metadata.csv", "version,device name,platform\n3,iPhone,ios\n")
    return path


def androsensor(folder):
    names = [f"ACCELEROMETER {a} (m/s²)" for a in "XYZ"] + [f"GRAVITY {a} (m/s²)" for a in "XYZ"]
    names += [f"GYROSCOPE {a} (rad/s)" for a in "XYZ"]
    names += ["Satellites in range", "Time since start in ms ", "YYYY-MO-DD HH-MI-SS_SSS"]
    gravity = np.tile([0.0, 0.0, G], (N, 1))
    dates = _stamps("%Y-%m-%d %H:%M:%S:%f")
    rows = _rows(
        ACCELERATION * G,
        gravity,
        ANGULAR_VELOCITY,
        ["0 / 20"] * N,
        np.arange(N) * 20,
        dates,
        sep=";",
    )
    return _write(folder, "Sensor_record.csv", ";".join(names) + "\n" + rows)


def physics_toolbox(folder):
    rows = _rows(T, ACCELERATION, _LINEAR * G, ANGULAR_VELOCITY, end=",\n")
    header = "\ntime,gFx,gFy,gFz,ax,ay,az,wx,wy,wz,\n"
    return _write(folder, "2024-05-1310.20.30.csv", header + rows)


def empatica(folder):
    counts = np.round(ACCELERATION * 64).astype(int)
    head = f"{EPOCH:.6f}, {EPOCH:.6f}, {EPOCH:.6f}\n50.000000, 50.000000, 50.000000\n"
    return _write(folder, "ACC.csv", head + _rows(counts))


def shimmer(folder):
    names = ["Timestamp_Unix_CAL", *(f"Accel_LN_{a}_CAL" for a in "XYZ")]
    names += [f"Gyro_{a}_CAL" for a in "XYZ"]
    units = ["ms"] + ["m/(s^2)"] * 3 + ["deg/s"] * 3
    header = '"sep=;"\n' + ";".join(f"Shimmer_40AC_{name}" for name in names) + ";\n"
    header += ";".join(units) + ";\n"
    rows = _rows(_NS // 10**6, ACCELERATION * G, np.rad2deg(ANGULAR_VELOCITY), sep=";", end=";\n")
    return _write(folder, "Session1_Shimmer_40AC_Calibrated_SD.csv", header + rows)


def shimmer_old(folder):
    names = ["Timestamp", *(f"Accelerometer {a}" for a in "XYZ")]
    header = "\t".join(["Shimmer_5E48"] * 4) + "\n" + "\t".join(names) + "\n"
    header += "\t".join(["CAL"] * 4) + "\nmSecs\t" + "\t".join(["m/(sec^2)"] * 3) + "\n"
    return _write(folder, "old.dat", header + _rows(T * 1e3, ACCELERATION * G, sep="\t"))


def metawear(folder):
    header = "epoc (ms),timestamp (+0200),elapsed (s),x-axis (g),y-axis (g),z-axis (g)\n"
    stamps = _stamps("%Y-%m-%dT%H.%M.%S.%f")
    rows = _rows(_NS // 10**6, stamps, T, ACCELERATION)
    return _write(folder, "MetaWear_Accelerometer.csv", header + rows)


def _actilife(order):
    date = START.strftime("%d/%m/%Y") if order.startswith("d") else "5/13/2024"
    return (
        f"------------ Data File Created By ActiGraph GT3X+ ActiLife v6.13.4 Firmware v3.2.1 date "
        f"format {order} at 50 Hz  Filter Normal -----------\n"
        f"Serial Number: MOS2D12345678\nStart Time 10:20:30\nStart Date {date}\n"
        "Epoch Period (hh:mm:ss) 00:00:00\nDownload Time 12:00:00\nDownload Date 5/14/2024\n"
        "Current Memory Address: 0\nCurrent Battery Voltage: 4.07     Mode = 12\n"
        "--------------------------------------------------\n"
    )


def actigraph(folder):
    header = "Accelerometer X,Accelerometer Y,Accelerometer Z\n"
    return _write(folder, "MOS2D_RAW.csv", _actilife("M/d/yyyy") + header + _rows(ACCELERATION))


def actigraph_with_times(folder):
    header = "Timestamp,Accelerometer X,Accelerometer Y,Accelerometer Z\n"
    rows = _rows(_stamps("%d/%m/%Y %H:%M:%S.%f"), ACCELERATION)
    return _write(folder, "MOS2D_RAW.csv", _actilife("dd/MM/yyyy") + header + rows)


def axivity(folder):
    return _write(folder, "CWA-DATA.csv", _rows(_stamps(), ACCELERATION))


def axivity_with_names(folder):
    header = "Time,Accel-X (g),Accel-Y (g),Accel-Z (g),Gyro-X (d/s),Gyro-Y (d/s),Gyro-Z (d/s)\n"
    rows = _rows(_stamps(), ACCELERATION, np.rad2deg(ANGULAR_VELOCITY))
    return _write(folder, "AX6.csv", header + rows)


def geneactiv(folder):
    head = "Device Type,GENEActiv\nDevice Model,1.1\nDevice Unique Serial Code,012345\n"
    head += "Measurement Frequency,50 Hz\n" + "\n" * 6 + "Subject Code,7\nHeight,170\n"
    head += "Sensor type,MEMS accelerometer x-axis\nRange,-8 to 8\nUnits,g\n"
    other = [np.zeros(N, int), np.zeros(N, int), np.full(N, 25.3)]
    rows = _rows(_stamps("%Y-%m-%d %H:%M:%S:%f"), ACCELERATION, *other)
    return _write(folder, "geneactiv.csv", head + rows)


def xsens_dot(folder):
    names = ["PacketCounter", "SampleTimeFine", *(f"FreeAcc_{a}" for a in "XYZ")]
    names += [f"Acc_{a}" for a in "XYZ"] + [f"Gyr_{a}" for a in "XYZ"] + ["Status"]
    head = "sep=,\nDeviceTag:,Xsens DOT\nFirmwareVersion:,2.0.0\nSyncStatus:,Synced\n\n"
    counter, micros = np.arange(N), 123_456_789 + np.arange(N) * 20_000
    rows = _rows(
        *(counter, micros, _LINEAR * G, ACCELERATION * G, np.rad2deg(ANGULAR_VELOCITY)),
        np.zeros(N, int),
    )
    return _write(folder, "Xsens DOT_1.csv", head + ",".join(names) + "\n" + rows)


def apple_watch(folder):
    names = ["loggingTime(txt)", "loggingSample(N)", "accelerometerTimestamp_sinceReboot(s)"]
    names += [f"accelerometerAcceleration{a}(G)" for a in "XYZ"]
    names += [f"motionUserAcceleration{a}(G)" for a in "XYZ"]
    names += [f"motionRotationRate{a}(rad/s)" for a in "XYZ"]
    stamps = _stamps("%Y-%m-%d %H:%M:%S.%f")
    rows = _rows(
        *([f"{stamp} +0200" for stamp in stamps], np.arange(N), 51234.5 + T),
        *(ACCELERATION, _LINEAR, ANGULAR_VELOCITY),
    )
    return _write(folder, "Watch.csv", ",".join(names) + "\n" + rows)


def motion_sense(folder):
    names = [f"{k}.{a}" for k in ("gravity", "rotationRate", "userAcceleration") for a in "xyz"]
    gravity = np.tile([0.0, 0.0, 1.0], (N, 1))
    rows = _rows(np.arange(N), gravity, ANGULAR_VELOCITY, _LINEAR)
    return _write(folder, "sub_1.csv", "," + ",".join(names) + "\n" + rows)


def wisdm(folder):
    nanos = 49_105_962_326_000 + np.arange(N) * 20_000_000
    text = ""
    for user in (33, 17):
        rows = _rows(np.full(N, user), ["Jogging"] * N, nanos, ACCELERATION * G, end=";\n")
        lines = rows.splitlines(keepends=True)
        # As in the published file: two samples in one line, and one that broke off.
        lines[100:102] = [lines[100].rstrip("\n") + lines[101]]
        lines[200] = lines[200][:20] + "\n"
        text += "".join(lines)
    return _write(folder, "WISDM_ar_v1.1_raw.txt", text)


def wisdm_of_one(folder):
    nanos = 252_207_666_810_782 + np.arange(N) * 20_000_000
    rows = _rows(np.full(N, 1600), ["A"] * N, nanos, ACCELERATION * G, end=";\n")
    return _write(folder, "data_1600_accel_phone.txt", rows)


def pamap2(folder):
    heart = ["NaN" if i % 10 else "100" for i in range(N)]
    imu = [np.full(N, 30.0), ACCELERATION * G, ACCELERATION * G, ANGULAR_VELOCITY]
    imu += [np.zeros((N, 3)), np.zeros((N, 4))]
    return _write(
        folder, "subject101.dat", _rows(T + 8.38, np.ones(N, int), heart, *imu * 3, sep=" ")
    )


def hhar(folder):
    header = "Index,Arrival_Time,Creation_Time,x,y,z,User,Model,Device,gt\n"
    columns = (np.arange(N), _NS // 10**6 + 3, _NS, ACCELERATION * G)
    text = header
    for user, device in (("a", "nexus4_1"), ("a", "nexus4_2"), ("b", "nexus4_1")):
        text += _rows(*columns, [user] * N, ["nexus4"] * N, [device] * N, ["stand"] * N)
    return _write(folder, "Phones_accelerometer.csv", text)


def mhealth(folder):
    turning = np.rad2deg(ANGULAR_VELOCITY)
    moving, other = ACCELERATION * G, np.zeros((N, 3))
    columns = [moving, np.zeros((N, 2)), moving, turning, other, moving, turning, other]
    rows = _rows(*columns, np.full(N, 4), sep="\t")
    return _write(folder, "mHealth_subject1.log", rows)


def realworld(folder):
    rows = _rows(np.arange(1, N + 1), _NS // 10**6, ACCELERATION * G)
    header = "id,attr_time,attr_x,attr_y,attr_z\n"
    return _write(folder, "acc_walking_chest.csv", header + rows)


def edge_impulse(folder):
    header = "timestamp,accX,accY,accZ\n"
    return _write(folder, "walk.csv", header + _rows(np.arange(N) * 20, ACCELERATION * G))


def edge_impulse_json(folder):
    sensors = [{"name": f"acc{a}", "units": "m/s2"} for a in "XYZ"]
    payload = {
        "device_type": "NICLA",
        "interval_ms": 20,
        "sensors": sensors,
        "values": (ACCELERATION * G).round(6).tolist(),
    }
    protected = {"ver": "v1", "alg": "none", "iat": 1}
    content = {"protected": protected, "signature": "0" * 64, "payload": payload}
    return _write(folder, "walk.json", json.dumps(content))


def arduino(folder):
    lines = _rows(np.arange(N) * 20, ACCELERATION).splitlines(keepends=True)
    lines[100:100] = ["FIFO overflow!\n", "ms,ax,ay,az\n"]
    lines[200] = lines[200][:9] + "\n"
    text = "ets Jun  8 2016 00:22:57\nMPU6050 connection successful\nms,ax,ay,az\n"
    return _write(folder, "putty.log", text + "".join(lines))


def arduino_with_times(folder):
    text = "".join(
        f"{stamp} -> {row}\n"
        for stamp, row in zip(_stamps("%H:%M:%S.%f"), _rows(ACCELERATION).splitlines(), strict=True)
    )
    return _write(folder, "monitor.txt", text)


def arduino_plotter(folder):
    rows = zip(np.arange(N) * 20, ACCELERATION, strict=True)
    text = "".join(f"ms:{ms},ax:{x:.6f},ay:{y:.6f},az:{z:.6f}\n" for ms, (x, y, z) in rows)
    return _write(folder, "plotter.txt", text)


def arduino_without_times(folder):
    return _write(folder, "imu.txt", "ax ay az\n" + _rows(ACCELERATION, sep=" "))


def latin1(folder):
    header = "Time (ms);" + ";".join(f"Acc {a} (m/s²)" for a in "XYZ") + "\n"
    rows = _rows(np.arange(N) * 20, ACCELERATION * G, sep=";", decimal=",")
    return _write(folder, "edge-ml.csv", header + rows, encoding="latin-1")


def matlab(folder):
    path = Path(folder, "walk.mat")
    savemat(path, {"t": T, "acc": ACCELERATION, "gyro": ANGULAR_VELOCITY, "fs": RATE})
    return path


def parquet(folder):
    path = Path(folder, "walk.parquet")
    frame = pd.DataFrame(ACCELERATION * G, columns=["acc_x", "acc_y", "acc_z"])
    frame.assign(timestamp=_DATES).to_parquet(path)
    return path
