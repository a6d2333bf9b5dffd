"""The file format of LiteRT: the tensors, operators and buffers of a graph, packed.

The schema of the format comes with `ai-edge-litert`; nothing here needs TensorFlow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sklearn_har.export._writer import Array
from sklearn_har.utils._optional import import_optional

__all__ = ["METADATA_NAME", "LiteRTFile"]

METADATA_NAME = "sklearn_har"

_IDENTIFIER, _FORMAT_VERSION = b"TFL3", 3
# Kernels read weights in vectors of 16 bytes.
_ALIGNMENT = 16
# Operators with a rectifier of their own.
_RECTIFYING = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "ADD", "SUB", "MUL", "DIV")
# The first version of each operator that has what is used here; elsewhere it is the first.
_VERSIONS = {"FULLY_CONNECTED": 5, "SPLIT": 2, "RESHAPE": 1}
_HYBRID_VERSIONS = {"CONV_2D": 5, "FULLY_CONNECTED": 9, "UNIDIRECTIONAL_SEQUENCE_LSTM": 3}


class LiteRTFile:
    """One graph in the making.

    Tensors are known by their number. `schema` is the module with the classes of the format.
    """

    def __init__(self) -> None:
        needed_by = "to_litert"
        self.schema = import_optional(
            "ai_edge_litert.schema_py_generated", extra="litert", needed_by=needed_by
        )
        self._flatbuffers = import_optional("flatbuffers", extra="litert", needed_by=needed_by)
        self._types = {
            np.dtype(np.float32): self.schema.TensorType.FLOAT32,
            np.dtype(np.float16): self.schema.TensorType.FLOAT16,
            np.dtype(np.int32): self.schema.TensorType.INT32,
            np.dtype(np.int8): self.schema.TensorType.INT8,
        }
        self.graph = self.schema.SubGraphT()
        self.graph.name = "main"
        self.graph.tensors, self.graph.operators = [], []
        self.graph.inputs, self.graph.outputs = [], []
        self._buffers: list[bytes] = [b""]
        self._constants: dict[tuple[Any, ...], int] = {}
        # Kind and version of each operator of the graph.
        self._kinds: list[tuple[str, int]] = []

    def tensor(self, shape: Sequence[int], name: str, *, variable: bool = False) -> int:
        """Add a tensor of float32 that is computed; -1 is an open number of windows."""
        tensor = self.schema.TensorT()
        # What is open is 1 until somebody resizes the input.
        tensor.shape = [max(n, 1) for n in shape]
        if -1 in shape:
            tensor.shapeSignature = list(shape)
        tensor.type, tensor.buffer = self.schema.TensorType.FLOAT32, 0
        tensor.name, tensor.isVariable = name, variable
        return self._add(tensor)

    def constant(self, array: Array, scales: Array | None = None, axis: int = 0) -> int:
        """Add an array; with `scales` quantised, as a whole or for each place of an axis."""
        values = np.ascontiguousarray(array)
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        elif values.dtype == np.int64:
            values = values.astype(np.int32)
        of_scales = None if scales is None else np.asarray(scales, np.float32).tobytes()
        key = (values.shape, values.dtype.str, values.tobytes(), of_scales)
        if key in self._constants:
            return self._constants[key]
        tensor = self.schema.TensorT()
        tensor.shape, tensor.type = list(values.shape), self._types[values.dtype]
        tensor.name, tensor.buffer = f"constant_{len(self.graph.tensors)}", len(self._buffers)
        self._buffers.append(values.tobytes())
        if scales is not None:
            tensor.quantization = self.schema.QuantizationParametersT()
            tensor.quantization.scale = np.atleast_1d(scales).astype(np.float32)
            tensor.quantization.zeroPoint = np.zeros(np.size(scales), dtype=np.int64)
            tensor.quantization.quantizedDimension = axis
        self._constants[key] = self._add(tensor)
        return self._constants[key]

    def operator(
        self,
        kind: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any = None,
        *,
        hybrid: bool = False,
    ) -> None:
        """Add an operator; -1 is an input that is left out."""
        operator = self.schema.OperatorT()
        version = (_HYBRID_VERSIONS if hybrid else _VERSIONS).get(kind, 1)
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        if options is not None:
            name = type(options).__name__.removesuffix("T")
            operator.builtinOptionsType = getattr(self.schema.BuiltinOptions, name)
            operator.builtinOptions = options
        self.graph.operators.append(operator)
        self._kinds.append((kind, version))

    def to_bytes(self, metadata: str) -> bytes:
        """Return the file, with text that goes along."""
        self._fuse_rectifiers()
        schema = self.schema
        model = schema.ModelT()
        model.version, model.description = _FORMAT_VERSION, "sklearn-har"
        model.subgraphs = [self.graph]
        # Only what is used: a quantiser takes the others for a mistake.
        codes = sorted(set(self._kinds))
        model.operatorCodes = [self._code(kind, version) for kind, version in codes]
        for operator, used in zip(self.graph.operators, self._kinds, strict=True):
            operator.opcodeIndex = codes.index(used)
        model.signatureDefs = [self._signature()]
        entry = schema.MetadataT()
        entry.name, entry.buffer = METADATA_NAME, len(self._buffers)
        model.metadata = [entry]
        model.buffers = [self._buffer(c) for c in (*self._buffers, metadata.encode("utf-8"))]
        builder = self._flatbuffers.Builder(sum(map(len, self._buffers)) + 65536)
        builder.Finish(model.Pack(builder), _IDENTIFIER)
        return bytes(builder.Output())

    def _add(self, tensor: Any) -> int:
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def _code(self, kind: str, version: int) -> Any:
        code = self.schema.OperatorCodeT()
        code.builtinCode = getattr(self.schema.BuiltinOperator, kind)
        # Old runtimes read this field, of eight bits.
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        code.version = version
        return code

    def _signature(self) -> Any:
        signature = self.schema.SignatureDefT()
        signature.signatureKey, signature.subgraphIndex = "serving_default", 0
        signature.inputs, signature.outputs = [], []
        for numbers, maps in (
            (self.graph.inputs, signature.inputs),
            (self.graph.outputs, signature.outputs),
        ):
            for number in numbers:
                entry = self.schema.TensorMapT()
                entry.name, entry.tensorIndex = self.graph.tensors[number].name, number
                maps.append(entry)
        return signature

    def _buffer(self, content: bytes) -> Any:
        schema = self.schema

        class Aligned(schema.BufferT):  # type: ignore[name-defined]
            """A buffer that begins where the format says; the class of the schema forgets."""

            def Pack(self, builder: Any) -> Any:  # noqa: N802
                data = None
                if content:
                    builder.StartVector(1, len(content), _ALIGNMENT)
                    builder.head -= len(content)
                    builder.Bytes[builder.head : builder.head + len(content)] = content
                    data = builder.EndVector()
                schema.BufferStart(builder)
                if data is not None:
                    schema.BufferAddData(builder, data)
                return schema.BufferEnd(builder)

        return Aligned()

    def _fuse_rectifiers(self) -> None:
        """Let operators rectify what they compute where nothing else reads it."""
        relu = self.schema.ActivationFunctionType.RELU
        readers: dict[int, int] = {}
        makers = {}
        for operator, (kind, _) in zip(self.graph.operators, self._kinds, strict=True):
            for number in operator.inputs:
                readers[number] = readers.get(number, 0) + 1
            makers.update(dict.fromkeys(operator.outputs, (operator, kind)))
        kept = []
        for operator, used in zip(self.graph.operators, self._kinds, strict=True):
            source = operator.inputs[0]
            maker, kind = makers.get(source, (None, ""))
            if (
                used[0] == "RELU"
                and kind in _RECTIFYING
                and readers[source] == 1
                and maker.builtinOptions.fusedActivationFunction == 0
            ):
                maker.builtinOptions.fusedActivationFunction = relu
                maker.outputs = operator.outputs
                makers[operator.outputs[0]] = maker, kind
            else:
                kept.append((operator, used))
        self.graph.operators = [operator for operator, _ in kept]
        self._kinds = [used for _, used in kept]
