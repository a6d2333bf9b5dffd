"""Read archives with a file for each sensor, as Sensor Logger and phyphox export them.

pandas reads an archive only if it holds one file.
"""

from __future__ import annotations

import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from sklearn_har.recordings._recording import Recording

# The first match is read: with gravity before without.
_ACCELERATION = (
    r"total ?acceleration|raw ?data|acc(elerometer|eleration)? ?(with|incl)\w*.*",
    r"acc|acceleration|accelerometer",
    r"linear ?(acceleration|accelerometer)|.*acc(eleration|elerometer)?( without g)?",
)
_ANGULAR_VELOCITY = (r"gyro|gyroscope|rotation ?rate|.*gyr\w*",)


def holds_many(path: Path) -> bool:
    """Return whether a file is an archive of several tables."""
    if path.suffix.lower() != ".zip":
        return False
    with zipfile.ZipFile(path) as archive:
        return len([name for name in archive.namelist() if not name.endswith("/")]) > 1


def recording_of_archive(
    path: Path, read: Callable[[Path], Recording], sampling_rate: float | None
) -> Recording:
    """Return the accelerometer and the gyroscope of an archive, merged."""
    # Imported here, because preparation imports this package.
    from sklearn_har.preparation import merge_recordings

    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        names = {
            Path(name).stem.lower(): name for name in archive.namelist() if "meta/" not in name
        }
        chosen = [_first(names, patterns) for patterns in (_ACCELERATION, _ANGULAR_VELOCITY)]
        members = [names[stem] for stem in chosen if stem is not None]
        if chosen[0] is None:
            raise ValueError(
                f"{path}: must hold a file of an accelerometer, got {sorted(names.values())}. "
                "Unpack it, and use read_recordings with a pattern such as '{sensor}.csv'."
            )
        parts = []
        for member in members:
            # The name of a member must not become a path to write to.
            extracted = Path(folder, Path(member).name)
            extracted.write_bytes(archive.read(member))
            part = read(extracted)
            if len(members) > 1:
                prefix = Path(member).stem
                names_ = [f"{prefix}_{name}" for name in part.channel_names]
                part = replace(part, channel_names=tuple(names_))
            parts.append(part)
    rate = max(part.sampling_rate for part in parts) if sampling_rate is None else sampling_rate
    merged = parts[0] if len(parts) == 1 else merge_recordings(parts, rate)
    return replace(merged, facts={"file": str(path)})


def _first(names: dict[str, str], patterns: tuple[str, ...]) -> str | None:
    csv = [stem for stem in names if Path(names[stem]).suffix.lower() in (".csv", ".txt", ".tsv")]
    return next((s for p in patterns for s in csv if re.fullmatch(p, s)), None)
