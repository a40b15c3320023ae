"""What runs as a graph, run otherwise."""

import ast

import pytest

from compare.judging.causes.code import Code
from compare.judging.causes.traced import compiled_again, compiled_eagerly, not_decorated, not_wrapped, of_graphs


def changed(rule, text):
    code = Code("port.py", text)
    return [(code.with_rewrite(each).text, each.said) for each in rule(code)]


@pytest.mark.parametrize("decorator", ["@tf.function", "@tf.function(jit_compile=True)", "@tf.function(\n    x=1,\n)"])
def test_a_function_is_no_graph_without_its_decorator(decorator):
    setter = "def set():\n    global rate\n"
    text = f"rate = 1\n{setter}{decorator}\ndef update(x,\n           y):\n    return rate * next(x)\n"
    [(found, said)] = changed(not_decorated, text)
    assert found == text.replace(f"{decorator}\n", "")
    assert said == "runs update as a graph, which keeps `rate` and `next(x)` as traced"


def test_other_decorators_stay():
    [(found, _)] = changed(
        not_decorated, "class A:\n    @tf.function\n    @named\n    def call(self):\n        return 1\n"
    )
    assert found == "class A:\n    @named\n    def call(self):\n        return 1\n"
    assert changed(not_decorated, "@named\ndef f():\n    return 1\n") == []


def test_what_is_wrapped_stays_as_it_is():
    [(found, said)] = changed(not_wrapped, "def f(x):\n    return next(x)\ng = tf.function(f, autograph=False)\n")
    assert found.endswith("g = f\n")
    assert "`next(x)`" in said


def test_a_model_is_compiled_again_with_the_optimizer_that_it_has_where_layers_are_frozen():
    text = "model.compile(SGD(0.1), 'mse', metrics=[])\nif late:\n    model.layers[0].trainable = False\n"
    [(found, said)] = changed(compiled_again, text)
    assert found.endswith("trainable = False\n    model.compile(model.optimizer, 'mse', metrics=[])\n")
    assert "model.layers[0].trainable" in said
    [(found, _)] = changed(compiled_again, text.replace("SGD(0.1), 'mse'", "loss='mse', optimizer=SGD(0.1)"))
    assert "    model.compile(model.optimizer, loss='mse', metrics=[])" in found


def test_a_model_may_be_compiled_to_run_eagerly():
    [(found, _)] = changed(compiled_eagerly, "model.compile('sgd', 'mse',)\n")
    assert found == "model.compile('sgd', 'mse', run_eagerly=True)\n"
    assert changed(compiled_eagerly, "model.compile('sgd', run_eagerly=True)\nre.compile\n") == []


def test_what_keeps_the_graph_comes_before_what_does_without():
    text = "rate = 1.0\ndef set():\n    global rate\n    rate = 2.0\n@tf.function\ndef update():\n    return rate\n"
    first, second = (code.text for _, code in of_graphs(Code("port.py", text)))
    assert "rate.assign(2.0)" in first
    assert "@tf.function" in first
    assert "@tf.function" not in second
    assert all(map(ast.parse, (first, second)))
