"""Layers that are several of the other side's are held against each of them, or against the part that they are."""

from compare.judging.layers_to_compare import rows_of_layers
from compare.traces.header import Setting
from compare.traces.model import RecordedModel
from compare.traces.pairing import pair
from compare.traces.weights import Tensor, WeightGroup


def side(subject, kind="", **settings):
    return [Setting(subject, kind, name, value) for name, value in settings.items()]


def model(*groups):
    """A model of groups, each a kind, a path and a shape, whose layers have outputs."""
    found = [
        WeightGroup(kind, path, {"weight": Tensor(f"{path}.w", shape, False, True)}) for kind, path, shape in groups
    ]
    layers = list(dict.fromkeys(path.partition(".")[0] for _, path, _ in groups))
    return RecordedModel(found, dict.fromkeys(layers, "Layer"), layers, [])


def differing(torch, tf, pairing):
    return [(row.subject, row.setting, row.torch, row.tf) for row in rows_of_layers(torch, tf, pairing)
            if row.verdict != "equal"]  # fmt: skip


def test_two_layers_of_keras_are_one_with_two_layers_in_torch():
    pairing = pair(
        model(("GRU", "rnn.l0", (3, 2)), ("GRU", "rnn.l1", (3, 3))),
        model(("GRU", "gru", (3, 2)), ("GRU", "gru_1", (3, 3))),
    )
    torch = side("rnn", "GRU", num_layers=2, hidden_size=3)
    first, second = (side(name, "GRU", num_layers=1, hidden_size=3) for name in ("gru", "gru_1"))
    assert differing(torch, first + second, pairing) == []
    wider = side("gru", "GRU", num_layers=1, hidden_size=4)
    assert differing(torch, wider + second, pairing) == [("rnn", "hidden_size", 3, 4)]


SEPARABLE = pair(
    model(("Conv2d", "depth", (4, 1, 3, 3)), ("Conv2d", "point", (5, 4, 1, 1))),
    model(("Conv2d", "both.depthwise", (4, 1, 3, 3)), ("Conv2d", "both.pointwise", (5, 4, 1, 1))),
)


def separable(padding, bias):
    """The rows of a depthwise and a pointwise convolution, the first with a padding of 1 and the second with a bias."""
    first = side("depth", "Conv2d", kernel_size=[3, 3], padding=[1, 1], groups=4, bias=False)
    second = side("point", "Conv2d", kernel_size=[1, 1], padding=[0, 0], groups=1, bias=True)
    both = side("both", "SeparableConv2d", kernel_size=[3, 3], padding=padding, groups=1, bias=bias)
    return differing(first + second, both, SEPARABLE)


def test_a_separable_convolution_has_the_windows_of_its_first_half_and_the_bias_of_its_second():
    assert separable(padding=[1, 1], bias=True) == []
    assert separable(padding=[0, 0], bias=True) == [("depth", "padding", [1, 1], [0, 0])]
    assert separable(padding=[1, 1], bias=False) == [("point", "bias", True, False)]
