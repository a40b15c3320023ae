"""Precision, threads, determinism and versions of this framework, in one place."""

import platform
import random

import numpy as np
import torch


def configure(threads: int) -> None:
    """Make runs repeatable: `threads` threads, seeds set, deterministic algorithms only."""
    torch.set_num_threads(threads)
    torch.set_num_interop_threads(threads)
    set_seed(0)
    torch.use_deterministic_algorithms(True)


def set_seed(seed: int) -> None:
    """Seed this framework's random numbers; the same seed gives different numbers in another framework."""
    # differs: Keras seeds Python's and NumPy's numbers too.
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def set_precision(precision: str) -> None:
    """Make "float32" or "float64" the dtype of everything that is built afterwards."""
    # differs: PyTorch has one default dtype; Keras has two: once a layer was made, set_floatx no longer changes layers.
    torch.set_default_dtype(getattr(torch, precision))


def versions() -> dict[str, str]:
    """The versions that are written into every trace."""
    return {"python": platform.python_version(), "numpy": np.__version__, "torch": torch.__version__}
