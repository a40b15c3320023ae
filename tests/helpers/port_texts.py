"""Ports as texts, each a few lines: what the tests of reading one put together."""

HEAD = "import numpy as np\n"
BATCHES = "def batches(rng):\n    for _ in range(8):\n        yield {'x': rng.normal(size=(4, 2)), 'y': np.arange(4)}\n"
TORCH = "def torch_side():\n    return 'model', lambda model, batch: np.float64(batch['x'].sum()), 'optimizer'\n"
TF = "def tf_side():\n    return 'model', lambda model, batch: np.float64(batch['x'].sum()), 'optimizer'\n"
WHOLE = HEAD + BATCHES + TORCH + TF


def yielding(*lines: str) -> str:
    """A port whose batches() consists of these lines."""
    return HEAD + "def batches(rng):\n" + "".join(f"    {line}\n" for line in lines) + TORCH + TF
