"""A small network trained by NumPy in float32, right and wrong: loss curves whose causes are known.

`shuffled` is the correct port: the same mathematics, with its units in another order, so that sums round otherwise.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from compare.logs.loss_log import LossLog
from compare.logs.parse import last_digit_units

BATCH, STEPS_PER_EPOCH, EXAMPLES, FEATURES, HIDDEN, CLASSES = 32, 20, 630, 20, 32, 5
ROWS = np.arange(BATCH)
ONE_HOT = np.eye(CLASSES, dtype=np.float32)


@dataclass(frozen=True)
class Training:
    """How to train; each field but the first four is a way to port wrongly."""

    seed: int = 0
    steps: int = 120
    rate: float = 0.1
    adam: bool = False
    shuffled: bool = False
    other_weights: int = 0
    other_batches: int = 0
    rate_from: tuple[int, float] = (10**9, 1.0)  # from this step on, times this
    weight_decay: float = 0.0
    momentum: float = 0.9
    loss_factor: float = 1.0
    trained_factor: float = 1.0  # of the loss, its gradient too
    offset: float = 0.0
    frozen: bool = False
    scale_input: float = 1.0
    epsilon: float = 1e-8
    drops_last: bool = False
    noise_from: int = 10**9  # dropout that was left out, or in


def losses(training: Training) -> np.ndarray:
    """The loss curve (steps,) float64 of float32 values."""
    t, f32 = training, np.float32
    rng = np.random.default_rng(t.seed)
    x = rng.normal(size=(EXAMPLES, FEATURES)).astype(f32)
    y = (x @ rng.normal(size=(FEATURES, CLASSES)) + rng.normal(size=(EXAMPLES, CLASSES))).argmax(1)
    shapes = [(FEATURES, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, HIDDEN), (HIDDEN, CLASSES)]
    rng = np.random.default_rng([t.seed, 1, t.other_weights])
    weights = [(rng.normal(size=shape) * np.sqrt(2 / shape[0])).astype(f32) for shape in shapes]
    x = x * f32(t.scale_input)
    if t.shuffled:
        x, weights = _shuffle(x, weights, np.random.default_rng(t.seed + 99))
    slots = [[np.zeros_like(w), np.zeros_like(w)] for w in weights]
    curve = []
    for step in range(t.steps):
        batch = _batch(t, step)
        loss, gradients = _loss_and_gradients(x[batch], y[batch], weights, t, step)
        curve.append(loss * t.loss_factor * t.trained_factor + t.offset)
        if not t.frozen:
            _update(weights, gradients, slots, t, step)
    return np.array(curve, dtype=f32).astype(np.float64)


def _shuffle(x, weights, rng):
    orders = [rng.permutation(len(w)) for w in weights] + [np.arange(CLASSES)]
    return x[:, orders[0]], [w[a][:, b] for w, a, b in zip(weights, orders, orders[1:], strict=False)]


def _batch(t: Training, step: int) -> np.ndarray:
    per_epoch = STEPS_PER_EPOCH - t.drops_last
    epoch, within = divmod(step, per_epoch)
    return _order(t.seed, epoch, t.other_batches)[within * BATCH : (within + 1) * BATCH]


@cache
def _order(seed: int, epoch: int, other_batches: int) -> np.ndarray:
    return np.random.default_rng([seed, 2, epoch, other_batches]).permutation(EXAMPLES)


def _loss_and_gradients(x, y, weights, t: Training, step: int):
    activations = [x]
    for w in weights[:-1]:
        product = activations[-1] @ w
        activations.append(np.maximum(product, 0, out=product))
    if step >= t.noise_from:
        keep = np.random.default_rng([t.seed, step]).random(activations[-1].shape) > 0.3
        activations[-1] = (activations[-1] * keep / np.float32(0.7)).astype(np.float32)
    scores = activations[-1] @ weights[-1]
    scores -= np.maximum.reduce(scores, axis=1, keepdims=True)
    log_p = scores - np.log(np.add.reduce(np.exp(scores), axis=1, keepdims=True))
    loss = -log_p[ROWS[: len(y)], y].mean()
    back, gradients = (np.exp(log_p) - ONE_HOT[y]) / np.float32(len(y)), []
    for w, a in zip(weights[::-1], activations[::-1], strict=True):
        gradient = a.T @ back
        if t.trained_factor != 1:
            gradient *= np.float32(t.trained_factor)
        if t.weight_decay:
            gradient += np.float32(t.weight_decay) * w
        gradients.append(gradient)
        if a is not x:
            back = (back @ w.T) * (a > 0)
    return loss, gradients[::-1]


def _update(weights, gradients, slots, t: Training, step: int) -> None:
    rate = np.float32(t.rate * (t.rate_from[1] if step >= t.rate_from[0] else 1))
    for w, g, (m, v) in zip(weights, gradients, slots, strict=True):
        if t.adam:
            m += np.float32(0.1) * (g - m)
            v += np.float32(0.001) * (g * g - v)
            root = np.sqrt(v / np.float32(1 - 0.999 ** (step + 1))) + np.float32(t.epsilon)
            w -= rate * (m / np.float32(1 - 0.9 ** (step + 1))) / root
        else:
            m *= np.float32(t.momentum)
            m += g
            w -= rate * m


def log(curve, form: str = "%.9g", name: str = "left.csv", start: int = 0) -> LossLog:
    """The log that a script leaves which prints its losses in this form."""
    printed = [form % loss for loss in curve]
    steps = np.arange(start, start + len(printed))
    return LossLog(Path(name), steps, np.array(list(map(float, printed))), last_digit_units(printed))


def port(training: Training, **changes) -> tuple[np.ndarray, np.ndarray]:
    """A training, and its port with these changes."""
    return losses(training), losses(replace(training, shuffled=True, **changes))
