"""Both frameworks in one process, in float64."""

import pytest


@pytest.fixture(autouse=True)
def float64():
    from tf_impl import runtime as tf_runtime
    from torch_impl import runtime as torch_runtime

    for runtime in (torch_runtime, tf_runtime):
        runtime.set_precision("float64")
    yield
    for runtime in (torch_runtime, tf_runtime):
        runtime.set_precision("float32")
