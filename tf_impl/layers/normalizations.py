"""Batch normalisation as PyTorch computes it, in a Keras layer. Notice what goes into the running variance.

differs: PyTorch has one class per number of dimensions, channels second; Keras one for all, channels last.
"""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="tf_impl")
class BatchNorm(keras.layers.BatchNormalization):
    """Normalises each channel of (N, C) or (N, ..., C) (torch/nn/modules/batchnorm.py, 2.13).

    A `momentum` of None averages over all batches equally; without `track_running_stats` evaluation normalises by the
    batch too. `options` are other arguments of keras.layers.BatchNormalization, except axis, synchronized and renorm.
    The output has the input's shape and the compute dtype; float16 and bfloat16 are normalised in float32. Masked steps
    count in no statistic.

    Raises ValueError for a wrong number of dimensions, and for a batch of one value per channel in training
    (tf.errors.InvalidArgumentError at run time where a graph does not know the shape).

    differs: PyTorch's momentum is the weight of the new batch (0.1), Keras' that of the old average (0.99).
    differs: PyTorch's running variance takes each batch's sum of squares over N - 1, Keras' over N.
    differs: PyTorch normalises by the batch whenever the model is in training, Keras only if the layer is not frozen.
    """

    DIMENSIONS = (2, 3, 4, 5)

    def __init__(
        self,
        momentum: float | None = 0.1,
        epsilon: float = 1e-5,
        affine: bool = True,
        track_running_stats: bool = True,
        **options,
    ):
        fixed = {"axis": -1, "synchronized": False}
        super().__init__(momentum=1 - (momentum or 0), epsilon=epsilon, center=affine, scale=affine, **fixed, **options)
        if getattr(self, "renorm", False):
            raise ValueError("renorm=True: PyTorch's batch norms have none, use keras.layers.BatchNormalization")
        self.weight_of_new, self.track_running_stats = momentum, track_running_stats

    def build(self, input_shape):
        self.check_dimensions(input_shape)
        channels = input_shape[-1]
        for name, wanted in {"gamma": self.scale, "beta": self.center}.items():
            restraints = {each: getattr(self, f"{name}_{each}") for each in ("regularizer", "constraint")}
            setattr(self, name, self.add(name, channels, **restraints) if wanted else None)
        if self.track_running_stats:
            self.moving_mean = self.add("moving_mean", channels, trainable=False)
            self.moving_variance = self.add("moving_variance", channels, trainable=False)
        if self.track_running_stats and self.weight_of_new is None:
            self.batches = self.add_weight((), "zeros", dtype="int64", trainable=False, name="num_batches_tracked")
        self.input_spec = keras.InputSpec(axes={-1: channels})

    def add(self, name: str, channels: int, **options):
        return self.add_weight((channels,), getattr(self, f"{name}_initializer"), name=name, autocast=False, **options)

    def check_dimensions(self, shape) -> None:
        if len(shape) not in self.DIMENSIONS:
            expected = " or ".join(f"{number}D" for number in self.DIMENSIONS)
            raise ValueError(f"{type(self).__name__} expected {expected} input, channels last, got {tuple(shape)}")

    def call(self, inputs, training=None, mask=None):
        self.check_dimensions(inputs.shape)
        x = tf.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
        if training or not self.track_running_stats:
            mean, variance, count = _moments(x, mask)
            with tf.control_dependencies(_refusal_of_one_value(count, x.shape)):
                if training and self.track_running_stats:
                    self.follow(mean, variance, count)
        else:
            mean, variance = tf.cast(self.moving_mean, x.dtype), tf.cast(self.moving_variance, x.dtype)
        beta, gamma = (each if each is None else tf.cast(each, x.dtype) for each in (self.beta, self.gamma))
        return tf.cast(tf.nn.batch_normalization(x, mean, variance, beta, gamma, self.epsilon), self.compute_dtype)

    def follow(self, mean, variance, count) -> None:
        """Move the running statistics towards those of a batch, whose `variance` is a mean over `count` values."""
        new = self.weight_of_new
        if new is None:
            new = 1 / tf.cast(self.batches.assign_add(1), mean.dtype)
        self.moving_mean.assign(new * mean + (1 - new) * tf.cast(self.moving_mean, mean.dtype))
        kept = tf.cast(self.moving_variance, mean.dtype)
        self.moving_variance.assign(new * variance * count / (count - 1) + (1 - new) * kept)

    def get_config(self):
        config = super().get_config() | {"momentum": self.weight_of_new, "affine": self.scale}
        left_out = ("axis", "center", "scale", "synchronized")
        config = {name: value for name, value in config.items() if name not in left_out}
        return config | {"track_running_stats": self.track_running_stats}


def _moments(x, mask):
    """Mean and variance (over N) of each channel, both (C,), and the number N of values, in the dtype of `x`.

    `mask` has the first axes of `x`, batch and time for example: False is left out.
    """
    axes = list(range(len(x.shape) - 1))
    if mask is None:
        return *tf.nn.moments(x, axes), tf.cast(tf.size(x[..., 0]), x.dtype)
    mask = tf.reshape(mask, tf.concat((tf.shape(mask), [1] * (len(x.shape) - len(mask.shape))), 0))
    kept = tf.broadcast_to(mask, tf.shape(x))
    count = tf.math.count_nonzero(kept[..., 0], dtype=x.dtype)
    mean = tf.reduce_sum(tf.where(kept, x, 0), axes) / count
    return mean, tf.reduce_sum(tf.where(kept, tf.square(x - mean), 0), axes) / count, count


def _refusal_of_one_value(count, shape) -> list:
    """Raises where the count is known; otherwise returns the check to run first: the variance would be 0 / 0."""
    message = f"Expected more than 1 value per channel when training, got input of shape {tuple(shape)}"
    known = tf.get_static_value(count)
    if known is None:
        return [tf.debugging.assert_greater(count, tf.ones_like(count), message)]
    if known <= 1:
        raise ValueError(message)
    return []


@keras.saving.register_keras_serializable(package="tf_impl")
class BatchNorm1d(BatchNorm):
    """Over (N, C) or (N, length, C)."""

    DIMENSIONS = (2, 3)


@keras.saving.register_keras_serializable(package="tf_impl")
class BatchNorm2d(BatchNorm):
    """Over (N, height, width, C)."""

    DIMENSIONS = (4,)


@keras.saving.register_keras_serializable(package="tf_impl")
class BatchNorm3d(BatchNorm):
    """Over (N, depth, height, width, C)."""

    DIMENSIONS = (5,)
