"""What is private of Keras stands in one file, of TensorFlow in another; where it is gone, that is said, or something
sensible stands for it."""

import ast
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, optimizers

from tf_impl import keras_internals, keras_versions, randomness
from tf_impl.weights import optimizer_state

SIDE = Path(keras_internals.__file__).parent
OF_PYTHON = {"_replace", "_asdict"}  # of a named tuple, and public
PUBLIC = (layers, optimizers, optimizers.schedules, keras.losses)
CLASSES = [each for module in PUBLIC for each in vars(module).values() if isinstance(each, type)]
INHERITED = {name for each in [*CLASSES, layers.Dense(1), optimizers.SGD()] for name in dir(each)}


def private_names(source: str) -> list[str]:
    """What a source reads of others' private attributes: by name, in a string, inherited, or as a private module."""
    nodes = list(ast.walk(ast.parse(source)))
    own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    own |= {node.attr for node in nodes if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    attributes = [(node.attr, ast.unparse(node.value)) for node in nodes if isinstance(node, ast.Attribute)]
    private = [(name, of in ("self", "cls")) for name, of in attributes if is_private(name)]
    read = [name for name, of_self in private if not of_self or name in INHERITED - own]
    asked = [node.args[1].value for node in nodes if is_call_of_getattr(node)]
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return [*read, *filter(is_private, asked), *(each for each in modules if each.startswith("keras.src"))]


def is_private(name: object) -> bool:
    return str(name).startswith("_") and not str(name).endswith("__") and name not in OF_PYTHON


def is_call_of_getattr(node: ast.AST) -> bool:
    named = isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "setattr", "hasattr")
    return named and isinstance(node.args[1], ast.Constant)


@pytest.mark.parametrize("file", sorted(SIDE.rglob("*.py")), ids=lambda path: str(path.relative_to(SIDE)))
def test_no_other_file_touches_what_is_private_of_keras_or_tensorflow(file):
    if file.name not in ("keras_internals.py", "tensorflow_internals.py"):
        assert private_names(file.read_text()) == []


@pytest.mark.parametrize(
    "source",
    [
        "layer._flatten_layers()",
        "getattr(layer, '_layers', [])",
        "hasattr(x, '_keras_mask')",
        "class A(B):\n    def f(self): return self._moments",
        "from keras.src.layers import layer",
    ],
)
def test_a_private_attribute_is_found(source):
    assert private_names(source)


def test_what_a_class_of_our_own_keeps_is_not_keras():
    assert (
        private_names("class A:\n    def f(self): self._x = self._y + self._moments()\n    def _moments(self): ...")
        == []
    )


def without(monkeypatch, kind, name, instance=None):
    """As if this version of Keras did not have it."""
    for each in kind.__mro__:
        if name in vars(each):
            monkeypatch.delattr(each, name)
    if instance is not None:
        vars(instance).pop(name, None)


def built(layer, *shape):
    layer.build(shape)
    return layer


def attention():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.5)
    layer(np.zeros((1, 2, 4)), np.zeros((1, 2, 4)))
    return layer


def stepped(optimizer):
    layer = built(layers.Dense(2), None, 3)
    optimizer.apply([tf.ones_like(each) for each in layer.trainable_variables], layer.trainable_variables)
    return optimizer, layer


@pytest.mark.parametrize(
    ("make", "name", "read"),
    [
        (lambda: layers.Dense(2), "_flatten_layers", keras_internals.with_all_inside),
        (lambda: layers.Dense(2), "_trainable_variables", lambda one: keras_internals.own_variables(one, True)),
        (lambda: layers.Dense(2), "_non_trainable_variables", lambda one: keras_internals.own_variables(one, False)),
        (attention, "_query_dense", lambda one: keras_internals.projection(one, "query")),
        (attention, "_dropout", lambda one: keras_internals.mute_rate(one, "_dropout")),
        (lambda: optimizers.SGD(), "_trainable_variables", keras_internals.optimizer_variables),
        (lambda: optimizers.SGD(), "_learning_rate", keras_internals.rate_or_schedule),
        (lambda: optimizers.SGD(), "_get_variable_index", lambda one: keras_internals.place_of(one, None)),
        (lambda: optimizers.SGD(), "_use_weight_decay", lambda one: keras_internals.decays(one, None)),
    ],
)
def test_what_cannot_be_guessed_is_an_error_that_names_the_version_and_the_attribute(monkeypatch, make, name, read):
    one = make()
    without(monkeypatch, type(one), name, one)
    with pytest.raises(keras_internals.KerasChangedError) as raised:
        read(one)
    said = str(raised.value)
    assert said.startswith(f"{type(one).__name__} of Keras {keras.__version__} has no {name}, which this project reads")
    assert "install Keras 3.15" in said


@pytest.mark.parametrize(
    ("make", "names", "read", "otherwise"),
    [
        (lambda: layers.Dense(2), ["_layers"], keras_internals.listed_layers, []),
        (lambda: layers.Dense(2), ["_inbound_nodes", "_outbound_nodes"], keras_internals.calls_around, ([], [])),
        (lambda: layers.Dense(2), ["_inbound_nodes"], keras_internals.called_on, ()),
        (lambda: built(layers.Dense(2), None, 3), ["_build_shapes_dict"], keras_internals.built_for, ()),
        (layers.BatchNormalization, ["_moments"], keras_internals.has_stock_moments, False),
        (keras.losses.MeanSquaredError, ["_fn_kwargs"], keras_internals.loss_arguments, {}),
        (optimizers.AdamW, ["_exclude_from_weight_decay"], keras_internals.without_decay, (None, 0)),
    ],
)
def test_where_something_is_gone_that_nothing_hangs_on_something_sensible_stands_for_it(
    monkeypatch, make, names, read, otherwise
):
    one = make()
    for name in names:
        without(monkeypatch, type(one), name, one)
    assert read(one) == otherwise


def test_slots_that_are_gone_are_state_that_is_not_shown():
    optimizer, layer = stepped(optimizers.Adam())
    whole = optimizer_state(optimizer, layer)
    del optimizer._velocities
    assert {name for name in whole if name not in optimizer_state(optimizer, layer)} == {
        "weight exp_avg_sq", "bias exp_avg_sq",
    }  # fmt: skip


@pytest.mark.parametrize("optimizer", [kind for kind in keras_internals.SLOTS if kind is not optimizers.Adafactor])
def test_every_slot_of_a_stock_optimizer_is_there_in_this_version(optimizer):
    one, _ = stepped(optimizer(0.1, amsgrad=True) if optimizer is optimizers.Adam else optimizer(0.1))
    assert [name for name, _ in keras_internals.SLOTS[optimizer] if not hasattr(one, name)] == []


def test_what_keras_is_asked_for_is_what_it_says():
    inner = layers.Dense(3, name="inner")
    model = keras.Sequential([keras.Input((4,)), inner, layers.ReLU(name="after")])
    frozen = built(layers.BatchNormalization(trainable=False), None, 3)
    excluding = optimizers.AdamW(weight_decay=0.1)
    excluding.exclude_from_weight_decay(var_names=["bias"])
    assert {model, *model.layers} <= set(keras_internals.with_all_inside(model))
    assert keras_versions.like(keras.Model(model.inputs, model.outputs), "Functional")
    assert not keras_versions.like(keras.Model(), "Functional")
    assert [each.name for each in keras_internals.calls_around(inner)[1]] == ["after"]
    assert (keras_internals.called_on(inner), keras_internals.built_for(inner)) == ((None, 4), (None, 4))
    assert len(keras_internals.own_variables(frozen, True)) == len(keras_internals.own_variables(frozen, False)) == 2
    assert keras_internals.without_decay(excluding) == ("bias", 0)
    assert keras_internals.has_stock_moments(frozen)
    assert keras_internals.is_of_keras(layers.ReLU, "layers.activations")
    assert not keras_internals.is_of_keras(layers.Dense, "layers.activations")


def test_an_attention_is_muted_by_its_private_rate():
    layer = attention()
    model = keras.Sequential([layers.Dense(2)])
    model.attention = layer
    assert randomness.mute(model) == {"attention": {"dropout": 0.5, "p": 0.5}}
    assert (layer.dropout, keras_internals.mute_rate(layer, "_dropout")) == (0.0, None)
