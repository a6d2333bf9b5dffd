"""The runtimes of exported files, behind one small interface. Only numpy is needed to import this.

A runtime takes float32 windows in batches of the size that its file has and returns probabilities.
"""

from __future__ import annotations

import struct
import threading

import numpy as np
import numpy.typing as npt

from sklearn_har.utils._errors import one_line
from sklearn_har.utils._optional import import_optional

__all__ = ["LiteRTRuntime", "OnnxRuntime", "metadata_places", "open_runtime"]

Windows = npt.NDArray[np.float32]
_LITERT_IDENTIFIER = b"TFL3"


def open_runtime(content: bytes, n_threads: int) -> OnnxRuntime | LiteRTRuntime:
    """Load the bytes of a file into the runtime of its format."""
    if content[4:8] == _LITERT_IDENTIFIER:
        return LiteRTRuntime(content, n_threads)
    return OnnxRuntime(content, n_threads)


class OnnxRuntime:
    """onnxruntime, on processors."""

    format = "ONNX"

    def __init__(self, content: bytes, n_threads: int) -> None:
        self._runtime = import_optional(
            "onnxruntime", extra="onnx", needed_by="An exported ONNX model"
        )
        options = self._runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
        # Errors are raised; what is logged beside them says the same.
        options.log_severity_level = 4
        # Threads that wait for the next window by spinning keep cores of a phone awake.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = self._runtime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the library has a class of its own for each kind of failure
            raise ValueError(f"no model that onnxruntime can read ({one_line(error)})") from error
        (self._input,) = (entry.name for entry in self._session.get_inputs())
        size = self._session.get_inputs()[0].shape[0]
        self.batch_size: int | None = size if isinstance(size, int) else None
        self.metadata: str | None = self._session.get_modelmeta().custom_metadata_map.get(
            "sklearn_har"
        )

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        """Return the probabilities of as many windows as the file takes at once."""
        probabilities: npt.NDArray[np.float32] = self._session.run(None, {self._input: windows})[0]
        return probabilities


class LiteRTRuntime:
    """ai-edge-litert, on processors. One call at a time: its memory is that of one."""

    format = "LiteRT"

    def __init__(self, content: bytes, n_threads: int) -> None:
        runtime = import_optional(
            "ai_edge_litert.interpreter", extra="litert", needed_by="An exported LiteRT model"
        )
        self._lock = threading.Lock()
        try:
            # The interpreter reads from this memory as long as it lives.
            self._content = content
            self._interpreter = runtime.Interpreter(model_content=content, num_threads=n_threads)
            self._interpreter.allocate_tensors()
            self.metadata: str | None = _litert_metadata(content)
        except (ValueError, RuntimeError, struct.error, IndexError) as error:
            raise ValueError(f"no model that LiteRT can read ({one_line(error)})") from error
        (entry,) = self._interpreter.get_input_details()
        self._input = entry["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._shape = tuple(entry["shape"])
        signature = entry["shape_signature"]
        self.batch_size: int | None = None if signature[0] < 0 else int(signature[0])

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        """Return the probabilities of as many windows as the file takes at once."""
        with self._lock:
            if windows.shape != self._shape:
                self._interpreter.resize_tensor_input(self._input, windows.shape)
                self._interpreter.allocate_tensors()
                self._shape = windows.shape
            self._interpreter.set_tensor(self._input, windows)
            self._interpreter.invoke()
            probabilities: npt.NDArray[np.float32] = self._interpreter.get_tensor(self._output)
        return probabilities


class _Table:
    """A table of a flat buffer, the format of LiteRT's files: fields by their number."""

    def __init__(self, content: bytes, position: int) -> None:
        self.content, self.position = content, position
        self._fields = position - struct.unpack_from("<i", content, position)[0]

    @classmethod
    def root(cls, content: bytes) -> _Table:
        return cls(content, struct.unpack_from("<I", content, 0)[0])

    def field(self, number: int) -> int | None:
        """Return where a field stands, or None if it is left out."""
        (size,) = struct.unpack_from("<H", self.content, self._fields)
        if 4 + 2 * number >= size:
            return None
        (offset,) = struct.unpack_from("<H", self.content, self._fields + 4 + 2 * number)
        return self.position + offset if offset else None

    def integer(self, number: int) -> int:
        at = self.field(number)
        return 0 if at is None else int(struct.unpack_from("<I", self.content, at)[0])

    def vector(self, number: int) -> tuple[int, int]:
        """Return the first position and the length of a vector or a text."""
        at = self.field(number)
        if at is None:
            return 0, 0
        start = at + struct.unpack_from("<I", self.content, at)[0]
        return start + 4, struct.unpack_from("<I", self.content, start)[0]

    def raw(self, number: int) -> bytes:
        start, length = self.vector(number)
        return self.content[start : start + length]

    def tables(self, number: int) -> list[_Table]:
        start, length = self.vector(number)
        if start + 4 * length > len(self.content):
            raise IndexError("a table is longer than the file")
        places = [start + 4 * i for i in range(length)]
        return [
            _Table(self.content, at + struct.unpack_from("<I", self.content, at)[0])
            for at in places
        ]


# Numbers of fields in the schema of LiteRT, which may grow but never renumbers.
_BUFFERS, _METADATA = 4, 6
_NAME, _BUFFER = 0, 1
_DATA = 0


def _litert_metadata(content: bytes) -> str | None:
    """Return the text that goes along with a file, without a library to parse it."""
    found = _metadata_entry(_Table.root(content), b"sklearn_har")
    return None if found is None else found[1].raw(_DATA).decode("utf-8")


def metadata_places(content: bytes, name: bytes) -> tuple[int, int]:
    """Return where a LiteRT file refers to the name of an entry of its metadata and to its data."""
    found = _metadata_entry(_Table.root(content), name)
    places = (None, None) if found is None else (found[0].field(_NAME), found[1].field(_DATA))
    if places[0] is None or places[1] is None:
        raise ValueError(f"the file has no metadata {name!r}")
    return places[0], places[1]


def _metadata_entry(model: _Table, name: bytes) -> tuple[_Table, _Table] | None:
    """Return an entry and the buffer with its data."""
    for entry in model.tables(_METADATA):
        if entry.raw(_NAME) == name:
            return entry, model.tables(_BUFFERS)[entry.integer(_BUFFER)]
    return None
