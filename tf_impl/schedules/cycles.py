"""Rates that go up and down again (Smith, 2017), after torch/optim/lr_scheduler.py (2.13).

differs: PyTorch's cycles also move the optimizer's momentum (or beta1) by default; a Keras schedule sets the rate only.
"""

import math

import keras
import tensorflow as tf

from tf_impl.schedules.base import LRScheduler, arguments


@keras.saving.register_keras_serializable(package="tf_impl")
class CyclicLR(LRScheduler):
    """In straight lines from `base_lr` to `max_lr` and back; for a momentum, give its highest value as `base_lr`."""

    def __init__(
        self,
        base_lr: float,
        max_lr: float,
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
    ):
        super().__init__(base_lr)
        self.max_lr, self.mode, self.gamma = max_lr, mode, gamma
        self._sizes = {"step_size_up": step_size_up, "step_size_down": step_size_down}
        self.total_size = float(step_size_up + (step_size_up if step_size_down is None else step_size_down))
        self.step_ratio = step_size_up / self.total_size

    def rate(self, step):
        cycle = 1 + tf.math.floordiv(step, tf.constant(self.total_size, tf.float64))
        place = 1 + step / self.total_size - cycle
        rising = place <= self.step_ratio
        height = tf.where(rising, place / self.step_ratio, (place - 1) / (self.step_ratio - 1))
        # The height halves with each cycle, or shrinks by gamma with each step.
        height *= {"triangular": 1.0, "triangular2": 0.5 ** (cycle - 1), "exp_range": self.gamma**step}[self.mode]
        return self.learning_rate + (self.max_lr - self.learning_rate) * height

    def get_config(self):
        return arguments(self, base_lr=self.learning_rate, **self._sizes)


@keras.saving.register_keras_serializable(package="tf_impl")
class _Phases(LRScheduler):
    """From each of `values` to the next, along half a cosine or a straight line; phase i ends at step ends[i]."""

    def __init__(self, values: list[float], ends: list[float], anneal_strategy: str):
        super().__init__(values[0])
        self.values, self.ends, self.anneal_strategy = values, ends, anneal_strategy

    def rate(self, step):
        starts = [0.0, *self.ends[:-1]]
        step = tf.minimum(step, self.ends[-1] + 1)  # PyTorch takes one more step, then it raises
        rate = step
        for start, end, low, high in reversed(list(zip(starts, self.ends, self.values, self.values[1:], strict=False))):
            part = (step - start) / (end - start)
            if self.anneal_strategy == "cos":
                value = high + (low - high) / 2 * (tf.cos(math.pi * part) + 1)
            else:
                value = (high - low) * part + low
            rate = value if end == self.ends[-1] else tf.where(step <= end, value, rate)
        return rate


@keras.saving.register_keras_serializable(package="tf_impl")
class OneCycleLR(_Phases):
    """Up to `max_lr` and down to nearly nothing in `total_steps`; `momentum` goes down while the rate goes up."""

    def __init__(
        self,
        max_lr: float,
        total_steps: int,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        base_momentum: float = 0.85,
        max_momentum: float = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
    ):
        self._made_with = {
            "max_lr": max_lr,
            "total_steps": total_steps,
            "pct_start": pct_start,
            "base_momentum": base_momentum,
            "max_momentum": max_momentum,
            "div_factor": div_factor,
            "final_div_factor": final_div_factor,
            "three_phase": three_phase,
        }
        first = max_lr / div_factor
        last = first / final_div_factor
        peak, low = pct_start * total_steps - 1, 2 * pct_start * total_steps - 2
        between = [first] if three_phase else []
        super().__init__(
            [first, max_lr, *between, last],
            [peak, low, total_steps - 1] if three_phase else [peak, total_steps - 1],
            anneal_strategy,
        )
        rest = [max_momentum] * (len(self.ends) - 1)
        self.momentum = _Phases([max_momentum, base_momentum, *rest], self.ends, anneal_strategy)

    def get_config(self):
        return arguments(self, **self._made_with)
