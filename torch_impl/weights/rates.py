"""The learning rates that PyTorch's optimizers used: read when an update begins, before a scheduler moves on."""

from typing import Any

import numpy as np
import torch

from compare.inputs.side import every_optimizer
from compare.traces import rates


def further_rates(optimizer, schedule, count: int) -> dict[Any, np.ndarray]:
    """The rates (count, groups) of the next steps, by optimizer, if no step changes them; the schedule moves on.

    Fewer where the schedule has a length of its own; none of one that hangs on the loss.
    """
    # differs: PyTorch's schedule counts its own steps; a Keras schedule is a function of the optimizer's count.
    found: dict[Any, list] = {name: [] for name in every_optimizer(optimizer)}
    if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
        return {}
    if (total := getattr(schedule, "total_steps", None)) is not None:  # OneCycleLR's
        count = min(count, max(total - schedule.last_epoch, 0))
    for _ in range(count):
        for name, each in every_optimizer(optimizer).items():
            found[name].append([float(group["lr"]) for group in each.param_groups])
        if schedule is not None:
            schedule.step()
    return {name: np.array(values) for name, values in found.items()}


class Rates(rates.Rates):
    """By a hook that stays attached, since a loop may set a rate just before the update, or just after it."""

    def __init__(self, optimizer: torch.optim.Optimizer):
        super().__init__()
        self._first: list[float] | None = None
        self._groups = len(optimizer.param_groups)
        self._hook = optimizer.register_step_pre_hook(self._note)

    def _note(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        if self._first is None:  # the first update of this step
            self._first = [float(group["lr"]) for group in optimizer.param_groups]

    def _used(self) -> list[float] | None:
        used, self._first = self._first, None
        return used

    def values(self) -> np.ndarray:
        """The rates (steps, groups); a group that was added later has none before."""
        groups = max((len(used) for used in self._steps if used), default=self._groups)
        values = np.full((len(self._steps), groups), np.nan)
        for step, used in enumerate(self._steps):
            values[step, : len(used or ())] = used or ()
        return values

    def detach(self) -> None:
        self._hook.remove()
