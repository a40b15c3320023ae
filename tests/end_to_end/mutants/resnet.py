"""Wrong ports of the residual network."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def padding_same_at_stride_2(settings):
    """padding="same" where the original has padding=1: the shapes fit, the windows lie one pixel further on."""
    from keras import layers

    from tf_impl.models import resnet

    side = resnet.side(settings)
    side.model.projection.conv1 = layers.Conv2D(16, 3, strides=2, padding="same", use_bias=False)
    return side


def training_not_said(settings):
    """A loop of one's own that calls the model without training=True: running statistics, and none are kept."""
    from tf_impl.losses import sparse_categorical_cross_entropy
    from tf_impl.models import resnet

    def loss(model, batch, training):
        return sparse_categorical_cross_entropy(model(batch["x"]), batch["y"]), {}

    return replace(resnet.side(settings), loss=loss)


def keras_batch_norm(settings):
    """Keras' own batch norm, momentum and epsilon translated: the running variance is the biased one."""
    return _with_norm(settings, momentum=1 - settings["batch_norm_momentum"])


def momentum_of_batch_norm_not_turned_around(settings):
    """PyTorch's momentum handed to Keras' batch norm as it is: the running mean forgets at once."""
    return _with_norm(settings, momentum=settings["batch_norm_momentum"])


def keras_sgd(settings):
    """Keras' own SGD, which decays the weights apart from the momentum, and keeps the rate inside it."""
    import keras

    from tf_impl.models import resnet

    side = resnet.side(settings)
    optimizer = keras.optimizers.SGD(
        side.optimizer._learning_rate,
        momentum=settings["momentum"],
        nesterov=True,
        weight_decay=settings["weight_decay"],
    )
    return replace(side, optimizer=optimizer)


def cosine_over_all_steps(settings):
    """A cosine that is told the number of all steps, as Keras' CosineDecay takes it: it counts behind the warm-up."""
    from tf_impl.models import resnet
    from tf_impl.optimizers import SGD
    from tf_impl.schedules import CosineAnnealingLR, LinearLR, SequentialLR

    top, warmup_steps = settings["learning_rate"], settings["warmup_steps"]
    warmup = LinearLR(top, settings["start_factor"], total_iters=warmup_steps)
    decay = CosineAnnealingLR(top, T_max=settings["total_steps"])
    schedule = SequentialLR([warmup, decay], milestones=[warmup_steps])
    optimizer = SGD(schedule, settings["momentum"], weight_decay=settings["weight_decay"], nesterov=True)
    return replace(resnet.side(settings), optimizer=optimizer)


def _with_norm(settings, momentum: float):
    """The first batch norm replaced by Keras' own."""
    from keras import layers

    from tf_impl.models import resnet

    side = resnet.side(settings)
    side.model.bn1 = layers.BatchNormalization(momentum=momentum, epsilon=settings["batch_norm_epsilon"])
    return side


MUTANTS = (
    Mutant("resnet", padding_same_at_stride_2, (0, "forward", "projection.conv1")),
    Mutant("resnet", training_not_said, (0, "forward", "bn1")),
    # Training never reads the running variance: no loss differs but that of the evaluation.
    Mutant("resnet", keras_batch_norm, (0, "buffer", "bn1.running_var")),
    Mutant("resnet", momentum_of_batch_norm_not_turned_around, (0, "buffer", "bn1.running_mean")),
    Mutant("resnet", keras_sgd, (0, "state", "conv1.weight momentum_buffer")),
    # Warm-up and top are the same: the rates part one step behind the top.
    Mutant("resnet", cosine_over_all_steps, (9, "rate", "learning_rate"), steps=12),
)
