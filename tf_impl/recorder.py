"""Records any training loop of this framework into a trace, from outside: wrapped calls of layers and of the optimizer.

Curves are recorded at every step, tensors at the audited steps only; between those nothing is attached.
"""

import time
from array import array
from collections import Counter
from collections.abc import Callable, Container
from pathlib import Path

import tensorflow as tf

from compare.trace import FINAL, TraceWriter
from tf_impl import weights


class Recorder:
    """Two lines in a loop: make it before the first step, call `step` after each update, and `close` at the end.

    `audits` are the steps whose tensors are recorded; `channels_first` names the arrays of a batch that are images.
    """

    def __init__(self, path: Path, model, optimizer, audits: Container[int] = range(3), channels_first=()):
        self._writer = TraceWriter(path)
        self._model, self._optimizer = model, optimizer
        self._audits, self._channels_first = audits, channels_first
        self._curves: dict[str, array] = {}
        self.steps, self._at_end = 0, False
        self._detach: list[Callable[[], None]] = []
        self._begin_step()

    def step(self, loss, batch: dict, metrics: dict | None = None) -> None:
        """Record the step just done: its loss, its metrics, and in an audited step its tensors."""
        seconds = time.perf_counter() - self._started
        if self.steps in self._audits:
            self._end_audit(loss, batch)
        examples = len(next(iter(batch.values())))
        point = {"loss": loss, "examples": examples, "seconds": seconds, **(metrics or {})}
        for name, value in point.items():
            self._curves.setdefault(name, array("d")).append(float(weights.to_numpy(value)))
        self.steps += 1
        self._begin_step()

    def close(self, meta: dict, evaluate: Callable | None = None) -> None:
        """Record what the training left: weights, buffers and, by `evaluate()`, the model in evaluation mode."""
        self._remove_hooks()
        self._at_end = True
        self._record_weights()
        self._record_buffers()
        if evaluate is not None:
            # differs: PyTorch switches the model to evaluation; a Keras layer is told `training` at each call.
            self._watch_layers()
            self._record("loss", "loss", evaluate()[0])
            self._remove_hooks()
        self._writer.close(self._curves, meta)

    def discard(self) -> None:
        """Leave no file behind."""
        self._remove_hooks()
        self._writer.discard()

    def _begin_step(self) -> None:
        self._remove_hooks()
        if self.steps in self._audits:
            self._record_weights()
            self._watch_layers()
            self._watch_optimizer()
        self._started = time.perf_counter()

    def _end_audit(self, loss, batch: dict) -> None:
        for name, tensor in weights.batch_to_canonical(batch, self._channels_first).items():
            self._record("batch", name, tensor)
        self._record("loss", "loss", loss)
        self._record_buffers()

    def _watch_layers(self) -> None:
        # differs: PyTorch runs every step eagerly; TensorFlow an audited one only, for a graph holds no values.
        tf.config.run_functions_eagerly(True)
        self._detach.append(lambda: tf.config.run_functions_eagerly(False))
        calls = Counter()
        for name, layer in weights.named_layers(self._model).items():

            def watch(*arguments, name=name, layer=layer, call=layer.call, **options):
                output = call(*arguments, **options)
                calls[name] += 1
                label = name if calls[name] == 1 else f"{name} (call {calls[name]})"
                self._record("forward", label, weights.output_to_canonical(layer, output))
                return output

            self._wrap(layer, "call", watch)

    def _watch_optimizer(self) -> None:
        parameters = weights.named_parameters(self._model)
        apply_gradients = self._optimizer.apply_gradients

        # differs: PyTorch's optimizer has hooks; in Keras `apply_gradients` is wrapped on the instance.
        def watch(gradients_and_variables, *arguments, **options):
            pairs = list(gradients_and_variables)
            gradients = {id(variable): gradient for gradient, variable in pairs if gradient is not None}
            before = {}
            for name, (variable, axes) in parameters.items():
                before[name] = weights.to_numpy(variable)
                if id(variable) in gradients:
                    gradient = tf.convert_to_tensor(gradients[id(variable)])
                    self._record("gradient", name, weights.to_numpy(gradient).transpose(axes))
            self._record("rate", "learning_rate", weights.learning_rate(self._optimizer))

            applied = apply_gradients(pairs, *arguments, **options)
            for name, value in weights.optimizer_state(self._optimizer, self._model).items():
                self._record("state", name, value)
            for name, (variable, axes) in parameters.items():
                self._record("update", name, (weights.to_numpy(variable) - before[name]).transpose(axes))
            return applied

        self._wrap(self._optimizer, "apply_gradients", watch)

    def _wrap(self, instance, method: str, wrapper: Callable) -> None:
        # object's own setter, for Keras' would track the attribute.
        object.__setattr__(instance, method, wrapper)
        self._detach.append(lambda: object.__delattr__(instance, method))

    def _record_weights(self) -> None:
        for name, (variable, axes) in weights.named_parameters(self._model).items():
            self._record("weights", name, weights.to_numpy(variable).transpose(axes))

    def _record_buffers(self) -> None:
        for name, value in weights.named_buffers(self._model).items():
            self._record("buffer", name, weights.to_numpy(value))

    def _record(self, stage: str, name: str, tensor) -> None:
        self._writer.tensor(FINAL if self._at_end else self.steps, stage, name, weights.to_numpy(tensor))

    def _remove_hooks(self) -> None:
        while self._detach:
            self._detach.pop()()
