"""One step proves which of several like layers plays which part; where it cannot, the order stands and it is said."""

from itertools import count, permutations
from typing import ClassVar

import numpy as np
import pytest

from compare.judging import pairing_proof
from compare.running.request import Start, Training
from compare.traces.header import Header
from compare.traces.pairing import RecordedModel, pair
from compare.traces.trace import Trace
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.fake_port_worker import Network, batches, record, start_of
from tests.helpers.synthetic import at, honest, rounding


class Proof:
    """Drives a probe of two networks to its end: the pairing, what to start from, the words, and the runs asked for."""

    def __init__(self, directory, torch, tf, precision="float64", also=(), hopeless=False, ends=()):
        self.given, self.asked, numbers = batches(1), [], count()

        def trace(network, weights):
            return Trace(record(directory / f"{next(numbers)}.npz", network, self.given, precision, (0,), weights))

        taken, own = trace(torch, None), trace(tf, Network(order=tf.order).start(seed=5))
        arrays = {
            name: taken[0, "weights", name] for step, stage, name in taken.keys if (step, stage) == (0, "weights")
        }
        np.savez(directory / "weights.npz", **arrays)
        self.plain = pair(RecordedModel.of(taken), RecordedModel.of(own))
        start = Start(str(directory / "weights.npz"), tuple(self.plain.weights.items()))

        def run(*wanted):
            self.asked += wanted
            return [trace(tf, start_of(tf, training.start)) for _, training in wanted]

        others = [pair(RecordedModel.of(taken), RecordedModel.of(own), (), *how) for how in ((False, False), *also)]
        proven = pairing_proof.prove(run, self.plain, precision, taken, start, others, hopeless, ends)
        self.pairing, self.start, self.words, _ = proven

    @property
    def weights(self):
        return {tf: torch for tf, torch in self.pairing.weights.items() if tf.endswith(".weight")}


@pytest.fixture
def prove(tmp_path):
    return lambda *networks, **options: Proof(tmp_path, *networks, **options)


class Named(Network):
    """Names its layers by their parts on either side."""

    @property
    def layers(self):
        parts = ["enter", *(f"branches.{number}" for number in self.order), "leave"]
        return {part: self.called.get(part, part) for part in parts}

    called: ClassVar[dict[str, str]] = {}


class Swapped(Named):
    """Each branch has the other's name."""

    called: ClassVar = {"branches.0": "branches.1", "branches.1": "branches.0"}


def test_a_pairing_that_contradicts_names_is_tried_after_that_of_names_and_said(prove):
    proof = prove(Named(), Swapped("tf"))
    assert proof.weights["branches.1.weight"] == "branches.0.weight"
    [words] = proof.words
    assert words.startswith(
        "weights paired against their names (in tf branches.1 is branches.0, branches.0 is branches.1 of torch): a "
        "first step then agrees. Layers of the same names play different parts: "
    )
    assert len(proof.asked) == 2


def test_names_that_agree_are_proven_at_once_though_the_order_is_another(prove):
    proof = prove(Named(), Named("tf", (1, 0)))
    assert (proof.words, len(proof.asked)) == ([], 1)


def model(**layers):
    """A model of these layers, each a kind and the shapes of its weights."""
    groups = []
    for path, (kind, shapes) in layers.items():
        name = f"{path}.{{}}" if kind == "Linear" else path
        tensors = {role: Tensor(name.format(role), shape, False, True) for role, shape in shapes.items()}
        groups.append(WeightGroup(kind, path, tensors))
    return RecordedModel(groups, {path: kind for path, (kind, _) in layers.items()}, list(layers), [])


def own(*shape):
    return "Parameter", {"weight": shape}


def linear(out, into, bias=False):
    return "Linear", {"weight": (out, into)} | ({"bias": (out,)} if bias else {})


def test_a_kernel_without_a_rule_is_said_with_its_layout_and_what_speaks_for_it():
    pairing = pair(model(fc=linear(4, 6)), model(k=own(6, 4)))
    [said] = pairing_proof.say_without_rule(pairing, proven=True)
    assert "(k is fc.weight.T), which a first step proves. Where that is wrong" in said
    assert said.endswith("WEIGHTS = {'k': 'fc.weight.T', ...}")
    [said] = pairing_proof.say_without_rule(pairing)
    assert "(k is fc.weight.T), as their shapes and names say. Where" in said
    [said] = pairing_proof.say_without_rule(pair(model(fc=linear(6, 6)), model(k=own(6, 6))))
    assert "as their shapes and names say, but k would fit as it is and transposed. Where" in said
    assert pairing_proof.say_without_rule(pair(model(w=own(6, 6)), model(k=own(6, 6)))) == []


def test_weights_on_one_side_only_are_said_for_each_side_and_the_first_by_name():
    torch = model(a=linear(4, 6), b=linear(5, 5, bias=True))
    [of_torch, of_tf] = pairing_proof.say_alone(
        pair(torch, model(x=linear(4, 6, bias=True), y=linear(5, 5))), ", begun at zero"
    )
    assert of_torch.startswith("1 weight on the torch side only (b.bias), begun at zero. Leave")
    assert of_tf.startswith("1 weight on the tf side only (x.bias), begun at zero. Leave")
    many = [model(**{f"d{n}": linear(4, 6, bias) for n in range(9)}) for bias in (False, True)]
    [said] = pairing_proof.say_alone(pair(*many))
    assert said.startswith(
        "9 weights on the tf side only (d0.bias, d1.bias, d2.bias, d3.bias, d4.bias, d5.bias, 3 more)"
    )


def test_a_weight_that_only_torch_has_in_two_places_is_said_with_what_tf_has_beside_it():
    torch = model(a=linear(4, 6))._replace(tied={"b.weight": "a.weight"})
    [said] = pairing_proof.say_untied(pair(torch, model(x=linear(4, 6), y=linear(4, 6))))
    assert said.startswith("torch's b.weight is a.weight, one weight in two places; tf has y.weight beside it")
    assert pairing_proof.say_untied(pair(torch, model(x=linear(4, 6)))) == []


@pytest.mark.parametrize(("names", "how"), [("ba", "crosswise"), ("ab", "in order")])
def test_another_pairing_is_said_to_be_in_order_where_it_is(names, how):
    torch, tf = model(a=linear(4, 4), b=linear(4, 4)), model(x=linear(4, 4), y=linear(4, 4))
    in_order = pair(torch, tf)
    crosswise = in_order.crosswise(0, 1)
    first, chosen = (in_order, crosswise) if how == "crosswise" else (crosswise, in_order)
    [said] = [pairing_proof._say_moved(first, chosen, "so it is")]
    which = ", ".join(f"{tf} is {torch}" for tf, torch in zip("xy", names, strict=True))
    assert said == f"weights paired {how} ({which}): so it is"


class Raw(Network):
    """Its layers behind the first have kernels without a rule, which lie as torch's do."""

    @property
    def weight_groups(self):
        return [
            each
            for group in super().weight_groups
            for each in (self._raw(group) if group.kind == "Linear" and group.path != "dense" else [group])
        ]

    def _raw(self, group):
        return [WeightGroup("Parameter", each.name, {"weight": each}) for each in group.tensors.values()]


def test_a_square_kernel_that_lies_as_torchs_is_found_to_by_the_first_step(prove):
    proof = prove(Network(order=(0,)), Raw("tf", (0,)), also=[(True, True)])
    assert proof.plain.weights["dense_1.weight"] == "branches.0.weight.T"
    assert proof.weights["dense_1.weight"] == "branches.0.weight"
    [words] = proof.words
    assert "(dense_1.weight is branches.0.weight, dense_2.weight is leave.weight), which a first step proves" in words


def wrong(stage, tensor, factor=1.5):
    return at(lambda key: key[1:] == (stage, tensor), lambda value: value * factor)


@pytest.mark.parametrize("precision", ["float64", "float32"])
def test_where_the_first_step_agrees_nothing_is_tried_and_nothing_is_said(prove, precision):
    proof = prove(Network(), Network("tf", fault=rounding), precision=precision)
    assert proof.words == []
    assert proof.pairing is proof.plain
    assert proof.asked == [("tf", Training(precision, audits=(0,), steps=1, start=proof.start))]
    assert dict(proof.start.names) == proof.plain.weights


def test_layers_that_are_run_in_another_order_are_exchanged_and_said_to_be(prove):
    proof = prove(Network(), Network("tf", (1, 0)))
    assert proof.weights == {
        "dense.weight": "enter.weight", "dense_1.weight": "branches.1.weight", "dense_2.weight": "branches.0.weight",
        "dense_3.weight": "leave.weight",
    }  # fmt: skip
    [words] = proof.words
    assert words == (
        "weights paired crosswise (dense_1 is branches.1, dense_2 is branches.0): a first step then agrees"
    )
    assert dict(proof.start.names) == proof.pairing.weights
    assert len(proof.asked) == 2


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS[1:])
def test_three_layers_are_proven_in_every_order(prove, order):
    proof = prove(Network(order=(0, 1, 2)), Network("tf", order))
    parts = [f"branches.{part}.weight" for part in order]
    assert [proof.weights[f"dense_{place}.weight"] for place in (1, 2, 3)] == parts
    assert proof.words[0].endswith(": a first step then agrees")


def test_a_port_that_is_wrong_keeps_the_order_and_it_is_said(prove):
    proof = prove(Network(), Network("tf", fault=wrong("forward", "leave")))
    assert proof.pairing is proof.plain
    [words] = proof.words
    assert words.startswith("weights paired in order and by kind; 2 layers could be paired differently")
    assert len(proof.asked) == 2


def test_layers_that_run_behind_the_place_where_the_step_parts_are_not_exchanged(prove):
    assert len(prove(Network(), Network("tf", fault=wrong("forward", "enter"))).asked) == 1


def test_little_is_tried_where_the_sides_are_set_differently_and_nothing_when_the_time_is_over(prove, monkeypatch):
    order = tuple(range(10))
    networks = Network(order=order), Network("tf", order, wrong("forward", "leave"))
    assert len(prove(*networks, hopeless=True).asked) == 1 + pairing_proof.FEW[0]
    monkeypatch.setattr(pairing_proof, "MANY", (40, -1))
    assert len(prove(*networks).asked) == 1
    monkeypatch.setattr(Header, "is_large", True)
    assert len(prove(*networks).asked) == 1 + pairing_proof.OF_LARGE[0]


def test_nothing_else_is_tried_where_the_step_parts_at_a_layer_that_is_set_differently(prove):
    proof = prove(Network(), Network("tf", fault=wrong("forward", "leave")), ends={"leave"})
    assert (proof.words, len(proof.asked)) == ([], 1)
    assert len(prove(Network(), Network("tf", fault=wrong("forward", "leave")), ends={"enter"}).asked) > 1


class BegunAlike(Network):
    """Both branches begin with the same weights, as normalisations do; which is which shows in what they put out."""

    def start(self, seed=0):
        weights = super().start(seed)
        return weights | {f"branches.1.{role}": weights[f"branches.0.{role}"] for role in ("weight", "bias")}


def test_what_the_outputs_show_is_tried_where_the_step_parts_at_a_layer_that_is_set_differently(prove, monkeypatch):
    monkeypatch.setattr(pairing_proof, "MANY", (40, -1))  # it is no guess
    sides = [
        BegunAlike(side, order, wrong("forward", "branches.1")) for side, order in (("torch", (0, 1)), ("tf", (1, 0)))
    ]
    proof = prove(*sides, ends={"branches.0", "branches.1"})
    assert proof.weights["dense_1.weight"] == "branches.1.weight"
    assert proof.words[0].endswith(": a first step then agrees")
    assert len(proof.asked) == 2


def test_a_wrong_port_without_like_layers_needs_no_words(prove):
    proof = prove(Network(order=(0,)), Network("tf", (0,), wrong("forward", "enter")))
    assert (proof.words, len(proof.asked)) == ([], 1)


@pytest.mark.parametrize(("stage", "tensor"), [("loss", "loss"), ("gradient", "leave.weight")])
def test_an_exchange_that_leads_further_is_kept_though_the_port_is_wrong_behind_it(prove, stage, tensor):
    proof = prove(Network(), Network("tf", (1, 0), wrong(stage, tensor)))
    assert proof.weights["dense_1.weight"] == "branches.1.weight"
    assert proof.words[0].endswith(f": a first step then agrees up to step 0, {stage}, {tensor}")


def test_what_a_wrong_port_may_cost_is_bounded(prove, monkeypatch):
    order = tuple(range(10))
    tf = Network("tf", order, wrong("forward", "leave"))
    proof = prove(Network(order=order), tf)
    assert len(proof.asked) == 1 + pairing_proof.MANY[0]
    monkeypatch.setattr(pairing_proof, "MANY", (3, 60))
    assert len(prove(Network(order=order), tf).asked) == 4


def test_layers_nearest_to_where_the_step_parts_are_exchanged_first(prove):
    order = (0, 1, 2, 3, 5, 4)
    proof = prove(Network(order=tuple(range(6))), Network("tf", order))
    assert proof.weights["dense_5.weight"] == "branches.5.weight"
    assert len(proof.asked) <= 3


@pytest.mark.parametrize("others", [rounding, honest])
def test_a_gradient_that_is_noise_is_no_objection(prove, others):
    def noise(seed, others):
        generator = np.random.default_rng(seed)

        def fault(key, value):
            if key[1:] == ("gradient", "enter.bias"):
                return 1e-12 * generator.normal(size=value.shape)
            return others(key, value)

        return fault

    assert prove(Network(fault=noise(0, honest)), Network("tf", fault=noise(1, others))).words == []


def test_a_gradient_that_is_more_than_noise_is_an_objection(prove):
    for factor, objection in ((1.01, False), (1.1, True)):
        proof = prove(Network(), Network("tf", fault=wrong("gradient", "enter.bias", factor)))
        assert bool(proof.words) is objection


@pytest.mark.parametrize("stage", ["rate", "state", "update", "buffer"])
def test_what_comes_after_the_gradients_says_nothing_of_the_pairing(prove, stage):
    fault = at(lambda key: key[1] == stage, lambda value: value * 1.5)
    assert prove(Network(), Network("tf", fault=fault)).words == []


def test_data_that_differ_are_not_held_against_the_pairing_before_what_is_computed_from_them(prove):
    proof = prove(Network(), Network("tf", (1, 0), wrong("batch", "x")))
    assert proof.words[0].startswith("weights paired in order and by kind")


def test_outputs_that_differ_without_consequence_are_no_objection(prove):
    def fault(key, value):
        return np.ones_like(value) if key[1] in ("loss", "gradient") else value

    def shown_otherwise(key, value):
        return value * 1.5 if key[1:] == ("forward", "leave") else fault(key, value)

    assert prove(Network(fault=fault), Network("tf", fault=shown_otherwise)).words == []
