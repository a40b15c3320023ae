"""Two traces of synthetic loops, one a side, to be judged from their files alone."""

from compare import diff
from compare.traces.step import END
from tests.helpers.fake_port_worker import Network, batches, record
from tests.helpers.made_once import made_once
from tests.helpers.synthetic import honest, rounding

STEPS = 40
PLAIN = {"precision", "audits", "said"}  # options that are equal where they are written alike


class Traces:
    """Writes one trace a side, and judges them."""

    def __init__(self, directory):
        self.torch, self.tf = directory / "torch", directory / "tf"

    def record(self, side, fault=honest, order=(0, 1), nudged=None, steps=STEPS, **options):
        path = getattr(self, side).with_suffix(".nudged.npz" if nudged else ".npz")
        network = Network(side, order, fault)

        def make():
            record(path, network, batches(steps), nudged=nudged, **options)

        if options.keys() <= PLAIN:
            made_once((network, steps, nudged, repr(options)), fault, [path], make)
        else:
            make()
        return path

    def judge(self, fault=rounding, order=(0, 1), **options):
        self.record("torch", **options)
        self.record("tf", fault, order, **options)
        return self.diff()

    def diff(self):
        return diff(self.torch, self.tf)


def of_loss(factor):
    """A fault of the loss alone, which trains nothing: `factor(step)` times what it is."""
    return lambda key, value: value * factor(key[0]) if key[1] == "loss" and key[0] is not END else value
