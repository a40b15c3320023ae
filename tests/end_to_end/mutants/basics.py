"""Wrong ports of the four smallest cases, and a learning rate in float32, which is a leak and no wrong port."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tests.end_to_end.mutants import Mutant

NAN_FROM, DECAY_FROM = 21, 37


def stock_adam(settings):
    """Keras' own Adam, with the same epsilon, added to the uncorrected root."""
    import keras

    from tf_impl.models import mlp_regression

    optimizer = keras.optimizers.Adam(settings["learning_rate"], epsilon=settings["epsilon"])
    return replace(mlp_regression.side(settings), optimizer=optimizer)


def sum_of_squares(settings):
    """The sum of squared errors in place of their mean."""
    import tensorflow as tf

    from tf_impl.models import mlp_regression

    def loss(model, batch, training):
        return tf.reduce_sum(tf.math.squared_difference(model(batch["x"], training=training), batch["y"])), {}

    return replace(mlp_regression.side(settings), loss=loss)


def l2_without_half(settings):
    """Keras' L2 regulariser: the sum of squares, without the half."""
    return _binary_classifier(settings, lambda model: 2 * settings["l2"] * _half_squares(model.trainable_variables))


def l2_without_biases(settings):
    """A kernel regulariser: no penalty on the biases."""
    return _binary_classifier(
        settings, lambda model: settings["l2"] * _half_squares([model.fc1.kernel, model.fc2.kernel])
    )


def channels_last_flattened(settings):
    """Flatten right behind the convolution: height, width, channel in place of channel, height, width."""
    import tensorflow as tf

    from tf_impl.models import cifar10_cnn

    class Cnn(cifar10_cnn.Cifar10Cnn):
        def call(self, x):
            x = self.pool1(tf.nn.relu(self.conv1(x)))
            x = self.pool2(tf.nn.relu(self.conv2(x)))
            return self.fc2(tf.nn.relu(self.fc1(self.flatten(tf.nn.relu(self.conv3(x))))))

    return replace(cifar10_cnn.side(settings), model=Cnn())


def average_pooling(settings):
    """Average pooling where the original takes the maximum."""
    from keras import layers

    from tf_impl.models import cifar10_cnn

    side = cifar10_cnn.side(settings)
    side.model.pool2 = layers.AveragePooling2D(2)
    return side


def partial_batch_dropped(settings):
    """drop_remainder=True in the input pipeline."""
    from tf_impl.models import mlp_regression

    return replace(
        mlp_regression.side(settings), batches=lambda batches: (batch for batch in batches if len(batch["x"]) == 32)
    )


def labels_shifted(settings):
    """Labels one example behind their images."""
    from tf_impl.models import cifar10_cnn

    def shifted(batches: Iterable[dict]) -> Iterator[dict]:
        return ({**batch, "y": np.roll(batch["y"], 1)} for batch in batches)

    return replace(cifar10_cnn.side(settings), batches=shifted)


def frozen_layer(settings):
    """A layer left frozen."""
    from tf_impl.models import mlp_regression

    side = mlp_regression.side(settings)
    side.model.fc1.trainable = False
    return side


def momentum_added(settings):
    """Momentum that the original has not."""
    import keras

    from tf_impl.models import linear_regression

    return replace(
        linear_regression.side(settings), optimizer=keras.optimizers.SGD(settings["learning_rate"], momentum=0.9)
    )


def logits_as_probabilities(settings):
    """from_logits forgotten: Keras takes the logits for probabilities."""
    import keras

    from tf_impl.models import cifar10_cnn

    def loss(model, batch, training):
        logits = model(batch["x"], training=training)
        accuracy = keras.ops.mean(keras.metrics.sparse_categorical_accuracy(batch["y"], logits))
        return keras.ops.mean(keras.losses.sparse_categorical_crossentropy(batch["y"], logits)), {"accuracy": accuracy}

    return replace(cifar10_cnn.side(settings), loss=loss)


def nan_from_some_step(settings):
    """A loss that becomes NaN in the middle of training."""
    import tensorflow as tf

    from tf_impl.models import mlp_regression

    side = mlp_regression.side(settings)

    def loss(model, batch, training):
        value, metrics = mlp_regression.loss(model, batch, training)
        factor = tf.where(side.optimizer.iterations.value >= NAN_FROM, np.nan, 1.0)
        return value * tf.cast(factor, value.dtype), metrics

    return replace(side, loss=loss)


def decay_added(settings):
    """A learning rate that is halved at a late step."""
    import tensorflow as tf

    from tf_impl import train
    from tf_impl.models import mlp_regression

    def step(side, batch):
        halved = tf.where(side.optimizer.iterations.value >= DECAY_FROM, 0.5, 1.0)
        side.optimizer.learning_rate.assign(
            settings["learning_rate"] * tf.cast(halved, side.optimizer.learning_rate.dtype)
        )
        return train.train_step(side, batch)

    return replace(mlp_regression.side(settings), step=step)


def wrong_threshold(settings):
    """Accuracy counted at another threshold: nothing that trains differs."""
    import tensorflow as tf

    from tf_impl.losses import binary_cross_entropy, l2_penalty
    from tf_impl.models import binary_classifier

    def loss(model, batch, training):
        probability, target = model(batch["x"], training=training), batch["y"]
        right = (probability > 0.45) == (target > 0.5)
        value = binary_cross_entropy(probability, target) + settings["l2"] * l2_penalty(model.trainable_variables)
        return value, {"accuracy": tf.reduce_mean(tf.cast(right, value.dtype))}

    return replace(binary_classifier.side(settings), loss=loss)


def learning_rate_in_float32(settings):
    """A learning rate that went through float32: a leak, and no wrong port."""
    from tf_impl.models import mlp_regression

    return mlp_regression.side({**settings, "learning_rate": float(np.float32(settings["learning_rate"]))})


def _half_squares(variables: Iterable[Any]):
    import tensorflow as tf

    return sum(tf.nn.l2_loss(variable) for variable in variables)


def _binary_classifier(settings, penalty: Callable):
    import keras

    from tf_impl.losses import binary_cross_entropy
    from tf_impl.models import binary_classifier

    def loss(model, batch, training):
        probability, target = model(batch["x"], training=training), batch["y"]
        accuracy = keras.ops.mean(keras.metrics.binary_accuracy(target, probability))
        return binary_cross_entropy(probability, target) + penalty(model), {"accuracy": accuracy}

    return replace(binary_classifier.side(settings), loss=loss)


MUTANTS = (
    Mutant("mlp_regression", stock_adam, (0, "update", "fc1.weight")),
    Mutant("mlp_regression", sum_of_squares, (0, "loss", "loss")),
    Mutant("binary_classifier", l2_without_half, (0, "loss", "loss")),
    # The biases start at zero: their penalty is seen after the first update.
    Mutant("binary_classifier", l2_without_biases, (1, "gradient", "fc1.bias")),
    Mutant("cifar10_cnn", channels_last_flattened, (0, "forward", "flatten")),
    Mutant("cifar10_cnn", average_pooling, (0, "forward", "pool2")),
    Mutant("mlp_regression", partial_batch_dropped, (31, "batch", "x"), steps=64),
    Mutant("cifar10_cnn", labels_shifted, (0, "batch", "y")),
    Mutant("mlp_regression", frozen_layer, (0, "update", "fc1.weight")),
    # The first update is the same; PyTorch shows no buffer to compare the one with that makes the second differ.
    Mutant("linear_regression", momentum_added, (1, "update", "linear.weight")),
    Mutant("cifar10_cnn", logits_as_probabilities, (0, "loss", "loss")),
    Mutant("mlp_regression", nan_from_some_step, (NAN_FROM, "loss", "loss"), steps=64),
    Mutant("mlp_regression", decay_added, (DECAY_FROM, "rate", "learning_rate"), steps=64),
    Mutant("binary_classifier", wrong_threshold, None),
)
LEAK = Mutant("mlp_regression", learning_rate_in_float32, (0, "rate", "learning_rate"), steps=64)
