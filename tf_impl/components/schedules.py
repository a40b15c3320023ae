"""Schedules of the learning rate by optimizer step. Notice what counts the steps, and where each begins and ends."""

import tensorflow as tf

from tf_impl.schedules import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)


def step_lr(optimizer):
    """PyTorch's schedulers are mostly stepped once an epoch, a Keras schedule counts optimizer steps.
    ExponentialDecay(staircase=True) comes near, but in a graph its floor(step / 49) is one step late, for TensorFlow
    multiplies by 1/49."""
    optimizer.learning_rate = StepLR(0.1, step_size=7, gamma=0.3)


def multi_step_lr(optimizer):
    """PyTorch has the new rate at the milestone, Keras' PiecewiseConstantDecay one step after its boundary: give it
    milestone - 1. A milestone named twice counts twice."""
    optimizer.learning_rate = MultiStepLR(0.1, milestones=[10, 20, 20], gamma=0.3)


def constant_lr(optimizer):
    """Not a constant rate: a factor of 1/3 for the first 5 steps when nothing is said, and the whole rate after."""
    optimizer.learning_rate = ConstantLR(0.1, factor=0.25, total_iters=9)


def linear_warmup(optimizer):
    """PyTorch's LinearLR begins at a third of the rate when nothing is said, and its start_factor cannot be 0; Keras'
    warm-ups begin at 0, so that their first step changes nothing."""
    optimizer.learning_rate = LinearLR(0.1, start_factor=0.1, total_iters=12)


def linear_decay(optimizer):
    """The end_factor is a factor of the first rate, and the rate stays there; in Keras' PolynomialDecay the end is a
    rate, 1e-4 when nothing is said."""
    optimizer.learning_rate = LinearLR(0.1, start_factor=1.0, end_factor=0.05, total_iters=30)


def exponential_lr(optimizer):
    """PyTorch multiplies by gamma at each step; Keras' ExponentialDecay raises decay_rate to step / decay_steps, so 0.9
    over 1 step, not over an epoch's."""
    optimizer.learning_rate = ExponentialLR(0.1, gamma=0.93)


def polynomial_lr(optimizer):
    """PyTorch's PolynomialLR ends at 0, Keras' PolynomialDecay at 1e-4 when nothing is said; both stay at their end."""
    optimizer.learning_rate = PolynomialLR(0.1, total_iters=30, power=2.0)


def polynomial_lr_root(optimizer):
    """A power below 1 is steep at its end, where rounding shows: left / total is 0 there, 1 - done / total may be
    1e-16, whose root is 1e-8."""
    optimizer.learning_rate = PolynomialLR(0.1, total_iters=49, power=0.5)


def cosine_annealing(optimizer):
    """PyTorch's eta_min is a rate, Keras' alpha in CosineDecay a part of the first rate."""
    optimizer.learning_rate = CosineAnnealingLR(0.1, T_max=50, eta_min=0.01)


def cosine_annealing_beyond_the_end(optimizer):
    """After T_max steps PyTorch's cosine rises again, up to the whole rate; Keras' CosineDecay stays at its end. A loop
    that runs longer than it was planned for trains at full rate again."""
    optimizer.learning_rate = CosineAnnealingLR(0.1, T_max=20, eta_min=0.01)


def cosine_warm_restarts(optimizer):
    """At each restart PyTorch goes back to the whole rate; Keras' m_mul can shrink it, and is 1 when nothing is said.
    PyTorch's T_mult is 1 when nothing is said, Keras' t_mul is 2."""
    optimizer.learning_rate = CosineAnnealingWarmRestarts(0.1, T_0=8, eta_min=0.01)


def cosine_warm_restarts_growing(optimizer):
    """Keras' CosineDecayRestarts finds its cycle with a logarithm, which rounding may put one step late: the rate is
    then at its lowest where PyTorch's is at its highest."""
    optimizer.learning_rate = CosineAnnealingWarmRestarts(0.1, T_0=1, T_mult=3, eta_min=0.01)


def one_cycle(optimizer):
    """PyTorch begins at max_lr / 25, peaks one step before 30% of total_steps, and ends at 4e-6 of max_lr, along a
    cosine both ways; Keras has no such schedule. PyTorch turns the momentum, too: see sgd_one_cycle."""
    optimizer.learning_rate = OneCycleLR(max_lr=0.4, total_steps=50)


def one_cycle_three_phases(optimizer):
    """With three_phase=True it comes back to the first rate in as many steps as it went up, and falls to the last from
    there; epochs * steps_per_epoch may stand for total_steps."""
    optimizer.learning_rate = OneCycleLR(
        max_lr=0.4, total_steps=50, pct_start=0.4, anneal_strategy="linear", div_factor=10.0, three_phase=True
    )


def cyclic_triangular(optimizer):
    """Keras has no such schedule. The rate that the optimizer was made with counts for nothing: base_lr is set at once;
    the momentum swings, too, unless cycle_momentum=False."""
    optimizer.learning_rate = CyclicLR(base_lr=0.02, max_lr=0.3, step_size_up=7, step_size_down=5)


def cyclic_triangular2(optimizer):
    """Each cycle is half as high as the one before; a cycle is step_size_up and step_size_down together."""
    optimizer.learning_rate = CyclicLR(base_lr=0.02, max_lr=0.3, step_size_up=6, mode="triangular2")


def cyclic_exp_range(optimizer):
    """The height shrinks by gamma at each step, not at each cycle."""
    optimizer.learning_rate = CyclicLR(base_lr=0.02, max_lr=0.3, step_size_up=6, mode="exp_range", gamma=0.97)


def lambda_lr(optimizer):
    """The function gives a factor, not a rate. PyTorch calls it with an int; in TensorFlow it is traced, so it must be
    written with tensors (tf.where, no if), of float64 lest the step be rounded."""
    optimizer.learning_rate = LambdaLR(0.1, lambda step: 1 / (1 + 0.1 * step))


def lambda_lr_warmup(optimizer):
    """The usual warm-up with (step + 1) / n has its whole rate at step n - 1, and LinearLR at step n: one step
    apart."""
    optimizer.learning_rate = LambdaLR(0.1, lambda step: tf.minimum((step + 1) / 12, 1.0))


def multiplicative_lr(optimizer):
    """The function gives what the last rate is multiplied by, and is asked from step 1 on; a Keras schedule is a
    function of the step alone, so the product is taken anew."""
    optimizer.learning_rate = MultiplicativeLR(0.1, lambda step: 1 - 0.5 / (step + 1))


def inverse_square_root(optimizer):
    """The transformer's schedule (Vaswani et al., 2017) counts its steps from 1, PyTorch and Keras theirs from 0; the
    rate then is a factor times d_model^-0.5 * min(step^-0.5, step * warmup^-1.5)."""

    def factor(step):
        return 64**-0.5 * tf.minimum((step + 1) ** -0.5, (step + 1) * 12**-1.5)

    optimizer.learning_rate = LambdaLR(0.1, factor)


def warmup_cosine(optimizer):
    """Keras' CosineDecay has a warm-up of its own, but its decay_steps begin after it: give total - warmup. PyTorch
    chains two schedules, and its T_max is total - warmup as well."""
    warmup = LinearLR(0.1, start_factor=0.1, total_iters=10)
    decay = CosineAnnealingLR(0.1, T_max=40)
    optimizer.learning_rate = SequentialLR([warmup, decay], milestones=[10])


def sequential_lr(optimizer):
    """At its milestone each schedule begins at its own step 0, at the rate that the optimizer was made with, wherever
    the one before has ended."""
    first = ExponentialLR(0.1, gamma=0.9)
    then = StepLR(0.1, step_size=4, gamma=0.5)
    optimizer.learning_rate = SequentialLR([first, then], milestones=[15])


def chained_schedulers(optimizer):
    """Schedules that are all stepped at once multiply their factors; in PyTorch it is enough to make two of them for
    one optimizer."""
    optimizer.learning_rate = ChainedScheduler([LinearLR(0.1, total_iters=10), ExponentialLR(0.1, gamma=0.95)])


def reduce_on_plateau(optimizer):
    """PyTorch reduces when more than patience losses were no better, Keras' callback when patience were: one earlier.
    PyTorch's threshold is a part of the best loss, Keras' min_delta an absolute number."""
    return ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=0.01)


def reduce_on_plateau_cooldown(optimizer):
    """In the cooldown PyTorch counts no bad loss at all; min_lr is a rate, and a change below eps=1e-8 is not made, so
    the last one may be left out."""
    return ReduceLROnPlateau(
        optimizer, mode="max", factor=0.3, patience=1, threshold_mode="abs", cooldown=3, min_lr=0.002
    )
