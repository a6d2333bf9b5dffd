"""Load saved models, and choose the preparation of recordings for them."""

import argparse
import math
from pathlib import Path
from typing import Any

from sklearn_har.cli._common import HERTZ, UsageError, nearest, real
from sklearn_har.utils._text import fact

NETWORKS = {
    "lstm": "LSTMClassifier",
    "cnn-lstm": "CNNLSTMClassifier",
    "conv-lstm": "ConvLSTMClassifier",
}
_EXPORTED = (".onnx", ".tflite")
PRESETS = ("uci-har", "accelerometer", "resample")
SMOOTHING = ("smoothing", "expected_duration", "min_duration", "min_probability", "posture_weight")


def add_preparation_arguments(parser: argparse.ArgumentParser, note: str = "") -> None:
    group = parser.add_argument_group("preparation" + note)
    group.add_argument(
        "--preset",
        choices=PRESETS,
        help="uci-har: filters of UCI HAR for acceleration and angular velocity; accelerometer: "
        "the same for acceleration alone; resample: no filters, all channels (default: by the "
        "channels)",
    )
    group.add_argument(
        "--rate",
        **HERTZ,
        help="sampling rate of the windows (default: 50)",
    )
    group.add_argument(
        "--window", type=_seconds, metavar="S", help="length of a window, in s (default: 2.56)"
    )
    group.add_argument(
        "--overlap",
        type=real(minimum=0.0, below=1.0),
        metavar="X",
        help="share of a window that the next one also covers (default: 0.5)",
    )
    group.add_argument(
        "--frame",
        choices=("device", "upright", "body"),
        help="axes of the signals: body: up and forward of the person, found during walking, for "
        "devices in any orientation; upright: only up (default: device)",
    )


def _seconds(text: str) -> float:
    value = real(minimum=0.0, exclude_minimum=True)(text)
    # A large integer may be meant as a number of samples; Preparation warns only for integers.
    return int(text) if text.isdecimal() else value


def network_or_file(text: str) -> str | Path:
    """Read the name of a network, or a file with a model."""
    if text in NETWORKS:
        return text
    if Path(text).suffix.lower() in (".skops", *_EXPORTED):
        return Path(text)
    raise argparse.ArgumentTypeError(
        f"invalid choice: {text!r} (choose from {', '.join(NETWORKS)}, or a file .skops, .onnx, "
        f".tflite){nearest(text, NETWORKS)}"
    )


def load_model(path: Path) -> Any:
    """Return the recognizer or classifier in a file; exported files are read without TensorFlow."""
    if path.suffix.lower() in _EXPORTED:
        from sklearn_har.export import ExportedClassifier

        return ExportedClassifier(path)
    from sklearn_har.utils.saved_models import load_model

    model = load_model(path)
    if not hasattr(model, "predict_proba") or not hasattr(model, "classes_"):
        raise ValueError(
            f"{path}: must be a fitted classifier with predict_proba, got {type(model).__name__}"
        )
    return model


def recognizer_of(args: argparse.Namespace, model: Any) -> Any:
    """Return a recognizer: the model itself, or one made from a classifier by the options.

    Options that contradict the model raise an error.
    """
    from sklearn_har.recognition import ActivityRecognizer

    described = isinstance(model, ActivityRecognizer)
    if described or getattr(model, "recognizer", None):
        recognizer = model if described else ActivityRecognizer.from_classifier(model)
        refuse_contradictions(args, recognizer)
    else:
        recognizer = _of_classifier(args, model)
    for name in SMOOTHING:
        value = getattr(args, name, None)
        if value is not None:
            setattr(recognizer, name, None if value == "none" else value)
    return recognizer


def refuse_contradictions(args: argparse.Namespace, recognizer: Any) -> None:
    """Raise an error if an option contradicts a recognizer."""
    from sklearn_har.preparation import Preparation

    preparation = recognizer.preparation_
    for name in ("rate", "window", "overlap"):
        given = getattr(args, name, None)
        value = getattr(preparation, "sampling_rate" if name == "rate" else name)
        if given is not None and not math.isclose(given, value, rel_tol=1e-6):
            _refuse(args, f"--{name} {given:g}", f"{value:g}")
    if (getattr(args, "frame", None) or preparation.frame) != preparation.frame:
        _refuse(args, f"--frame {args.frame}", preparation.frame)
    if getattr(args, "preset", None):
        expected = Preparation.from_preset(args.preset, sampling_rate=preparation.sampling_rate)
        for name in ("noise_cutoff", "gravity_cutoff", "drift_cutoff"):
            if getattr(expected, name) != getattr(preparation, name):
                _refuse(args, f"--preset {args.preset}", f"{name}={getattr(preparation, name)}")
    classes = map(str, recognizer.classes_.tolist())
    for name, known in (("names", classes), ("channels", recognizer.window_channel_names_)):
        given, known = getattr(args, name, None), list(known)
        if given and given != known:
            _refuse(args, f"--{name} {' '.join(given)}", " ".join(known))


def _refuse(args: argparse.Namespace, option: str, known: str) -> None:
    raise UsageError(
        f"{option} contradicts {args.model}, which was trained with {known}: leave the option out"
    )


def _of_classifier(args: argparse.Namespace, model: Any) -> Any:
    """Make a recognizer from a classifier of windows, which lacks their preparation."""
    from sklearn_har.recognition import ActivityRecognizer

    n_timesteps, n_channels = _shape_of_windows(model)
    rate = args.rate or getattr(model, "sampling_rate", None) or 50.0
    window = args.window
    if n_timesteps is not None:
        known = n_timesteps / rate
        if window is not None and not math.isclose(window, known, rel_tol=1e-3):
            _refuse(args, f"--window {window:g}", f"{n_timesteps} time steps ({known:g} s)")
        window = known
    elif window is None:
        raise UsageError(f"{args.model} has no length of windows; give --window")
    alone = args.acceleration is not None and not args.gyroscope
    preset = args.preset or ("accelerometer" if alone else "uci-har")
    preparation = _with_options(args, preset, rate, window)
    kinds = len(preparation.acceleration) + len(preparation.angular_velocity)
    kinds += preparation.frame != "device"
    if preset != "resample" and n_channels is not None:
        # A model may have been trained without body accelerations.
        if n_channels == kinds:
            preparation.set_params(gravity_cutoff=None)
        elif n_channels != kinds + len(preparation.acceleration):
            raise UsageError(
                f"{args.model}: was fitted with {n_channels} channels, and --preset {preset} makes "
                f"{kinds} or {kinds + len(preparation.acceleration)}: choose another --preset, or "
                "name the columns by --acceleration and --gyroscope"
            )
    names = args.names
    if names is not None and len(names) != len(model.classes_):
        raise UsageError(
            f"--names must name each of the {len(model.classes_)} classes of the model, in their "
            f"order ({', '.join(map(str, model.classes_))}), got {len(names)}"
        )
    return ActivityRecognizer.from_classifier(model, preparation, activity_names=names)


def _shape_of_windows(model: Any) -> tuple[int | None, int | None]:
    """Return time steps and channels of the windows of a model; None if unknown."""
    for part in (model, *(step for _, step in getattr(model, "steps", []))):
        if hasattr(part, "n_timesteps_in_"):
            return int(part.n_timesteps_in_), int(part.n_channels_in_)
    return None, None


def _with_options(args: argparse.Namespace, preset: str, rate: Any, window: Any) -> Any:
    from sklearn_har.preparation import Preparation

    changes = {"sampling_rate": rate, "window": window, "overlap": args.overlap}
    changes["frame"] = args.frame
    if preset != "resample" and args.acceleration is not None:
        n = len(args.acceleration)
        changes["acceleration"] = tuple(range(n))
        changes["angular_velocity"] = tuple(range(n, n + len(args.gyroscope or [])))
    given = {name: value for name, value in changes.items() if value is not None}
    return Preparation.from_preset(preset, **given)


def preparation_of(args: argparse.Namespace, channel_names: tuple[str, ...]) -> Any:
    """Return the preparation of the options; by default that for the channels."""
    n_channels = len(channel_names)
    preset = args.preset
    if preset is None:
        if args.acceleration is not None:
            preset = "uci-har" if args.gyroscope else "accelerometer"
        else:
            preset = {3: "accelerometer", 6: "uci-har"}.get(n_channels)
    n_expected = {"accelerometer": 3, "uci-har": 6}.get(preset or "")
    if preset is None or (args.acceleration is None and n_expected not in (None, n_channels)):
        raise UsageError(
            f"there are {n_channels} columns of numbers ({', '.join(channel_names)}): name the "
            "channels by --acceleration and --gyroscope, or take all by --preset resample"
        )
    return _with_options(args, preset, args.rate, args.window)


def facts_of(recognizer: Any) -> list[str]:
    """Describe a recognizer: its preparation and its smoothing."""
    preparation = getattr(recognizer, "preparation_", recognizer.preparation)
    filters = [
        f"{name} {cutoff:g} Hz"
        for name in ("noise", "gravity", "drift")
        if (cutoff := getattr(preparation, f"{name}_cutoff")) is not None
    ]
    windows = (
        f"{preparation.window_length:g} s ({preparation.n_timesteps} time steps at "
        f"{preparation.sampling_rate:g} Hz), overlap {preparation.overlap:g}"
    )
    if preparation.frame != "device":
        windows += f", {preparation.frame} frame"
    return [fact("windows", windows), fact("filters", ", ".join(filters) or "none")]
