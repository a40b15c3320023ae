"""A step recorded by hand: values by their content, operations by the line of a file that nobody wrote."""

from collections.abc import Sequence

import numpy as np

from compare.traces.operations import OperationLog, Operations
from compare.traces.places import Called, Place


class Recorded:
    """Values and operations, numbered as they come."""

    def __init__(self, file: str = "/home/user/port.py"):
        self._log, self._file = OperationLog(), file

    def enter(self, array) -> int:
        """A value that no operation computes."""
        return self._log.value(lambda: np.asarray(array))

    def run(
        self,
        line: int | None,
        inputs: Sequence[int],
        array,
        name: str = "op",
        helper: int = 0,
        call: int = 0,
        library: str = "",
        **said,
    ) -> int:
        """What an operation on a line computes, which may call a `helper` that has it on that line, `call` times now.
        None is a line of a library that nobody of the user's called; `library` is a file of one that the line led to.
        """
        output = self.enter(array)
        inside = (Place(self._file, helper, "helper"),) if helper else ()
        own = () if line is None else (*inside, Place(self._file, line, "loss"))
        led_to = Place(library, 1, "call") if library else None
        place = Called(own, led_to, calls=(call, 1)) if call else Called(own, led_to)
        self._log.operation(name, inputs, [output], place, **said)
        return output

    def pieces(self, line: int, given: int, arrays, name: str = "split") -> list[int]:
        """The several values that one operation makes."""
        outputs = [self.enter(each) for each in arrays]
        self._log.operation(name, [given], outputs, Called((Place(self._file, line, "loss"),)))
        return outputs

    def weight(self, name: str, array) -> int:
        """The value of a weight."""
        self._log.weights[name] = self.enter(array)
        self._log.asked[:] = [tuple(self._log.weights.values())]
        return self._log.weights[name]

    def ask(self, *weights: int) -> None:
        """Begin another backward pass, of some weights."""
        self._log.asked.append(weights)

    def back(self, result: int, value: int, array) -> None:
        """What comes back to a value through the operation that computed a result."""
        self._log.edge(self.of(result), value, self.enter(array))

    def passed(self, result: int, value: int, gradient: int) -> None:
        """The same of a value that an operation computed."""
        self._log.edge(self.of(result), value, gradient)

    def of(self, value: int) -> int:
        """The operation that a value came from."""
        return next(number for number, each in enumerate(self._log.operations) if value in each.outputs)

    def end(self) -> Operations:
        return self._log.end()
