"""Match the paths of files by patterns such as ``{subject}/{activity}.csv``.

The fields of the library parse also match slashes, and it has no ``*``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

_TOKEN = re.compile(r"(\{[^{}]*\}|\*\*/|\*)")


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Return a regular expression for relative paths, with a group for each field.

    ``{name}`` is any text without a slash, the same everywhere in the path. ``*`` is any text
    without a slash, ``**/`` any number of folders.

    Examples
    --------
    >>> from sklearn_har.recordings._patterns import compile_pattern
    >>> compile_pattern("{subject}/*/{sensor}.csv").fullmatch("s1/monday/gyro.csv").groupdict()
    {'subject': 's1', 'sensor': 'gyro'}
    """
    expression, fields = "", set()
    for token in _TOKEN.split(pattern):
        if token == "**/":
            expression += "(?:.+/)?"
        elif token == "*":
            expression += "[^/]*"
        elif _TOKEN.fullmatch(token):
            name = token[1:-1]
            if not name.isidentifier():
                raise ValueError(
                    f"pattern must have fields with names such as {{subject}}, got {token} in "
                    f"{pattern!r}."
                )
            expression += f"(?P={name})" if name in fields else f"(?P<{name}>[^/]+?)"
            fields.add(name)
        elif {"{", "}"} & set(token):
            raise ValueError(f"pattern must close each '{{' by a '}}', got {pattern!r}.")
        else:
            expression += re.escape(token)
    return re.compile(expression)


def natural_key(text: str) -> list[tuple[int, int | str]]:
    """Return a key that sorts numbers within text by their value.

    Examples
    --------
    >>> from sklearn_har.recordings._patterns import natural_key
    >>> sorted(["s10/a", "s2/b", "s2/a"], key=natural_key)
    ['s2/a', 's2/b', 's10/a']
    """
    # A slash sorts before all other text, which keeps the files of a folder together.
    parts = re.split(r"([0-9]+|/)", text)
    return [
        (-1, 0) if part == "/" else (0, int(part)) if part.isdecimal() else (1, part)
        for part in parts
    ]


def files_of(folder: Path) -> list[str]:
    """Return the paths of all files in a folder, relative to it, without hidden ones."""
    if not folder.is_dir():
        if folder.exists():
            raise NotADirectoryError(
                f"source must be a folder for a pattern, '{folder}' is a file."
            )
        raise FileNotFoundError(f"source must be a folder, '{folder}' does not exist.")
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    files = sorted(
        (p.as_posix() for p in found if not any(part.startswith(".") for part in p.parts)),
        key=natural_key,
    )
    if not files:
        raise FileNotFoundError(f"source must be a folder with files, got none in '{folder}'.")
    return files


def no_match(pattern: str, folder: Path, files: Sequence[str]) -> str:
    """Return a message for a pattern without a match, with the nearest pattern that has one."""
    nearest = next(_nearest(pattern, files), None)
    n_matched = 0 if nearest is None else _count(nearest, files)
    remedy = f" The pattern {nearest!r} matches {n_matched} of them." if nearest else ""
    return (
        f"pattern must match files in '{folder}', got {pattern!r}, which matches none of the "
        f"{len(files)} files there, such as {files[0]!r}.{remedy}"
    )


def _count(pattern: str, files: Sequence[str]) -> int:
    return sum(map(bool, map(compile_pattern(pattern).fullmatch, files)))


def _nearest(pattern: str, files: Sequence[str]) -> Iterator[str]:
    """Yield patterns that match files, those with the fewest changes first."""
    *folders, name = pattern.split("/")
    fields = [f"{{{field}}}" for field in compile_pattern(pattern).groupindex]
    depths = [depth for depth, _ in Counter(file.count("/") for file in files).most_common()]
    suffixes = Counter(Path(file).suffix for file in files).most_common()
    for names in (
        [name],
        [str(Path(name).with_suffix(suffix)) for suffix, _ in suffixes if Path(name).stem],
    ):
        for exact in (True, False):
            kept = folders if exact else ["*" if "{" not in part else part for part in folders]
            for depth in sorted(depths, key=lambda depth: abs(depth - len(folders))):
                extra = ["*"] * (depth - len(kept))
                # Folders are more often missing or added next to the files.
                for candidate in ([*kept[:depth], *extra], [*extra, *kept[len(kept) - depth :]]):
                    for last in names:
                        joined = "/".join([*candidate[-depth:], last] if depth else [last])
                        if _count(joined, files):
                            yield joined
    # The same fields, one for each folder and the others in the file name.
    for depth in depths:
        levels = [*fields[:depth], *["*"] * (depth - len(fields))]
        for suffix, _ in suffixes:
            joined = "/".join([*levels, ("_".join(fields[depth:]) or "*") + suffix])
            if _count(joined, files):
                yield joined
