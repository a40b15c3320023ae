"""Ports whose weights no table pairs: what is carried over how, and what is said of it."""

import pytest

from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiments
from compare.running.options import Options
from tests.end_to_end.right_ports import PORTS

SGD = {
    "torch.optim.Adam(model.parameters(), lr=0.01)": "torch.optim.SGD(model.parameters(), lr=0.01)",
    ", Adam(0.01)": ", keras.optimizers.SGD(np.float64(0.01))",
}

# The file in ports/, what is changed in it, and each finding's beginning.
SAID = {
    "own_kernels": (
        "own_kernels",
        {},
        [
            "weights of layers without a rule were carried over in the layout that fits (attn.weight is "
            "c_attn.weight.T, proj.weight is c_proj.weight.T, first.kernel is up.weight.T, second.kernel is "
            "down.weight.T), which a first step proves",
            "weights paired crosswise (scaled.beta is norm.bias, scaled.gamma is norm.weight)",
            "initialised differently",
        ],
    ),
    "square_and_as_torchs": (
        "own_kernels",
        {"torch.addmm(self.bias, x, self.weight)": "nn.functional.linear(x, self.weight, self.bias)",
         "torch.randn(into, out)": "torch.randn(out, into)"},
        [
            "weights of layers without a rule were carried over in the layout that fits (attn.weight is "
            "c_attn.weight, proj.weight is c_proj.weight, first.kernel is up.weight.T",
            "weights paired crosswise (scaled.beta is norm.bias, scaled.gamma is norm.weight)",
            "initialised differently",
        ],
    ),
    "biases_on_one_side": (
        "normalisation",
        {'padding="same", use_bias=False': 'padding="same"', **SGD},
        ["2 weights on the tf side only (conv1.bias, conv2.bias), begun at what does nothing"],
    ),
    "biases_on_the_other": (
        "normalisation",
        {"padding=1, bias=False": "padding=1", **SGD},
        ["2 weights on the torch side only (conv1.bias, conv2.bias), begun at what does nothing"],
    ),
    "names_exchanged": (
        "scaled_dot",
        {"query, key, value = self": "query, value, key = self"},
        ["weights paired against their names ("],
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    directory = tmp_path_factory.mktemp("ports")
    for name, (family, changes, _) in SAID.items():
        text = (PORTS / f"{family}.py").read_text()
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (directory / f"{name}.py").write_text(text)
    experiments = [PortExperiment(directory / f"{name}.py") for name in SAID]
    return {result.case: result for _, result in run_experiments(experiments, Options("float64"))}


@pytest.mark.parametrize("name", SAID)
def test_a_port_is_equivalent_and_what_was_done_to_its_weights_is_said(results, name):
    result, expected = results[name], SAID[name][2]
    assert result.verdict == "equivalent", result.findings
    assert len(result.findings) == len(expected), result.findings
    for found, beginning in zip(result.findings, expected, strict=True):
        assert found.startswith(beginning)
