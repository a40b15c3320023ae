"""The inputs of the schedules: nothing, or losses that fall, stay the same and rise."""

import numpy as np

from compare.components.spec import Spec, values

STEPS = np.arange(50)
LOSSES = values(np.exp(-STEPS / 10) + 0.05 * np.cos(2 * STEPS) + np.where(STEPS > 35, 0.3, 0.0))

SPECS = {
    "step_lr": Spec(),
    "multi_step_lr": Spec(),
    "constant_lr": Spec(),
    "linear_warmup": Spec(),
    "linear_decay": Spec(),
    "exponential_lr": Spec(),
    "polynomial_lr": Spec(),
    "polynomial_lr_root": Spec(),
    "cosine_annealing": Spec(),
    "cosine_annealing_beyond_the_end": Spec(),
    "cosine_warm_restarts": Spec(),
    "cosine_warm_restarts_growing": Spec(),
    "one_cycle": Spec(),
    "one_cycle_three_phases": Spec(),
    "cyclic_triangular": Spec(),
    "cyclic_triangular2": Spec(),
    "cyclic_exp_range": Spec(),
    "lambda_lr": Spec(),
    "lambda_lr_warmup": Spec(),
    "multiplicative_lr": Spec(),
    "inverse_square_root": Spec(),
    "warmup_cosine": Spec(),
    "sequential_lr": Spec(),
    "chained_schedulers": Spec(),
    "reduce_on_plateau": Spec(loss=LOSSES),
    "reduce_on_plateau_cooldown": Spec(loss=LOSSES),
}
