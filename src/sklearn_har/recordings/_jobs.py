"""List the tables for `read_recordings`, with facts from their paths."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any

import pandas as pd

from sklearn_har.recordings._files import path_of
from sklearn_har.recordings._patterns import compile_pattern, files_of, no_match
from sklearn_har.utils._validation import did_you_mean


@dataclass(frozen=True)
class Job:
    """One table and its known facts."""

    source: Any
    name: str
    fields: dict[str, Any]
    #: The path, if `source` is the contents of a file.
    file: str | None = None


def jobs_of(source: Any, pattern: str | None, facts: Any, subject: str | None) -> list[Job]:
    """Return the tables in a source; the parameters are those of `read_recordings`."""
    if facts is not None and not isinstance(facts, pd.DataFrame | Mapping):
        raise TypeError(
            f"facts must be a DataFrame, a mapping or None, got {type(facts).__name__}."
        )
    if pattern is not None:
        jobs = _jobs_of_folder(source, pattern)
    elif isinstance(source, str | os.PathLike | pd.DataFrame) or hasattr(source, "read"):
        path = path_of(source)
        if path is not None and path.is_dir():
            raise ValueError(
                "pattern must describe the names of files in a folder, got None. The folder holds "
                f"files such as {files_of(path)[0]!r}: a pattern is '{{subject}}/{{activity}}.csv'."
            )
        known = source if path is None else path
        jobs = [Job(known, "the table" if path is None else str(path), {})]
    elif isinstance(source, Iterable):
        paths = [path_of(one) for one in source]
        jobs = [Job(path, str(path), {}) for path in paths if path is not None]
        if not paths or len(jobs) < len(paths):
            raise ValueError(
                "source must be a folder, a table or a list of at least one path, got "
                f"{source!r:.80}."
            )
    else:
        raise TypeError(
            f"source must be a folder, a table or a list of paths, got {type(source).__name__}."
        )
    if facts is None:
        return jobs
    if isinstance(facts, Mapping):
        return [_with_facts(job, facts) for job in jobs]
    if any(not isinstance(job.source, Path) for job in jobs):
        raise ValueError("facts must be a mapping or None for a table, got a DataFrame.")
    if subject in facts.columns and subject != "subject":
        if "subject" in facts.columns:
            raise ValueError(
                f"facts must have one column of subjects, got 'subject' and subject={subject!r}."
            )
        facts = facts.rename(columns={subject: "subject"})
    rows = _facts_of_files(facts, [job.source for job in jobs], in_order=pattern is None)
    return [_with_facts(job, row) for job, row in zip(jobs, rows, strict=True)]


def _with_facts(job: Job, facts: Mapping[str, Any]) -> Job:
    for name in facts:
        if name in job.fields and str(facts[name]) != job.fields[name]:
            raise ValueError(
                f"facts must agree with the fields of the pattern, got {name}={facts[name]!r} and "
                f"{name}={job.fields[name]!r} for {job.name!r}."
            )
    return replace(job, fields={**facts, **job.fields})


def _jobs_of_folder(source: Any, pattern: str) -> list[Job]:
    if not isinstance(source, str | os.PathLike):
        raise TypeError(
            f"source must be a folder where pattern is given, got {type(source).__name__}."
        )
    folder = Path(source).expanduser()
    pattern = str(pattern).replace("\\", "/").removeprefix("./")
    if PureWindowsPath(pattern).anchor:
        raise ValueError(
            f"pattern must be relative to the folder, got {pattern!r}. Give the folder as source "
            "and what follows it as pattern, such as '{subject}/{activity}.csv'."
        )
    compiled = compile_pattern(pattern)
    files = files_of(folder)
    matches = [(file, compiled.fullmatch(file)) for file in files]
    jobs = [Job(folder / file, file, match.groupdict()) for file, match in matches if match]
    if not jobs:
        raise ValueError(no_match(pattern, folder, files))
    return jobs


def _facts_of_files(
    facts: pd.DataFrame, files: Sequence[Path], *, in_order: bool
) -> list[dict[str, Any]]:
    """Return the facts of each file; missing values are left out.

    The column "file" or the index links rows to files by their paths, given from any folder on.
    `in_order` allows a numbered table with rows in the order of the files.
    """
    if "file" in facts.columns:
        table, keys = facts.drop(columns="file"), facts["file"].tolist()
    elif isinstance(facts.index, pd.RangeIndex):
        if not in_order:
            raise ValueError(
                "facts must have the paths of the files in the column 'file' or in the index, got "
                f"the columns {list(map(str, facts.columns))} and a numbered index."
            )
        if len(facts) != len(files):
            raise ValueError(
                f"facts must have one row for each of the {len(files)} files, got {len(facts)}. "
                "A column 'file' tells which row belongs to which file."
            )
        return _known_values(facts)
    else:
        table, keys = facts, facts.index.tolist()
    rows: dict[tuple[str, ...], int] = {}
    for row, key in enumerate(keys):
        parts = Path(str(key)).expanduser().parts
        if rows.setdefault(parts, row) != row:
            raise ValueError(f"facts must have one row for each file, got {key!r} twice.")
    known = _known_values(table)
    return [known[_row_of(file, rows, keys)] for file in files]


def _row_of(file: Path, rows: dict[tuple[str, ...], int], keys: Sequence[Any]) -> int:
    """Return the row whose path ends the path of a file."""
    for first in range(len(file.parts)):
        if file.parts[first:] in rows:
            return rows[file.parts[first:]]
    names = {Path(str(key)).name: str(key) for key in keys}
    raise ValueError(
        f"facts must have a row for each file, got none for '{file}'"
        f"{did_you_mean(file.name, names)}."
    )


def _known_values(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the values of each row without the missing ones."""
    return [
        {
            str(name): value
            for name, value in row.items()
            if not pd.api.types.is_scalar(value) or not pd.isna(value)
        }
        for row in table.to_dict("records")
    ]
