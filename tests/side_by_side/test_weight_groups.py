"""How layers and weights are found in a model, however it is written, and that none is forgotten."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

from tf_impl import weights as tf_weights
from tf_impl.weights import layers as tf_layers
from tf_impl.weights import parameters as tf_parameters
from torch_impl import weights as torch_weights
from torch_impl.weights import layers as torch_layers


def kinds(groups):
    return [(group.kind, group.path) for group in groups]


def names(groups):
    return [tensor.name for group in groups for tensor in group.tensors.values()]


def built(model, *shape):
    model(np.zeros(shape))
    return model


class Block(keras.Model):
    """A layer in each place where Keras looks for layers."""

    def __init__(self, depth):
        super().__init__()
        self.first = layers.Dense(2)
        self.blocks = [layers.Dense(2), (layers.Dense(2),)]
        self.by_name = {"a": layers.Dense(2)}
        self._hidden = layers.Dense(2)
        self.inner = Block(depth - 1) if depth else None

    def call(self, x):
        for layer in (self.first, self.blocks[0], self.blocks[1][0], self.by_name["a"], self._hidden):
            x = layer(x)
        return self.inner(x) if self.inner else x


def test_layers_are_found_in_attributes_lists_and_dictionaries_in_order_of_definition():
    here = ["first", "blocks.0", "blocks.1.0", "by_name.a", "_hidden"]
    model = built(Block(1), 1, 2)
    assert list(tf_layers.named_layers(model)) == here + [f"inner.{name}" for name in here]
    assert names(tf_weights.weight_groups(model))[:2] == ["first.weight", "first.bias"]


def test_functional_and_sequential_models_have_the_names_of_their_layers_and_no_input_layer():
    inputs = keras.Input((3,))
    inner = keras.Sequential([layers.Dense(2, name="b"), layers.ReLU(name="c")], name="inner")
    model = keras.Model(inputs, inner(layers.Dense(3, name="a")(inputs)))
    assert list(tf_layers.named_layers(model)) == ["a", "inner.b", "inner.c"]


def test_a_functional_model_with_layers_of_its_own_has_both():
    class Extended(keras.Model):
        def __init__(self):
            inputs = keras.Input((3,))
            super().__init__(inputs, layers.Dense(3, name="a")(inputs))
            self.head = layers.Dense(2)

        def call(self, x):
            return self.head(super().call(x))

    assert list(tf_layers.named_layers(built(Extended(), 1, 3))) == ["a", "head"]


def test_a_layer_that_is_a_model_of_its_own_has_names_without_a_path():
    assert names(torch_weights.weight_groups(nn.Linear(2, 3))) == ["weight", "bias"]
    assert names(tf_weights.weight_groups(built(layers.Dense(3), 1, 2))) == ["weight", "bias"]


def test_a_layer_that_is_used_twice_comes_once():
    torch_model = nn.Sequential(shared := nn.Linear(2, 2), nn.ReLU(), shared)
    tf_model = built(keras.Sequential([layers.Dense(2, name="0")]), 1, 2)
    tf_model.again = tf_model.layers[0]
    assert list(torch_layers.named_layers(torch_model)) == ["0", "1"]
    assert list(tf_layers.named_layers(tf_model)) == ["0"]
    for side, model in ((torch_weights, torch_model), (tf_weights, tf_model)):
        assert kinds(side.weight_groups(model)) == [("Linear", "0")]
        assert len(side.named_parameters(model)) == 2


def test_a_variable_that_two_layers_share_comes_once():
    class Tied(nn.Module):
        def __init__(self):
            super().__init__()
            self.table, self.head = nn.Embedding(5, 3), nn.Linear(3, 5)
            self.head.weight = self.table.weight

    groups = torch_weights.weight_groups(Tied())
    assert kinds(groups) == [("Embedding", "table"), ("Linear", "head")]
    assert names(groups) == ["table.weight", "head.bias"]

    class Head(layers.Layer):
        def __init__(self, table):
            super().__init__()
            self.shared, self.bias = table.embeddings, self.add_weight(shape=(5,))

    model = keras.Model()
    model.table = built(layers.Embedding(5, 3), 1, 2)
    model.head = Head(model.table)
    assert names(tf_weights.weight_groups(model)) == ["table.weight", "head.bias"]


def test_weights_outside_any_known_layer_are_units_of_their_own_on_both_sides():
    class Torch(nn.Module):
        def __init__(self):
            super().__init__()
            self.token = nn.Parameter(torch.ones(1, 2))
            self.register_buffer("table", torch.ones(3))
            self.register_buffer("count", torch.tensor(0))
            self.fc = nn.Linear(2, 2)

    class Keras(keras.Model):
        def __init__(self):
            super().__init__()
            self.token = self.add_weight(shape=(1, 2), name="token")
            self.table = self.add_weight(shape=(3,), trainable=False)
            self.raw = tf.Variable([1.0, 2.0])
            self.scales = [keras.Variable([1.0])]
            self.dropout = layers.Dropout(0.5)  # holds the integers of its seed
            self.fc = layers.Dense(2)

        def call(self, x):
            return self.fc(x)

    model = built(Keras(), 1, 2)
    expected = [("Parameter", "token"), ("Buffer", "table"), ("Linear", "fc")]
    assert kinds(torch_weights.weight_groups(Torch())) == expected
    found = kinds(tf_weights.weight_groups(model))
    assert found == [*expected[:2], ("Parameter", "raw"), ("Parameter", "scales.0"), expected[2]]
    assert list(torch_weights.named_buffers(Torch())) == list(tf_weights.named_buffers(model)) == ["table"]
    assert {role for group in tf_weights.weight_groups(model)[2:4] for role in group.tensors} == {"weight"}


def test_a_weight_that_is_a_single_number_is_set_and_read():
    module = nn.Module()
    module.temperature = nn.Parameter(torch.tensor(1.0))
    model = keras.Model()
    model.temperature = keras.Variable(1.0)
    for side, owner in ((torch_weights, module), (tf_weights, model)):
        assert side.weight_groups(owner)[0].tensors["weight"].shape == ()
        side.load_weights(owner, {"temperature": np.array(2.5)})
        assert side.named_parameters(owner)["temperature"].value() == 2.5


def test_a_layer_of_the_users_own_has_its_weights_as_they_lie():
    class Scale(layers.Layer):
        def build(self, shape):
            self.held = {"w": self.add_weight(shape=(shape[-1], 3), name="w")}

        def call(self, x):
            return x @ self.held["w"]

    model = built(keras.Sequential([Scale(name="scale")]), 1, 2)
    (group,) = tf_weights.weight_groups(model)
    assert (group.kind, group.path) == ("Parameter", "scale.held.w")
    assert group.tensors["weight"].shape == (2, 3)


def test_a_subclass_of_a_known_layer_has_its_rule_and_what_it_adds_besides():
    class Torch(nn.Linear):
        def __init__(self):
            super().__init__(2, 3)
            self.scale = nn.Parameter(torch.ones(3))

    class Keras(layers.Dense):
        def build(self, shape):
            super().build(shape)
            self._tracker.unlock()
            self.scale = self.add_weight(shape=(3,), name="scale")

    for groups in (torch_weights.weight_groups(Torch()), tf_weights.weight_groups(built(Keras(3), 1, 2))):
        assert kinds(groups) == [("Linear", ""), ("Parameter", "scale")]


def test_weights_that_are_computed_from_others_are_parameters():
    for module in (
        nn.utils.parametrizations.weight_norm(nn.Linear(2, 3)),
        nn.utils.parametrizations.orthogonal(nn.Linear(3, 3)),
    ):
        groups = torch_weights.weight_groups(nn.Sequential(module, nn.ReLU()))
        assert {group.kind for group in groups} - {"Buffer"} == {"Parameter"}
        assert list(torch_layers.named_layers(nn.Sequential(module, nn.ReLU()))) == ["0", "1"]
    lora = built(layers.Dense(3), 1, 2)
    lora.enable_lora(1)
    assert {group.kind for group in tf_weights.weight_groups(lora)} == {"Linear", "Parameter"}
    norm = layers.SpectralNormalization(layers.Dense(3))
    norm.build((1, 2))
    assert ("Linear", "layer") in kinds(tf_weights.weight_groups(norm))


def test_to_look_at_a_spectral_norm_does_not_move_it():
    """Its weight is computed whenever it is asked for, and in training that is a step of power iteration."""
    model = nn.Sequential(nn.utils.parametrizations.spectral_norm(nn.Linear(5, 4))).train()
    before = {name: buffer.clone() for name, buffer in model.named_buffers()}
    torch_weights.weight_groups(model)
    assert before
    assert all(torch.equal(before[name], buffer) for name, buffer in model.named_buffers())


def test_a_lazy_layer_is_what_it_becomes():
    model = nn.Sequential(nn.LazyLinear(3))
    model(torch.zeros(1, 2))
    assert kinds(torch_weights.weight_groups(model)) == [("Linear", "0")]


def test_stacked_recurrent_layers_are_a_unit_for_each_layer_and_direction():
    groups = torch_weights.weight_groups(nn.Sequential(nn.LSTM(4, 6, 2, bidirectional=True, proj_size=3)))
    assert kinds(groups) == [
        ("LSTM", "0.l0"),
        ("LSTM reverse", "0.l0_reverse"),
        ("LSTM", "0.l1"),
        ("LSTM reverse", "0.l1_reverse"),
    ]
    assert list(groups[1].tensors) == ["weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_hr"]
    assert groups[1].tensors["weight_hr"].name == "0.weight_hr_l0_reverse"


def test_the_biases_that_attention_adds_to_keys_and_values_are_parameters():
    groups = torch_weights.weight_groups(nn.Sequential(nn.MultiheadAttention(4, 2, add_bias_kv=True)))
    assert [kind for kind, _ in kinds(groups)] == ["Linear"] * 4 + ["Parameter"] * 2
    assert names(groups)[:2] == ["0.in_proj_weight[0:4]", "0.in_proj_bias[0:4]"]
    assert names(groups)[-2:] == ["0.bias_k", "0.bias_v"]


def test_an_attention_whose_keys_are_of_another_size_has_a_weight_for_each():
    groups = torch_weights.weight_groups(nn.Sequential(nn.MultiheadAttention(4, 2, kdim=3, vdim=5)))
    assert [group.tensors["weight"].name for group in groups] == [
        "0.q_proj_weight",
        "0.k_proj_weight",
        "0.v_proj_weight",
        "0.out_proj.weight",
    ]
    assert groups[2].tensors["bias"].name == "0.in_proj_bias[8:12]"


def test_recurrent_cells_of_the_users_own_are_found_inside_both_directions():
    @keras.saving.register_keras_serializable("tests")
    class Cell(layers.Layer):
        state_size = output_size = 2

        def __init__(self, **options):
            super().__init__(**options)
            self.mix = layers.Dense(2)

        def build(self, shape):
            self.mix.build(shape)
            self.built = True

        def call(self, x, states):
            y = self.mix(x) + states[0]
            return y, [y]

        def get_config(self):
            return {}

    model = built(layers.Bidirectional(layers.RNN(Cell())), 1, 3, 4)
    assert len(set(names(tf_weights.weight_groups(model)))) == len(model.trainable_variables) == 4


def test_a_frozen_weight_is_still_a_weight_and_says_so():
    torch_model, tf_model = nn.Linear(2, 3).requires_grad_(False), built(layers.Dense(3), 1, 2)
    tf_model.trainable = False
    for side, model in ((torch_weights, torch_model), (tf_weights, tf_model)):
        assert set(side.named_parameters(model)) == {"weight", "bias"}
        assert not any(tensor.trainable for group in side.weight_groups(model) for tensor in group.tensors.values())


def test_a_plain_module_of_tensorflows_is_a_model_too():
    class Module(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight, self.dense = tf.Variable([1.0]), built(layers.Dense(3), 1, 2)

    assert kinds(tf_weights.weight_groups(Module())) == [("Parameter", "weight"), ("Linear", "dense")]


def test_a_weight_that_would_be_forgotten_is_named(monkeypatch):
    model = built(keras.Sequential([layers.Dense(2, name="lost")]), 1, 2)
    monkeypatch.setattr(tf_parameters, "held_by", lambda path, layer: [])
    with pytest.raises(AssertionError, match=r"kernel: 0 of its 4 values"):
        tf_weights.weight_groups(model)


@pytest.mark.parametrize(
    ("torch_layer", "tf_layer"),
    [
        (nn.BatchNorm1d(2), layers.BatchNormalization()),
        (nn.InstanceNorm2d(2), layers.GroupNormalization(2)),
        (nn.LayerNorm(2), layers.LayerNormalization()),
        (nn.RMSNorm(2), layers.RMSNormalization()),
        (nn.Conv2d(2, 2, 1, groups=2), layers.DepthwiseConv2D(1)),
        (nn.Conv1d(2, 2, 1), layers.Conv1D(2, 1)),
        (nn.ConvTranspose3d(2, 2, 1), layers.Conv3DTranspose(2, 1)),
        (nn.MaxPool2d(2), layers.MaxPooling2D()),
        (nn.AvgPool3d(2), layers.AveragePooling3D(2)),
        (nn.AdaptiveAvgPool2d(1), layers.GlobalAveragePooling2D()),
        (nn.AdaptiveMaxPool1d(1), layers.GlobalMaxPooling1D()),
        (nn.Flatten(), layers.Flatten()),
        (nn.Dropout(), layers.Dropout(0.5)),
        (nn.Dropout2d(), layers.SpatialDropout2D(0.5)),
        (nn.GELU(), layers.Activation("gelu")),
        (nn.SiLU(), layers.Activation("swish")),
        (nn.Hardswish(), layers.Activation("hard_silu")),
        (nn.Identity(), layers.Activation("linear")),
        (nn.ReLU6(), layers.ReLU(max_value=6)),
        (nn.LeakyReLU(), layers.LeakyReLU()),
        (nn.Sequential(), layers.Identity()),
        (nn.Upsample(scale_factor=2), layers.UpSampling2D()),
        (nn.LSTM(2, 2), layers.Bidirectional(layers.LSTM(2))),
        (nn.GRU(2, 2), layers.RNN(layers.GRUCell(2))),
        (nn.RNN(2, 2), layers.SimpleRNN(2)),
        (nn.Linear(2, 2), layers.TimeDistributed(layers.Dense(2))),
        (nn.MultiheadAttention(2, 1), layers.MultiHeadAttention(1, 2)),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_corresponding_layers_are_of_one_kind(torch_layer, tf_layer):
    assert torch_layers.kind(torch_layer) == tf_layers.kind(tf_layer)


def test_a_layer_without_a_counterpart_goes_by_its_own_name():
    class Mine(layers.Layer):
        pass

    class Own(nn.Module):
        pass

    assert (tf_layers.kind(Mine()), torch_layers.kind(Own())) == ("Mine", "Own")
    assert tf_layers.kind(layers.Activation(lambda x: x)) == "Activation"
