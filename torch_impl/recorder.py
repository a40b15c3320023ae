"""Records any training loop of this framework into a trace, from outside: hooks on layers and on the optimizer.

Curves are recorded at every step, tensors at the audited steps only; between those nothing is attached.
"""

from collections.abc import Callable, Container, Mapping
from dataclasses import replace
from pathlib import Path

from compare.inputs.arrays import nudge
from compare.inputs.expressions import explicit_pairs
from compare.inputs.side import every_optimizer
from compare.traces.header import Header
from compare.traces.recording import Recording, as_named, coarsest
from torch_impl import runtime, settings, weights
from torch_impl.weights import layers
from torch_impl.weights.outputs import output_to_canonical, to_numpy


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
        self._record_all("weights", weights.named_parameters(self._model) | weights.named_buffers(self._model))

    def _describe(self) -> None:
        """Note once what the model consists of, and how everything is set."""
        if self._described is None:
            self._described = Header(
                side="torch",
                versions=runtime.versions(),
                units=tuple(weights.units(self._model)),
                kinds=layers.named_kinds(self._model),
                settings=tuple(settings.describe(self._model, self._optimizer, self._loss)),
                explicit=self._pairs,
            )

    def _nudge(self) -> None:
        """Move every weight by one ulp: a second run of the same script shows what rounding does to it."""
        parameters = weights.named_parameters(self._model)
        values = {name: parameter.value() for name, parameter in parameters.items()}
        for name, value in values.items():
            parameters[name].assign(nudge({name: value}, 0, value.dtype.name)[name])
        self._nudged_by = coarsest(value.dtype for value in values.values())

    def _watch_layers(self) -> None:
        # differs: PyTorch runs every step eagerly; TensorFlow an audited one only, for a graph holds no values.
        for name, layer in layers.named_layers(self._model).items():
            # differs: a Keras layer may end with an activation; what goes into that is what PyTorch's layer puts out.
            def watch(layer, _, output, name=name):
                if (value := output_to_canonical(layer, output)) is not None:
                    self._recording.tensor("forward", name, value)

            self._detach.append(layer.register_forward_hook(watch).remove)

    def _watch_optimizer(self, optimizer) -> None:
        own = {id(parameter) for group in optimizer.param_groups for parameter in group["params"]}

        # differs: PyTorch's optimizer has hooks; in Keras `apply`, which `apply_gradients` ends in, is wrapped.
        def watch_gradients(*_):
            self._describe()
            parameters = weights.named_parameters(self._model)
            self._begin_updates(parameters)
            for name, parameter in parameters.items():
                if id(parameter.variable) in own and parameter.variable.grad is not None:
                    self._recording.tensor("gradient", name, parameter.canonical(parameter.variable.grad))

        def watch_state(*_):
            for name, value in weights.optimizer_state(optimizer, self._model).items():
                self._recording.tensor("state", name, value)

        self._detach.append(optimizer.register_step_pre_hook(watch_gradients).remove)
        self._detach.append(optimizer.register_step_post_hook(watch_state).remove)

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

    def _remove_hooks(self) -> None:
        while self._detach:
            self._detach.pop()()
