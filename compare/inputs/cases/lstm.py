"""Which of two symbols came first? Both occur once among the first steps; what follows is noise.

Notice the two biases of each layer, which start and train apart, and that clipping is active in some steps only: those
where the metric `gradient_norm` exceeds `max_norm`.
"""

from itertools import product

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case

EXAMPLES, TIME, FIRST_PART = 384, 8, 5  # the two symbols occur in the first part
SYMBOLS = 4  # 0 and 1 are the two that matter, the others are noise
HIDDEN, LAYERS, CLASSES = 8, 2, 2


def data(generator: Generators) -> Arrays:
    """x (examples, time, symbols), one-hot; y (examples,): 0 where symbol 0 came first, 1 where symbol 1 did."""
    symbols = generator("noise").integers(2, SYMBOLS, (EXAMPLES, TIME))
    places = generator("places").permuted(np.tile(np.arange(FIRST_PART), (EXAMPLES, 1)), axis=1)[:, :2]
    np.put_along_axis(symbols, places, np.arange(2)[None], axis=1)
    return {"x": np.eye(SYMBOLS)[symbols], "y": np.argmin(places, axis=1)}


def weights(generator: Generators) -> Arrays:
    """All uniform on ±1/sqrt(hidden), biases included: PyTorch's default (torch/nn/modules/rnn.py, 2.13)."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer, way in product(range(LAYERS), ("", "_reverse")):
        inputs = 2 * HIDDEN if layer else SYMBOLS
        shapes[f"lstm.weight_ih_l{layer}{way}"] = (4 * HIDDEN, inputs)
        shapes[f"lstm.weight_hh_l{layer}{way}"] = (4 * HIDDEN, HIDDEN)
        shapes[f"lstm.bias_ih_l{layer}{way}"] = (4 * HIDDEN,)
        shapes[f"lstm.bias_hh_l{layer}{way}"] = (4 * HIDDEN,)
    shapes |= {"head.weight": (CLASSES, 2 * HIDDEN), "head.bias": (CLASSES,)}
    bound = HIDDEN**-0.5
    return {name: generator(name).uniform(-bound, bound, shape) for name, shape in shapes.items()}


CASE = Case(
    name="lstm",
    summary="two bidirectional LSTM layers tell which of two symbols came first, Adam 0.01, gradients clipped",
    data=data,
    weights=weights,
    settings={
        "symbols": SYMBOLS,
        "hidden": HIDDEN,
        "layers": LAYERS,
        "learning_rate": 1e-2,
        "epsilon": 1e-8,
        "max_norm": 0.35,
    },
    epochs=3,
    batch_size=24,
    shuffle=True,
)
