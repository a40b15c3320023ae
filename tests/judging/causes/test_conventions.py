"""Functions and layers of another convention than PyTorch's, written as PyTorch takes them."""

from compare.judging.causes.conventions import (
    end_of_both_directions,
    heads_first,
    in_training_mode,
    last_of_both_directions,
    order_of_pixels,
    other_masks,
    width_of_responses,
)
from tests.helpers.passages import passage, statements


def test_a_model_is_called_in_training_mode_where_pytorchs_has_what_that_changes():
    assert statements(in_training_mode, "y = model(mask)", "nn.Dropout(0.1)") == ["y = model(mask, training=True)"]
    assert not statements(in_training_mode, "y = model(mask)", "nn.Linear(3, 3)")
    assert not statements(in_training_mode, "y = model(mask, training=False)", "nn.Dropout(0.1)")
    assert not statements(in_training_mode, "y = tf.exp(mask)", "nn.Dropout(0.1)")


def test_a_mask_is_inverted_or_left_to_the_layer_where_it_hides_what_comes_later():
    inverted, causal = statements(other_masks, "y = self.mha(x, x, attention_mask=mask)", "self.mha(x, attn_mask=m)")
    assert inverted == "y = self.mha(x, x, attention_mask=tf.logical_not(tf.cast(mask, tf.bool)))"
    assert causal == "y = self.mha(x, x, use_causal_mask=True)"
    assert len(statements(other_masks, "y = self.mha(x, attention_mask=mask)", "self.mha(x)")) == 1


def test_an_attention_that_is_given_heads_before_time_is_given_time_before_heads():
    [found] = statements(heads_first, "y = keras.ops.dot_product_attention(q, k, v, scale=1.0)")
    turned = [f"keras.ops.transpose({each}, (0, 2, 1, 3))" for each in "qkv"]
    assert (
        found
        == f"y = keras.ops.transpose(keras.ops.dot_product_attention({', '.join(turned)}, scale=1.0), (0, 2, 1, 3))"
    )


def test_pixels_of_a_block_are_taken_in_another_order():
    [found] = statements(order_of_pixels, "y = tf.nn.depth_to_space(logits, 2)")
    assert found.startswith("y = tf.nn.depth_to_space((lambda x: tf.reshape(tf.linalg.matrix_transpose(")
    assert found.endswith("[-1, 2 ** 2]], 0))), tf.shape(x)))(logits), 2)")
    [found] = statements(order_of_pixels, "y = tf.nn.space_to_depth(logits, size)")
    assert found.endswith("[size ** 2, -1]], 0))), tf.shape(x)))(tf.nn.space_to_depth(logits, size))")


def test_a_response_normalisation_is_given_the_radius_of_its_window_and_alpha_divided_by_its_width():
    of_width, of_radius = statements(width_of_responses, "y = tf.nn.lrn(logits, 5, alpha=0.1)")
    assert of_width == "y = tf.nn.lrn(input=logits, depth_radius=5 // 2, alpha=0.1 / 5)"
    assert of_radius == "y = tf.nn.lrn(input=logits, depth_radius=5, alpha=0.1 / (2 * 5 + 1))"


def test_both_directions_are_taken_at_the_last_step():
    [found] = statements(last_of_both_directions, "y = layers.Bidirectional(layers.GRU(4), name='rnn')")
    both = "layers.Bidirectional(layers.GRU(4, return_sequences=True), name='rnn')"
    assert found == f"y = keras.Sequential([{both}, keras.layers.Lambda(lambda x: x[:, -1])])"
    assert not statements(last_of_both_directions, "y = layers.Bidirectional(layers.GRU(4, return_sequences=True))")


def test_that_is_likelier_where_pytorchs_layer_is_said_to_be_bidirectional():
    line = "y = layers.Bidirectional(layers.GRU(4))"
    asked, other = (passage(line, torch) for torch in ("nn.GRU(6, 4, bidirectional=True)", "nn.GRU(6, 4)"))
    assert next(last_of_both_directions(asked)).unlikely < next(last_of_both_directions(other)).unlikely


def test_both_directions_are_taken_behind_the_whole_sequence():
    for line in ("y = logits[:, -1]", "y = logits[:, -1, :]"):
        [found] = statements(end_of_both_directions, line)
        ways = "states[:, -1, :states.shape[-1] // 2], states[:, 0, states.shape[-1] // 2:]"
        assert found == f"y = (lambda states: keras.ops.concatenate([{ways}], axis=-1))(logits)"
    assert not statements(end_of_both_directions, "y = logits[:, 0]")
