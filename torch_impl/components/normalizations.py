"""Normalizations. Notice the epsilons, the axes, and whether a variance is over N or N - 1."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import weight_norm as with_weight_norm


def batch_norm_training():
    """PyTorch's momentum is the weight of the new batch, Keras' that of the old average, and PyTorch's running variance
    divides by N - 1: stock Keras trains equally and evaluates differently; the layer here follows PyTorch. Epsilons:
    1e-5 in PyTorch, 1e-3 in Keras."""
    return nn.BatchNorm2d(3, eps=1e-3, momentum=0.3)


def batch_norm_evaluation():
    """In evaluation stock Keras agrees, given the running statistics and PyTorch's epsilon. Keras needs training=False
    at each call; PyTorch remembers eval()."""
    return nn.BatchNorm2d(3)


def batch_norm_frozen():
    """Keras' trainable=False also makes a batch norm use its running statistics; PyTorch's requires_grad_(False) does
    not, and model.train() undoes eval(): to freeze, call both, and again after each train()."""
    return nn.BatchNorm2d(3).requires_grad_(False).eval()


def batch_norm1d_training():
    """For features (N, C) each feature is normalised over the batch. A batch of one is an error in PyTorch's training;
    in Keras it gives the offset, and N - 1 is 0."""
    return nn.BatchNorm1d(3, eps=1e-3, momentum=0.3)


def batch_norm1d_sequences():
    """PyTorch normalises axis 1 of (N, C, L), Keras the last axis of (N, L, C). On channels-first data Keras' default
    silently normalises the wrong axis."""
    return nn.BatchNorm1d(3, eps=1e-3, momentum=0.3)


def batch_norm3d_training():
    """Keras has one class for every number of dimensions. N counts all elements of a channel."""
    return nn.BatchNorm3d(3, eps=1e-3, momentum=0.3)


def batch_norm_without_affine():
    """affine=False is Keras' center=False with scale=False; the running statistics stay."""
    return nn.BatchNorm2d(3, momentum=0.3, affine=False)


def batch_norm_without_running_statistics(x, weight, bias):
    """With track_running_stats=False PyTorch normalises by the batch in evaluation too. Keras has no such layer: use
    the moments of the batch."""
    return F.batch_norm(x, None, None, weight, bias, training=True, eps=1e-3)


def batch_norm_from_checkpoint(x, mean, variance, weight, bias):
    """The four arrays of a state_dict: check the order. PyTorch's is (mean, variance, weight, bias), that of tf.nn is
    (mean, variance, offset, scale)."""
    return F.batch_norm(x, mean, variance, weight, bias, eps=1e-5)


def layer_norm():
    """Both divide the variance by N. PyTorch's default epsilon is 1e-5, Keras' 1e-3: give it."""
    return nn.LayerNorm(5, eps=1e-5)


def layer_norm_sequences():
    """PyTorch takes the sizes of the last axes: LayerNorm(5) is the last axis alone, like Keras' axis=-1. Each step has
    its own statistics."""
    return nn.LayerNorm(5, eps=1e-3)


def layer_norm_several_axes():
    """LayerNorm((3, 5)) normalises two axes together, with a weight for each element; Keras' default is still the last
    axis alone."""
    return nn.LayerNorm((3, 5), eps=1e-3)


def layer_norm_images():
    """Over a whole image the statistics are the same in any layout; the weight is (C, H, W) in PyTorch, (H, W, C) in
    Keras."""
    return nn.LayerNorm((3, 2, 4), eps=1e-3)


def layer_norm_channels(x, weight, bias):
    """Over the channels of each pixel (ConvNeXt): PyTorch has to move them to the end and back; in Keras' layout they
    are there already."""
    return F.layer_norm(x.movedim(1, -1), (3,), weight, bias, eps=1e-6).movedim(-1, 1)


def layer_norm_without_bias():
    """bias=False is Keras' center=False; elementwise_affine=False is scale=False as well."""
    return nn.LayerNorm(5, bias=False)


def group_norm():
    """Both group neighbouring channels. Keras' defaults are 32 groups and an epsilon of 1e-3; PyTorch's epsilon is
    1e-5, and the number of groups must be given."""
    return nn.GroupNorm(2, 6, eps=1e-5)


def group_norm_one_group():
    """One group is a layer norm over channels and pixels, but with one weight per channel, not per element."""
    return nn.GroupNorm(1, 6, eps=1e-3)


def group_norm_sequences():
    """As for images, on (N, C, L) and (N, L, C). The statistics include time, so padding counts unless it is masked."""
    return nn.GroupNorm(3, 6, eps=1e-3)


def instance_norm():
    """PyTorch's has no weight and no bias by default. Keras has no layer of that name: use a group norm with one group
    per channel, groups=-1."""
    return nn.InstanceNorm2d(3)


def instance_norm_affine():
    """affine=True gives both a scale and an offset per channel. Evaluation is the same as training, because there are
    no running statistics."""
    return nn.InstanceNorm2d(3, eps=1e-3, affine=True)


def adaptive_instance_norm(x, scale, shift):
    """Scale and offset are computed elsewhere, for each example: add the two pixel axes to them where each framework
    has them. tf.nn.moments divides the variance by N, as instance_norm does."""
    return F.instance_norm(x, eps=1e-5) * scale[:, :, None, None] + shift[:, :, None, None]


def rms_norm():
    """The epsilon is inside the root on both sides. Keras' default is 1e-6."""
    return nn.RMSNorm(5, eps=1e-6)


def rms_norm_machine_epsilon():
    """PyTorch's default epsilon is that of the dtype: 2.2e-16 in float64, 1.2e-7 in float32. It matters where inputs
    are as small as these."""
    return nn.RMSNorm(5)


def rms_norm_by_hand(x, weight):
    """As in Llama's code. Models differ in whether the factor is weight or 1 + weight (Gemma)."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * (1 + weight)


def local_response_norm(x):
    """PyTorch divides alpha by the size of the window; tf.nn.lrn does not, and takes a radius. tf.nn.lrn has no
    float64, so it is written out."""
    return F.local_response_norm(x, size=3, alpha=0.2, beta=0.75, k=2)


def local_response_norm_stock(x):
    """tf.nn.lrn takes a radius of size // 2, and alpha / size; an even size has no counterpart."""
    return F.local_response_norm(x, size=3, alpha=0.2, beta=0.75, k=2)


def standardize(x):
    """torch.std divides by N - 1 by default (correction=0 for N), tf.math.reduce_std by N: for five numbers they differ
    by a factor of sqrt(5 / 4)."""
    return (x - x.mean(1, keepdim=True)) / x.std(1, keepdim=True)


def weight_norm():
    """Keras has no such wrapper for a dense layer: compute the weight from its length and its direction before use. By
    default PyTorch has one length per output (dim=0)."""
    return with_weight_norm(nn.Linear(5, 4))


def spectral_norm(x, weight, u):
    """One step of power iteration without a gradient, then divide the weight by its largest singular value, with a
    gradient. PyTorch's wrapper runs 15 more steps when it is made: copy its u."""
    with torch.no_grad():
        v = F.normalize(weight.T @ u, dim=0)
        u = F.normalize(weight @ v, dim=0)
    return F.linear(x, weight / (u @ weight @ v))
