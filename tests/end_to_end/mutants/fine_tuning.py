"""Wrong ports of the fine-tuning."""

from dataclasses import replace

from compare.inputs.cases.fine_tuning import FROZEN_STEPS
from tests.end_to_end.mutants import Mutant


def batch_norm_of_frozen_layers_in_training(settings):
    """A frozen backbone that is called with training=True: it normalises by the batch, and its statistics move."""
    return _with_training(settings, lambda training, thawed: training)


def batch_norm_of_thawed_layers_in_inference(settings):
    """training=False for good, as Keras' guide to transfer learning has it, and the original has not."""
    return _with_training(settings, lambda training, thawed: False)


def zeros_for_frozen_gradients(settings):
    """A gradient of zero in place of none: the momentum fills with decay, and the frozen weights shrink."""
    import tensorflow as tf

    from tf_impl.models import fine_tuning

    def step(side, batch):
        loss, metrics = fine_tuning.step_of_parts(side, batch, thawed=False)
        variables = side.model.backbone.trainable_variables
        side.optimizer["backbone"].apply_gradients([(tf.zeros_like(variable), variable) for variable in variables])
        return loss, metrics

    return replace(fine_tuning.side(settings), step=step)


def one_rate_for_both(settings):
    """The head's learning rate for the backbone too, since a Keras optimizer has no groups."""
    from tf_impl.models import fine_tuning

    return fine_tuning.side({**settings, "backbone_learning_rate": settings["head_learning_rate"]})


def _with_training(settings, of_backbone):
    """The model called as it is, but for what its backbone is told."""
    import tensorflow as tf

    from tf_impl.losses import sparse_categorical_cross_entropy
    from tf_impl.models import fine_tuning

    def loss(model, batch, training, thawed=True):
        features = model.backbone(batch["x"], training=of_backbone(training, thawed))
        logits = model.head(features if thawed else tf.stop_gradient(features))
        accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == batch["y"], logits.dtype))
        return sparse_categorical_cross_entropy(logits, batch["y"]), {"accuracy": accuracy}

    return replace(fine_tuning.side(settings), loss=loss)


MUTANTS = (
    Mutant("fine_tuning", batch_norm_of_frozen_layers_in_training, (0, "forward", "backbone.bn1")),
    Mutant(
        "fine_tuning",
        batch_norm_of_thawed_layers_in_inference,
        (FROZEN_STEPS, "forward", "backbone.bn1"),
        steps=FROZEN_STEPS + 2,
    ),
    # PyTorch's frozen weights have no gradient at all.
    Mutant("fine_tuning", zeros_for_frozen_gradients, (0, "update", "backbone.conv1.weight")),
    # That there are two rates on one side only is no finding, the first update of the backbone is.
    Mutant(
        "fine_tuning",
        one_rate_for_both,
        (FROZEN_STEPS, "update", "backbone.conv1.weight"),
        steps=FROZEN_STEPS + 2,
    ),
)
