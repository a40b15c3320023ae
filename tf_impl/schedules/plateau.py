"""The rate that depends on the loss."""

import math


class ReduceLROnPlateau:
    """`factor` times the rate when the loss has not improved for more than `patience` calls of `step(loss)`.

    It is not a function of the step, so it sets the optimizer's rate, as PyTorch's does (torch/optim/lr_scheduler.py,
    2.13): call it from Python, not in a graph.
    differs: PyTorch reduces the rate after patience + 1 bad epochs; Keras' ReduceLROnPlateau after patience.
    differs: PyTorch's threshold is 1e-4 of the best loss by default; Keras' min_delta is 1e-4 itself.
    """

    def __init__(
        self,
        optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: float = 0.0,
        eps: float = 1e-8,
    ):
        self.optimizer, self.mode, self.factor, self.patience = optimizer, mode, factor, patience
        self.threshold, self.threshold_mode, self.cooldown = threshold, threshold_mode, cooldown
        self.min_lr, self.eps = min_lr, eps
        self.best = math.inf if mode == "min" else -math.inf
        self.bad_epochs = self.cooling = 0

    def step(self, metrics: float) -> None:
        current = float(metrics)
        better = self.is_better(current)
        self.best = current if better else self.best
        self.bad_epochs = 0 if better else self.bad_epochs + 1
        if self.cooling > 0:
            self.cooling -= 1
            self.bad_epochs = 0
        if self.bad_epochs > self.patience:
            self.reduce()
            self.cooling, self.bad_epochs = self.cooldown, 0

    def is_better(self, current: float) -> bool:
        sign = 1 if self.mode == "min" else -1
        relative = self.best * (1 - sign * self.threshold)
        limit = relative if self.threshold_mode == "rel" else self.best - sign * self.threshold
        return sign * current < sign * limit

    def reduce(self) -> None:
        old = float(self.optimizer.learning_rate)
        new = max(old * self.factor, self.min_lr)
        if old - new > self.eps:
            self.optimizer.learning_rate = new
