"""Watches Keras' layers and optimizers by wrapping their calls; compare/traces/watching.py says what is recorded."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from pathlib import Path
from types import MappingProxyType
from typing import Any, NoReturn

import keras
import numpy as np
import tensorflow as tf

from compare.inputs.expressions import explicit_pairs
from compare.inputs.given_optimizer import refuse_what_is_none, strangers
from compare.inputs.options import suggesting
from compare.inputs.side import every_optimizer
from compare.traces import recorder
from compare.traces.followed import FollowedLoop, begun_with
from compare.traces.header import Header
from compare.traces.model import RecordedModel
from compare.traces.pairing import pair
from compare.traces.trace import Trace, TraceError, trace_path
from tf_impl import accumulation, operations, runtime, settings, weights
from tf_impl.keras_internals import optimizer_variables
from tf_impl.keras_versions import is_layer, is_of_version_2, is_optimizer
from tf_impl.one_model import as_one
from tf_impl.weights import layers
from tf_impl.weights.layers import output_to_canonical


class Recorder(recorder.Recorder[keras.Model, keras.optimizers.Optimizer, tf.Tensor]):
    """Two lines in a loop: make it before the first step, and call `step` after each update."""

    weights = weights
    loss_calls = staticmethod(settings.loss_calls)
    _operation_recording = operations.Recording
    _moves: Mapping[int, list] = MappingProxyType({})  # the variables that each optimizer was last given, by its id

    def callback(self, loss: str = "loss") -> keras.callbacks.Callback:
        """For Keras' `fit(..., callbacks=[recorder.callback()])`, in place of `step`; `loss` as in FitCallback."""
        from tf_impl.callbacks import fit_callback

        return fit_callback(self, self._model, self._optimizer, loss)

    def set_model(self, model: keras.Model) -> NoReturn:
        """Called by `fit` where the recorder itself is among its callbacks."""
        raise TypeError("a recorder is not a callback: write fit(..., callbacks=[recorder.callback()])")

    set_params = set_model  # what Keras 2 calls first

    def _as_written(self, model, optimizer):
        model = as_one(model)
        refuse_what_is_none(optimizer, getattr(model, "trainable_variables", ()))
        return model, optimizer

    def _header(self) -> Header:
        own = [parameter.variable for parameter in weights.named_parameters(self._model).values()]
        return Header(
            side="tf",
            versions=runtime.versions(),
            weight_groups=tuple(weights.weight_groups(self._model)),
            kinds=layers.named_kinds(self._model),
            settings=tuple(settings.describe(self._model, self._optimizer, self._loss)),
            made_at=settings.made_at(self._model, self._optimizer),
            flags_set_at=settings.flags_set_at(self._model),
            strange=strangers(
                self._optimizer, own, lambda each: optimizer_variables(each) or self._moves.get(id(each), ())
            ),
        )

    def _held_by(self, optimizer) -> Iterable:
        return optimizer_variables(optimizer) or self._moves.get(id(optimizer), ())

    def _loop_to_follow(self, path, model, optimizer, audits) -> FollowedLoop:
        if not layers.is_built(model):
            raise ValueError("a model without weights cannot follow: call it once on a batch before the recorder")
        return FollowedLoop(
            path,
            _recorded(model),
            weights.named_parameters(model) | weights.named_buffers(model),
            lambda state: weights.load_optimizer_state(optimizer, model, state),
            self._pairs,
            audits,
        )

    def _is_built(self) -> bool:
        return layers.is_built(self._model)

    def _rates(self, optimizer: keras.optimizers.Optimizer) -> weights.Rates | None:
        return weights.Rates(optimizer) if is_optimizer(optimizer) else None

    def _watches(self, step: int) -> bool:
        # An eager step costs as much as ten to thirty of a graph. What is asked for is watched.
        return self._watched is not None or not self._recording.is_audited(step - 1)

    def _is_replica(self) -> bool:
        in_one = not tf.distribute.in_cross_replica_context()
        return in_one and tf.distribute.get_strategy().num_replicas_in_sync > 1

    def _watch_layers(self) -> None:
        # An audited step runs eagerly, for a graph holds no values.
        eagerly = tf.config.functions_run_eagerly()
        tf.config.run_functions_eagerly(True)
        self._detach.append(lambda: tf.config.run_functions_eagerly(eagerly))
        if self._exchange is not None:
            gathered = max(map(accumulation.steps_of, every_optimizer(self._optimizer).values()), default=1)
            self._exchange.begin(self._recording, gathered)
            self._detach.append(self._exchange.flow.watch(weights.named_parameters(self._model)))
        for name, layer in layers.named_layers(self._model).items():
            if not is_layer(layer):  # a tf.Module may be called by any name
                continue
            if (activation := layers.own_activation(layer)) is None:
                self._watch_call(name, layer)
            else:
                self._watch_activation(name, layer, activation)

    def _watch_call(self, name: str, layer: keras.Layer) -> None:
        call = self._isolated(name, layer)

        def watch(*arguments, **options):
            output = call(*arguments, **options)
            self._record_output(name, output_to_canonical(layer, output, options.get("mask")))
            return self._handed_on(name, layer, output)

        self._wrap(layer, "call", watch)

    def _isolated(self, name: str, layer: keras.Layer) -> Callable:
        return layer.call if self._exchange is None else self._exchange.around(name, layer, layer.call)

    def _handed_on(self, name: str, layer: keras.Layer, output):
        return output if self._exchange is None else self._exchange.hand_on(name, layer, output)

    def _watch_activation(self, name: str, layer: keras.Layer, activation: Callable) -> None:
        """The input of a layer's own activation is the output of PyTorch's layer."""

        @wraps(activation)
        def watch(inputs):
            self._record_output(name, output_to_canonical(layer, inputs))
            output = activation(self._handed_on(name, layer, inputs))
            self._record_output(layers.activation_name(name), output_to_canonical(layer, output))
            return self._handed_on(layers.activation_name(name), layer, output)

        self._wrap(layer, "activation", watch)
        if self._exchange is not None:
            self._wrap(layer, "call", self._isolated(name, layer))

    def _watch_optimizer(self, optimizer: keras.optimizers.Optimizer) -> None:
        """Wraps `apply`, which `apply_gradients` calls."""
        if not is_optimizer(optimizer):  # one of the user's own: only what it does is seen
            return
        if is_of_version_2(optimizer):
            return self._watch_pairs(optimizer)
        apply = optimizer.apply

        def watch(grads, trainable_variables=None):  # named as Keras names them
            gradients = list(grads)
            given = optimizer_variables(optimizer) if trainable_variables is None else list(trainable_variables)
            pairs = zip(gradients, given, strict=True)
            return self._seen(optimizer, pairs, lambda pairs: apply([each for each, _ in pairs], trainable_variables))

        self._wrap(optimizer, "apply", watch)

    def _watch_pairs(self, optimizer) -> None:
        """Keras 2 has no `apply`."""
        apply = optimizer.apply_gradients

        def watch(pairs, *arguments, **options):
            return self._seen(optimizer, pairs, lambda pairs: apply(pairs, *arguments, **options))

        self._wrap(optimizer, "apply_gradients", watch)

    def _seen(self, optimizer, pairs: Iterable[tuple], update: Callable[[list[tuple]], Any]):
        """What an update of `pairs`, gradients and variables, returns; it is recorded around it.

        differs: PyTorch's replicas have added up their gradients before, Keras' optimizer does it inside.
        """
        pairs = list(pairs)
        gathers = accumulation.steps_of(optimizer) > 1
        if gathers and accumulation.only_gathers(optimizer):
            return update(pairs)  # differs: PyTorch's loop calls no optimizer here, and shows no gradient
        pairs = accumulation.with_gathered(optimizer, pairs) if gathers else pairs
        self._moves = {**self._moves, id(optimizer): [variable for _, variable in pairs]}
        shown = () if self._is_replica() else pairs
        with self._calling_no_loss():
            self._before_update({id(variable): gradient for gradient, variable in shown})
            exchange = self._exchange
            pairs = pairs if exchange is None else exchange.given_to_update(pairs, self._parameters)
            updated = update(accumulation.without_gathered(optimizer, pairs) if gathers else pairs)
            self._after_update(optimizer)
        return updated

    def _wrap(self, instance: object, attribute: str, wrapper: Callable) -> None:
        self._detach.append(layers.wrap(instance, attribute, wrapper))


@suggesting
def start_from(model: Any, trace: Path | str, pairs: Mapping[str | None, str | list[str] | None] | None = None) -> None:
    """Give `model` the initial weights and running statistics of the recorded PyTorch loop.

    Layers are paired by kind, by names where these agree, and in order of definition; `model` and `pairs` as in
    Recorder. A bias that torch lacks becomes zero. Raises PairingError where a weight has no partner or another shape,
    TraceError where `trace` cannot be read or its first step was not audited, ValueError for a model without weights.
    """
    if not layers.is_built(model := as_one(model)):
        raise ValueError("a model without weights cannot be given any: call it once on a batch before")
    with Trace(trace_path(trace)) as torch:
        if not any(key[:2] == (0, "weights") for key in torch.keys):
            raise TraceError(f"{trace} has no weights of step 0: record it with audits that begin at 0")
        pairing = pair(RecordedModel.of(torch), _recorded(model), explicit_pairs(pairs or {}))
        begun = begun_with(torch, 0, pairing.weights)
    parameters = weights.named_parameters(model) | weights.named_buffers(model)
    begun |= {name: np.full(parameters[name].shape, value) for name, value in pairing.alone.tf.items()}
    for name, value in begun.items():
        parameters[name].assign(value)


def _recorded(model: keras.Model) -> RecordedModel:
    """A model before its first step: its layers are in order of definition."""
    return RecordedModel(weights.weight_groups(model), layers.named_kinds(model), [], [])
