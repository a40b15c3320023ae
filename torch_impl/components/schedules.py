"""Schedules of the learning rate by optimizer step. Notice what counts the steps, and where each begins and ends."""

from torch_impl.schedules import (
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
    """PyTorch's schedulers are usually stepped once per epoch; a Keras schedule counts optimizer steps.
    ExponentialDecay(staircase=True) is close, but for some step sizes (41, 47) it is one step late in a graph, because
    TensorFlow multiplies by 1/41 in float32."""
    return StepLR(optimizer, step_size=7, gamma=0.3)


def multi_step_lr(optimizer):
    """PyTorch's rate changes at the milestone, that of Keras' PiecewiseConstantDecay one step after its boundary: give
    it milestone - 1. A milestone that is given twice counts twice."""
    return MultiStepLR(optimizer, milestones=[10, 20, 20], gamma=0.3)


def constant_lr(optimizer):
    """Not a constant rate: by default a third of the rate for the first 5 steps, then the whole rate."""
    return ConstantLR(optimizer, factor=0.25, total_iters=9)


def linear_warmup(optimizer):
    """PyTorch's LinearLR starts at a third of the rate by default, and its start_factor cannot be 0; Keras' warm-ups
    usually start at 0, so that their first step changes nothing."""
    return LinearLR(optimizer, start_factor=0.1, total_iters=12)


def linear_decay(optimizer):
    """The end_factor is a factor of the first rate, and the rate stays there; in Keras' PolynomialDecay the end is a
    rate, 1e-4 by default."""
    return LinearLR(optimizer, start_factor=1.0, end_factor=0.05, total_iters=30)


def exponential_lr(optimizer):
    """PyTorch multiplies by gamma each time it is stepped, often once per epoch; Keras' ExponentialDecay raises
    decay_rate to the power optimizer step / decay_steps."""
    return ExponentialLR(optimizer, gamma=0.93)


def polynomial_lr(optimizer):
    """PyTorch's PolynomialLR ends at 0, Keras' PolynomialDecay at 1e-4 by default; both stay there."""
    return PolynomialLR(optimizer, total_iters=30, power=2.0)


def polynomial_lr_root(optimizer):
    """A power below 1 is steep at its end, where rounding shows: left / total is 0 there, 1 - done / total may be
    1e-16, and its root is 1e-8."""
    return PolynomialLR(optimizer, total_iters=49, power=0.5)


def cosine_annealing(optimizer):
    """PyTorch's eta_min is a rate; the alpha of Keras' CosineDecay is a fraction of the first rate."""
    return CosineAnnealingLR(optimizer, T_max=50, eta_min=0.01)


def cosine_annealing_beyond_the_end(optimizer):
    """After T_max steps PyTorch's cosine rises again, up to the whole rate; Keras' CosineDecay stays at its end. A loop
    that runs longer than planned trains at the full rate again."""
    return CosineAnnealingLR(optimizer, T_max=20, eta_min=0.01)


def cosine_warm_restarts(optimizer):
    """At each restart PyTorch returns to the whole rate; Keras' m_mul can shrink it, and is 1 by default. The default
    of PyTorch's T_mult is 1, that of Keras' t_mul is 2."""
    return CosineAnnealingWarmRestarts(optimizer, T_0=8, eta_min=0.01)


def cosine_warm_restarts_growing(optimizer):
    """Keras' CosineDecayRestarts finds its cycle by a logarithm, and rounding may make it restart one step late: the
    rate is then at its lowest where PyTorch's is at its highest."""
    return CosineAnnealingWarmRestarts(optimizer, T_0=1, T_mult=3, eta_min=0.01)


def one_cycle(optimizer):
    """PyTorch starts at max_lr / 25, peaks one step before 30% of total_steps, and ends at 4e-6 of max_lr, along
    cosines; Keras has no such schedule. PyTorch moves the momentum too: see sgd_one_cycle."""
    return OneCycleLR(optimizer, max_lr=0.4, total_steps=50)


def one_cycle_three_phases(optimizer):
    """With three_phase=True it returns to the first rate in as many steps as it rose, and falls to the last rate from
    there. epochs * steps_per_epoch may be given instead of total_steps."""
    return OneCycleLR(
        optimizer,
        max_lr=0.4,
        total_steps=50,
        pct_start=0.4,
        anneal_strategy="linear",
        div_factor=10.0,
        three_phase=True,
    )


def cyclic_triangular(optimizer):
    """Keras has no such schedule. PyTorch ignores the rate that the optimizer was made with: base_lr is set at once.
    The momentum moves too, unless cycle_momentum=False."""
    return CyclicLR(optimizer, base_lr=0.02, max_lr=0.3, step_size_up=7, step_size_down=5)


def cyclic_triangular2(optimizer):
    """Each cycle is half as high as the one before; a cycle is step_size_up and step_size_down together."""
    return CyclicLR(optimizer, base_lr=0.02, max_lr=0.3, step_size_up=6, mode="triangular2")


def cyclic_exp_range(optimizer):
    """The height shrinks by gamma at each step, not at each cycle."""
    return CyclicLR(optimizer, base_lr=0.02, max_lr=0.3, step_size_up=6, mode="exp_range", gamma=0.97)


def lambda_lr(optimizer):
    """The function returns a factor, not a rate. PyTorch calls it with an int. TensorFlow traces it: write it with
    tensors (tf.where, no if), in float64 so that the step is not rounded."""
    return LambdaLR(optimizer, lambda step: 1 / (1 + 0.1 * step))


def lambda_lr_warmup(optimizer):
    """The usual warm-up with (step + 1) / n reaches the whole rate at step n - 1, LinearLR at step n."""
    return LambdaLR(optimizer, lambda step: min((step + 1) / 12, 1.0))


def multiplicative_lr(optimizer):
    """The function returns what the last rate is multiplied by, and is called from step 1 on. A Keras schedule is a
    function of the step alone, so it computes the whole product each time."""
    return MultiplicativeLR(optimizer, lambda step: 1 - 0.5 / (step + 1))


def inverse_square_root(optimizer):
    """The transformer's schedule (Vaswani et al., 2017) counts its steps from 1, PyTorch and Keras from 0. The rate is
    a factor times d_model^-0.5 * min(step^-0.5, step * warmup^-1.5)."""

    def factor(step):
        return 64**-0.5 * min((step + 1) ** -0.5, (step + 1) * 12**-1.5)

    return LambdaLR(optimizer, factor)


def warmup_cosine(optimizer):
    """Keras' CosineDecay has a warm-up, but counts its decay_steps after it: give total - warmup. PyTorch chains two
    schedules, and its T_max is total - warmup as well."""
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=10)
    decay = CosineAnnealingLR(optimizer, T_max=40)
    return SequentialLR(optimizer, [warmup, decay], milestones=[10])


def sequential_lr(optimizer):
    """At its milestone each schedule starts at its own step 0, at the rate that the optimizer was made with, wherever
    the last one ended."""
    first = ExponentialLR(optimizer, gamma=0.9)
    then = StepLR(optimizer, step_size=4, gamma=0.5)
    return SequentialLR(optimizer, [first, then], milestones=[15])


def chained_schedulers(optimizer):
    """Schedules that are all stepped at once multiply their factors; in PyTorch it is enough to make two of them for
    one optimizer."""
    return ChainedScheduler([LinearLR(optimizer, total_iters=10), ExponentialLR(optimizer, gamma=0.95)])


def reduce_on_plateau(optimizer):
    """PyTorch reduces the rate after patience + 1 losses without improvement, Keras' callback after patience. PyTorch's
    threshold is a fraction of the best loss, Keras' min_delta an absolute number."""
    return ReduceLROnPlateau(optimizer, factor=0.5, patience=2, threshold=0.01)


def reduce_on_plateau_cooldown(optimizer):
    """During the cooldown PyTorch does not count bad losses. min_lr is a rate, and a change below eps=1e-8 is skipped,
    so the last one may not happen."""
    return ReduceLROnPlateau(
        optimizer, mode="max", factor=0.3, patience=1, threshold_mode="abs", cooldown=3, min_lr=0.002
    )
