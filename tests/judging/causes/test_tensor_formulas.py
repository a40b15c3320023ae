"""Formulas whose options change them; tests/side_by_side/test_transcriptions.py compares them with PyTorch."""

from compare.judging.causes.tensor_formulas import NORMED, attention, flattened, normed, padded

GIVEN = {"query": "a", "key": "b", "value": "c", "dropout_p": "0.0", "attn_mask": "None", "scale": "None"}


def test_an_attention_is_scaled_by_the_root_of_its_width_or_by_what_is_given():
    assert "* (tf.cast(tf.shape(q)[-1], q.dtype) ** -0.5)" in attention({**GIVEN, "is_causal": "False"})
    assert "* (0.5)" in attention({**GIVEN, "is_causal": "False", "scale": "0.5"})


def test_a_causal_attention_hides_what_comes_later():
    assert "band_part" in attention({**GIVEN, "is_causal": "True"})
    assert "band_part" not in attention({**GIVEN, "is_causal": "False"})


def test_a_normalisation_is_over_as_many_axes_as_its_shape_has():
    given = {"x": "x", "weight": "None", "bias": "None", "eps": "1e-5"}
    made = normed(NORMED)
    assert "axis=(-2, -1)" in made({**given, "normalized_shape": "(3, 4)"})
    assert "axis=(-1,)" in made({**given, "normalized_shape": "x.shape[-1:]"})
    assert made({**given, "normalized_shape": "4", "weight": "w", "bias": "b"}).endswith("* w) + b)")


def test_the_axis_that_is_padded_first_is_the_last():
    given = {"x": "x", "pad": "(1, 2, 3, 4)", "mode": "'constant'", "value": "None"}
    assert "[[3, 4], [1, 2]]" in padded(given).replace("[[0, 0]]", "")
    assert padded({**given, "pad": "(1, 2, 3)"}) is None


def test_only_what_is_behind_the_batch_or_all_of_it_is_flattened():
    assert flattened({"x": "x", "start_dim": "1", "end_dim": "-1"}) == "tf.reshape(x, (tf.shape(x)[0], -1))"
    assert flattened({"x": "x", "start_dim": "1", "end_dim": "2"}) is None
