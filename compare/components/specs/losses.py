"""The inputs of the entries of losses.py."""

from compare.components.spec import Spec, as_image, binary, fixed, image, labels, normal, probabilities, uniform, values

SPECS = {
    "dice": Spec(probability=as_image(uniform(2, 3, 4, 5)), target=fixed(as_image(binary(2, 3, 4, 5)))),
    "dice_with_cross_entropy": Spec(logits=image(2, 4, 3, 5), target=labels(2, 3, 5, below=4)),
    "jaccard": Spec(probability=as_image(uniform(2, 3, 4, 5)), target=fixed(as_image(binary(2, 3, 4, 5)))),
    "kl_div_batchmean": Spec(
        log_probability=normal(6, 5),
        target=fixed(values([[0.0, 1.0, 0.0, 0.0, 0.0]] * 3 + [[0.1, 0.2, 0.3, 0.3, 0.1]] * 3)),
    ),
    "kl_div_mean": Spec(log_probability=normal(6, 5), target=probabilities(6, 5)),
    "kl_div_log_target": Spec(log_probability=normal(6, 5), log_target=normal(6, 5)),
    "distillation": Spec(student=normal(6, 5), teacher=normal(6, 5)),
    "vae_kl": Spec(mean=normal(6, 4), log_variance=normal(6, 4)),
    "ctc_mean": Spec(
        logits=normal(9, 3, 5),
        target=values([[1, 1, 2, 0], [3, 4, 3, 1], [2, 0, 0, 0]]),
        input_lengths=values([9, 8, 5]),
        target_lengths=values([3, 4, 1]),
    ),
    "ctc_sum": Spec(
        logits=normal(9, 3, 5),
        target=values([[1, 1, 2, 0], [3, 4, 3, 1], [2, 0, 0, 0]]),
        input_lengths=values([9, 8, 5]),
        target_lengths=values([3, 4, 1]),
    ),
    "ctc_stock": Spec(
        logits=normal(9, 3, 5),
        target=values([[1, 1, 2, 0], [3, 4, 3, 1], [2, 0, 0, 0]]),
        input_lengths=values([9, 8, 5]),
        target_lengths=values([3, 4, 1]),
        precision="float32",
        why="tf.nn.ctc_loss has no float64.",
    ),
    "total_variation": Spec(x=image(2, 3, 4, 5)),
    "l2_penalty": Spec(weight=normal(4, 5)),
}
