"""The trajectory that a run leaves for others, or follows: one a precision, beside the traces of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from compare.inputs.arrays import Arrays, cast, nudge
from compare.running.framework import Framework
from compare.running.request import Training
from compare.traces.following import Following
from compare.traces.trajectory import Trajectory, TrajectoryWriter


def trajectory_to_leave(training: Training, output: str) -> TrajectoryWriter | None:
    """Where a run leaves its trajectory; None where it leaves none."""
    return TrajectoryWriter(_path(output, training.precision)) if training.leads else None


def trajectory_to_follow(
    framework: Framework, model: Any, training: Training, output: str, seed: int
) -> Following | None:
    """What leads a model along the trajectory that its training asks for; None where it asks for none."""
    if training.follows is None:
        return None
    trajectory = Trajectory(_path(output, training.follows))
    own = {name: name for name in trajectory[0]}
    pairs = dict(training.start.names) if training.start else own
    # Torch follows itself, and is measured by what tf's weights are of its own: slices and sums of them.
    on_torch = framework.side == "torch"
    compared = {expression: expression for expression in pairs.values()} if on_torch else pairs

    def move(state: Arrays, step: int) -> Arrays:
        state = cast(state, training.precision)
        if training.nudge is None:
            return state
        return nudge(state, seed, training.nudge, f"/{step}/{training.sample}", training.ulps)

    weights, buffers = framework.weights.named_parameters(model), framework.weights.named_buffers(model)
    return Following(trajectory, weights, buffers, own if on_torch else pairs, compared, move)


def steps_to_train(training: Training, following: Following | None) -> int | None:
    """How many steps to train; None for all of them."""
    bounds = [training.steps, following.steps if following else None]
    return min((bound for bound in bounds if bound is not None), default=None)


def _path(output: str, precision: str) -> Path:
    return Path(output).with_name(f"{precision}.trajectory")
