"""Gives each layer what PyTorch's was given, and hands on what that put out, forward and backward.

So every layer's difference shows by itself, and what a layer is given shows what stands before it. Notice that nothing
in the user's model is touched for longer than the step.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf

from compare.inputs.expressions import evaluate
from compare.running.request import Isolation, Training
from compare.traces.calls import split_call
from compare.traces.exchange import (
    AGAIN,
    COMES_BACK,
    GIVEN,
    HANDED_ON,
    Axes,
    Calls,
    Exchanged,
    agree,
    axes_between,
    label_of,
    partners,
    tensors_by_argument,
)
from compare.traces.recording import Recording
from compare.traces.step import END
from compare.traces.trace import Trace
from tf_impl.flow import Flow
from tf_impl.keras_versions import like
from tf_impl.layers.recurrent import RNNBase
from tf_impl.replacing import Given, is_given, with_gradient, with_replaced
from tf_impl.weights.layers import keeping_buffers
from tf_impl.weights.outputs import order_of_axes, output_to_canonical
from tf_impl.weights.tensors import Parameter, to_numpy

PADDING = "padding_idx"  # the setting of an embedding whose row of that token is not trained


class Exchange:
    """Isolates the layers of one pass after another."""

    _recording: Recording

    def __init__(self, isolation: Isolation, weights: Mapping[str, str]):
        """`weights` are the expressions of PyTorch's, by the name of this side's weights; others have the same name."""
        self._trace = Trace(Path(isolation.trace))
        self._exchanged = Exchanged(self._trace)
        self._in_training, self._evaluated = dict(isolation.names), dict(isolation.evaluated or isolation.names)
        self._inner, self._soft = isolation.inner, isolation.soft
        self._given_gradients, self._weights = isolation.gradients, weights
        self._padding = {each.subject: each.value for each in self._trace.header.settings if each.setting == PADDING}
        self.flow = Flow()
        self._tried: dict[str, np.ndarray | None] = {}  # what a layer put out with the inputs of its own side

    def begin(self, recording: Recording, gathered: int = 1) -> None:
        """Begin a pass: the calls of each layer are counted anew. An update is made of `gathered` steps' gradients."""
        self._recording, self._gathered = recording, gathered
        self._step = END if recording.at_end else recording.steps
        self._names = self._evaluated if recording.at_end else self._in_training
        self._calls, self._outputs, self._updates = Calls(), Calls(), Calls()
        self._awaited: dict[str, np.ndarray] = {}  # PyTorch's outputs to which no gradient has come back yet

    def end_step(self, loss) -> None:
        """What reached the loss, and to which outputs no gradient came back; a loop may give its loss as a number."""
        self.flow.reaches("loss", [loss] if tf.is_tensor(loss) else self.flow.differentiated)
        for label, output in self._awaited.items():
            self._recording.tensor(COMES_BACK, label, np.zeros_like(output))

    @property
    def reached(self) -> Mapping[str, set[str]]:
        """Which outputs and variables reach each layer's call, or the loss."""
        return self.flow.reached

    @property
    def gradients(self) -> Mapping[str, set[str]]:
        """From which outputs and variables the gradient of each layer's input and output, or of the loss, comes on."""
        return self.flow.gradients

    def close(self) -> None:
        self._trace.close()

    def around(self, name: str, layer, call: Callable) -> Callable:
        """A layer's `call` that is given what PyTorch's layer was given, where that can be told."""

        def given(*arguments, **options):
            if self._recording.is_paused:
                return call(*arguments, **options)
            partner = self._names.get(self._calls.next_of(name), "")
            own = tensors_by_argument(call, arguments, options, is_given)
            self.flow.reaches(partner, own.values())
            theirs = {} if name in self._inner else self._exchanged.of(self._step, GIVEN, partner)
            pairs = [
                Given(layer, label_of(partner, part), own[argument], theirs[part])
                for argument, part in partners(own, theirs).items()
            ]
            as_it_is = not all(pair.agrees for pair in pairs) and self._is_right_with(
                name, layer, partner, lambda: call(*arguments, **options)
            )
            if as_it_is:  # in another order of the features, which the weights have too
                return call(*arguments, **options)
            for pair in pairs:
                self._recording.tensor(GIVEN, pair.label, pair.shown)
            replaced = {id(pair.own): pair.replaced for pair in pairs}
            for pair in pairs:
                self.flow.stands_for(replaced[id(pair.own)], pair.own)
            arguments, options = with_replaced(replaced, (arguments, options))
            return call(*arguments, **options)

        return given

    def hand_on(self, name: str, layer, output):
        """What PyTorch's layer handed on, in place of an output; the gradient that comes back is PyTorch's too."""
        if self._recording.is_paused:
            self._tried[name] = output_to_canonical(layer, output)
            return output
        partner = self._names.get(self._outputs.next_of(name), "")
        if not (theirs := self._exchanged.of(self._step, HANDED_ON, partner)):
            return output
        own = [each for each in tf.nest.flatten(output) if is_given(each)]
        return with_replaced(
            {id(each): self._spliced(layer, partner, place, each, theirs) for place, each in enumerate(own)}, output
        )

    def given_to_update(self, pairs: Iterable[tuple], parameters: Mapping[str, Parameter]) -> list[tuple]:
        """Gradients and variables, PyTorch's gradients in their place where they are to be given."""
        names: dict[int, list[str]] = {}  # several are in one variable: the biases of a GRU
        for name, parameter in parameters.items():
            names.setdefault(id(parameter.variable), []).append(name)
        return [
            (self._gradient(names.get(id(variable), ()), parameters, gradient), variable)
            for gradient, variable in pairs
        ]

    def _gradient(self, names: Iterable[str], parameters: Mapping[str, Parameter], own):
        """A gradient, with PyTorch's in the place of those of some weights in its variable."""
        for name in names if own is not None else ():
            if (theirs := self._theirs(name)) is not None:
                own = tf.constant(parameters[name].filled(to_numpy(tf.convert_to_tensor(own)), theirs))
        return own

    def _theirs(self, name: str) -> np.ndarray | None:
        """PyTorch's gradient of a weight; None where it is not to be given."""
        if (expression := self._weights.get(name, name)) not in self._given_gradients:
            return None
        _, call = split_call(self._updates.next_of(name))
        return evaluate(expression, lambda part: self._trace.get((self._step, "gradient", part + call)), added=False)

    def _is_right_with(self, name: str, layer, partner: str, call: Callable) -> bool:
        """Whether a layer puts out what PyTorch's does, given what this side gives it."""
        self._tried.clear()
        with self._recording.paused(), keeping_buffers(layer):
            output = call()
        # Where a layer has an activation of its own, its name is that of the activation's input.
        own = self._tried[name] if name in self._tried else output_to_canonical(layer, output)
        theirs = self._trace.get((self._step, "forward", partner))
        return own is not None and theirs is not None and own.shape == theirs.shape and agree(own, theirs)

    def _spliced(self, layer, partner: str, place: int, tensor: tf.Tensor, theirs: Mapping[str, np.ndarray]):
        """One tensor of an output, replaced; as it is where PyTorch has none of its shape."""
        value = to_numpy(tensor)
        likely = sorted(theirs, key=lambda part: part != str(place))
        between = ((part, axes_between(theirs[part], value, order_of_axes(layer, value.ndim))) for part in likely)
        fitting = {part: axes for part, axes in between if axes is not None}
        if not fitting:
            return tensor
        part = min(fitting, key=lambda part: not agree(fitting[part].to_own(theirs[part]), value))
        self.flow.comes_from(label_of(partner, part), [tensor])
        handed_on = tf.constant(fitting[part].to_own(theirs[part]), tensor.dtype)
        if tensor.dtype.is_floating:
            handed_on = with_gradient(tensor, handed_on, self._back(layer, partner, part, fitting[part], theirs[part]))
        self.flow.starts(partner, handed_on)
        return handed_on

    def _back(self, layer, partner: str, part: str, axes: Axes, theirs: np.ndarray) -> Callable:
        """What the gradient that comes back to an output becomes."""
        came, label = self._exchanged.of(self._step, COMES_BACK, partner), label_of(partner, part)
        unused = axes.to_own(np.broadcast_to(self._unused(partner, theirs), theirs.shape))
        # Of a recurrent layer it belongs to several tensors, and what comes back twice is of two losses.
        of_several = like(layer, "RNN", "Bidirectional") or isinstance(layer, RNNBase) or f"{part}{AGAIN}" in came
        if not of_several and partner not in self._soft:
            self._awaited[label] = theirs

        def back(gradient):
            if self._awaited.pop(label, None) is None:
                return gradient
            # differs: PyTorch's loop divides a loss whose gradients add up; Keras' optimizer, their sum.
            own, given = to_numpy(gradient) / self._gathered, axes.to_own(came.get(part, np.zeros_like(theirs)))
            shown, handed_back = np.where(unused, given, own), np.where(unused, own, given) * self._gathered
            self._recording.tensor(COMES_BACK, label, axes.to_other(shown, theirs.shape))
            return tf.constant(handed_back, gradient.dtype)

        return back

    def _unused(self, partner: str, theirs: np.ndarray) -> np.ndarray:
        """Where PyTorch's layer makes nothing of the gradient that comes back: at the padding of an embedding."""
        padding = self._padding.get(split_call(partner)[0])
        tokens = next(iter(self._exchanged.of(self._step, GIVEN, partner).values()), np.zeros(()))
        is_padding = padding is not None and tokens.shape == theirs.shape[:-1]
        return (tokens == padding)[..., None] if is_padding else np.zeros_like(theirs, bool)


def exchange_of(training: Training) -> Exchange | None:
    """What gives a run the exchange of another's layers."""
    names = dict(training.start.names) if training.start else {}
    return Exchange(training.isolation, names) if training.isolation else None
