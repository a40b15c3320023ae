"""Dense layers and products of matrices. Notice the order of a weight's axes, and which axis a layer acts on."""

import torch
import torch.nn.functional as F
from torch import nn


def linear():
    """PyTorch's weight is (out, in), Keras' kernel (in, out): transpose it, above all where both sizes are equal and
    nothing would complain. PyTorch initializes weight and bias uniformly within 1/sqrt(in), Keras with Glorot uniform
    and a bias of 0."""
    return nn.Linear(5, 4)


def linear_without_bias():
    """`bias=False` is `use_bias=False`. If you copy weights by position, check which layers have a bias."""
    return nn.Linear(5, 4, bias=False)


def linear_on_sequences():
    """Both act on the last axis and keep all the axes before it: sequences need no flattening."""
    return nn.Linear(5, 4)


def linear_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it, (out, in): TensorFlow takes it without a copy, with
    transpose_b=True."""
    return F.linear(x, weight, bias)


def linear_over_time(x, weight):
    """A dense layer over an axis that is not the last (the tokens of an MLP-Mixer): PyTorch transposes before and
    after, and Keras can do the same around a Dense; einsum does it in one line."""
    return F.linear(x.transpose(1, 2), weight).transpose(1, 2)


def tied_output_layer(hidden, embedding):
    """The output layer shares the embedding's matrix (tokens, features), which has this order on both sides: multiply
    by its transpose, with the same variable. A copy would only be equal at the first step."""
    return F.linear(hidden, embedding)


def low_rank_adapter(x, weight, down, up):
    """LoRA: detach or stop_gradient freezes the weight, and the factor is alpha / rank. All three matrices are (out,
    in), as PyTorch's adapters are stored."""
    return F.linear(x, weight.detach()) + 16 / 3 * F.linear(F.linear(x, down), up)


def bilinear(left, right, weight, bias):
    """nn.Bilinear's weight is (out, left, right). Keras has no such layer; einsum uses the same axes."""
    return F.bilinear(left, right, weight, bias)


def mlp():
    """An activation is a layer of its own in PyTorch. Keras can put it into the Dense before it, so the layers are
    numbered differently."""
    return nn.Sequential(nn.Linear(5, 8), nn.ReLU(), nn.Linear(8, 6), nn.Tanh(), nn.Linear(6, 3))


def flatten_then_linear():
    """PyTorch flattens images as (C, H, W), Keras as (H, W, C): move the channels to the front first, or reorder the
    inputs of the dense weight. The shapes fit either way."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 5, 6))


def flatten_sequences_then_linear():
    """As for images: PyTorch's output of Conv1d is (N, C, L), Keras' (N, L, C), and the flattened orders differ."""
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * 5, 6))


def global_average_then_linear():
    """A classifier's head: after the mean over height and width only the channels are left, so nothing needs to be
    reordered."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4))


def batched_matmul(left, right):
    """bmm takes exactly three axes; tf.matmul takes any number of batch axes, and transposes the last two by a flag
    (transpose_b, which keras.ops.matmul does not have)."""
    return torch.bmm(left, right.transpose(1, 2))


def matmul_broadcast(left, right):
    """Both broadcast the axes before the last two, and sum the gradient over what was broadcast."""
    return left @ right


def matrix_vector(matrix, vector):
    """PyTorch's @ takes a vector on either side; TensorFlow's takes matrices only: use tf.linalg.matvec."""
    return matrix @ vector


def outer_product(left, right):
    """Every element of one times every element of the other: tensordot over no axes."""
    return torch.outer(left, right)


def tensordot(x, weight):
    """The same function with another keyword: `dims` in PyTorch, `axes` in TensorFlow. A number contracts that many
    last axes of the first with the first axes of the second, on both sides."""
    return torch.tensordot(x, weight, dims=2)


def einsum_of_attention(query, key, value):
    """einsum has the same language on both sides, so the string can be copied. The softmax is over the keys, the last
    axis."""
    weights = torch.einsum("bqhd,bkhd->bhqk", query, key).softmax(-1)
    return torch.einsum("bhqk,bkhd->bqhd", weights, value)


def addmm(bias, x, weight):
    """beta scales what is added, alpha scales the product. TensorFlow has no such function. Python numbers take the
    tensor's dtype, so nothing passes through float32."""
    return torch.addmm(bias, x, weight, beta=0.3, alpha=0.7)


def squeeze_excitation(x, down, up):
    """One factor per channel: the gate's missing axes go after the channels in PyTorch, and between batch and channels
    in TensorFlow, where a gate (N, C) would silently broadcast against (W, C) if it fits."""
    gate = F.linear(F.relu(F.linear(x.mean((2, 3)), down)), up).sigmoid()
    return x * gate[:, :, None, None]
