"""Convert a Keras model to the bytes of a file by the official converters."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import keras
import numpy as np

from sklearn_har.exceptions import ExportError
from sklearn_har.export._portable import PortableLSTM, inner_layers
from sklearn_har.utils._compat import without_tracing_warning
from sklearn_har.utils._errors import one_line
from sklearn_har.utils._optional import import_optional

INPUT, OUTPUT = "windows", "probabilities"
_METADATA = "sklearn_har"


def convert_to_onnx(
    model: keras.Model, batch_size: int | None, metadata: str, *, quantize: bool
) -> bytes:
    """Convert a model to ONNX.

    With a `batch_size` of None, the file accepts any number of windows. `metadata` is a text for
    the file.
    """
    onnx, _ = (
        import_optional(name, extra="onnx", needed_by="to_onnx") for name in ("onnx", "tf2onnx")
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        shape = (batch_size, *model.input_shape[1:])
        signature = [keras.InputSpec(dtype="float32", shape=shape, name=INPUT)]
        with _errors_of_converters(), _numpy_as_it_was():
            model.export(str(path), format="onnx", verbose=False, input_signature=signature)
        converted = onnx.load(path)
    _name_ends(converted.graph, batch_size)
    if quantize:
        converted = _with_integer_products(converted)
    onnx.helper.set_model_props(converted, {_METADATA: metadata})
    with _errors_of_converters():
        onnx.checker.check_model(converted, full_check=True)
    return bytes(converted.SerializeToString())


def convert_to_litert(
    model: keras.Model,
    batch_size: int | None,
    metadata: str,
    *,
    quantize: Literal["dynamic", "float16"] | None,
) -> bytes:
    """Convert a model to LiteRT, with the arguments of `convert_to_onnx`."""
    import tensorflow as tf

    shape = (batch_size, *model.input_shape[1:])

    def predict(windows: Any) -> Any:
        return {OUTPUT: model(windows, training=False)}

    signature = [tf.TensorSpec(shape, tf.float32, name=INPUT)]
    function = tf.function(predict, input_signature=signature, autograph=False)
    traced = without_tracing_warning(function).get_concrete_function()
    if batch_size is None:
        _check_no_loops(model)
    # The converter makes constants of the variables of this object. It would not find those of
    # Keras models, and files with variables need more than the built-in operators.
    owner = tf.Module()
    owner.variables_of_model = [variable.value for variable in model.variables]
    converter = tf.lite.TFLiteConverter.from_concrete_functions([traced], owner)
    if quantize is not None:
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    if quantize == "float16":
        converter.target_spec.supported_types = [tf.float16]
    with _errors_of_converters():
        content = bytes(converter.convert())
    # After the model, where runtimes ignore it and programs can read it without a library.
    return content + metadata.encode()


def _check_no_loops(model: keras.Model) -> None:
    """Raise an ExportError if a loop of LiteRT would fix the number of windows."""
    for layer in inner_layers(model):
        if isinstance(layer, PortableLSTM) and layer.n_loop_steps:
            raise ExportError(
                f"batch_size=None is not possible in LiteRT for an LSTM over {layer.n_loop_steps} "
                "steps: its loop has a fixed number of windows. Pass batch_size=1, or another "
                "number."
            )


@contextmanager
def _errors_of_converters() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the errors of converters come from many dependencies
        raise ExportError(
            f"The network cannot be exported: the converter fails ({one_line(error)})."
        ) from error


@contextmanager
def _numpy_as_it_was() -> Iterator[None]:
    """Undo the change of Keras for old versions of tf2onnx, which sets `numpy.object`."""
    with warnings.catch_warnings():
        # Keras reads the name, and numpy warns that its meaning will change.
        warnings.filterwarnings("ignore", message=".*np.object", category=FutureWarning)
        before = "object" in vars(np)
        try:
            yield
        finally:
            if not before and "object" in vars(np):
                delattr(np, "object")


def _name_ends(graph: Any, batch_size: int | None) -> None:
    """Name the output, and use one name for the open number of windows of input and output."""
    (windows,), (output,) = graph.input, graph.output
    for node in graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == output.name:
                    names[i] = OUTPUT
    output.name = OUTPUT
    for entry in (windows, output):
        size = entry.type.tensor_type.shape.dim[0]
        if batch_size is None:
            size.dim_param = "n_windows"
        else:
            size.dim_value = batch_size


def _with_integer_products(model: Any) -> Any:
    """Return an ONNX model with products of integers, also inside its LSTMs.

    The weights are rounded now, to integers from -64 to 64; their factors are rounded while the
    model runs. The operator of the LSTM is specific to ONNX Runtime. Convolutions stay unchanged,
    because they would be slower with integers.
    """
    import onnx

    quantization = import_optional(
        "onnxruntime.quantization", extra="onnx", needed_by="quantize='dynamic'"
    )
    # Otherwise the log advises to simplify the model first, although nothing can be simplified.
    onnx.helper.set_model_props(model, {"onnx.quant.pre_process": "onnxruntime.quant"})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quantized.onnx"
        quantization.quantize_dynamic(
            model,
            path,
            op_types_to_quantize=["Gemm", "LSTM", "MatMul"],
            weight_type=quantization.QuantType.QInt8,
            # x86-64 processors without VNNI add two products of an unsigned and a signed byte in 16
            # bits, and saturate. With 7 bits the sum fits: 2 * 255 * 64 < 2**15.
            reduce_range=True,
        )
        return onnx.load(path)
