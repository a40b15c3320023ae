"""Small networks trained by NumPy in float32, and the same trainings with one planted cause: what their losses are.

Notice that every cause is one line of `CAUSES`; whatever is not in it is the same on both sides.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

Loss = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
F32 = np.float32


@dataclass(frozen=True)
class Training:
    """How to train; the fields from `other_weights` on are ways to port wrongly."""

    name: str
    sizes: tuple[int, ...]  # features, units of hidden layers, outputs
    loss: str = "squares"
    optimizer: str = "sgd"
    rate: float = 0.05
    seed: int = 0
    examples: int = 400
    batch: int = 20
    epochs: int = 6
    momentum: float = 0.9
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    trained_factor: float = 1.0  # of the gradients
    rate_switch: int = 10**9  # the epoch from which the rate is a tenth
    other_weights: int = 0
    other_batches: int = 0
    summed: bool = False
    reported_factor: float = 1.0
    penalty: float = 0.0  # reported, not trained
    dropout: float = 0.0
    smoothing: float = 0.0  # of labels
    shuffled: bool = False  # units in another order, so that sums round otherwise
    explodes_in: int = 10**9  # the epoch from which the rate is infinite

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.examples // self.batch)


class Changes(NamedTuple):
    """What is planted: on both sides, and on the right one only."""

    right: dict
    both: dict


def squares(scores, y):
    apart = scores - y
    return float((apart**2).mean(dtype=F32)), (2 * apart / apart.size).astype(F32)


def cross_entropy(scores, y):
    scores = scores - scores.max(1, keepdims=True)
    log_p = scores - np.log(np.exp(scores).sum(1, keepdims=True))
    return float(-(log_p * y).sum(1).mean()), ((np.exp(log_p) - y) / F32(len(y))).astype(F32)


LOSSES: dict[str, Loss] = {"squares": squares, "cross_entropy": cross_entropy}


def losses(t: Training) -> np.ndarray:
    """The loss (n,) of each step, as float64 of float32 values."""
    x, y = data(t)
    weights = initial_weights(t)
    if t.shuffled:
        x, weights = shuffled(t, x, weights)
    slots = [[np.zeros_like(w), np.zeros_like(w)] for w in weights]
    curve = []
    for step in range(t.epochs * t.steps_per_epoch):
        rows = batch_of(t, step)
        penalty = t.penalty * sum(float((w**2).sum()) for w in weights)
        loss, gradients = loss_and_gradients(t, x[rows], y[rows], weights, step)
        scale = (len(rows) if t.summed else 1) * t.reported_factor
        curve.append(F32(loss) * F32(scale) + F32(penalty))
        update(t, weights, gradients, slots, step)
    return np.array(curve, dtype=F32).astype(np.float64)


def data(t: Training) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng([t.seed, 0])
    x = rng.normal(size=(t.examples, t.sizes[0]))
    scores = np.tanh(x @ rng.normal(size=(t.sizes[0], 8))) @ rng.normal(size=(8, t.sizes[-1])) / 2
    scores += 0.5 * rng.normal(size=scores.shape)
    y = scores if t.loss == "squares" else np.eye(t.sizes[-1])[scores.argmax(1)]
    y = (1 - t.smoothing) * y + t.smoothing / t.sizes[-1] if t.smoothing else y
    return x.astype(F32), y.astype(F32)


def initial_weights(t: Training) -> list[np.ndarray]:
    rng = np.random.default_rng([t.seed, 1, t.other_weights])
    pairs = zip(t.sizes, t.sizes[1:], strict=False)
    return [(rng.normal(size=pair) * np.sqrt(1.5 / pair[0])).astype(F32) for pair in pairs]


def shuffled(t: Training, x, weights):
    rng = np.random.default_rng([t.seed, 3])
    orders = [rng.permutation(size) for size in t.sizes[:-1]] + [np.arange(t.sizes[-1])]
    return x[:, orders[0]], [w[a][:, b] for w, a, b in zip(weights, orders, orders[1:], strict=False)]


def batch_of(t: Training, step: int) -> np.ndarray:
    epoch, within = divmod(step, t.steps_per_epoch)
    order = np.random.default_rng([t.seed, 2, epoch, t.other_batches]).permutation(t.examples)
    return order[within * t.batch : (within + 1) * t.batch]


def loss_and_gradients(t: Training, x, y, weights, step: int):
    inputs, masks = [x], []
    for w in weights[:-1]:
        hidden = np.maximum(inputs[-1] @ w, 0)
        masks.append((hidden > 0) * dropped(t, hidden.shape, step, len(masks)))
        inputs.append(hidden * masks[-1])
    if not masks and t.dropout:  # of inputs, where no layer is hidden
        inputs[0] = x * dropped(t, x.shape, step, 0)
    loss, back = LOSSES[t.loss](inputs[-1] @ weights[-1], y)
    back = back * F32(t.trained_factor * (len(y) if t.summed else 1))
    gradients = [inputs[-1].T @ back]
    for w, mask, below in zip(weights[:0:-1], masks[::-1], inputs[-2::-1], strict=True):
        back = (back @ w.T) * mask
        gradients.append(below.T @ back)
    return loss, gradients[::-1]


def dropped(t: Training, shape, step: int, layer: int) -> np.ndarray:
    if not t.dropout:
        return np.ones(shape, F32)
    keep = np.random.default_rng([t.seed, 4, step, layer]).random(shape) >= t.dropout
    return (keep / (1 - t.dropout)).astype(F32)


def update(t: Training, weights, gradients, slots, step: int) -> None:
    epoch = step // t.steps_per_epoch
    rate = F32(t.rate * (0.1 if epoch >= t.rate_switch else 1) * (np.inf if epoch >= t.explodes_in else 1))
    with np.errstate(all="ignore"):
        for w, g, (m, v) in zip(weights, gradients, slots, strict=True):
            g = g + F32(t.weight_decay) * w
            if t.optimizer == "adam":
                m += F32(0.1) * (g - m)
                v += F32(0.001) * (g * g - v)
                root = np.sqrt(v / F32(1 - 0.999 ** (step + 1))) + F32(t.epsilon)
                w -= rate * (m / F32(1 - 0.9 ** (step + 1))) / root
            else:
                m *= F32(t.momentum if t.optimizer == "momentum" else 0)
                m += g
                w -= rate * m


# What is planted, of those that change the training or its loss; a cause that a training cannot have is left out.
CAUSES: dict[str, Callable[[Training], Changes | None]] = {
    "equal": lambda t: Changes({}, {}),
    "weights": lambda t: Changes({"other_weights": 1}, {}),
    "batches": lambda t: Changes({"other_batches": 1}, {}),
    "rate": lambda t: Changes({"rate": t.rate * 1.1}, {}),
    "schedule": lambda t: Changes({"rate_switch": t.epochs // 2 + 1}, {"rate_switch": t.epochs // 2}),
    # Of gradients that are so small that an epsilon of 1e-7 matters.
    "epsilon": lambda t: Changes({"epsilon": 1e-7}, {"trained_factor": 1e-5}) if t.optimizer == "adam" else None,
    "sum": lambda t: Changes({"summed": True, "rate": t.rate / (1 if t.optimizer == "adam" else t.batch)}, {}),
    "penalty": lambda t: Changes({"penalty": 1e-3}, {}),
    "factor": lambda t: Changes({"reported_factor": 1 / t.batch}, {}),
    "momentum": lambda t: Changes({"momentum": 0.8}, {}) if t.optimizer == "momentum" else None,
    "weight decay": lambda t: Changes({"weight_decay": 0.0}, {"weight_decay": 1e-2}),
    "not finite": lambda t: Changes({"explodes_in": t.epochs // 2}, {}),
    "flat": lambda t: Changes({"rate": 0.0}, {}),
    "dropout": lambda t: Changes({"dropout": 0.3}, {}),
    "smoothing": lambda t: Changes({"smoothing": 0.1}, {}) if t.loss == "cross_entropy" else None,
}


def pair(training: Training, cause: str) -> tuple[np.ndarray, np.ndarray] | None:
    """The losses of a training and of its port with a planted cause; None where it cannot have it."""
    if (changes := CAUSES[cause](training)) is None:
        return None
    left = replace(training, **changes.both)
    with np.errstate(all="ignore"):
        return losses(left), losses(replace(left, shuffled=True, **changes.right))


def _trainings(seed: int, *kinds: Training) -> list[Training]:
    return [replace(kind, seed=seed + number) for number, kind in enumerate(kinds)]


# The rules were made while looking at these, with several seeds, ...
TUNED = _trainings(
    0,
    Training("linear", (10, 1), rate=0.02),
    Training("logistic", (16, 4), "cross_entropy", "momentum", rate=0.05, examples=500, batch=25),
    Training("mlp_adam", (20, 32, 5), "cross_entropy", "adam", rate=2e-3, examples=630, batch=32),
    Training("mlp_momentum", (12, 24, 1), "squares", "momentum", rate=0.01),
    Training("mlp_sgd", (8, 32, 16, 3), "cross_entropy", "sgd", rate=0.1, epochs=10),
    Training("linear_adam", (6, 2), optimizer="adam", rate=1e-2, examples=300, batch=30, epochs=8),
    Training("logistic_sgd", (24, 3), "cross_entropy", "sgd", rate=0.2, examples=640, batch=16, epochs=4),
    Training("deep_momentum", (15, 20, 20, 4), "cross_entropy", "momentum", rate=0.03, examples=510, batch=50),
    Training("mlp_adam_squares", (9, 48, 2), "squares", "adam", rate=1e-3, examples=512, batch=64, epochs=20),
    Training("deep_sgd", (30, 24, 24, 24, 1), "squares", "sgd", rate=0.03, examples=360, batch=12, epochs=12),
    Training("linear_momentum", (18, 3), optimizer="momentum", rate=5e-3, examples=420, batch=28, epochs=7),
    Training("logistic_adam", (11, 6), "cross_entropy", "adam", rate=5e-3, examples=900, batch=45, epochs=5),
    Training("binary_sgd", (40, 2), "cross_entropy", "sgd", rate=0.1, examples=320, batch=20, epochs=9),
    Training("mlp_sgd_squares", (14, 28, 2), "squares", "sgd", rate=0.04, examples=550, batch=24, epochs=6),
    Training("wide_momentum", (10, 40, 3), "cross_entropy", "momentum", rate=0.02, examples=480, batch=40, epochs=8),
    Training("deep_adam", (22, 36, 18, 1), "squares", "adam", rate=3e-3, examples=256, batch=8, epochs=15),
)
# ... and these were kept for the table: other sizes, rates, batches, lengths, data and weights.
HELD_OUT = _trainings(
    9000,
    Training("linear_sgd", (13, 4), rate=0.05, examples=350, batch=35, epochs=11),
    Training("linear_adam", (28, 1), optimizer="adam", rate=2e-2, examples=440, batch=22, epochs=5),
    Training("logistic_momentum", (19, 7), "cross_entropy", "momentum", rate=0.04, examples=704, batch=64, epochs=14),
    Training("mlp_sgd", (17, 30, 4), "cross_entropy", "sgd", rate=0.15, examples=600, batch=30, epochs=8),
    Training("mlp_adam", (7, 64, 3), "squares", "adam", rate=1.5e-3, examples=520, batch=26, epochs=6),
    Training("deep_momentum", (21, 16, 16, 2), "squares", "momentum", rate=8e-3, examples=390, batch=15, epochs=10),
)
