"""An isolated step of real models: what differs changes nothing behind it, and nothing before it on the way back."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers
from torch import nn

import tf_impl
import tf_impl.exchange
import torch_impl
import torch_impl.exchange
from compare.running.request import Isolation
from compare.traces.trace import Trace

X = np.random.default_rng(0).normal(size=(4, 2, 6, 6))
Y = np.random.default_rng(1).normal(size=(4, 3))


@pytest.fixture(autouse=True)
def in_float64():
    torch.set_default_dtype(torch.float64)
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    torch.set_default_dtype(torch.float32)
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


class TorchNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(2, 3, 3, padding=1), nn.BatchNorm2d(3)
        self.fc, self.head = nn.Linear(3, 5), nn.Linear(5, 3)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x))).mean((2, 3))
        return self.head(torch.tanh(self.fc(x)))


class TfNet(keras.Model):
    def __init__(self, epsilon=1e-5, between=tf.tanh):
        super().__init__()
        self.conv = layers.Conv2D(3, 3, padding="same")
        self.norm = layers.BatchNormalization(epsilon=epsilon, momentum=0.9)
        self.fc, self.head, self.between = layers.Dense(5), layers.Dense(3), between

    def call(self, x, training=False):
        x = tf.reduce_mean(tf.nn.relu(self.norm(self.conv(x), training=training)), (1, 2))
        return self.head(self.between(self.fc(x)))


NAMES = ("conv", "norm", "fc", "head")


def one_step(tmp_path, net, tf_net, scale=1.0, names=NAMES, x=X, tf_x=None, weights=(), given=tf.identity, **isolation):
    """The traces of one step of both; the loss of tf is `scale` times torch's, and `given` as that makes of it."""
    optimizer = torch.optim.SGD(net.parameters(), 0.1)
    recorder = torch_impl.Recorder(
        tmp_path / "torch", net, optimizer, audits=[0], exchange=torch_impl.exchange.Exchange()
    )
    loss = ((net(torch.from_numpy(x)) - torch.from_numpy(Y)) ** 2).mean()
    loss.backward()
    optimizer.step()
    recorder.step(loss, {})
    recorder.close()
    tf_x = np.moveaxis(x, 1, -1) if tf_x is None else tf_x
    tf_net(tf_x)
    tf_impl.start_from(tf_net, tmp_path / "torch")
    tf_optimizer = keras.optimizers.SGD(0.1)
    isolated = Isolation(str(tmp_path / "torch.npz"), tuple((name, name) for name in names), **isolation)
    recorder = tf_impl.Recorder(
        tmp_path / "tf", tf_net, tf_optimizer, audits=[0], exchange=tf_impl.exchange.Exchange(isolated, dict(weights))
    )
    with tf.GradientTape() as tape:
        loss = scale * tf.reduce_mean((tf_net(tf_x, training=True) - Y) ** 2)
    variables = tf_net.trainable_variables
    tf_optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    recorder.step(given(loss), {})
    recorder.close()
    return Trace(tmp_path / "torch.npz"), Trace(tmp_path / "tf.npz")


def gap(pair, stage, name):
    theirs, own = (trace[0, stage, name] for trace in pair)
    assert theirs.shape == own.shape
    return np.abs(theirs - own).max() / np.abs(theirs).max()


FORWARD = [("forward", name) for name in NAMES] + [("input", f"{name} input") for name in NAMES[1:]]
BACK = [("upstream", f"{name} 0") for name in NAMES]
WEIGHTS = ("fc.weight", "head.weight", "norm.weight")


def beyond(pair):
    shown = [(stage, name) for stage, name in FORWARD + BACK if gap(pair, stage, name) > 1e-12]
    return shown + [name for name in WEIGHTS if gap(pair, "gradient", name) > 1e-12]


def test_right_nets_agree_everywhere(tmp_path):
    assert beyond(one_step(tmp_path, TorchNet(), TfNet())) == []


def test_a_layer_that_differs_shows_by_itself(tmp_path):
    shown = beyond(one_step(tmp_path, TorchNet(), TfNet(epsilon=0.1)))
    assert shown == [("forward", "norm"), ("upstream", "conv 0"), "norm.weight"]


def test_what_stands_between_layers_shows_in_what_the_next_is_given(tmp_path):
    shown = beyond(one_step(tmp_path, TorchNet(), TfNet(between=tf.nn.relu)))
    assert shown == [("input", "head input"), ("upstream", "fc 0")]


def test_a_loss_that_differs_shows_in_the_gradient_that_comes_back_and_no_further(tmp_path):
    pair = one_step(tmp_path, TorchNet(), TfNet(), scale=2.0)
    assert beyond(pair) == [("upstream", "head 0")]
    assert float(pair[1][0, "loss", "loss"]) == pytest.approx(2 * float(pair[0][0, "loss", "loss"]), rel=1e-12)


def test_what_reaches_a_loss_that_is_given_as_a_number_is_what_the_tape_differentiated(tmp_path):
    _, tf_trace = one_step(tmp_path, TorchNet(), TfNet(), given=float)
    assert tf_trace.header.flow["loss"] == ["head"]


def test_to_a_soft_call_its_own_gradient_comes_back(tmp_path):
    pair = one_step(tmp_path, TorchNet(), TfNet(), scale=2.0, soft=("head",))
    assert (0, "upstream", "head 0") not in pair[1]
    np.testing.assert_allclose(pair[1][0, "gradient", "head.weight"], 2 * pair[0][0, "gradient", "head.weight"])


def test_the_optimizer_is_given_torchs_gradient_and_shows_its_own(tmp_path):
    pair = one_step(tmp_path, TorchNet(), TfNet(), scale=2.0, soft=("head",), gradients=("head.weight",))
    np.testing.assert_allclose(pair[1][0, "gradient", "head.weight"], 2 * pair[0][0, "gradient", "head.weight"])
    np.testing.assert_allclose(pair[1][0, "update", "head.weight"], pair[0][0, "update", "head.weight"])


class TorchGRU(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.head = nn.GRU(6, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.gru(x)[0][:, -1])


class TfGRU(keras.Model):
    def __init__(self):
        super().__init__()
        self.gru, self.head = layers.GRU(4), layers.Dense(3)

    def call(self, x, training=False):
        return self.head(self.gru(x))


BIASES = {"gru.bias_ih": "gru.bias_ih_l0", "gru.bias_hh": "gru.bias_hh_l0"}  # of tf and of torch


@pytest.mark.parametrize("given", [[*BIASES.values()], ["gru.bias_ih_l0"], ["gru.bias_hh_l0"]])
def test_of_two_weights_in_one_variable_each_is_given_its_own_gradient(tmp_path, given):
    x = X.reshape(4, 12, 6)
    nets, names = (TorchGRU(), TfGRU()), ("gru", "head")
    isolation = {"names": names, "weights": BIASES, "soft": names, "gradients": given}
    torch_trace, tf_trace = one_step(tmp_path, *nets, scale=2.0, x=x, tf_x=x, **isolation)
    for own, theirs in BIASES.items():
        factor = 1.0 if theirs in given else 2.0
        update = factor * torch_trace[0, "update", theirs]
        np.testing.assert_allclose(tf_trace[0, "update", own], update, rtol=1e-9)


def test_no_gradient_that_comes_back_is_shown_as_zeros(tmp_path):
    pair = one_step(tmp_path, TorchNet(), TfNet(between=lambda x: tf.tanh(tf.stop_gradient(x))))
    assert not pair[1][0, "upstream", "fc 0"].any()
    assert pair[0][0, "upstream", "fc 0"].any()


def test_what_reaches_a_layer_or_the_loss_is_known(tmp_path):
    flow = one_step(tmp_path, TorchNet(), TfNet())[1].header.flow
    assert flow == {"conv": [], "norm": ["conv"], "fc": ["norm"], "head": ["fc"], "loss": ["head"]}


class Straight(nn.Module):
    """Codes whose gradient goes past them, to what they stand for."""

    def __init__(self):
        super().__init__()
        self.fc, self.head = nn.Linear(3, 3), nn.Linear(3, 3)
        self.codes = nn.Parameter(torch.tensor([0.5, 1.0, 1.5]))

    def forward(self, x):
        x = self.fc(x[:, 0, 0, :3])
        return self.head(x + (self.codes - x).detach())


class TfStraight(keras.Model):
    def __init__(self, passed):
        super().__init__()
        self.fc, self.head, self.passed = layers.Dense(3), layers.Dense(3), passed
        self.codes = self.add_weight(shape=(3,), name="codes")

    def call(self, x, training=False):
        x = self.fc(x[:, 0, :3, 0])
        return self.head(self.passed(x, self.codes))


def straight_through(x, codes):
    return x + tf.stop_gradient(codes - x)


def as_integers(x, codes):
    return x + tf.cast(tf.cast(codes > x, tf.int32), x.dtype)


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (straight_through, ["fc"]),
        (as_integers, ["fc"]),
        (lambda x, codes: x * codes, ["codes", "fc"]),
        (lambda x, codes: x * tf.stop_gradient(codes), ["fc"]),
        (lambda x, codes: codes + 0 * tf.stop_gradient(x), ["codes"]),
    ],
)
def test_gradients_come_from_what_is_differentiated_and_values_from_all(tmp_path, passed, expected):
    torch_trace, tf_trace = one_step(tmp_path, Straight(), TfStraight(passed), names=("fc", "head"))
    assert torch_trace.header.gradient_flow["head"] == ["fc"]
    assert tf_trace.header.gradient_flow["head"] == expected
    assert tf_trace.header.flow["head"] == ["codes", "fc"]


class Inside(nn.Module):
    """A layer that computes with a weight of its own, and not for its gradient."""

    def __init__(self, factor):
        super().__init__()
        self.factor = nn.Parameter(factor)

    def forward(self, x):
        return x * self.factor, (x.detach() * self.factor).sum()


class WithInside(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.inside, self.head = nn.Linear(3, 3), Inside(torch.tensor(2.0)), nn.Linear(3, 3)

    def forward(self, x):
        made, self.penalty = self.inside(self.fc(x))
        return self.head(made)


def flow_of(tmp_path, loss_of, report=lambda loss: loss):
    net = WithInside()
    exchange = torch_impl.exchange.Exchange()
    recorder = torch_impl.Recorder(
        tmp_path / "run", net, torch.optim.SGD(net.parameters(), 0.1), audits=[0], exchange=exchange
    )
    loss = loss_of(net)
    loss.backward()
    recorder.step(report(loss), {})
    recorder.close()
    return Trace(tmp_path / "run.npz").header.gradient_flow


def test_from_where_the_gradient_of_each_output_of_a_layer_comes_is_known(tmp_path):
    flow = flow_of(tmp_path, lambda net: net(torch.ones(2, 3)).sum() + net.penalty + net.head.bias.sum())
    assert flow["inside 0"] == ["fc", "inside.factor"]
    assert flow["inside 1"] == ["inside.factor"]
    assert flow["loss"] == ["head", "head.bias", "inside"]


def test_a_weight_that_is_given_to_a_layer_as_it_is_is_known(tmp_path):
    flow = flow_of(tmp_path, lambda net: net.head(net.fc.weight).sum())
    assert flow["head"] == ["fc.weight"]


def test_the_loss_that_is_differentiated_is_known_where_the_one_reported_has_no_graph(tmp_path):
    backward = torch.autograd.backward
    for report in (torch.Tensor.detach, float):
        flow = flow_of(tmp_path, lambda net: net(torch.ones(2, 3)).sum(), report)
        assert flow["loss"] == ["head"]
    assert torch.autograd.backward is backward


class WithPadding(nn.Module):
    """An embedding of tokens of which one is padding; `x` are tokens."""

    def __init__(self):
        super().__init__()
        self.words, self.head = nn.Embedding(4, 3, padding_idx=0), nn.Linear(3, 3)

    def forward(self, x):
        return self.head(self.words(x).sum(1))


class TfWithPadding(keras.Model):
    def __init__(self, kept):
        super().__init__()
        self.words, self.head, self.kept = layers.Embedding(4, 3), layers.Dense(3), kept

    def call(self, x, training=False):
        return self.head(tf.reduce_sum(self.words(x) * self.kept(x)[:, :, None], 1))


TOKENS = np.array([[1, 0, 0], [2, 3, 0], [1, 1, 2], [3, 0, 0]])


def not_padding(x):
    return tf.cast(x != 0, tf.float64)


@pytest.mark.parametrize(
    ("kept", "trained", "given"),
    [
        (not_padding, False, True),
        (lambda x: tf.ones_like(x, tf.float64), True, True),
        (lambda x: 2 * not_padding(x), False, False),
        (lambda x: tf.fill(x.shape, np.float64(2)), True, False),
    ],
)
def test_what_comes_back_to_padding_is_tfs_own(tmp_path, kept, trained, given):
    pair = one_step(tmp_path, WithPadding(), TfWithPadding(kept), names=("words", "head"), x=TOKENS, tf_x=TOKENS)
    assert (gap(pair, "gradient", "words.weight") > 1e-12) == trained
    assert (gap(pair, "upstream", "words 0") < 1e-12) == given


def test_the_layers_are_as_they_were_after_the_step(tmp_path):
    net = TfNet()
    one_step(tmp_path, TorchNet(), net, scale=3.0)
    assert "call" not in vars(net.fc)


class Padded(TfNet):
    def __init__(self):
        super().__init__()
        self.conv = layers.Conv2D(3, 3)

    def call(self, x, training=False):
        return super().call(tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), training=training)


def test_an_input_of_another_shape_with_which_a_layer_is_right_is_no_difference(tmp_path):
    pair = one_step(tmp_path, TorchNet(), Padded())
    assert (0, "input", "conv input") not in pair[1]
    assert gap(pair, "forward", "conv") < 1e-12


class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc, self.head = nn.Linear(3, 3), nn.Linear(3, 3)

    def forward(self, x):
        return self.head(torch.tanh(self.fc(torch.tanh(self.fc(x[:, 0, 0, :3])))))


class TfTwice(keras.Model):
    def __init__(self, second=tf.tanh):
        super().__init__()
        self.fc, self.head, self.second = layers.Dense(3), layers.Dense(3), second

    def call(self, x, training=False):
        return self.head(tf.tanh(self.fc(self.second(self.fc(x[:, 0, :3, 0])))))


def test_each_call_of_a_layer_is_given_what_that_call_was(tmp_path):
    names = ("fc", "fc (call 2)", "head")
    assert gap(one_step(tmp_path, Twice(), TfTwice(), names=names), "forward", "fc (call 2)") < 1e-12
    pair = one_step(tmp_path, Twice(), TfTwice(second=tf.nn.relu), names=names)
    assert gap(pair, "input", "fc input (call 2)") > 0.1
    assert gap(pair, "forward", "fc (call 2)") < 1e-12
    assert gap(pair, "upstream", "fc 0") > 0.1
    assert gap(pair, "upstream", "fc 0 (call 2)") < 1e-12


class Attending(nn.Module):
    def __init__(self):
        super().__init__()
        self.attention, self.head = nn.MultiheadAttention(4, 1, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        queries, memory = x[:, 0, :, :4], x[:, 1, :, :4]
        return self.head(self.attention(queries, memory, 2 * memory)[0].mean(1))


class TfAttending(keras.Model):
    def __init__(self):
        super().__init__()
        # Four numbers a head: Keras rounds the root of others to float32.
        self.attention, self.head = layers.MultiHeadAttention(1, 4), layers.Dense(3)

    def call(self, x, training=False):
        queries, memory = x[:, :, :4, 0], x[:, :, :4, 1]
        return self.head(tf.reduce_mean(self.attention(queries, 2 * memory, memory), 1))


def test_arguments_are_given_by_their_names_where_both_have_the_same(tmp_path):
    pair = one_step(tmp_path, Attending(), TfAttending(), names=("attention", "head"))
    assert gap(pair, "forward", "attention") < 1e-12
    for name in ("query", "key", "value"):
        assert gap(pair, "input", f"attention {name}") < 1e-12


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.head = nn.LSTM(6, 4, batch_first=True), nn.Linear(4, 3)

    def forward(self, x):
        return self.head(self.rnn(x[:, 0])[0][:, -1])


class TfRecurrent(keras.Model):
    def __init__(self, sequences):
        super().__init__()
        self.rnn, self.head = layers.LSTM(4, return_sequences=sequences), layers.Dense(3)

    def call(self, x, training=False):
        states = self.rnn(x[..., 0])
        return self.head(states[:, -1] if self.rnn.return_sequences else states)


@pytest.mark.parametrize("sequences", [True, False])
def test_the_last_state_of_a_recurrent_layer_is_found_among_what_torchs_hands_on(tmp_path, sequences):
    pair = one_step(tmp_path, Recurrent(), TfRecurrent(sequences), names=("rnn", "head"))
    for name in ("rnn", "head"):
        assert gap(pair, "forward", name) < 1e-12
    assert gap(pair, "gradient", "head.weight") < 1e-12
    assert (0, "upstream", "rnn 0") not in pair[1]
