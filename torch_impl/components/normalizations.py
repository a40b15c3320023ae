"""Normalizations. Notice the epsilons, the axes, and whether a variance is over N or N - 1."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm as with_weight_norm


def batch_norm_training():
    """PyTorch's momentum is the weight of the new batch, Keras' that of the old average, and PyTorch's running variance
    is over N - 1: stock Keras trains alike and evaluates otherwise, ours follows PyTorch. Epsilons: 1e-5 in PyTorch,
    1e-3 in Keras.
    """
    return nn.BatchNorm2d(3, eps=1e-3, momentum=0.3)


def batch_norm_evaluation():
    """In evaluation stock Keras agrees, given the running statistics and PyTorch's epsilon. Keras must be told
    training=False at each call; PyTorch remembers eval().
    """
    return nn.BatchNorm2d(3)


def batch_norm_frozen():
    """Keras' trainable=False also switches a batch norm to its running statistics; PyTorch's requires_grad_(False) does
    not, and model.train() ends eval(): freezing takes both, again after each train().
    """
    return nn.BatchNorm2d(3).requires_grad_(False).eval()


def batch_norm1d_training():
    """Of features (N, C) each is normalised over the batch. A batch of one is an error in PyTorch's training; in Keras
    it gives the offset, and N - 1 is 0.
    """
    return nn.BatchNorm1d(3, eps=1e-3, momentum=0.3)


def batch_norm1d_sequences():
    """PyTorch normalises axis 1 of (N, C, L), Keras the last of (N, L, C). A Keras layer that is left at its default on
    channels-first data normalises another axis, without a word.
    """
    return nn.BatchNorm1d(3, eps=1e-3, momentum=0.3)


def batch_norm3d_training():
    """Keras has one class for every number of dimensions; count all but the channels in N."""
    return nn.BatchNorm3d(3, eps=1e-3, momentum=0.3)


def batch_norm_without_affine():
    """affine=False is Keras' center=False and scale=False together; the running statistics stay."""
    return nn.BatchNorm2d(3, momentum=0.3, affine=False)


def batch_norm_without_running_statistics(x, weight, bias):
    """With track_running_stats=False PyTorch normalises by the batch in evaluation, too; Keras has no such layer, the
    moments of the batch are two lines.
    """
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=1e-3)


def batch_norm_from_checkpoint(x, mean, variance, weight, bias):
    """The four arrays of a state_dict: mind the order, PyTorch's is (mean, variance, weight, bias), that of tf.nn is
    (mean, variance, offset, scale).
    """
    return F.batch_norm(x, mean, variance, weight, bias, eps=1e-5)


def layer_norm():
    """Both take the variance over N. PyTorch's epsilon is 1e-5, Keras' 1e-3: write it out."""
    return nn.LayerNorm(5, eps=1e-5)


def layer_norm_sequences():
    """PyTorch counts axes from the end by their sizes: LayerNorm(5) is the last axis alone, as Keras' axis=-1 is. Each
    step has statistics of its own.
    """
    return nn.LayerNorm(5, eps=1e-3)


def layer_norm_several_axes():
    """LayerNorm((3, 5)) normalises two axes together, and has a weight for each element; Keras' default is still the
    last axis alone.
    """
    return nn.LayerNorm((3, 5), eps=1e-3)


def layer_norm_images():
    """Over a whole image the statistics are alike in any layout; the weight is (C, H, W) in PyTorch, (H, W, C) in
    Keras.
    """
    return nn.LayerNorm((3, 2, 4), eps=1e-3)


def layer_norm_channels(x, weight, bias):
    """Over the channels of each pixel (ConvNeXt) PyTorch has to move them to the end and back; in Keras' layout they
    are there.
    """
    return F.layer_norm(x.movedim(1, -1), (3,), weight, bias, eps=1e-6).movedim(-1, 1)


def layer_norm_without_bias():
    """bias=False is Keras' center=False; elementwise_affine=False is scale=False as well."""
    return nn.LayerNorm(5, bias=False)


def group_norm():
    """Both make groups of neighbouring channels. Keras has 32 groups and an epsilon of 1e-3 unless told otherwise;
    PyTorch wants the number of groups, and 1e-5.
    """
    return nn.GroupNorm(2, 6, eps=1e-5)


def group_norm_one_group():
    """One group is a layer norm over channels and pixels, but with a weight for each channel, not for each element."""
    return nn.GroupNorm(1, 6, eps=1e-3)


def group_norm_sequences():
    """The same on (N, C, L) and (N, L, C); statistics go over time, so padding counts unless it is masked."""
    return nn.GroupNorm(3, 6, eps=1e-3)


def instance_norm():
    """PyTorch's has neither weight nor bias unless affine=True. Keras has none of that name: a group norm with a group
    for each channel, groups=-1.
    """
    return nn.InstanceNorm2d(3)


def instance_norm_affine():
    """With affine=True the two have a scale and an offset for each channel; evaluation changes nothing, for there are
    no running statistics.
    """
    return nn.InstanceNorm2d(3, eps=1e-3, affine=True)


def adaptive_instance_norm(x, scale, shift):
    """Scale and offset come from elsewhere, for each example: give them the two pixel axes where each framework has
    them. tf.nn.moments takes the variance over N, as instance_norm does.
    """
    return F.instance_norm(x, eps=1e-5) * scale[:, :, None, None] + shift[:, :, None, None]


def rms_norm():
    """The epsilon stands inside of the root on both sides. Keras' is 1e-6 unless told otherwise."""
    return nn.RMSNorm(5, eps=1e-6)


def rms_norm_machine_epsilon():
    """Unless it is given, PyTorch's epsilon is that of the dtype: 2.2e-16 in float64, 1.2e-7 in float32. It decides
    where inputs are as small as these.
    """
    return nn.RMSNorm(5)


def rms_norm_by_hand(x, weight):
    """As Llama's code has it; models differ in whether the weight is itself, or 1 + weight (Gemma)."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * (1 + weight)


def local_response_norm(x):
    """PyTorch divides alpha by the size of the window, tf.nn.lrn does not and counts a radius; tf.nn.lrn has no
    float64, so it is written out.
    """
    return F.local_response_norm(x, size=3, alpha=0.2, beta=0.75, k=2)


def local_response_norm_stock(x):
    """tf.nn.lrn wants a radius of size // 2, and alpha / size; an even size has no counterpart."""
    return F.local_response_norm(x, size=3, alpha=0.2, beta=0.75, k=2)


def standardize(x):
    """torch.std divides by N - 1 unless told otherwise (correction=0), tf.math.reduce_std by N: by sqrt(5 / 4) apart
    for five numbers.
    """
    return (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)


def weight_norm():
    """Keras has no such wrapper for a dense layer: compute the weight from its length and its direction before use.
    PyTorch's length is one for each output unless told otherwise (dim=0).
    """
    return with_weight_norm(nn.Linear(5, 4))


def spectral_norm(x, weight, u):
    """One step of power iteration, without gradient, then the weight by its largest singular value, with one. PyTorch's
    wrapper takes 15 more when it is made: carry its u over.
    """
    with torch.no_grad():
        v = F.normalize(weight.T @ u, dim=0)
        u = F.normalize(weight @ v, dim=0)
    return F.linear(x, weight / (u @ weight @ v))
