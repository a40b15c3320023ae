"""Optimizers. Notice where epsilon is added, what weight decay is added to, and what a momentum sums up."""

import keras
import numpy as np

from tf_impl.optimizers import (
    ASGD,
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
)
from tf_impl.schedules import CyclicLR, ExponentialLR, OneCycleLR, warmup_cosine


def sgd(parameters):
    """Identical. PyTorch's rate is a Python float; a Keras optimizer keeps it in the floatx of when it was made, so set
    floatx to float64 first if the weights are float64."""
    return keras.optimizers.SGD(0.05)


def sgd_momentum(parameters):
    """PyTorch's momentum sums gradients, Keras' sums steps, with the rate inside: identical at a constant rate,
    different once it changes. Keras also rounds momentum=0.9 to float32."""
    return SGD(0.05, momentum=0.9)


def sgd_momentum_stock(parameters):
    """At a constant rate Keras' own momentum agrees, if a NumPy number keeps it from being rounded to float32; under a
    schedule it does not."""
    return keras.optimizers.SGD(0.05, momentum=np.float64(0.9))


def sgd_momentum_under_schedule(parameters):
    """When the rate falls, PyTorch's whole momentum slows down with it; Keras' continues at the rates of the steps that
    it sums."""
    return SGD(ExponentialLR(0.05, gamma=0.9), momentum=0.9)


def sgd_nesterov(parameters):
    """Nesterov's step is the gradient plus momentum times the new buffer on both sides; Keras' buffer contains the
    rate, so the two part when the rate changes."""
    return SGD(0.05, momentum=0.8, nesterov=True)


def sgd_dampening(parameters):
    """PyTorch's first buffer is the plain gradient, and only later gradients are dampened; Keras has no dampening."""
    return SGD(0.05, momentum=0.8, dampening=0.4)


def sgd_weight_decay(parameters):
    """PyTorch adds weight_decay * weight to the gradient, so it enters the momentum; Keras' weight_decay shrinks the
    weight instead. Without momentum the two are the same."""
    return SGD(0.05, momentum=0.8, weight_decay=0.1)


def sgd_weight_decay_without_momentum(parameters):
    """Without momentum Keras' decoupled decay is PyTorch's: both subtract rate * weight_decay * weight. A NumPy number
    keeps Keras from rounding it to float32."""
    return keras.optimizers.SGD(0.05, weight_decay=np.float64(0.1))


def sgd_maximize(parameters):
    """Keras has no maximize: give a stock optimizer the negative gradient. In PyTorch weight decay still pulls towards
    0, because it is added after the sign changes."""
    return SGD(0.05, momentum=0.8, weight_decay=0.1, maximize=True)


def adam(parameters):
    """PyTorch adds epsilon to the bias-corrected root, Keras to the uncorrected one, which makes it 1 / sqrt(1 -
    beta_2^step) times as large: 32 times in the first step. The defaults are 1e-8 and 1e-7."""
    return Adam(0.01)


def adam_large_epsilon(parameters):
    """If gradients are not much larger than epsilon, the place of epsilon decides the step: with a beta_2 of 0.99, 1e-3
    in Keras' Adam acts like 1e-2 at first."""
    return Adam(0.01, beta_1=0.8, beta_2=0.99, epsilon=1e-3)


def adam_amsgrad(parameters):
    """PyTorch takes the largest second moment before its bias correction, as Keras does; but epsilon is added
    elsewhere."""
    return Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-3, amsgrad=True)


def adam_weight_decay(parameters):
    """PyTorch's Adam adds weight_decay * weight to the gradient, before the moments;
    keras.optimizers.Adam(weight_decay=...) is AdamW."""
    return Adam(0.01, epsilon=1e-3, weight_decay=0.1)


def adamw(parameters):
    """Both shrink the weight by rate * weight_decay before the step; the default decay is 0.01 in PyTorch, 0.004 in
    Keras."""
    return AdamW(0.01, epsilon=1e-3, weight_decay=0.1)


def adamw_amsgrad(parameters):
    """AdamW with the largest second moment: the decay does not enter either moment."""
    return AdamW(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-3, weight_decay=0.1, amsgrad=True)


def adamw_no_decay_group(parameters):
    """PyTorch gives biases and norms a group with weight_decay=0; Keras excludes weights whose names contain a word
    ("bias", "gamma", "beta"). By default both decay them."""
    optimizer = AdamW(0.01, epsilon=1e-3, weight_decay=0.1)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    return optimizer


def adamw_warmup_cosine(parameters):
    """The decay follows the schedule too: it is the current rate times weight_decay. In Keras the optimizer takes the
    schedule, and there is nothing to step."""
    return AdamW(warmup_cosine(0.01, warmup_steps=10, total_steps=50), epsilon=1e-3, weight_decay=0.1)


def nadam(parameters):
    """PyTorch's momentum grows by 0.96^(step * momentum_decay) with momentum_decay=0.004; Keras' is 1 and cannot be
    set. Keras also rounds 0.96 to float32."""
    return NAdam(0.01, epsilon=1e-3, momentum_decay=0.01)


def nadam_decoupled(parameters):
    """decoupled_weight_decay=True makes PyTorch's NAdam decay like AdamW, and like Keras' Nadam, which always does."""
    return NAdam(0.01, epsilon=1e-3, weight_decay=0.1, decoupled_weight_decay=True)


def radam(parameters):
    """Keras has no RAdam. The first five steps do without the second moment. Epsilon is added to the uncorrected root
    here, but to the corrected one in PyTorch's Adam."""
    return RAdam(0.01, epsilon=1e-3)


def radam_weight_decay(parameters):
    """As in Adam, PyTorch adds weight decay to the gradient unless decoupled_weight_decay=True. With a beta_2 of 2/3 or
    less RAdam never uses the second moment."""
    return RAdam(0.01, beta_1=0.8, beta_2=0.95, epsilon=1e-3, weight_decay=0.1)


def adamax(parameters):
    """PyTorch adds epsilon to each gradient inside the running maximum, Keras to the maximum before it divides. The
    default rates are 0.002 and 0.001."""
    return Adamax(0.01, beta_1=0.8, beta_2=0.9, epsilon=1e-3)


def rmsprop(parameters):
    """PyTorch adds epsilon to the root, Keras inside the root, where 1e-3 acts like 3e-2. PyTorch's alpha is Keras'
    rho: the defaults are 0.99 and 0.9, and the default rates 0.01 and 0.001."""
    return RMSprop(0.01, alpha=0.9, epsilon=1e-3)


def rmsprop_momentum(parameters):
    """PyTorch's momentum sums the scaled gradients and applies the rate at the step; Keras' sums steps, so the two part
    under a schedule."""
    return RMSprop(0.01, alpha=0.9, epsilon=1e-3, weight_decay=0.1, momentum=0.8)


def rmsprop_centered(parameters):
    """The variance is the mean square minus the squared mean, and PyTorch adds epsilon to its root: where gradients
    hardly change, that decides the step."""
    return RMSprop(0.01, alpha=0.9, epsilon=1e-2, centered=True)


def adagrad(parameters):
    """PyTorch's sum of squares starts at 0, Keras' at 0.1; epsilon is 1e-10 and added to the root in PyTorch, 1e-7 and
    inside the root in Keras."""
    return Adagrad(0.05)


def adagrad_initial_accumulator(parameters):
    """The accumulator's first value is a square, not a root. Keras' Constant initializer rounds a Python float to
    float32, so a float64 sum starts 1e-9 off."""
    return Adagrad(0.05, weight_decay=0.1, initial_accumulator_value=0.1, epsilon=1e-3)


def adagrad_lr_decay(parameters):
    """PyTorch divides the rate by 1 + (step - 1) * lr_decay. Keras has no such argument: `decay` has no effect there
    except a warning."""
    return Adagrad(0.05, lr_decay=0.1)


def adadelta(parameters):
    """The same formula, with epsilon inside both roots; the default rate, rho and epsilon are 1, 0.9 and 1e-6 in
    PyTorch, 0.001, 0.95 and 1e-7 in Keras."""
    return keras.optimizers.Adadelta(0.1, rho=np.float64(0.8), epsilon=1e-3)


def adadelta_weight_decay(parameters):
    """PyTorch adds weight decay to the gradient, so it enters both averages; Keras' is decoupled."""
    return Adadelta(0.1, rho=0.8, epsilon=1e-3, weight_decay=0.1)


def rprop(parameters):
    """Keras has no Rprop. Only the sign of the gradient counts, so use full batches. The rate is only the size of the
    first step. Where the sign changes, PyTorch leaves the weight for one step."""
    return Rprop(0.05, etas=(0.4, 1.3), step_sizes=(1e-3, 0.5))


def asgd(parameters):
    """Keras has no ASGD; its use_ema is another average. PyTorch's rate decays by itself, and the averaged weights are
    in state[parameter]["ax"]: nothing uses them unless you do."""
    return ASGD(0.05, lambd=0.1, alpha=0.6, t0=10)


def adafactor(parameters):
    """PyTorch bounds the second moment below by epsilon squared, Keras adds its epsilon to each squared gradient.
    PyTorch takes means over the last two axes: for a convolution's weight, height and width."""
    return Adafactor(0.05, epsilon=(1e-3, 1e-2), d=1.2, weight_decay=0.1)


def lion(parameters):
    """PyTorch has no Lion. Keras' default rate is 0.001, ten times the paper's. The decay is decoupled; since the rate
    is smaller than AdamW's, weight_decay must be larger by the same factor."""
    return Lion(0.01, beta_1=0.9, beta_2=0.99, weight_decay=0.1)


def sgd_one_cycle(parameters):
    """PyTorch's OneCycleLR lowers the momentum while the rate rises, unless cycle_momentum=False, and ignores the rate
    that the optimizer was made with. In Keras the momentum needs a schedule of its own."""
    schedule = OneCycleLR(max_lr=0.1, total_steps=50)
    return SGD(schedule, momentum=schedule.momentum)


def sgd_cyclic(parameters):
    """PyTorch's CyclicLR moves the momentum against the rate, from 0.9 to 0.8, unless cycle_momentum=False; in Keras it
    needs a schedule of its own."""
    momentum = CyclicLR(0.9, 0.7, step_size_up=6)
    return SGD(CyclicLR(0.01, 0.1, step_size_up=6), momentum)
