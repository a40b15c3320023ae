"""Dense layers and products of matrices. Notice the order of a weight's axes, and which axis a layer acts on."""

import torch
import torch.nn.functional as F
from torch import nn


def linear():
    """PyTorch's weight is (out, in), Keras' kernel (in, out): transpose it, most of all where the two are equal and
    nothing complains. Untrained, nn.Linear draws weight and bias from ±1/sqrt(in); Dense has Glorot uniform and a bias
    of 0.
    """
    return nn.Linear(5, 4)


def linear_without_bias():
    """`bias=False` is `use_bias=False`; whoever copies weights by position must know which layers have a bias."""
    return nn.Linear(5, 4, bias=False)


def linear_on_sequences():
    """Both act on the last axis, and take every axis before it as it is: sequences need no flattening."""
    return nn.Linear(5, 4)


def linear_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it, (out, in): TensorFlow takes it as it lies, with transpose_b."""
    return F.linear(x, weight, bias)


def linear_over_time(x, weight):
    """A dense layer over another axis than the last (the tokens of an MLP-Mixer): PyTorch transposes there and back,
    and so can Keras around a Dense; einsum says it in one line.
    """
    return F.linear(x.transpose(1, 2), weight).transpose(1, 2)


def tied_output_layer(hidden, embedding):
    """The output layer shares the embedding's matrix (tokens, features), which both frameworks keep in this order:
    multiply by its transpose, with the very variable. A copy would be equal at the first step only.
    """
    return F.linear(hidden, embedding)


def low_rank_adapter(x, weight, down, up):
    """LoRA: the frozen weight's gradient is cut off by detach or stop_gradient, and the factor is alpha / rank. All
    three matrices are (out, in), as PyTorch's adapters are stored.
    """
    return F.linear(x, weight.detach()) + 16 / 3 * F.linear(F.linear(x, down), up)


def bilinear(left, right, weight, bias):
    """nn.Bilinear's weight is (out, left, right). Keras has no such layer; einsum names the same axes."""
    return F.bilinear(left, right, weight, bias)


def mlp():
    """An activation is a layer of its own in PyTorch; Keras can put it into the Dense before it, which numbers the
    layers otherwise.
    """
    return nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 3))


def flatten_then_linear():
    """PyTorch flattens channel by channel (C, H, W), Keras pixel by pixel (H, W, C): bring the channels to the front
    first, or reorder the dense weight's inputs. The shapes fit either way.
    """
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 5, 6))


def flatten_sequences_then_linear():
    """The same in one dimension: PyTorch's features of Conv1d are (N, C, L), Keras' (N, L, C), and their flattened
    orders differ.
    """
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 5, 6))


def global_average_then_linear():
    """A classifier's head: after the mean over height and width only the channels are left, so Flatten has one order
    and nothing needs to be reordered.
    """
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4))


def batched_matmul(left, right):
    """bmm wants exactly three axes; tf.matmul takes any number in front, and transposes the last two by a flag
    (transpose_b, which keras.ops.matmul has not).
    """
    return torch.bmm(left, right.transpose(1, 2))


def matmul_broadcast(left, right):
    """Both broadcast the axes in front of the last two, and both sum the gradient over what was broadcast."""
    return left @ right


def matrix_vector(matrix, vector):
    """PyTorch's @ takes a vector on either side; TensorFlow's wants matrices on both, and has matvec."""
    return matrix @ vector


def outer_product(left, right):
    """Every element of the one by every element of the other: tensordot over no axes."""
    return torch.outer(left, right)


def tensordot(x, weight):
    """The same call but for the name: `dims` in PyTorch, `axes` in TensorFlow. A single number contracts that many last
    axes of the first with the first axes of the second, on both.
    """
    return torch.tensordot(x, weight, dims=2)


def einsum_of_attention(query, key, value):
    """einsum has the same language on both sides, so its string can be copied; the softmax goes over the keys, the last
    axis.
    """
    weights = torch.einsum("bqhd,bkhd->bhqk", query, key).softmax(-1)
    return torch.einsum("bhqk,bkhd->bqhd", weights, value)


def addmm(bias, x, weight):
    """beta scales what is added, alpha the product. TensorFlow has no such call; Python numbers times a tensor take the
    tensor's dtype, so nothing passes through float32.
    """
    return torch.addmm(bias, x, weight, beta=0.3, alpha=0.7)


def squeeze_excitation(x, down, up):
    """One factor a channel: the gate's missing axes go behind the channels in PyTorch, and between batch and channels
    in TensorFlow. There a gate (N, C) would broadcast against (W, C), if it fits.
    """
    gate = F.linear(F.relu(F.linear(x.mean((2, 3)), down)), up).sigmoid()
    return x * gate[:, :, None, None]
