"""The inputs of the entries of classification_losses.py."""

from compare.components.spec import Spec, fixed, image, labels, normal, probabilities, uniform, values

SPECS = {
    "cross_entropy": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "cross_entropy_sum": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "cross_entropy_none": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "cross_entropy_class_weights": Spec(
        logits=normal(6, 5), target=labels(6, below=5), weight=fixed(uniform(5, low=0.2, high=3))
    ),
    "cross_entropy_class_weights_label_smoothing": Spec(
        logits=normal(6, 5), target=labels(6, below=5), weight=fixed(uniform(5, low=0.2, high=3))
    ),
    "cross_entropy_ignore_index": Spec(logits=normal(6, 5), target=values([3, -100, 0, 4, -100, 1])),
    "cross_entropy_tokens": Spec(logits=normal(2, 6, 5), target=labels(2, 6, below=5)),
    "cross_entropy_pixels": Spec(logits=image(2, 4, 3, 5), target=labels(2, 3, 5, below=4)),
    "cross_entropy_label_smoothing": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "cross_entropy_label_smoothing_by_hand": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "cross_entropy_probabilities": Spec(logits=normal(6, 5), target=fixed(probabilities(6, 5))),
    "cross_entropy_of_probabilities": Spec(probability=probabilities(6, 5), target=labels(6, below=5)),
    "nll": Spec(log_probability=normal(6, 5), target=labels(6, below=5)),
    "nll_class_weights_sum": Spec(
        log_probability=normal(6, 5), target=labels(6, below=5), weight=fixed(uniform(5, low=0.2, high=3))
    ),
    "perplexity": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "focal_categorical": Spec(logits=normal(6, 5), target=labels(6, below=5)),
    "multi_margin": Spec(scores=normal(6, 5), target=labels(6, below=5)),
    "categorical_hinge": Spec(scores=uniform(6, 5, low=0.1, high=2), target=labels(6, below=5)),
    "multilabel_margin": Spec(scores=normal(3, 4), target=values([[3, 0, -1, -1], [1, -1, -1, -1], [2, 3, 0, -1]])),
}
