"""The losses of the reference cases, each a scalar in the precision of its inputs."""

import tensorflow as tf


def mean_squared_error(prediction, target):
    """mean (prediction - target)^2 over all elements; both (N, ...)."""
    return tf.reduce_mean(tf.math.squared_difference(prediction, target))


def binary_cross_entropy(probability, target):
    """-mean [t log p + (1 - t) log(1 - p)] over all elements; both (N, ...), target in {0, 1}.

    differs: PyTorch bounds each logarithm below by -100; keras.losses clips p to [1e-7, 1 - 1e-7], so by -16.
    """
    log_probability = tf.maximum(tf.math.log(probability), -100)
    log_complement = tf.maximum(tf.math.log1p(-probability), -100)
    return -tf.reduce_mean(target * log_probability + (1 - target) * log_complement)


def sparse_categorical_cross_entropy(logits, labels):
    """-mean log softmax(logits)[label]; logits (N, classes), labels int64 (N,).

    differs: PyTorch's cross_entropy takes logits; keras.losses take probabilities unless from_logits=True.
    """
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits))


def l2_penalty(parameters):
    """Sum over all parameters of half the sum of squares: the gradient is the parameter itself.

    differs: PyTorch's weight_decay adds this gradient, as tf.nn.l2_loss does; keras.regularizers.L2 adds twice as much.
    """
    return sum(tf.nn.l2_loss(parameter) for parameter in parameters)


def binary_cross_entropy_with_logits(logits, target):
    """-mean [t log s + (1 - t) log(1 - s)] over all elements, s = sigmoid(logits); both (N, ...), target in [0, 1]."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits))


def label_smoothing_cross_entropy(logits, labels, smoothing):
    """Cross-entropy with the targets (1 - s) * one_hot(label) + s / classes; logits (N, classes), labels int64 (N,)."""
    log_probabilities = tf.nn.log_softmax(logits)
    of_label = tf.gather(log_probabilities, labels, axis=1, batch_dims=1)
    return -tf.reduce_mean((1 - smoothing) * of_label + smoothing * tf.reduce_mean(log_probabilities, axis=1))


def masked_mean(values, mask):
    """The mean of those values whose mask is 1; both (...), the mask of floating type.

    differs: PyTorch code divides by the sum of the mask; Keras' sample_weight=mask divides by all positions.
    """
    return tf.reduce_sum(values * mask) / tf.reduce_sum(mask)


def dice(probabilities, target, smooth=1.0):
    """mean 1 - (2 sum p t + s) / (sum p + sum t + s), the sums over each image's pixels, class by class; one shape.

    Milletari et al., 2016, without their squares.
    differs: PyTorch's images are (N, C, H, W), summed over axes 2 and 3; TensorFlow's (N, H, W, C), over axes 1 and 2.
    """
    pixels = tuple(range(1, len(probabilities.shape) - 1))
    overlap = tf.reduce_sum(probabilities * target, pixels)
    total = tf.reduce_sum(probabilities, pixels) + tf.reduce_sum(target, pixels)
    return tf.reduce_mean(1 - (2 * overlap + smooth) / (total + smooth))


def triplet_margin(anchor, positive, negative, margin=1.0):
    """mean max(|a - p| - |a - n| + margin, 0); each (N, features).

    differs: PyTorch's pairwise_distance adds 1e-6 to each difference before the norm; tf.norm adds nothing.
    """
    near, far = (tf.norm(anchor - each + 1e-6, axis=1) for each in (positive, negative))
    return tf.reduce_mean(tf.nn.relu(near - far + margin))


def cosine_embedding(one, other, target, margin=0.0):
    """mean of 1 - cos for pairs with target 1, of max(cos - margin, 0) for those with -1; (N, features), target (N,).

    differs: PyTorch adds 1e-12 to each sum of squares here; keras.losses.cosine_similarity is minus the cosine.
    """
    squares = [tf.reduce_sum(tf.square(each), 1) + 1e-12 for each in (one, other)]
    cosine = tf.reduce_sum(one * other, 1) / tf.sqrt(squares[0] * squares[1])
    return tf.reduce_mean(tf.where(target == 1, 1 - cosine, tf.nn.relu(cosine - margin)))


def ctc(log_probabilities, targets, input_lengths, target_lengths, reduction="mean"):
    """-log of the sum over all alignments (Graves et al., 2006); "mean" divides each by its target length first.

    `log_probabilities` (time, N, classes) from log_softmax, class 0 the blank; `targets` (N, length) and both lengths
    (N,) int64. Written out, for tf.nn.ctc_loss has no float64.
    differs: PyTorch's ctc_loss takes the output of log_softmax; tf.nn.ctc_loss takes logits.
    differs: PyTorch's mean divides by the target lengths first; tf.nn.ctc_loss and keras.losses.CTC do not.
    """
    # A blank before, between and after the labels; `alpha` is the log probability of being at each of these places.
    blanks = tf.zeros_like(targets)
    places = tf.reshape(tf.stack((blanks, targets), 2), (-1, 2 * targets.shape[1]))
    places = tf.concat((places, blanks[:, :1]), 1)
    steps = tf.unstack(tf.gather(tf.transpose(log_probabilities, (1, 0, 2)), places, axis=2, batch_dims=1), axis=1)
    # Stay, go to the next place, or skip a blank between different labels. Finite, for infinities have no gradient.
    never, number = tf.constant(-1e30, log_probabilities.dtype), tf.range(places.shape[1])
    go = tf.where(number >= 1, 0 * never, never)
    leap = tf.where((number >= 2) & (places != 0) & (places != tf.roll(places, 2, 1)), 0 * never, never)
    alphas = [tf.where(number < 2, steps[0], never)]
    for step in steps[1:]:
        ways = tf.stack((alphas[-1], tf.roll(alphas[-1], 1, 1) + go, tf.roll(alphas[-1], 2, 1) + leap))
        largest = tf.stop_gradient(tf.reduce_max(ways, 0))
        alphas.append(step + largest + tf.math.log(tf.reduce_sum(tf.exp(ways - largest), 0)))
    alpha = tf.gather(tf.stack(alphas, 1), input_lengths - 1, axis=1, batch_dims=1)
    last = tf.stack((2 * target_lengths, tf.maximum(2 * target_lengths - 1, 0)), 1)
    ends = tf.gather(alpha, last, axis=1, batch_dims=1)
    # Without any label both ends are the same blank.
    each = -tf.where(target_lengths > 0, tf.reduce_logsumexp(ends, 1), ends[:, 0])
    if reduction == "mean":
        return tf.reduce_mean(each / tf.cast(tf.maximum(target_lengths, 1), each.dtype))
    return tf.reduce_sum(each) if reduction == "sum" else each
