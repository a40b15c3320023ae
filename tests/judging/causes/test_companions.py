"""What stands beside an optimizer, as PyTorch's code has it."""

import pytest

from compare.judging.causes.code import Code
from compare.judging.causes.companions import alike_beside
from compare.judging.causes.passage import Passage
from tests.helpers.passages import statements


def written(tf, torch):
    return statements(alike_beside, tf, torch)


@pytest.mark.parametrize(
    ("torch", "decay"),
    [
        ("average = AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn())", "0.999"),
        ("average = AveragedModel(model, avg_fn=get_ema_avg_fn(0.95))", "0.95"),
        ("ema_decay = 0.9", "0.9"),
    ],
)
def test_an_average_forgets_as_pytorchs(torch, decay):
    assert written("y = SGD(0.1, use_ema=True)", torch) == [f"y = SGD(0.1, use_ema=True, ema_momentum={decay})"]
    assert written("y = SGD(0.1)", torch) == []


def test_an_average_of_tensorflows_has_one_decay():
    [found] = written("y = tf.train.ExponentialMovingAverage(0.99, num_updates=step, name='a')", "")
    assert found == "y = tf.train.ExponentialMovingAverage(0.99, name='a')"
    assert written("y = tf.train.ExponentialMovingAverage(0.99)", "") == []


def test_a_scale_begins_and_grows_as_pytorchs():
    [found] = written("y = LossScaleOptimizer(inner)", "scaler = GradScaler('cuda', init_scale=2.0 ** 10)")
    assert found == "y = LossScaleOptimizer(inner, initial_scale=1024.0, dynamic_growth_steps=2000)"
    [found] = written("y = LossScaleOptimizer(inner, initial_scale=1.0)", "scaler = GradScaler()")
    assert found == "y = LossScaleOptimizer(inner, initial_scale=65536.0, dynamic_growth_steps=2000)"


def test_a_plateau_has_one_more_of_patience_than_pytorchs():
    torch = "s = ReduceLROnPlateau(optimizer, patience=2, factor=0.5)"
    patient, alike = written("y = callbacks.ReduceLROnPlateau(patience=2)", torch)
    assert patient == "y = callbacks.ReduceLROnPlateau(patience=3)"
    assert alike == "y = callbacks.ReduceLROnPlateau(patience=3, factor=0.5, cooldown=0, min_lr=0)"
    assert "patience=11)" in written("y = callbacks.ReduceLROnPlateau()", "s = ReduceLROnPlateau(optimizer)")[0]


LOOP = """
for i, batch in enumerate(batches):
    loss(batch).backward()
    if (i + 1) % EVERY == 0:
        {}.step()
EVERY = 4
"""


def test_an_optimizer_gathers_as_many_gradients_as_pytorchs_loop():
    [found] = written("y = keras.optimizers.SGD(0.1)", LOOP.format("optimizer"))
    assert found == "y = keras.optimizers.SGD(0.1, gradient_accumulation_steps=4)"
    assert written("y = keras.optimizers.SGD(0.1)", LOOP.format("scheduler")) == []
    assert written("y = keras.optimizers.SGD(0.1)", LOOP.replace("{}.step()", "save(optimizer.state_dict())")) == []
    assert written("y = SGD(0.1, gradient_accumulation_steps=2)", LOOP.format("optimizer")) == []


def test_a_cosine_counts_its_steps_from_the_first():
    [found] = written("y = CosineDecay(0.0, total, warmup_target=0.1, warmup_steps=3)", "")
    assert found == "y = CosineDecay(0.0, total - 3, warmup_target=0.1, warmup_steps=3)"
    assert written("y = CosineDecay(0.1, total)", "") == []


def test_a_model_is_compiled_again_with_the_optimizer_that_it_has():
    [found] = written("model.compile(keras.optimizers.SGD(0.1), 'mse')", "")
    assert found == "model.compile(model.optimizer, 'mse')"
    [found] = written("model.compile(loss='mse', optimizer=Adam(0.1))", "")
    assert found == "model.compile(model.optimizer, loss='mse')"
    assert written("model.compile(model.optimizer, 'mse')", "") == []


def test_an_optimizers_state_is_not_set_to_zeros():
    code = Code("port.py", "for each in optimizer.variables:\n    each.assign(tf.zeros_like(each))\n")
    [rewrite] = alike_beside(Passage(code, code.tree.body[0].body[0]))
    assert code.with_rewrite(rewrite).text == "for each in optimizer.variables:\n    pass\n"
    code = Code("port.py", code.text.replace("optimizer", "sums"))
    assert list(alike_beside(Passage(code, code.tree.body[0].body[0]))) == []
