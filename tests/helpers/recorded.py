"""What a side recorded, as a dict by step, stage and tensor."""

from types import SimpleNamespace

from compare.traces.trace import Trace


class Recorded(dict):
    """A trace that is never a file."""

    keys = property(list)
    header = SimpleNamespace(loss_is_number=False)
    outputs_of = Trace.outputs_of
