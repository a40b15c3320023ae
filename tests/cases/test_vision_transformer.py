"""The vision transformer is what it says it is: by NumPy, token by token and head by head."""

import math

import numpy as np
import pytest

from compare.inputs import cases
from compare.inputs.case_inputs import make_inputs

HEADS, PATCH, SMOOTHING = 2, 4, 0.1
erf = np.vectorize(math.erf)


@pytest.fixture(scope="module")
def inputs():
    return make_inputs(cases.load("vision_transformer"), seed=3)


def softmax(x):
    exponentials = np.exp(x - x.max(-1, keepdims=True))
    return exponentials / exponentials.sum(-1, keepdims=True)


def network(images, weights):
    """The logits of the images, (N, 10)."""

    def dense(x, path):
        return x @ weights[f"{path}.weight"].T + weights.get(f"{path}.bias", 0)

    def norm(x, path):
        centred = x - x.mean(-1, keepdims=True)
        return centred / np.sqrt(x.var(-1, keepdims=True) + 1e-6) * weights[f"{path}.weight"] + weights[f"{path}.bias"]

    def attention(x, path):
        q, k, v = (np.split(dense(x, f"{path}.{part}"), HEADS, axis=-1) for part in ("query", "key", "value"))
        heads = [softmax(q[h] @ k[h].swapaxes(1, 2) / np.sqrt(8)) @ v[h] for h in range(HEADS)]
        return dense(np.concatenate(heads, axis=-1), f"{path}.project")

    kernel, bias = weights["patches.weight"], weights["patches.bias"]
    tokens = [np.broadcast_to(weights["class_token"][:, 0], (len(images), 16))]
    for row in range(0, 16, PATCH):
        for column in range(0, 16, PATCH):
            patch = images[:, :, row : row + PATCH, column : column + PATCH]
            tokens.append(np.einsum("ncij,wcij->nw", patch, kernel) + bias)
    x = np.stack(tokens, axis=1) + weights["positions"]
    for path in ("blocks.0", "blocks.1"):
        x = x + attention(norm(x, f"{path}.norm1"), f"{path}.attention")
        hidden = dense(norm(x, f"{path}.norm2"), f"{path}.up")
        x = x + dense(hidden * (1 + erf(hidden / np.sqrt(2))) / 2, f"{path}.down")
    return dense(norm(x, "norm")[:, 0], "head")


@pytest.mark.parametrize("name", ["torch", "tf"])
def test_the_loss_is_that_of_the_formulas(name, inputs):
    if name == "torch":
        from torch_impl import weights
        from torch_impl.models import vision_transformer
    else:
        from tf_impl import weights
        from tf_impl.models import vision_transformer
    # Weights of the size that training brings about: at the start tokens are too alike to tell positions apart.
    rng = np.random.default_rng(0)
    drawn = {key: array + 0.3 * rng.standard_normal(array.shape) for key, array in inputs.weights.items()}
    canonical = inputs.batch(0, "float64")
    side, batch = vision_transformer.side(inputs.settings), weights.batch_from_canonical(canonical, ("x",))
    side.model(batch["x"])  # Keras makes its weights here
    weights.load_weights(side.model, drawn)
    logits = network(canonical["x"], drawn)
    targets = np.full(logits.shape, SMOOTHING / 10)
    targets[np.arange(len(logits)), canonical["y"]] += 1 - SMOOTHING
    loss, metrics = side.loss(side.model, batch, training=True)
    expected = -np.mean((targets * np.log(softmax(logits))).sum(1))
    assert weights.to_numpy(loss) == pytest.approx(expected, rel=1e-12)
    assert weights.to_numpy(metrics["accuracy"]) == np.mean(logits.argmax(1) == canonical["y"])


def test_only_the_keys_have_no_bias(inputs):
    layers = {name.rpartition(".")[0] for name in inputs.weights if name.endswith(".weight")}
    without = {layer for layer in layers if f"{layer}.bias" not in inputs.weights}
    assert without == {"blocks.0.attention.key", "blocks.1.attention.key"}


def test_there_is_a_position_for_the_class_token_and_for_each_patch(inputs):
    assert inputs.weights["positions"].shape == (1, 1 + 16 // PATCH * (16 // PATCH), 16)
    assert inputs.weights["class_token"].shape == (1, 1, 16)
    spread = inputs.weights["positions"].std()
    assert abs(spread / 0.02 - 1) < 5 / np.sqrt(2 * inputs.weights["positions"].size)


def test_without_positions_the_patches_could_lie_anywhere(inputs):
    """So the task is one for a model that has them: the order of the patches must matter."""
    images = inputs.batch(0, "float64")["x"]
    turned = images[:, :, ::-1].reshape(-1, 3, 4, PATCH, 16)[:, :, :, ::-1].reshape(images.shape)  # rows of patches
    placed, weights = dict(inputs.weights), dict(inputs.weights)
    weights["positions"] = np.zeros_like(weights["positions"])
    placed["positions"] = 10 * placed["positions"]
    np.testing.assert_allclose(network(turned, weights), network(images, weights), rtol=1e-10, atol=1e-12)
    assert np.abs(network(turned, placed) - network(images, placed)).max() > 1e-3
