"""Records what Keras' `fit` does, from a callback: the loss of each step by itself.

Notice that the losses in Keras' own logs are means over the epoch so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

from tf_impl.fitted import refuse_another_model, refuse_another_optimizer
from tf_impl.keras_internals import steps_per_execution
from tf_impl.keras_versions import is_of_version_2
from tf_impl.weights.layers import wrap

if TYPE_CHECKING:
    from tf_impl.recorder import Recorder


def fit_callback(recorder: Recorder, model: Any, optimizer: Any, loss: str) -> FitCallback:
    """The callback for `fit` of the Keras that a model is of, with which the recorder was made."""
    if not is_of_version_2(model):
        return FitCallback(recorder, model, optimizer, loss)
    import tf_keras

    # differs: Keras 2 asks its callbacks which hooks they have; what this one does is the same.
    return type("FitCallback", (FitCallback, tf_keras.callbacks.Callback), {})(recorder, model, optimizer, loss)


class FitCallback(keras.callbacks.Callback):
    """Records every step of `fit`, and the loss of the validation data after each epoch.

    `loss` is the name, among what a train_step of the user's own returns, of the loss to record. The step's own loss is
    that of `compute_loss`; where a train_step does not call it, what it gives to the metric of that name; and where
    there is no such metric, what it returns.
    """

    def __init__(self, recorder: Recorder, model: Any, optimizer: Any, loss: str = "loss"):
        super().__init__()
        self._recorder, self._name = recorder, loss
        self._recorded_model, self._recorded_optimizer = model, optimizer
        self._value = tf.Variable(float("nan"), dtype=tf.float64, trainable=False, name="loss_of_the_step")
        self._dtype: Any = tf.float64
        self._in_step = self._is_known = False
        self._batch: Mapping[str, Any] | tuple | None = None
        self._undo: list[Callable[[], None]] = []

    def set_model(self, model: keras.Model) -> None:
        """Called before Keras makes the function that it trains with. Raises ValueError where steps cannot be seen, or
        the recorder is of another model or optimizer.
        """
        super().set_model(model)
        self._unwrap()
        refuse_another_model(self._recorded_model, model)
        refuse_another_optimizer(self._recorded_optimizer, model)
        if (steps := steps_per_execution(model)) != 1:
            raise ValueError(f"compile(steps_per_execution={steps}) hides the steps between: give 1 to record them")
        if tf.distribute.has_strategy() or model.distribute_strategy.num_replicas_in_sync > 1:
            raise ValueError("fit under a distribution strategy has a loss for each replica: record a loop of your own")
        self._undo = [
            wrap(model, "train_step", self._watch_step(model.train_step)),
            wrap(model, "compute_loss", self._watch_loss(model.compute_loss)),
            *(
                wrap(each, "update_state", self._watch_metric(each))
                for each in model.metrics
                if each.name == self._name
            ),
            lambda: setattr(model, "train_function", None),
        ]
        model.train_function = None  # one that was made before is made anew

    def on_train_batch_end(self, batch: int, logs: Mapping | None = None) -> None:
        """Record the step."""
        self._recorder.step(tf.cast(self._value, self._dtype), self._batch)
        self._batch = None

    def on_epoch_end(self, epoch: int, logs: Mapping | None = None) -> None:
        """Record the loss of the validation data, where there are some."""
        if (evaluated := (logs or {}).get(f"val_{self._name}")) is not None:
            self._recorder.evaluation(lambda: evaluated)

    def on_train_end(self, logs: Mapping | None = None) -> None:
        """Leave nothing behind at the model."""
        self._unwrap()

    def _unwrap(self) -> None:
        while self._undo:
            self._undo.pop()()

    def _watch_step(self, train_step: Callable) -> Callable:
        def watched(data: Any) -> dict:
            self._in_step, self._is_known = True, False
            try:
                logs = train_step(data)
            finally:
                self._in_step = False
            if not self._is_known:
                if self._name not in logs:
                    raise ValueError(
                        f"train_step returns no {self._name!r} to record, but {', '.join(logs)}: "
                        "give one of them, recorder.callback(loss=...)"
                    )
                self._keep(logs[self._name])
            if tf.executing_eagerly():
                self._batch = _named(data)
            return logs

        return watched

    def _watch_loss(self, compute_loss: Callable) -> Callable:
        def watched(*arguments: Any, **options: Any) -> Any:
            loss = compute_loss(*arguments, **options)
            if self._name == "loss":
                self._keep_first(loss)
            return loss

        return watched

    def _watch_metric(self, metric: keras.Metric) -> Callable:
        update = metric.update_state

        def watched(values: Any, *arguments: Any, **options: Any) -> Any:
            self._keep_first(tf.reduce_mean(values))
            return update(values, *arguments, **options)

        return watched

    def _keep_first(self, loss: Any) -> None:
        if self._in_step and not self._is_known:
            self._keep(loss)

    def _keep(self, loss: Any) -> None:
        """In a graph as in an eager step: the variable holds the loss of the last step."""
        loss = tf.convert_to_tensor(loss)
        self._value.assign(tf.cast(loss, tf.float64))
        self._dtype, self._is_known = loss.dtype, True


def _named(data: Any) -> Mapping[str, Any] | tuple:
    """A batch, as a loop of one's own would give it."""
    inputs, *others = (each for each in keras.utils.unpack_x_y_sample_weight(data) if each is not None)
    others = [array for each in others for array in tf.nest.flatten(each)]
    if not isinstance(inputs, Mapping):
        return (*(inputs if isinstance(inputs, (tuple, list)) else [inputs]), *others)
    return {**inputs, **{str(place): each for place, each in enumerate(others, 1)}}
