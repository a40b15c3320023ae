"""Ports that cannot be run, from end to end: each costs itself, and says in its author's terms what is wrong."""

from pathlib import Path

import pytest

from compare.judging.experiments import PortExperiment
from compare.judging.wording import NOT_MEASURED
from compare.reporting.experiments import run_experiments
from compare.running.options import Options

TEMPLATE = (Path(__file__).resolve().parents[2] / "compare" / "inputs" / "port_template.py").read_text()

# What is changed in the template, and what must be said of it.
TROUBLES = {
    "raises_in_a_step": (
        "    def loss(model, batch):\n        return nn",
        "    calls = []\n\n    def loss(model, batch):\n        calls.append(1)\n        if len(calls) > 7:\n"
        "            raise RuntimeError('no more')\n        return nn",
        "torch: raises_in_a_step.py, line 33, on the torch side: RuntimeError: no more (at step 7)",
    ),
    "exits": ("    import torch\n", "    import sys\n    sys.exit(3)\n", "line 23, in torch_side(): SystemExit: 3"),
    "dies": ("    import torch\n", "    import os\n    os._exit(3)\n", "torch: the worker ended with exit status 3"),
    "hangs": ("    import torch\n", "    import time\n    time.sleep(600)\n", "the worker was silent for 20 s"),
    "has_no_weights": (
        'model = keras.Sequential([dense(8, 16, "tanh"), dense(16, 1)])',
        "model = keras.Sequential([layers.Lambda(lambda x: x[:, :1])])",
        "tf: has_no_weights.py, on the tf side: ValueError: the model has no trainable weights",
    ),
    "has_other_shapes": (
        'dense(8, 16, "tanh"), dense(16, 1)',
        'dense(8, 12, "tanh"), dense(12, 1)',
        "torch: 0.weight (16x8), 0.bias (16)",
    ),
    "has_a_layer_more": (
        "dense(16, 1)])",
        "dense(16, 16), dense(16, 1)])",
        "WEIGHTS = {'dense_1.weight': None, 'dense_1.bias': None}",
    ),
    "gives_no_loss": ("return tf.reduce_mean", "tf.reduce_mean", "tf: gives_no_loss.py: loss returns NoneType"),
    "yields_other_batches": ("x = rng.normal", "x = np.random.normal", "yields different batches at each call"),
    "prints": ("import numpy as np\n", 'import numpy as np\n\nprint("{\\"event\\": \\"done\\"}\\xff")\n', None),
    "is_of_float32": (
        'mse_loss(model(batch["x"]), batch["y"])',
        'mse_loss(model(batch["x"].float()), batch["y"].float())',
        "judged in float32 only, since it does not run in float64 (torch: is_of_float32.py, line 29",
    ),
    "freezes_a_value": (
        "    def loss(model, batch):\n        # Pass",
        "    calls = []\n\n    def loss(model, batch):\n        calls.append(1)\n        if len(calls) > 12:\n"
        "            return 0.5 * tf.reduce_mean(tf.math.squared_difference(model(batch['x']), batch['y']))\n"
        "        # Pass",
        "something else as a graph than eagerly",
    ),
    "cannot_be_traced": (
        "        return tf.reduce_mean(",
        "        model(batch['x'])[0, 0].__float__()\n        return tf.reduce_mean(",
        "TensorFlow's step cannot be compiled to a graph: it ran eagerly",
    ),
    "drops_out": ("nn.Tanh(), ", "nn.Tanh(), nn.Dropout(0.3), ", "dropout was switched off (torch 2)"),
}  # fmt: skip
RUN_ANYHOW = ("prints", "is_of_float32", "freezes_a_value", "cannot_be_traced", "drops_out")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    directory = tmp_path_factory.mktemp("ports")
    for name, (old, new, _) in TROUBLES.items():
        assert TEMPLATE.count(old) == 1, name
        (directory / f"{name}.py").write_text(TEMPLATE.replace(old, new))
    experiments = [PortExperiment(directory / f"{name}.py") for name in TROUBLES]
    options = Options(precision="float64", nudged=False, timeout=20)
    return {result.case: result for _, result in run_experiments(experiments, options)}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_is_wrong_with_a_port_is_said_and_costs_no_other(results, name):
    result, said = results[name], TROUBLES[name][2]
    assert result.verdict == ("equivalent" if name in RUN_ANYHOW else "error"), result.findings
    if said is None:
        assert result.findings == (NOT_MEASURED,)
    else:
        assert any(said in finding for finding in result.findings), result.findings
    assert "Traceback" not in " ".join(result.findings)
