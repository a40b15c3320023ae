"""Dense layers and products of matrices. Notice the order of a weight's axes, and which axis a layer acts on."""

import keras
import tensorflow as tf
from keras import layers


def linear():
    """PyTorch's weight is (out, in), Keras' kernel (in, out): transpose it, above all where both sizes are equal and
    nothing would complain. PyTorch initializes weight and bias uniformly within 1/sqrt(in), Keras with Glorot uniform
    and a bias of 0."""
    return layers.Dense(4)


def linear_without_bias():
    """`bias=False` is `use_bias=False`. If you copy weights by position, check which layers have a bias."""
    return layers.Dense(4, use_bias=False)


def linear_on_sequences():
    """Both act on the last axis and keep all the axes before it: sequences need no flattening."""
    return layers.Dense(4)


def linear_from_checkpoint(x, weight, bias):
    """A weight as PyTorch's state_dict holds it, (out, in): TensorFlow takes it without a copy, with
    transpose_b=True."""
    return tf.matmul(x, weight, transpose_b=True) + bias


def linear_over_time(x, weight):
    """A dense layer over an axis that is not the last (the tokens of an MLP-Mixer): PyTorch transposes before and
    after, and Keras can do the same around a Dense; einsum does it in one line."""
    return tf.einsum("ntc,ot->noc", x, weight)


def tied_output_layer(hidden, embedding):
    """The output layer shares the embedding's matrix (tokens, features), which has this order on both sides: multiply
    by its transpose, with the same variable. A copy would only be equal at the first step."""
    return tf.matmul(hidden, embedding, transpose_b=True)


def low_rank_adapter(x, weight, down, up):
    """LoRA: detach or stop_gradient freezes the weight, and the factor is alpha / rank. All three matrices are (out,
    in), as PyTorch's adapters are stored."""
    frozen = tf.matmul(x, tf.stop_gradient(weight), transpose_b=True)
    return frozen + 16 / 3 * tf.matmul(tf.matmul(x, down, transpose_b=True), up, transpose_b=True)


def bilinear(left, right, weight, bias):
    """nn.Bilinear's weight is (out, left, right). Keras has no such layer; einsum uses the same axes."""
    return tf.einsum("ni,oij,nj->no", left, weight, right) + bias


def mlp():
    """An activation is a layer of its own in PyTorch. Keras can put it into the Dense before it, so the layers are
    numbered differently."""
    return keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(6, activation="tanh"), layers.Dense(3)])


def flatten_then_linear():
    """PyTorch flattens images as (C, H, W), Keras as (H, W, C): move the channels to the front first, or reorder the
    inputs of the dense weight. The shapes fit either way."""
    return keras.Sequential([layers.Permute((3, 1, 2)), layers.Flatten(), layers.Dense(6)])


def flatten_sequences_then_linear():
    """As for images: PyTorch's output of Conv1d is (N, C, L), Keras' (N, L, C), and the flattened orders differ."""
    return keras.Sequential([layers.Permute((2, 1)), layers.Flatten(), layers.Dense(6)])


def global_average_then_linear():
    """A classifier's head: after the mean over height and width only the channels are left, so nothing needs to be
    reordered."""
    return keras.Sequential([layers.GlobalAveragePooling2D(), layers.Dense(4)])


def batched_matmul(left, right):
    """bmm takes exactly three axes; tf.matmul takes any number of batch axes, and transposes the last two by a flag
    (transpose_b, which keras.ops.matmul does not have)."""
    return tf.matmul(left, right, transpose_b=True)


def matmul_broadcast(left, right):
    """Both broadcast the axes before the last two, and sum the gradient over what was broadcast."""
    return left @ right


def matrix_vector(matrix, vector):
    """PyTorch's @ takes a vector on either side; TensorFlow's takes matrices only: use tf.linalg.matvec."""
    return tf.linalg.matvec(matrix, vector)


def outer_product(left, right):
    """Every element of one times every element of the other: tensordot over no axes."""
    return tf.tensordot(left, right, axes=0)


def tensordot(x, weight):
    """The same function with another keyword: `dims` in PyTorch, `axes` in TensorFlow. A number contracts that many
    last axes of the first with the first axes of the second, on both sides."""
    return tf.tensordot(x, weight, axes=2)


def einsum_of_attention(query, key, value):
    """einsum has the same language on both sides, so the string can be copied. The softmax is over the keys, the last
    axis."""
    weights = tf.nn.softmax(tf.einsum("bqhd,bkhd->bhqk", query, key), -1)
    return tf.einsum("bhqk,bkhd->bqhd", weights, value)


def addmm(bias, x, weight):
    """beta scales what is added, alpha scales the product. TensorFlow has no such function. Python numbers take the
    tensor's dtype, so nothing passes through float32."""
    return 0.3 * bias + 0.7 * tf.matmul(x, weight)


def squeeze_excitation(x, down, up):
    """One factor per channel: the gate's missing axes go after the channels in PyTorch, and between batch and channels
    in TensorFlow, where a gate (N, C) would silently broadcast against (W, C) if it fits."""
    hidden = tf.nn.relu(tf.matmul(tf.reduce_mean(x, (1, 2)), down, transpose_b=True))
    gate = tf.sigmoid(tf.matmul(hidden, up, transpose_b=True))
    return x * gate[:, None, None, :]
