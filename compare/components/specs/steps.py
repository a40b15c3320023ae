"""The inputs of the steps of training: 50 batches of 8 examples."""

from compare.components.spec import Spec, normal

SPECS = {
    "clip_by_value": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "clip_by_norm_of_each": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "clip_by_global_norm_of_all": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "clip_before_weight_decay": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "l2_penalty_in_the_loss": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "accumulate_gradients": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "accumulate_unequal_micro_batches": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "ema_of_the_weights": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "ema_by_hand": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "stochastic_weight_averaging": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "gradient_penalty": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "freeze_a_weight": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "two_optimizers": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "scaled_loss": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "sharpness_aware": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "several_steps_a_batch": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
    "constrained_weights": Spec(x=normal(50, 8, 3), y=normal(50, 8, 2)),
}
