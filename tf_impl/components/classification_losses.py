"""Losses of one class out of several. Notice what a mean divides by, and whether logits or probabilities are
expected."""

import keras
import tensorflow as tf


def cross_entropy(logits, target):
    """PyTorch takes logits and integer classes. Keras takes probabilities, clipped to [1e-7, 1 - 1e-7], unless
    from_logits=True, and takes the target first."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(target, logits)


def cross_entropy_sum(logits, target):
    """The sum over the batch: a smaller last batch then counts less."""
    return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))


def cross_entropy_none(logits, target):
    """One number per example. tf.nn takes (labels, logits): pass them by name."""
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)


def cross_entropy_class_weights(logits, target, weight):
    """With class weights PyTorch's mean divides by the sum of the weights of the targets; with Keras' class_weight or
    sample_weight it divides by the number of examples."""
    each = tf.gather(weight, target)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
    return tf.reduce_sum(each * losses) / tf.reduce_sum(each)


def cross_entropy_class_weights_label_smoothing(logits, target, weight):
    """The smoothed part weighs each class by that class's weight; both parts are divided by the sum of the weights of
    the targets."""
    log_probabilities = weight * tf.nn.log_softmax(logits)
    of_target = tf.gather(log_probabilities, target, axis=1, batch_dims=1)
    losses = 0.9 * of_target + 0.1 * tf.reduce_mean(log_probabilities, 1)
    return -tf.reduce_sum(losses) / tf.reduce_sum(tf.gather(weight, target))


def cross_entropy_ignore_index(logits, target):
    """The mean is over the targets that are not ignored; -100 is ignored by default. Keras' loss object divides in the
    same way, but a product with a mask and a mean does not. Where all are ignored PyTorch gives NaN, Keras 0."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=-100)(target, logits)


def cross_entropy_tokens(logits, target):
    """For (N, time, classes) PyTorch expects the classes on axis 1: transpose; a reshape to (N, classes, time) also
    runs, and is wrong. The mean is over all tokens that are not ignored."""
    counts = tf.cast(target != 0, logits.dtype)
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
    return tf.reduce_sum(losses * counts) / tf.reduce_sum(counts)


def cross_entropy_pixels(logits, target):
    """The classes are axis 1 of PyTorch's (N, C, H, W), the last axis of TensorFlow's; the target is (N, H, W) on both
    sides. The mean is over all pixels."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(target, logits)


def cross_entropy_label_smoothing(logits, target):
    """The same formula, but Keras smooths one-hot targets only. tf.one_hot gives float32 by default."""
    target = tf.one_hot(target, 5, dtype=logits.dtype)
    return keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)(target, logits)


def cross_entropy_label_smoothing_by_hand(logits, target):
    """Some code gives each of the other classes s / (classes - 1), not s / classes with the target included: check
    which."""
    smooth = tf.one_hot(
        target, 5, on_value=tf.constant(0.9, logits.dtype), off_value=tf.constant(0.1 / 4, logits.dtype)
    )
    return -tf.reduce_mean(tf.reduce_sum(smooth * tf.nn.log_softmax(logits), 1))


def cross_entropy_probabilities(logits, target):
    """Targets that are distributions: PyTorch recognises them by dtype and shape; in Keras it is another class, without
    Sparse."""
    return keras.losses.CategoricalCrossentropy(from_logits=True)(target, logits)


def cross_entropy_of_probabilities(probability, target):
    """From the output of a softmax. Keras divides by the sum of each row and clips to [1e-7, 1 - 1e-7], and uses the
    logits that the output of a Keras softmax remembers; written out, it does none of that."""
    return -tf.reduce_mean(tf.math.log(tf.gather(probability, target, axis=1, batch_dims=1)))


def nll(log_probability, target):
    """Minus the log probability of the target: the log_softmax comes before it."""
    return -tf.reduce_mean(tf.gather(log_probability, target, axis=1, batch_dims=1))


def nll_class_weights_sum(log_probability, target, weight):
    """With class weights the sum is not divided by anything; the mean is, by the sum of the weights."""
    return -tf.reduce_sum(tf.gather(weight, target) * tf.gather(log_probability, target, axis=1, batch_dims=1))


def perplexity(logits, target):
    """The exponential of the mean over all tokens, not the mean of exponentials."""
    return tf.exp(tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)))


def focal_categorical(logits, target):
    """The cross-entropy of each example, times (1 - its probability)^gamma."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits)
    return tf.reduce_mean((1 - tf.exp(-losses)) ** 2 * losses)


def multi_margin(scores, target):
    """All wrong classes count, and the sum is divided by the number of classes. Keras' CategoricalHinge counts only the
    worst one."""
    of_target = tf.gather(scores, target, axis=1, batch_dims=1)[:, None]
    wrong = 1 - tf.one_hot(target, 5, dtype=scores.dtype)
    return tf.reduce_mean(tf.reduce_sum(wrong * tf.nn.relu(0.8 - of_target + scores), 1) / 5)


def categorical_hinge(scores, target):
    """Keras' own loss, written in PyTorch: the worst of the wrong classes against the target."""
    return keras.losses.CategoricalHinge()(tf.one_hot(target, 5, dtype=scores.dtype), scores)


def multilabel_margin(scores, target):
    """Targets are indices, and -1 ends the list. Every pair of a true class and another class counts, divided by the
    number of classes."""
    is_true = tf.reduce_max(tf.one_hot(target, 4, dtype=scores.dtype), 1)
    pairs = is_true[:, :, None] * (1 - is_true[:, None])
    return tf.reduce_mean(tf.reduce_sum(pairs * tf.nn.relu(1 - scores[:, :, None] + scores[:, None]), (1, 2)) / 4)
