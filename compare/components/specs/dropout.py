"""The inputs of the entries of dropout.py."""

from compare.components.spec import Spec, binary, image, normal

SPECS = {
    "dropout_evaluation": Spec(x=normal(4, 5), training=False),
    "dropout_given_mask": Spec(x=normal(4, 5), kept=binary(4, 5)),
    "dropout_channels_given_mask": Spec(x=image(2, 4, 3, 2), kept=binary(2, 4)),
    "stochastic_depth_given_mask": Spec(x=normal(4, 3, 5), branch=normal(4, 3, 5), kept=binary(4)),
}
