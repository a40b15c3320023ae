"""The trainings on which the judge's power is measured: reference cases, and dense networks with one optimizer each.

No framework is imported here: a side is named by its place, and made in its own worker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from compare.inputs import cases
from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.case_inputs import make_inputs
from compare.judging.experiments import CaseExperiment

BATCH, WIDTH, BATCHES = 32, 32, 30


@dataclass(frozen=True)
class PowerTraining:
    """One training; its sides are "package.module:function", and `examples` names the arrays of a batch by example.

    `decays_gradient` is False where weight decay shrinks the weights and leaves the gradient as it is.
    """

    name: str
    case: Case
    torch_function: str
    tf_function: str
    steps: int = 30
    decays_gradient: bool = True

    @property
    def late(self) -> int:
        """The step from which a fault is planted."""
        return 2 * self.steps // 3

    def experiment(self, seed: int = 0, tf_function: str | None = None) -> CaseExperiment:
        inputs = make_inputs(self.case, seed, steps=self.steps)
        return CaseExperiment(inputs, self.torch_function, tf_function or self.tf_function)


def data(generator: Generators) -> Arrays:
    """The sine of a random projection, with noise."""
    x = generator("x").standard_normal((BATCHES * BATCH, WIDTH))
    y = np.sin(x @ generator("projection").standard_normal((WIDTH, 1)))
    return {"x": x, "y": y + 0.1 * generator("noise").standard_normal(y.shape)}


def weights(generator: Generators, layers: int, gain: float) -> Arrays:
    """Normal, `gain` over the root of the inputs: from 1 on, tanh layers amplify small differences."""
    arrays = {f"hidden.{layer}": (WIDTH, WIDTH) for layer in range(layers)} | {"head": (1, WIDTH)}
    drawn = {f"{name}.weight": generator(name).normal(0, gain / WIDTH**0.5, shape) for name, shape in arrays.items()}
    return drawn | {f"{name}.bias": np.zeros(shape[0]) for name, shape in arrays.items()}


def dense(name: str, layers: int, gain: float, **settings: float) -> Case:
    """A case of this module, named by its place in it, so that a worker finds it."""
    return Case(
        name=f"{__name__}:{name}",
        summary=f"{layers} dense layers of {WIDTH}, gain {gain}, on the sine of a projection",
        data=data,
        weights=partial(weights, layers=layers, gain=gain),
        settings={"layers": layers, **settings},
        epochs=1,
        batch_size=BATCH,
        shuffle=True,
    )


# Three times this rate makes the loss grow without end: then every unit is saturated, and nothing is trained.
CHAOTIC = dense("CHAOTIC", 6, 3.0, learning_rate=0.03, momentum=0.9)
MOMENTUM_SGD = dense("MOMENTUM_SGD", 2, 1.4, learning_rate=0.05, momentum=0.9)
ADAM = dense("ADAM", 2, 1.4, learning_rate=1e-2, epsilon=1e-8)
RMSPROP = dense("RMSPROP", 2, 1.4, learning_rate=1e-3, alpha=0.99, epsilon=1e-8, momentum=0.9)
CNN = replace(cases.load("cifar10_cnn"), name=f"{__name__}:CNN", batch_size=8)  # batches of 64 take eight times as long


def of_case(name: str, case: str, **options: bool) -> PowerTraining:
    sides = (f"{package}.models.{case}:side" for package in ("torch_impl", "tf_impl"))
    return PowerTraining(name, cases.load(case), *sides, **options)


def of_network(name: str, case: Case) -> PowerTraining:
    return PowerTraining(name, case, f"tests.power_networks:torch_{name}", f"tests.power_networks:tf_{name}")


SHORT = (
    of_network("chaotic", CHAOTIC),
    replace(of_case("cnn", "cifar10_cnn"), case=CNN),
    of_case("resnet", "resnet"),
    of_case("gru", "gru"),
    of_case("lstm", "lstm"),
    of_case("transformer", "transformer_lm", decays_gradient=False),
    of_case("gan", "dcgan"),
    of_case("sparse_embedding", "matrix_factorization"),
    of_case("vae", "vae"),
    of_network("adam", ADAM),
    of_network("momentum_sgd", MOMENTUM_SGD),
    of_network("rmsprop", RMSPROP),
)
# The schedules of the residual network and of the transformer end after some 40 steps.
LONG = ("chaotic", "gru", "sparse_embedding", "vae", "adam", "momentum_sgd", "rmsprop")
TRAININGS: Mapping[str, PowerTraining] = {
    each.name: each
    for each in (*SHORT, *(replace(each, name=f"{each.name}_300", steps=300) for each in SHORT if each.name in LONG))
}
