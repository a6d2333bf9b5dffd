"""Classifiers with settings that were chosen for accuracy rather than taken from papers."""

from sklearn_har.recipes._recipes import (
    make_best,
    make_best_in_frame,
    make_cnn_lstm,
    make_conv_lstm,
    make_fast,
    make_light_cnn_lstm,
    make_lstm,
)

__all__ = [
    "make_best",
    "make_best_in_frame",
    "make_cnn_lstm",
    "make_conv_lstm",
    "make_fast",
    "make_light_cnn_lstm",
    "make_lstm",
]
