"""How an entry of each kind is run, and what is recorded of it. Read it beside tf_impl/components/checking/.

Arrays come back in canonical layout by name: "forward/..." and "gradient/...", which are judged apart, "weights/..."
for what the layer was filled with.
"""

from collections.abc import Callable

import numpy as np

from compare.components.arrays import ComponentArrays
from compare.components.check import check_and_write
from compare.components.spec import Spec
from compare.running.request import CheckComponent
from torch_impl import runtime
from torch_impl.components import find
from torch_impl.components.checking.called import call
from torch_impl.components.checking.repeated import initializer, optimizer, schedule, training_step

CHECKS = {"optimizers": optimizer, "schedules": schedule, "initializers": initializer, "steps": training_step}


def run(request: CheckComponent) -> None:
    """Check the component that is asked for, and write what comes of it."""
    check_and_write(request, find, runtime, check)


def check(kind: str, entry: Callable, spec: Spec, given: ComponentArrays) -> dict[str, np.ndarray]:
    """Run an entry as its kind is called; all other kinds are layers, or functions of their inputs."""
    return CHECKS.get(kind, call)(entry, spec, given)
