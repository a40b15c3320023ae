"""The inputs of the activations: numbers before, at and after every kink, and some so large that exp overflows."""

import numpy as np

from compare.components.spec import Spec, image, normal, values

# Multiples of 0.25 hit the kinks at 0, 0.5, 1, 3, 6 exactly; 20 is PyTorch's threshold of softplus.
EVERYWHERE = values(
    np.concatenate([np.linspace(-8, 8, 65), [-1000, -800, -30, -1e-8, 1e-8, 19.9, 20.1, 30, 800, 1000]])
)
# Without large numbers.
NEAR = values(np.linspace(-8, 8, 65))

SPECS = {
    "relu": Spec(x=EVERYWHERE),
    "relu_by_maximum": Spec(x=EVERYWHERE),
    "relu6": Spec(x=EVERYWHERE),
    "relu_squared": Spec(x=NEAR),
    "leaky_relu": Spec(x=EVERYWHERE),
    "leaky_relu_layer": Spec(x=EVERYWHERE),
    "prelu": Spec(x=normal(4, 6)),
    "prelu_channels": Spec(x=image(2, 3, 4, 5)),
    "rrelu_evaluation": Spec(x=EVERYWHERE, training=False),
    "elu": Spec(x=EVERYWHERE),
    "selu": Spec(x=EVERYWHERE),
    "celu": Spec(x=EVERYWHERE),
    "gelu": Spec(x=EVERYWHERE),
    "gelu_tanh": Spec(x=NEAR),
    "gelu_quick": Spec(x=EVERYWHERE),
    "silu": Spec(x=EVERYWHERE),
    "mish": Spec(x=EVERYWHERE),
    "softplus": Spec(x=EVERYWHERE),
    "softplus_beta": Spec(x=EVERYWHERE),
    "softsign": Spec(x=EVERYWHERE),
    "tanh": Spec(x=EVERYWHERE),
    "sigmoid": Spec(x=EVERYWHERE),
    "log_sigmoid": Spec(x=EVERYWHERE),
    "hard_sigmoid": Spec(
        # Not at the kinks: a nudge of one ulp changes the slope there, so any gradient would pass.
        x=normal(8, 8, scale=3),
        precision="float32",
        why="PyTorch's own gradient has 1/6 in float32, also for float64 tensors.",
    ),
    "hard_swish": Spec(x=EVERYWHERE),
    "hard_tanh": Spec(x=EVERYWHERE),
    "hard_shrink": Spec(x=EVERYWHERE),
    "soft_shrink": Spec(x=EVERYWHERE),
    "tanh_shrink": Spec(x=NEAR),
    "threshold": Spec(x=EVERYWHERE),
    "glu": Spec(x=normal(4, 6)),
    "glu_channels": Spec(x=image(2, 6, 4, 5)),
    "geglu": Spec(x=normal(4, 6)),
    "swiglu": Spec(x=normal(4, 6)),
    "softmax": Spec(logits=normal(4, 6, scale=5)),
    "softmax_channels": Spec(logits=image(2, 3, 4, 5)),
    "softmax_steps": Spec(logits=normal(2, 5, 3)),
    "softmax_temperature": Spec(logits=normal(4, 6, scale=5)),
    "log_softmax": Spec(logits=normal(4, 6, scale=200)),
    "softmin": Spec(distances=normal(4, 6, scale=5)),
}
