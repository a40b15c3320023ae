"""An optimizer or a layer of tf_impl in the place of Keras'."""

from dataclasses import replace

from compare.judging.causes.formulas import formula_alike
from compare.judging.causes.settings import set_alike
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from tests.helpers.passages import statements


def row(setting, torch, tf, kind="BatchNorm"):
    return SettingRow("layer", kind, setting, torch, tf, DIFFERS, "")


def test_the_optimizer_of_pytorchs_formula_stands_in_for_keras_with_all_that_pytorchs_has():
    rows = [row("eps", 1e-8, 1e-7, "Adam"), row("eps is added", "after", "before", "Adam")]
    every = [*rows, row("betas", [0.5, 0.9], [0.5, 0.9], "Adam"), row("amsgrad", False, False, "Adam")]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = keras.optimizers.Adam(0.1, 0.5, 0.9)")
    made = "Adam(0.1, beta_1=0.5, beta_2=0.9)"
    assert found[0] == f"from tf_impl.optimizers import Adam; y = {made}"
    assert "y = keras.optimizers.Adam(0.1, 0.5, 0.9, epsilon=1e-08)" in found


def test_it_is_the_optimizer_of_pytorchs_side():
    rows = [row("kind", "RMSprop", "Adam", "RMSprop"), row("alpha", 0.9, None, "RMSprop")]
    found = statements(lambda passage: set_alike(passage, rows, rows), "y = Adam(learning_rate=RATE)")
    assert found[0] == "from tf_impl.optimizers import RMSprop; y = RMSprop(learning_rate=RATE, alpha=0.9)"


def test_an_optimizer_without_a_rate_of_its_own_is_given_pytorchs():
    rows = [row("eps is added", "inside", "behind", "Adamax")]
    every = [*rows, row("lr", 0.002, 0.001, "Adamax")]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = Adamax()")
    assert found == ["from tf_impl.optimizers import Adamax; y = Adamax(learning_rate=0.002)"]


def test_keras_optimizer_is_tried_by_pytorchs_formula_though_no_setting_shows_it():
    rows = [replace(row("betas", [0.5, 0.9], [0.5, 0.9], "Adam"), verdict=EQUAL)]
    found = statements(lambda passage: formula_alike(passage, rows), "y = keras.optimizers.Adam(0.1)")
    assert found == ["from tf_impl.optimizers import Adam; y = Adam(0.1, beta_1=0.5, beta_2=0.9)"]
    assert not statements(lambda passage: formula_alike(passage, rows), "y = MyAdam(0.1)")


def test_an_optimizer_that_gathers_gradients_goes_on_gathering():
    rows = [row("eps is added", "after", "before", "Adam")]
    tf = "y = Adam(0.1, gradient_accumulation_steps=WIDTH)"
    [found] = statements(lambda passage: formula_alike(passage, rows), tf)
    imports = "from tf_impl.accumulation import gathering; from tf_impl.optimizers import Adam"
    assert found == f"{imports}; y = gathering(Adam(0.1), WIDTH)"


def test_a_layer_keeps_the_name_by_which_its_weights_are_paired():
    rows = [replace(row("running variance", "over N - 1", "over N"), tf_subject="features.batch_normalization_2")]
    found = statements(lambda passage: set_alike(passage, rows), "y = layers.BatchNormalization()")
    assert found == ["from tf_impl.layers import BatchNorm; y = BatchNorm(name='batch_normalization_2')"]


def test_the_batch_norm_of_tf_impl_has_pytorchs_running_variance_and_sense_of_momentum():
    rows = [row("running variance", "over N - 1", "over N")]
    every = [*rows, row("momentum", 0.2, 0.2), row("eps", 1e-5, 1e-5)]
    found = statements(lambda passage: set_alike(passage, rows, every), "y = layers.BatchNormalization(name='bn')(x)")
    assert found[0] == "from tf_impl.layers import BatchNorm; y = BatchNorm(name='bn', momentum=0.2)(x)"


def test_a_frozen_batch_norm_stays_frozen_and_keeps_its_name_too():
    rows = [replace(row("running variance", "over N - 1", "over N"), tf_subject="batch_normalization")]
    found = statements(lambda passage: formula_alike(passage, rows), "y = BatchNormalization(trainable=False)")
    made = "BatchNorm(trainable=False, name='batch_normalization')"
    assert found == [f"from tf_impl.layers import BatchNorm; y = {made}"]
