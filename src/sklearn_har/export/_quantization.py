"""Integers in the place of real numbers."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sklearn_har.exceptions import ExportError
from sklearn_har.utils._compat import quantize_litert
from sklearn_har.utils._optional import import_optional

__all__ = ["quantize_activations", "quantize_products"]

# Ranges do not move any more after some hundreds of windows.
_MAX_WINDOWS = 500
# Below it stands what the quantiser gives to a tensor that was always zero.
_SMALLEST_SCALE = 1e-30


def quantize_activations(content: bytes, windows: npt.NDArray[np.float32]) -> bytes:
    """Return a LiteRT file whose operators compute with integers, where they can.

    Parameters
    ----------
    content : bytes
        A file of real numbers, for one window at a time.
    windows : ndarray of shape (n_windows, n_timesteps, n_channels)
        Whose ranges are taken; at most 500, evenly spread.

    Returns
    -------
    bytes
        The file, whose input and output are real numbers still.

    Raises
    ------
    ExportError
        If the windows do not let a part of the network vary.
    """
    chosen = np.linspace(0, len(windows) - 1, min(len(windows), _MAX_WINDOWS)).astype(int)
    quantized = quantize_litert(content, [windows[i : i + 1] for i in chosen])
    _check_ranges(quantized, len(chosen))
    return quantized


def quantize_products(model: Any) -> Any:
    """Return an ONNX model that multiplies matrices of integers, inside its LSTMs too.

    The weights are rounded now, to whole numbers from -64 to 64, and what they are multiplied with
    while the model runs. The operator of the LSTM is one of ONNX Runtime. Convolutions stay as
    they are: of integers they would be slower.

    Parameters
    ----------
    model : onnx.ModelProto
        A model of real numbers.

    Returns
    -------
    onnx.ModelProto
        The model, whose input and output are real numbers still.
    """
    import onnx

    quantization = import_optional(
        "onnxruntime.quantization", extra="onnx", needed_by="quantize='dynamic'"
    )
    # Without it the log advises to simplify the model before, which has nothing to simplify.
    onnx.helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quantized.onnx"
        quantization.quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["Gemm", "LSTM", "MatMul"],
            weight_type=quantization.QuantType.QInt8,
            # x86-64 processors without VNNI add two products of an unsigned and a signed byte in
            # 16 bits, and cut off what is larger. With 7 bits the sum fits: 2 * 255 * 64 < 2**15.
            reduce_range=True,
        )
        return onnx.load(path)


def _check_ranges(content: bytes, n_windows: int) -> None:
    """Raise an ExportError where an activation had no range: the runtime would divide by zero."""
    from ai_edge_litert import schema_py_generated as schema

    (graph,) = schema.ModelT.InitFromPackedBuf(content, 0).subgraphs
    for tensor in graph.tensors:
        scales = getattr(tensor.quantization, "scale", None)
        if scales is not None and not np.all(np.asarray(scales) > _SMALLEST_SCALE):
            raise ExportError(
                f"quantize='int8' finds no range for a part of the network: it gives the same for "
                f"each of the {n_windows} windows of X_calibration. Pass some hundred windows of "
                "all activities."
            )
