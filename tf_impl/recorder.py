"""Records any training loop of this framework into a trace, from outside: wrapped calls of layers and of the optimizer.

Curves are recorded at every step, tensors at the audited steps only; between those nothing is attached.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from functools import wraps
from pathlib import Path

import tensorflow as tf

from compare.inputs.arrays import nudge
from compare.inputs.expressions import evaluate, explicit_pairs
from compare.inputs.side import every_optimizer
from compare.traces.header import Header
from compare.traces.model import Model
from compare.traces.pairing import pair
from compare.traces.recording import Recording, as_named, coarsest
from compare.traces.trace import Trace, TraceError, trace_path
from tf_impl import runtime, settings, weights
from tf_impl.weights import layers
from tf_impl.weights.outputs import output_to_canonical, to_numpy


class Recorder:
    """Two lines in a loop: make it before the first step, and call `step` after each update.

    `path` is the trace's name ("runs/torch" becomes runs/torch.npz). `audits` are the steps whose tensors are recorded,
    `channels_first` the arrays of a batch that are (N, C, H, W), `loss` the loss object, whose settings are noted.
    `optimizer` is one, or several in a dict or list.
    `pairs` says on the tf side which of its weights is which of torch's, where order and kind do not say it.
    """

    def __init__(
        self,
        path: Path | str,
        model,
        optimizer,
        audits: Container[int] = range(3),
        channels_first=(),
        loss=None,
        pairs: Mapping | None = None,
    ):
        self._model, self._optimizer, self._loss = model, optimizer, loss
        self._before: dict = {}
        self._pairs = explicit_pairs((pairs or {}).items())
        self._channels_first = channels_first
        self._detach: list[Callable[[], None]] = []
        self._described: Header | None = None
        self._nudged_by: str | None = None
        self._recording = Recording(path, audits, self.close)
        if self._recording.nudged:
            self._nudge()
        self._begin_step()

    @property
    def steps(self) -> int:
        """How many steps were recorded."""
        return self._recording.steps

    def step(self, loss, batch=None, metrics: dict | None = None) -> None:
        """Record the step just done: its loss, its batch (a dict, a tuple or a tensor), and metrics by name."""
        named = as_named(batch)
        if self._recording.audited:
            self._end_audit(loss, named)
        points = {name: float(to_numpy(value)) for name, value in (metrics or {}).items()}
        self._recording.point(float(to_numpy(loss)), named, points)
        self._begin_step()

    def evaluation(self, evaluate: Callable) -> None:
        """Record `evaluate()`, the loss of data held out, in evaluation mode, after the step just done."""
        with self._recording.paused():
            loss = float(to_numpy(evaluate()))
        self._recording.evaluation(loss)

    def close(
        self,
        evaluate: Callable | None = None,
        precision: str | None = None,
        nudge: str | None = None,
        compiled: bool = True,
        muted: Mapping[str, float] | None = None,
    ) -> None:
        """Record what the training left: weights, buffers and, by `evaluate()`, the model in evaluation mode.

        The end of the process does it, where nobody else did. What else is given is for the trace's Header.
        """
        self._remove_hooks()
        if not self._recording.end():
            return
        self._describe()
        self._record_all("weights", weights.named_parameters(self._model))
        self._record_all("buffer", weights.named_buffers(self._model))
        if evaluate is not None:
            self._evaluate(evaluate)
        made = {"precision": precision, "compiled": compiled, "muted": dict(muted or {})}
        self._recording.close(replace(self._described, nudge=nudge or self._nudged_by, **made))

    def discard(self) -> None:
        """Leave no file behind."""
        self._remove_hooks()
        self._recording.discard()

    def _begin_step(self) -> None:
        self._remove_hooks()
        if self._recording.audited:
            self._started = False
            self._before.clear()
            self._record_start()
            self._watch_layers()
            for optimizer in every_optimizer(self._optimizer).values():
                self._watch_optimizer(optimizer)
        self._recording.restart()

    def _end_audit(self, loss, batch: dict) -> None:
        for name, tensor in weights.batch_to_canonical(batch, self._channels_first).items():
            self._recording.tensor("batch", name, tensor)
        self._recording.tensor("loss", "loss", to_numpy(loss))
        for name, parameter in weights.named_parameters(self._model).items():
            if name in self._before:
                self._recording.tensor("update", name, parameter.value() - self._before[name])
        self._record_all("buffer", weights.named_buffers(self._model))

    def _record_start(self) -> None:
        """What the step begins with."""
        # differs: PyTorch's weights exist from the start; Keras makes them, and the optimizer's slots, when first used.
        if layers.is_built(self._model) and not self._started:
            self._record_all("weights", weights.named_parameters(self._model) | weights.named_buffers(self._model))
            self._started = True

    def _describe(self) -> None:
        """Note once what the model consists of, and how everything is set."""
        if self._described is None:
            self._described = Header(
                side="tf",
                versions=runtime.versions(),
                units=tuple(weights.units(self._model)),
                kinds=layers.named_kinds(self._model),
                settings=tuple(settings.describe(self._model, self._optimizer, self._loss)),
                explicit=self._pairs,
            )

    def _nudge(self) -> None:
        """Move every weight by one ulp: a second run of the same script shows what rounding does to it."""
        if not layers.is_built(self._model):
            raise ValueError("a model without weights cannot be nudged: call it once on a batch before the recorder")
        parameters = weights.named_parameters(self._model)
        values = {name: parameter.value() for name, parameter in parameters.items()}
        for name, value in values.items():
            parameters[name].assign(nudge({name: value}, 0, value.dtype.name)[name])
        self._nudged_by = coarsest(value.dtype for value in values.values())

    def _watch_layers(self) -> None:
        # differs: PyTorch runs every step eagerly; TensorFlow an audited one only, for a graph holds no values.
        eagerly = tf.config.functions_run_eagerly()
        tf.config.run_functions_eagerly(True)
        self._detach.append(lambda: tf.config.run_functions_eagerly(eagerly))
        for name, layer in layers.named_layers(self._model).items():
            # differs: a Keras layer may end with an activation; what goes into that is what PyTorch's layer puts out.
            inner = layers.own_activation(layer)

            def watch(*arguments, name=name, layer=layer, call=layer.call, inner=inner, **options):
                output = call(*arguments, **options)
                if inner is None and (value := output_to_canonical(layer, output)) is not None:
                    self._recording.tensor("forward", name, value)
                return output

            def watch_activation(inputs, name=name, layer=layer, inner=inner):
                self._recording.tensor("forward", name, output_to_canonical(layer, inputs))
                output = inner(inputs)
                self._recording.tensor("forward", layers.activation_name(name), output_to_canonical(layer, output))
                return output

            self._wrap(layer, "call", watch)
            if inner is not None:
                self._wrap(layer, "activation", wraps(inner)(watch_activation))

    def _watch_optimizer(self, optimizer) -> None:
        inner = optimizer.apply

        # differs: PyTorch's optimizer has hooks; in Keras `apply`, which `apply_gradients` ends in, is wrapped.
        def watch_gradients(gradients, variables):
            self._describe()
            self._record_start()
            parameters = weights.named_parameters(self._model)
            self._begin_updates(parameters)
            by_variable = dict(zip(map(id, variables), gradients, strict=True))
            for name, parameter in parameters.items():
                if (gradient := by_variable.get(id(parameter.variable))) is not None:
                    self._recording.tensor("gradient", name, parameter.canonical(gradient))

        def watch_state():
            for name, value in weights.optimizer_state(optimizer, self._model).items():
                self._recording.tensor("state", name, value)

        def watch(gradients, variables=None):
            gradients = list(gradients)
            watch_gradients(gradients, self._model.trainable_variables if variables is None else list(variables))
            applied = inner(gradients, variables)
            watch_state()
            return applied

        self._wrap(optimizer, "apply", watch)

    def _begin_updates(self, parameters: dict) -> None:
        """Before the first update of a step: the weights as they are, and the learning rates of all optimizers."""
        if not self._before:
            self._before = {name: parameter.value() for name, parameter in parameters.items()}
            self._recording.tensor("rate", "learning_rate", weights.learning_rate(self._optimizer))

    def _evaluate(self, evaluate: Callable) -> None:
        # differs: PyTorch switches the model to evaluation; a Keras layer is told `training` at each call.
        self._watch_layers()
        with layers.evaluating(self._model):
            self._recording.tensor("loss", "loss", to_numpy(evaluate()[0]))
        self._remove_hooks()

    def _record_all(self, stage: str, parameters: dict) -> None:
        for name, parameter in parameters.items():
            self._recording.tensor(stage, name, parameter.value())

    def _wrap(self, instance, attribute: str, wrapper: Callable) -> None:
        self._detach.append(layers.wrap(instance, attribute, wrapper))

    def _remove_hooks(self) -> None:
        while self._detach:
            self._detach.pop()()


def start_from(model, trace: Path | str, pairs: Mapping | None = None) -> None:
    """Give `model` the weights, and the running statistics, that the recorded PyTorch loop began with.

    Layers are paired in order of definition and by kind; `pairs` as in Recorder. Raises PairingError where a weight is
    left over, TraceError where `trace` cannot be read or its first step was not audited.
    """
    with Trace(trace_path(trace)) as torch:
        own = Model(weights.units(model), layers.named_kinds(model), [], [])
        begun = {name: torch[0, stage, name] for step, stage, name in torch.keys if (step, stage) == (0, "weights")}
        if not begun:
            raise TraceError(f"{trace} has no weights of step 0: record it with audits that begin at 0")
        names = pair(Model.of(torch), own, explicit_pairs((pairs or {}).items())).weights
    parameters = weights.named_parameters(model) | weights.named_buffers(model)
    for name, expression in names.items():
        parameters[name].assign(evaluate(expression, begun.get))
