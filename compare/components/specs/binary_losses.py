"""The inputs of the entries of binary_losses.py."""

from compare.components.spec import Spec, binary, fixed, normal, signs, uniform, values

SPECS = {
    "bce": Spec(probability=uniform(6, 3, low=0.01, high=0.99), target=binary(6, 3)),
    "bce_sum": Spec(probability=uniform(6, 3, low=0.01, high=0.99), target=binary(6, 3)),
    "bce_weight": Spec(
        probability=uniform(6, 3, low=0.01, high=0.99),
        target=binary(6, 3),
        weight=fixed(uniform(6, 3, low=0.2, high=3)),
    ),
    "bce_saturated": Spec(
        probability=values([0.0, 1.0, 1e-30, 0.0, 1.0, 0.3]), target=fixed(values([1.0, 0.0, 1.0, 0.0, 1.0, 1.0]))
    ),
    "bce_with_logits": Spec(logits=normal(6, 3, scale=30), target=binary(6, 3)),
    "bce_with_logits_none": Spec(logits=normal(6, 3), target=binary(6, 3)),
    "bce_with_logits_sum": Spec(logits=normal(6, 3), target=binary(6, 3)),
    "bce_with_logits_pos_weight": Spec(
        logits=normal(6, 3), target=fixed(uniform(6, 3)), pos_weight=fixed(values([0.5, 2.0, 7.0]))
    ),
    "bce_with_logits_label_smoothing": Spec(logits=normal(6, 3), target=binary(6, 3)),
    "focal_binary": Spec(logits=normal(6, 3), target=binary(6, 3)),
    "multilabel_soft_margin": Spec(logits=normal(6, 3), target=binary(6, 3)),
    "soft_margin": Spec(score=normal(6, 3), target=signs(6, 3)),
    "hinge": Spec(score=normal(6, 3), target=signs(6, 3)),
    "squared_hinge": Spec(score=normal(6, 3), target=signs(6, 3)),
    "gan_generator": Spec(logits=normal(8, 1)),
}
