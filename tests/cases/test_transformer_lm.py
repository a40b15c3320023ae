"""The decoder's case, and both sides' network and step against NumPy in float64."""

from collections import Counter
from importlib import import_module
from math import erf

import numpy as np
import pytest

from compare.inputs.arrays import cast
from compare.inputs.case_inputs import make_inputs
from compare.inputs.cases import transformer_lm
from compare.inputs.cases.transformer_lm import ALPHABET, BLOCKS, CASE, DROPOUT, HEADS, LENGTH, PLACES, SITES, WIDTH

SIDES = ("torch_impl", "tf_impl")


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(CASE, steps=2)


def built(package, inputs, batch):
    """A side with the case's weights, and the batch in its tensors."""
    weights = import_module(f"{package}.weights")
    side = import_module(f"{package}.models.transformer_lm").side(inputs.settings)
    tensors = weights.batch_from_canonical(cast(batch, "float64"), ())
    side.loss(side.model, tensors, training=False)  # Keras makes the weights that are to be set
    weights.load_weights(side.model, inputs.weights)
    return side, tensors


def number(package, scalar):
    return float(import_module(f"{package}.weights.outputs").to_numpy(scalar))


def test_every_sentence_has_a_word_of_each_place():
    sentences = transformer_lm.text(np.random.default_rng(0)).split(". ")
    assert len(sentences) == transformer_lm.SENTENCES + 1  # what follows the last one is nothing
    for sentence in sentences[:-1]:
        for word, words in zip(sentence.split(" "), PLACES, strict=True):
            assert word in words


def test_what_came_before_says_much_more_than_the_last_character():
    text = transformer_lm.text(np.random.default_rng(0))

    def bits(context):
        """The entropy of a character, given so many before it."""
        pairs = Counter((text[at - context : at], text[at]) for at in range(context, len(text)))
        before = Counter(text[at - context : at] for at in range(context, len(text)))
        return -sum(n * np.log2(n / before[past]) for (past, _), n in pairs.items()) / (len(text) - context)

    assert bits(5) < 0.5 * bits(1) < 0.4 * bits(0)


def test_tokens_are_places_in_the_alphabet_and_those_held_out_are_others(inputs):
    tokens, held_out = inputs.data["tokens"], inputs.evaluation["tokens"]
    assert (tokens.shape, tokens.dtype) == ((192, LENGTH + 1), np.int64)
    assert held_out.shape == (32, LENGTH + 1)
    assert set(np.unique(tokens)) == set(range(len(ALPHABET)))
    assert not set(map(tuple, held_out)) <= set(map(tuple, tokens))


def test_a_batch_is_its_examples_in_two_halves(inputs):
    batch = inputs.batch(1, "float64")
    rows = inputs.data["tokens"][inputs.order[0, 16:32]]
    assert np.array_equal(batch["tokens"], np.stack([rows[:8], rows[8:]]))


def test_masks_keep_nine_of_ten_and_scale_them_up(inputs):
    masks = inputs.per_step["masks"]
    assert masks.shape == (2, 2, SITES, 8, LENGTH, WIDTH)
    assert np.array_equal(np.unique(masks), [0, 1 / (1 - DROPOUT)])
    # Five standard errors of a mean.
    error = np.sqrt(DROPOUT * (1 - DROPOUT) / masks.size)
    assert abs((masks > 0).mean() - (1 - DROPOUT)) < 5 * error
    pieces = masks.reshape(4 * SITES, -1)
    assert len(np.unique(pieces, axis=0)) == len(pieces)  # none is used twice


def test_norms_begin_as_nothing_and_matrices_as_glorot_says(inputs):
    for name, array in inputs.weights.items():
        if name.endswith(".bias"):
            assert not array.any(), name
        elif "norm" in name:
            assert (array == 1).all(), name
        elif name.startswith("blocks"):
            limit = np.sqrt(6 / sum(array.shape))
            assert 0.95 * limit < np.abs(array).max() <= limit, name
        else:  # five standard errors of a deviation
            assert abs(array.std() / 0.1 - 1) < 5 / np.sqrt(2 * array.size), name


def layer_norm(x, weights, path):
    centred = x - x.mean(-1, keepdims=True)
    normed = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    return normed * weights[f"{path}.weight"] + weights[f"{path}.bias"]


def attention(x, weights, path):
    """One example, (length, width), head by head."""
    projected, size, heads = x @ weights[f"{path}.qkv.weight"].T, WIDTH // HEADS, []
    for head in range(HEADS):
        q, k, v = (projected[:, part * WIDTH + head * size : part * WIDTH + (head + 1) * size] for part in range(3))
        rows = []
        for time in range(len(x)):
            scores = np.exp(k[: time + 1] @ q[time] / np.sqrt(size))
            rows.append(scores @ v[: time + 1] / scores.sum())
        heads.append(np.array(rows))
    return np.concatenate(heads, 1) @ weights[f"{path}.project.weight"].T + weights[f"{path}.project.bias"]


def decoder(tokens, masks, weights):
    """Logits (length, vocabulary) of one example; masks (sites, length, width)."""
    x = (weights["token.weight"][tokens] + weights["position.weight"]) * masks[0]
    for number in range(BLOCKS):
        path = f"blocks.{number}"
        x = x + attention(layer_norm(x, weights, f"{path}.norm1"), weights, f"{path}.attention") * masks[2 * number + 1]
        hidden = layer_norm(x, weights, f"{path}.norm2") @ weights[f"{path}.up.weight"].T + weights[f"{path}.up.bias"]
        hidden = hidden * (1 + np.vectorize(erf)(hidden / np.sqrt(2))) / 2
        x = x + (hidden @ weights[f"{path}.down.weight"].T + weights[f"{path}.down.bias"]) * masks[2 * number + 2]
    return layer_norm(x, weights, "norm") @ weights["token.weight"].T


def cross_entropy(logits, labels):
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    return -np.log(shares[np.arange(len(labels)), labels]).mean()


@pytest.mark.parametrize("package", SIDES)
def test_the_loss_of_a_micro_batch_is_numpys_with_its_masks(package, inputs):
    batch = inputs.batch(0, "float64")
    side, tensors = built(package, inputs, batch)
    micro_batch = {name: tensor[1] for name, tensor in tensors.items()}
    loss = number(package, side.loss(side.model, micro_batch, training=True)[0])
    tokens, masks = batch["tokens"][1], batch["masks"][1]
    expected = np.mean(
        [cross_entropy(decoder(row[:-1], masks[:, at], inputs.weights), row[1:]) for at, row in enumerate(tokens)]
    )
    assert loss == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("package", SIDES)
def test_nothing_is_dropped_in_evaluation(package, inputs):
    batch = inputs.batch(0, "float64")
    side, tensors = built(package, inputs, batch)
    loss = number(package, import_module(f"{package}.train").evaluate(side, tensors))
    ones = np.ones((SITES, LENGTH, WIDTH))
    rows = batch["tokens"].reshape(-1, LENGTH + 1)
    expected = np.mean([cross_entropy(decoder(row[:-1], ones, inputs.weights), row[1:]) for row in rows])
    assert loss == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("package", SIDES)
def test_two_micro_batches_make_the_step_of_the_whole(package, inputs):
    batch = inputs.batch(0, "float64")
    batch["masks"] = np.ones_like(batch["masks"])
    whole = {"tokens": batch["tokens"].reshape(1, 16, -1), "masks": np.ones((1, SITES, 16, LENGTH, WIDTH))}
    results = []
    for each in (batch, whole):
        side, tensors = built(package, inputs, each)
        loss, metrics = side.step(side, tensors)
        results.append([number(package, each) for each in (loss, *metrics.values())])
    assert results[0] == pytest.approx(results[1], rel=1e-13)
