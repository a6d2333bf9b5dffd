"""Find the runtime of ONNX files for browsers on the disk, or fetch it by npm."""

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

PACKAGE = "onnxruntime-web"
#: The version that npm fetches, and that the page was tested with.
VERSION = "1.30.0"
# The runtime without WebGPU and WebGL, which would double the size of the files.
_SCRIPT, _BINARY = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"
# The hashes of the two files in that version.
_SHA256 = (
    "11e64bd8ffe11bd1a2a2f0d6275fdfbbba7262f0b76b99b53d228a8a22ef3d90",
    "3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2",
)
# The package names its licence but contains no text of it.
_LICENCE = """\
{name} {version}, {homepage}
Licence: {license}

MIT License

Copyright (c) Microsoft Corporation

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""


def read_runtime(path: str | os.PathLike[str] | None) -> dict[str, bytes]:
    """Return the files of the runtime by their names on the page.

    `path` is the folder of the package or a `node_modules`. None searches `node_modules` in the
    working directory and above, and then uses npm.
    """
    if path is not None:
        return _of_folder(_package_in(Path(path)))
    for folder in (Path.cwd(), *Path.cwd().parents):
        package = folder / "node_modules" / PACKAGE
        if (package / "package.json").is_file():
            return _of_folder(package)
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError(
            f"runtime must be a folder with {PACKAGE}: none was given, there is no node_modules "
            f"with it here, and npm, which could fetch it, is not installed. Install Node.js; or "
            f"run 'npm install {PACKAGE}@{VERSION}' on another computer, and pass its "
            "node_modules as runtime."
        )
    return _by_npm(npm)


def _package_in(folder: Path) -> Path:
    for package in (folder, folder / PACKAGE, folder / "node_modules" / PACKAGE):
        if (package / "package.json").is_file() and (package / "dist").is_dir():
            return package
    raise FileNotFoundError(
        f"runtime must be the folder of {PACKAGE} or a node_modules with it, got '{folder}'. "
        f"'npm install {PACKAGE}@{VERSION}' makes one; without runtime, npm fetches it."
    )


def _by_npm(npm: str) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        # npm fetches it only once, and then uses its cache.
        command = [npm, "pack", f"{PACKAGE}@{VERSION}", "--prefer-offline", "--loglevel=error"]
        # npm writes UTF-8 on every system.
        text: Any = {"capture_output": True, "encoding": "utf-8", "errors": "replace"}
        done = subprocess.run(command, cwd=folder, check=False, **text)
        archives = list(Path(folder).glob("*.tgz"))
        if done.returncode or not archives:
            reason = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
            raise OSError(
                f"npm could not fetch {PACKAGE}@{VERSION} ({reason[0]}). Try again with a network, "
                f"or run 'npm install {PACKAGE}@{VERSION}' on another computer, and pass its "
                "node_modules as runtime."
            )
        with tarfile.open(archives[0]) as archive:
            # A member that is missing raises a KeyError; a package has no folders of these names.
            return _files(lambda name: archive.extractfile(f"package/{name}").read())  # type: ignore[union-attr]


def _of_folder(package: Path) -> dict[str, bytes]:
    return _files(lambda name: (package / name).read_bytes())


def _files(read: Callable[[str], bytes]) -> dict[str, bytes]:
    told = json.loads(read("package.json"))
    try:
        script, binary = read(f"dist/{_SCRIPT}"), read(f"dist/{_BINARY}")
    except (OSError, KeyError) as error:
        raise FileNotFoundError(
            f"runtime must be {PACKAGE} with dist/{_SCRIPT} and dist/{_BINARY}, got "
            f"{told.get('name')} {told.get('version')}, which lacks one of them. "
            f"'npm install {PACKAGE}@{VERSION}' installs both."
        ) from error
    found = tuple(hashlib.sha256(content).hexdigest() for content in (script, binary))
    if told.get("version") == VERSION and found != _SHA256:
        raise ValueError(
            f"runtime must be {PACKAGE} as it was published; files of this {VERSION} have another "
            f"SHA-256. Fetch it again by 'npm install {PACKAGE}@{VERSION}'."
        )
    facts = {name: told.get(name, "unknown") for name in ("name", "version", "homepage", "license")}
    return {
        # Every server recognises a script by this ending.
        "runtime/ort.js": script,
        f"runtime/{_BINARY}": binary,
        "runtime/LICENSE.txt": _LICENCE.format(**facts).encode(),
    }
