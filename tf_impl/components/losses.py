"""Losses of distributions, regions and alignments, and penalties. Notice what a mean divides by."""

import tensorflow as tf

from tf_impl.losses import ctc


def dice(probability, target):
    """Sums over the pixels of each class of each image: axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow. Other code also
    sums over the batch, or squares the denominator: check which."""
    overlap = tf.reduce_sum(probability * target, (1, 2))
    total = tf.reduce_sum(probability + target, (1, 2))
    return tf.reduce_mean(1 - (2 * overlap + 1) / (total + 1))


def dice_with_cross_entropy(logits, target):
    """The softmax is over the classes, axis 1 in PyTorch and the last in TensorFlow. PyTorch's one_hot puts the classes
    last, so they must be moved."""
    probability, hot = tf.nn.softmax(logits), tf.one_hot(target, 4, dtype=logits.dtype)
    overlap, total = tf.reduce_sum(probability * hot, (1, 2)), tf.reduce_sum(probability + hot, (1, 2))
    entropy = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(target, logits))
    return entropy + tf.reduce_mean(1 - (2 * overlap + 1) / (total + 1))


def jaccard(probability, target):
    """Intersection over union, of probabilities: the union is the sum minus the intersection."""
    overlap = tf.reduce_sum(probability * target, (1, 2))
    total = tf.reduce_sum(probability + target, (1, 2))
    return tf.reduce_mean(1 - (overlap + 1) / (total - overlap + 1))


def kl_div_batchmean(log_probability, target):
    """PyTorch takes log probabilities first, then the target: sum t (log t - x) / N. Keras' KLDivergence takes
    probabilities, which it clips, and the target first."""
    return tf.reduce_sum(tf.math.xlogy(target, target) - target * log_probability) / len(target)


def kl_div_mean(log_probability, target):
    """PyTorch's default divides by the number of elements, so the result is not the divergence; it warns."""
    return tf.reduce_mean(target * (tf.math.log(target) - log_probability))


def kl_div_log_target(log_probability, log_target):
    """Both are logarithms: e^t (t - x)."""
    return tf.reduce_sum(tf.exp(log_target) * (log_target - log_probability)) / len(log_target)


def distillation(student, teacher):
    """Both logits are divided by a temperature of 4, the teacher has no gradient, and the loss is multiplied by 4^2 so
    that the gradient keeps its size."""
    teacher = tf.nn.log_softmax(tf.stop_gradient(teacher) / 4)
    return 16 * tf.reduce_sum(tf.exp(teacher) * (teacher - tf.nn.log_softmax(student / 4))) / len(student)


def vae_kl(mean, log_variance):
    """The divergence of N(mean, variance) from N(0, 1): summed over the latent axes, averaged over the batch. A mean
    over both makes it smaller by the latent size."""
    return -0.5 * tf.reduce_mean(tf.reduce_sum(1 + log_variance - tf.square(mean) - tf.exp(log_variance), 1))


def ctc_mean(logits, target, input_lengths, target_lengths):
    """PyTorch's mean divides each loss by its target length first; tf.nn.ctc_loss and keras.losses.CTC do not, and have
    no float64. The gradient of F.ctc_loss is right only after a log_softmax. The blank is class 0 here, the last class
    in TensorFlow 1."""
    return ctc(tf.nn.log_softmax(logits), target, input_lengths, target_lengths)


def ctc_sum(logits, target, input_lengths, target_lengths):
    """The sum of the negative log likelihoods, not divided by anything."""
    return ctc(tf.nn.log_softmax(logits), target, input_lengths, target_lengths, reduction="sum")


def ctc_stock(logits, target, input_lengths, target_lengths):
    """tf.nn.ctc_loss takes logits, (time, batch, classes) by default, and returns one loss per example: divide by the
    target lengths before the mean."""
    losses = tf.nn.ctc_loss(target, logits, target_lengths, input_lengths, blank_index=0)
    return tf.reduce_mean(losses / tf.cast(target_lengths, losses.dtype))


def total_variation(x):
    """Differences of neighbours along height and width: axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow.
    tf.image.total_variation gives a sum per image."""
    return tf.reduce_mean(tf.abs(x[:, 1:] - x[:, :-1])) + tf.reduce_mean(tf.abs(x[:, :, 1:] - x[:, :, :-1]))


def l2_penalty(weight):
    """The penalty whose gradient is PyTorch's weight_decay: half the squares, as in tf.nn.l2_loss;
    keras.regularizers.L2 has no half."""
    return 0.01 * tf.nn.l2_loss(weight)
