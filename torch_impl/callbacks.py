"""Records what a trainer of a library does, from its callbacks: Lightning's, and that of Hugging Face's transformers.

Notice that several batches may make one step: its loss is the sum of theirs, of which each is divided by their number.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch_impl.recorder import Recorder


class _Steps:
    """The steps of a trainer, each of one batch or of several; the recorder is made when the training begins."""

    def __init__(self, path: Path | str, options: dict):
        self._path, self._options = path, options
        self._recorder: Recorder | None = None
        self._losses: list[Any] = []
        self._batches: list[Any] = []

    def begin(self, model: Any, optimizer: Any) -> None:
        self._recorder = Recorder(self._path, model, optimizer, **self._options)

    def batch(self, loss: Any, batch: Any) -> None:
        self._losses.append(loss.detach())
        self._batches.append(batch)

    def step(self) -> None:
        """The optimizer has moved the weights; a batch of several parts is shown by none of them."""
        if self._recorder is not None:
            self._recorder.step(sum(self._losses), self._batches[0] if len(self._batches) == 1 else None)
        self._losses, self._batches = [], []

    def end(self) -> None:
        if self._recorder is not None:
            self._recorder.close()


def lightning_callback(path: Path | str, **options: Any) -> Any:
    """A callback for Lightning's Trainer: `Trainer(callbacks=[lightning_callback("runs/torch")])`.

    `options` are Recorder's. A `training_step` must return its loss, or a dict that has it as "loss": ValueError else.
    """
    if "pytorch_lightning" in sys.modules:  # Lightning under its other name, whose Trainer takes its own callbacks only
        from pytorch_lightning import Callback
    else:
        from lightning.pytorch import Callback

    class RecorderCallback(Callback):
        def __init__(self):
            self._steps, self._made = _Steps(path, options), 0

        def on_train_start(self, trainer, pl_module):
            several = len(trainer.optimizers) > 1
            self._steps.begin(pl_module, trainer.optimizers if several else trainer.optimizers[0])
            self._made = trainer.global_step

        def on_train_batch_end(self, trainer, pl_module, outputs, batch, batch_idx):
            loss = outputs.get("loss") if isinstance(outputs, dict) else outputs
            if loss is None:
                raise ValueError("training_step returned no loss to record: return it, or {'loss': loss}")
            self._steps.batch(loss, batch)
            if trainer.global_step != self._made:
                self._made = trainer.global_step
                self._steps.step()

        def on_train_end(self, trainer, pl_module):
            self._steps.end()

    return RecorderCallback()


def record_trainer(trainer: Any, path: Path | str, **options: Any) -> None:
    """Record what `trainer.train()` of a Hugging Face Trainer does; `options` are Recorder's."""
    from transformers import TrainerCallback

    steps = _Steps(path, options)
    trainer.training_step = _watched(trainer.training_step, steps)

    class RecorderCallback(TrainerCallback):
        def on_train_begin(self, args, state, control, model=None, optimizer=None, **_):
            steps.begin(model, optimizer)

        def on_step_end(self, args, state, control, **_):
            steps.step()

        def on_train_end(self, args, state, control, **_):
            steps.end()

    trainer.add_callback(RecorderCallback())


def _watched(training_step: Callable, steps: _Steps) -> Callable:
    def watched(model, inputs, *arguments, **named):
        loss = training_step(model, inputs, *arguments, **named)
        steps.batch(loss, inputs)
        return loss

    return watched
