"""Losses of pairs and triplets. Notice the epsilons inside distances and cosines."""

import tensorflow as tf


def hinge_embedding(distance, target):
    """For pairs with target 1 the distance itself, for those with -1 how far it is below the margin."""
    return tf.reduce_mean(tf.where(target == 1, distance, tf.nn.relu(0.7 - distance)))


def margin_ranking(first, second, target):
    """With target 1 the first should be larger, by the margin."""
    return tf.reduce_mean(tf.nn.relu(-target * (first - second) + 0.3))


def triplet_margin(anchor, positive, negative):
    """Of distances, not of squares. PyTorch adds 1e-6 to each difference before the norm, which also keeps the gradient
    finite for a pair of equal vectors."""
    near, far = (tf.norm(anchor - each + 1e-6, axis=1) for each in (positive, negative))
    return tf.reduce_mean(tf.nn.relu(near - far + 0.8))


def triplet_margin_swap(anchor, positive, negative):
    """swap=True uses the distance from the negative to the anchor or to the positive, whichever is smaller."""
    pairs = (anchor, positive), (anchor, negative), (positive, negative)
    near, far, other = (tf.norm(one - two + 1e-6, axis=1) for one, two in pairs)
    return tf.reduce_mean(tf.nn.relu(near - tf.minimum(far, other) + 0.8))


def contrastive(one, other, same):
    """Hadsell et al., 2006: for similar pairs the squared distance, for others the square of what is missing to the
    margin. Some code multiplies by a half."""
    distance = tf.norm(one - other + 1e-6, axis=1)
    return tf.reduce_mean(same * tf.square(distance) + (1 - same) * tf.square(tf.nn.relu(2 - distance)))


def info_nce(one, other):
    """Cosines over a temperature are the logits; each example is its own class. F.normalize's eps of 1e-12 is an
    epsilon of 1e-24 in TensorFlow."""
    one, other = (tf.math.l2_normalize(each, 1, epsilon=1e-24) for each in (one, other))
    logits = tf.matmul(one, other, transpose_b=True) / 0.1
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(len(one)), logits))


def cosine_embedding(one, other, target):
    """PyTorch adds 1e-12 to each sum of squares here. Keras' CosineSimilarity is minus the cosine, and has no
    dissimilar pairs."""
    squares = [tf.reduce_sum(tf.square(each), 1) + 1e-12 for each in (one, other)]
    cosine = tf.reduce_sum(one * other, 1) / tf.sqrt(squares[0] * squares[1])
    return tf.reduce_mean(tf.where(target == 1, 1 - cosine, tf.nn.relu(cosine - 0.2)))
