"""A common interface of the runtimes of exported files. The import needs only numpy.

A runtime takes float32 windows in batches of the size in its file and returns probabilities.
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from sklearn_har.export._metadata import find_metadata
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._optional import import_optional

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
        runtime = import_optional("onnxruntime", extra="onnx", needed_by="An exported ONNX model")
        options = runtime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = n_threads, 1
        # Errors are raised; the log only repeats them.
        options.log_severity_level = 4
        # Spinning threads that wait for the next window would keep cores of a phone awake.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        on = ["CPUExecutionProvider"]
        try:
            self._session = runtime.InferenceSession(content, options, providers=on)
        except Exception as error:  # the library has its own class for each kind of failure
            raise ValueError(
                f"not a model that onnxruntime can read ({one_line(error)})"
            ) from error
        (entry,) = self._session.get_inputs()
        self._input, size = entry.name, entry.shape[0]
        self.batch_size: int | None = size if isinstance(size, int) else None
        properties = self._session.get_modelmeta().custom_metadata_map
        self.metadata: str | None = properties.get("sklearn_har")

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        return np.asarray(self._session.run(None, {self._input: windows})[0])


class LiteRTRuntime:
    """ai-edge-litert, on processors. It supports one call at a time, because it has one memory."""

    format = "LiteRT"

    def __init__(self, content: bytes, n_threads: int) -> None:
        runtime = import_optional(
            "ai_edge_litert.interpreter", extra="litert", needed_by="An exported LiteRT model"
        )
        self._lock = threading.Lock()
        try:
            # The interpreter reads this memory as long as it exists.
            self._content = content
            self._interpreter = runtime.Interpreter(model_content=content, num_threads=n_threads)
            self._interpreter.allocate_tensors()
            self.metadata: str | None = find_metadata(content)
        except (ValueError, RuntimeError) as error:
            raise ValueError(f"not a model that LiteRT can read ({one_line(error)})") from error
        (entry,) = self._interpreter.get_input_details()
        self._input = entry["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]
        self._shape = tuple(entry["shape"])
        signature = entry["shape_signature"]
        self.batch_size: int | None = None if signature[0] < 0 else int(signature[0])

    def run(self, windows: Windows) -> npt.NDArray[np.float32]:
        with self._lock:
            if windows.shape != self._shape:
                self._interpreter.resize_tensor_input(self._input, windows.shape)
                self._interpreter.allocate_tensors()
                self._shape = windows.shape
            self._interpreter.set_tensor(self._input, windows)
            self._interpreter.invoke()
            return np.asarray(self._interpreter.get_tensor(self._output))
