"""Moving values to other places. Notice the order of the axes: a wrong reshape often has the right shape."""

import torch
import torch.nn.functional as F


def flatten(x):
    """flatten(1) keeps the batch. TensorFlow's images have their channels last, so the flattened order is different:
    transpose first if weights follow."""
    return x.flatten(1)


def image_to_tokens(x):
    """PyTorch flattens height and width and then moves the channels to the end; in TensorFlow they are there
    already."""
    return x.flatten(2).transpose(1, 2)


def tokens_to_image(tokens):
    """The way back: PyTorch must transpose before it unflattens. A direct reshape to (N, C, H, W) has the right shape
    and mixes channels with pixels."""
    return tokens.transpose(1, 2).unflatten(2, (4, 5))


def split_heads(x):
    """The heads of attention: the feature axis is split into (heads, size), then the heads move in front of time, on
    both sides."""
    return x.unflatten(-1, (2, 3)).transpose(1, 2)


def channel_shuffle(x):
    """ShuffleNet: split the channels into groups, and interleave the groups. In TensorFlow both new axes are at the
    end."""
    return F.channel_shuffle(x, 3)


def concatenate_channels(x, skip):
    """Along axis 1 in PyTorch, the last axis in TensorFlow; there axis 1 would put one image below the other, if the
    widths fit."""
    return torch.cat((x, skip), 1)


def scale_each_channel(x, mean, deviation):
    """A value per channel broadcasts against the last axis: PyTorch must append two axes, TensorFlow none. Without them
    PyTorch scales columns, if the sizes fit."""
    return (x - mean[:, None, None]) / deviation[:, None, None]


def images_from_bytes(pixels):
    """What ToTensor does: pixels as in a file (N, H, W, C), divided by 255, with the channels moved to the front for
    PyTorch. Dividing integers gives PyTorch's default dtype, but float64 in TensorFlow (float32 from uint8)."""
    return pixels.permute(0, 3, 1, 2) / 255


def flip_horizontally(x):
    """The width is the last axis in PyTorch, the last but one in TensorFlow. tf.image.flip_left_right flips the same
    axis."""
    return x.flip(-1)


def roll(x):
    """Shifted windows: one pixel up and two to the left; what leaves at one edge returns at the other. `shifts, dims`
    is `shift, axis`."""
    return x.roll((-1, -2), (2, 3))


def split(x):
    """PyTorch's number is the size of a piece, TensorFlow's the number of pieces: a size of 6 silently splits into 2 by
    3 or 3 by 2. Sizes written out mean the same on both sides."""
    return x.split(2, 1)


def chunk(x):
    """PyTorch's chunk makes pieces of ceil(size / number), the last one smaller (and possibly fewer pieces than asked
    for); tf.split must be given the sizes."""
    return x.chunk(3, 1)


def tile(x):
    """The whole tensor repeated: PyTorch's repeat is TensorFlow's tile. tf.repeat is something else."""
    return x.repeat(1, 2)


def repeat_interleave(x):
    """Each element repeated: PyTorch's repeat_interleave is TensorFlow's (and numpy's) repeat."""
    return x.repeat_interleave(2, 1)


def meshgrid(rows, columns):
    """The default is "ij" in PyTorch (with a warning), "xy" in TensorFlow, which swaps the two axes: give `indexing` on
    both sides."""
    return torch.meshgrid(rows, columns, indexing="ij")
