"""Wrong ports of the encoder and decoder: the state that is handed over, what the loss counts, and the reset gate."""

from dataclasses import replace
from functools import partial

from tests.end_to_end.mutants import Mutant


def state_behind_padding(settings):
    """The encoder's state at the end of the padded row, in place of that behind the last real step."""
    from tf_impl.layers import GRU
    from tf_impl.models import gru

    side = gru.side(settings)
    side.model.encoder.call = lambda x, lengths: GRU.call(side.model.encoder, x)
    return side


def reset_before(settings):
    """Keras' reset_after=False: the hidden state is reset before its product, and the second bias is not."""
    import tensorflow as tf

    from tf_impl.models import gru

    side = gru.side(settings)
    layer = side.model.encoder

    def cell(from_input, from_hidden, state):
        reset, update, new = tf.split(from_input, 3, -1)
        hidden_reset, hidden_update, _ = tf.split(from_hidden, 3, -1)
        reset, update = tf.sigmoid(reset + hidden_reset), tf.sigmoid(update + hidden_update)
        weight, bias = layer.weight_hh_l0[2 * layer.hidden_size :], layer.bias_hh_l0[2 * layer.hidden_size :]
        new = tf.tanh(new + tf.matmul(reset * state[0], weight, transpose_b=True) + bias)
        return (new + update * (state[0] - new),)

    layer.cell = cell
    return side


def padding_in_the_count(settings):
    """The loss of padding is masked, but the mean still counts it."""
    import tensorflow as tf

    from tf_impl.losses import masked_mean
    from tf_impl.models import gru

    def loss(model, batch, training, padding):
        logits = model(batch["source"], batch["given"], batch["lengths"], training=training)
        target = batch["target"]
        each = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=target, logits=logits)
        real = tf.cast(target != padding, each.dtype)
        right = tf.cast(tf.argmax(logits, -1) == target, each.dtype)
        return tf.reduce_mean(each * real), {"accuracy": masked_mean(right, real)}

    return replace(gru.side(settings), loss=partial(loss, padding=settings["padding"]))


MUTANTS = (
    Mutant("gru", state_behind_padding, (0, "forward", "encoder")),
    Mutant("gru", reset_before, (0, "forward", "encoder")),
    Mutant("gru", padding_in_the_count, (0, "loss", "loss")),
)
