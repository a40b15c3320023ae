"""A recorded loop of PyTorch's that another loop follows: which audited steps it can, and what each begins with.

Weights and buffers are torch's at the beginning of a step. The optimizer keeps the state that it made at the steps
followed before; where they do not follow on each other, it is given torch's of the step before.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from pathlib import Path

import numpy as np

from compare.inputs.arrays import Arrays
from compare.inputs.expressions import ExplicitPairs, evaluate
from compare.traces.calls import without_call
from compare.traces.model import RecordedModel
from compare.traces.pairing import pair
from compare.traces.parameters import Parameter
from compare.traces.state import ModelState
from compare.traces.step import END
from compare.traces.trace import Trace, trace_path


class FollowedLoop:
    """Gives a model, at the beginning of each step that it follows, what a recorded loop had there."""

    def __init__(
        self,
        path: Path | str,
        own: RecordedModel,
        parameters: Mapping[str, Parameter],
        load_state: Callable[[Arrays], None],
        explicit: ExplicitPairs = (),
        audits: Container[int] | None = None,
    ):
        """`parameters` are the weights and buffers of the model, `own` says what it is; they are paired by kind and
        order, and by `explicit`. `load_state` sets the state of its optimizer; `audits` limits the steps.

        Raises TraceError where there is no trace, ValueError where no step, or not one that is asked for, can be
        followed, PairingError where a weight has no partner.
        """
        self._trace = Trace(trace_path(path))
        if self._trace.header.side != "torch":
            raise ValueError(f"follow={str(path)!r} is a trace of {self._trace.header.side}: give the one of PyTorch")
        self.steps = steps_to_follow(self._trace, audits, str(path))
        self._names = pair(RecordedModel.of(self._trace), own, explicit).weights
        self._model, self._load_state = ModelState(parameters), load_state

    def begin(self, step: int) -> bool:
        """Begin a step; returns whether it follows."""
        if step not in self.steps:
            return False
        self._model.assign(begun_with(self._trace, step, self._names))
        if step and step - 1 not in self.steps:
            self._load_state(self._state_after(step - 1))
        return True

    def close(self) -> None:
        self._trace.close()

    def _state_after(self, step: int) -> Arrays:
        """The optimizer's state, by this model's weights: "dense.weight exp_avg"."""
        # The state of the last update has the name's last call.
        keys = {without_call(key[2]): key for key in self._trace.keys if key[:2] == (step, "state")}

        state: Arrays = {}
        for entry in sorted({label.rpartition(" ")[2] for label in keys}):

            def of_torch(weight: str, entry: str = entry) -> np.ndarray | None:
                return self._trace[keys[f"{weight} {entry}"]] if f"{weight} {entry}" in keys else None

            for name, expression in self._names.items():
                if (value := evaluate(expression, of_torch, added=False)) is not None:
                    state[f"{name} {entry}"] = value
        return state


def begun_with(trace: Trace, step: int, names: Mapping[str, str]) -> Arrays:
    """The weights and buffers with which a step began; `names` maps a model's to expressions of the trace's."""
    return {name: evaluate(expression, lambda part: trace[step, "weights", part]) for name, expression in names.items()}


def steps_to_follow(trace: Trace, audits: Container[int] | None, path: str) -> tuple[int, ...]:
    """The audited steps that can be followed, in order; of the audits of the loop that follows, if they are given.

    The first of audits in a row that do not begin at 0 only lends its state to the next. ValueError where a step stands
    alone, or where none is left.
    """
    recorded = sorted({step for step, stage, _ in trace.keys if stage == "weights" and step is not END})
    stages = {(step, stage) for step, stage, _ in trace.keys}
    # A known optimizer shows its gradients; where it then shows no state, it has none.
    known = any((step, "gradient") in stages for step in recorded)
    shows_state = any((step, "state") in stages for step in recorded)
    followed: list[int] = []
    for step in recorded if audits is None else [step for step in recorded if step in audits]:
        has_state = (step - 1, "state") in stages or (known and not shows_state)
        if step == 0 or step - 1 in followed or has_state:
            followed.append(step)
        elif step + 1 not in recorded:
            raise ValueError(_alone(step, path, step - 1 in recorded))
    if not followed:
        raise ValueError(f"{path} was audited at the steps {recorded}, of which none can be followed: {ROW}")
    return tuple(followed)


ROW = (
    "record the PyTorch loop with audits in a row that begins at 0, or a step before the first to follow, such as "
    "torch_impl.Recorder(..., audits=[0, 1, 2, 199, 200]), and audit the same steps here"
)


def _alone(step: int, path: str, is_next: bool) -> str:
    if is_next:
        return (
            f"{path}: step {step} cannot be followed, because the trace does not show the state of the optimizer after "
            f"step {step - 1}: only audits in a row that begins at 0 can be followed with such an optimizer"
        )
    return (
        f"{path}: step {step} cannot be followed, because it was audited alone: what the optimizer kept of step "
        f"{step - 1} is not in the trace. Record the PyTorch loop with step {step - 1} in its audits too, as in "
        f"torch_impl.Recorder(..., audits=[0, 1, 2, {step - 1}, {step}])"
    )
