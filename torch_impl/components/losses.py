"""Losses of distributions, regions and alignments, and penalties. Notice what a mean divides by."""

import torch.nn.functional as F


def dice(probability, target):
    """Sums over the pixels of each class of each image: axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow. Other code also
    sums over the batch, or squares the denominator: check which."""
    overlap = (probability * target).sum((2, 3))
    total = (probability + target).sum((2, 3))
    return (1 - (2 * overlap + 1) / (total + 1)).mean()


def dice_with_cross_entropy(logits, target):
    """The softmax is over the classes, axis 1 in PyTorch and the last in TensorFlow. PyTorch's one_hot puts the classes
    last, so they must be moved."""
    probability, hot = logits.softmax(1), F.one_hot(target, 4).movedim(-1, 1).to(logits.dtype)
    overlap, total = (probability * hot).sum((2, 3)), (probability + hot).sum((2, 3))
    return F.cross_entropy(logits, target) + (1 - (2 * overlap + 1) / (total + 1)).mean()


def jaccard(probability, target):
    """Intersection over union, of probabilities: the union is the sum minus the intersection."""
    overlap = (probability * target).sum((2, 3))
    total = (probability + target).sum((2, 3))
    return (1 - (overlap + 1) / (total - overlap + 1)).mean()


def kl_div_batchmean(log_probability, target):
    """PyTorch takes log probabilities first, then the target: sum t (log t - x) / N. Keras' KLDivergence takes
    probabilities, which it clips, and the target first."""
    return F.kl_div(log_probability, target, reduction="batchmean")


def kl_div_mean(log_probability, target):
    """PyTorch's default divides by the number of elements, so the result is not the divergence; it warns."""
    return F.kl_div(log_probability, target, reduction="mean")


def kl_div_log_target(log_probability, log_target):
    """Both are logarithms: e^t (t - x)."""
    return F.kl_div(log_probability, log_target, reduction="batchmean", log_target=True)


def distillation(student, teacher):
    """Both logits are divided by a temperature of 4, the teacher has no gradient, and the loss is multiplied by 4^2 so
    that the gradient keeps its size."""
    teacher = (teacher.detach() / 4).log_softmax(1)
    return 16 * F.kl_div((student / 4).log_softmax(1), teacher, reduction="batchmean", log_target=True)


def vae_kl(mean, log_variance):
    """The divergence of N(mean, variance) from N(0, 1): summed over the latent axes, averaged over the batch. A mean
    over both makes it smaller by the latent size."""
    return -0.5 * (1 + log_variance - mean.square() - log_variance.exp()).sum(1).mean()


def ctc_mean(logits, target, input_lengths, target_lengths):
    """PyTorch's mean divides each loss by its target length first; tf.nn.ctc_loss and keras.losses.CTC do not, and have
    no float64. The gradient of F.ctc_loss is right only after a log_softmax. The blank is class 0 here, the last class
    in TensorFlow 1."""
    return F.ctc_loss(logits.log_softmax(2), target, input_lengths, target_lengths)


def ctc_sum(logits, target, input_lengths, target_lengths):
    """The sum of the negative log likelihoods, not divided by anything."""
    return F.ctc_loss(logits.log_softmax(2), target, input_lengths, target_lengths, reduction="sum")


def ctc_stock(logits, target, input_lengths, target_lengths):
    """tf.nn.ctc_loss takes logits, (time, batch, classes) by default, and returns one loss per example: divide by the
    target lengths before the mean."""
    return F.ctc_loss(logits.log_softmax(2), target, input_lengths, target_lengths)


def total_variation(x):
    """Differences of neighbours along height and width: axes 2 and 3 in PyTorch, 1 and 2 in TensorFlow.
    tf.image.total_variation gives a sum per image."""
    return x.diff(dim=2).abs().mean() + x.diff(dim=3).abs().mean()


def l2_penalty(weight):
    """The penalty whose gradient is PyTorch's weight_decay: half the squares, as in tf.nn.l2_loss;
    keras.regularizers.L2 has no half."""
    return 0.01 * 0.5 * weight.square().sum()
