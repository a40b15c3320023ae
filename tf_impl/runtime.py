"""Precision, threads, determinism and versions of this framework, in one place."""

import platform

import keras
import numpy as np
import tensorflow as tf


def configure(threads: int) -> None:
    """Make runs repeatable: `threads` threads, seeds set, deterministic algorithms only."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    set_seed(0)
    tf.config.experimental.enable_op_determinism()
    # Optimizing a graph takes as long as a few hundred steps of a small model, and most runs are shorter.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})


def set_seed(seed: int) -> None:
    """Seed this framework's random numbers; the same seed gives different numbers in another framework."""
    keras.utils.set_random_seed(seed)


def set_precision(precision: str) -> None:
    """Make "float32" or "float64" the dtype of everything that is built afterwards."""
    # differs: PyTorch has one default dtype; Keras has two: once a layer was made, set_floatx no longer changes layers.
    keras.config.set_floatx(precision)
    keras.config.set_dtype_policy(precision)


def versions() -> dict[str, str]:
    """The versions that are written into every trace."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }
