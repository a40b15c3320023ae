"""The losses of a training as loggers and scripts write them: `FORMATS` has a function for each.

A format gets the losses of all steps, and how many an epoch has.
"""

import json
from collections.abc import Callable

import numpy as np

Write = Callable[[np.ndarray, int], str]


def epochs_of(losses, steps_per_epoch: int) -> np.ndarray:
    """The mean of each epoch, as Keras' fit shows it at the end."""
    return np.array([part.mean() for part in np.split(losses, range(steps_per_epoch, len(losses), steps_per_epoch))])


def means_of(losses, count: int) -> np.ndarray:
    return np.array([losses[i : i + count].mean() for i in range(0, len(losses) - count + 1, count)])


def running_means(losses, steps_per_epoch: int) -> np.ndarray:
    """The mean since the epoch's beginning, as Keras gives it to callbacks after each batch."""
    parts = np.split(losses, range(steps_per_epoch, len(losses), steps_per_epoch))
    return np.concatenate([np.cumsum(part) / np.arange(1, len(part) + 1) for part in parts])


def smoothed(losses, weight: float = 0.6, debiased: bool = True) -> np.ndarray:
    """As TensorBoard smooths a curve (debiased), or as a script does that begins with the first loss."""
    last, curve = (0.0 if debiased else losses[0]), []
    for count, loss in enumerate(losses, 1):
        last = weight * last + (1 - weight) * loss
        curve.append(last / (1 - weight**count) if debiased else last)
    return np.array(curve)


def table(header: str, rows) -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def keras_csv(losses, per_epoch):
    means = epochs_of(losses, per_epoch)
    return table("epoch,accuracy,loss,val_loss", ((i, 0.5, float(m), float(m) * 1.1) for i, m in enumerate(means)))


def keras_history(losses, per_epoch):
    means = [float(mean) for mean in epochs_of(losses, per_epoch)]
    return json.dumps({"loss": means, "val_loss": [1.1 * mean for mean in means]})


def keras_bars(losses, per_epoch):
    means, lines = epochs_of(losses, per_epoch), []
    for epoch, mean in enumerate(means, 1):
        lines += [f"Epoch {epoch}/{len(means)}", f"{per_epoch}/{per_epoch} - 1s - 5ms/step - loss: {mean:.4f}"]
    return "\n".join(lines) + "\n"


def tensorboard(losses, per_epoch, start=0, every=1, form="{:.9g}"):
    steps = range(0, len(losses), every)
    rows = ((1.7e9 + i, i + start, form.format(losses[i])) for i in steps)
    return table("Wall time,Step,Value", rows)


def lightning(losses, per_epoch):
    rows = []
    for epoch, mean in enumerate(epochs_of(losses, per_epoch)):
        steps = range(epoch * per_epoch, min((epoch + 1) * per_epoch, len(losses)))
        rows += [(epoch, step, "", f"{losses[step]:.9g}", "") for step in steps]
        rows.append((epoch, steps[-1], f"{mean:.9g}", "", f"{1.1 * mean:.9g}"))
    return table("epoch,step,train_loss_epoch,train_loss_step,val_loss", rows)


def wandb(losses, per_epoch):
    rows = ((f'"{i}"', *[f'"{loss:.9g}"'] * 3) for i, loss in enumerate(losses))
    return table('"Step","run-1 - train/loss","run-1 - train/loss__MIN","run-1 - train/loss__MAX"', rows)


def transformers(losses, per_epoch):
    means = means_of(losses, 10)
    history = [
        {"epoch": round(10 * i / per_epoch, 2), "loss": round(float(mean), 4), "step": 10 * i}
        for i, mean in enumerate(means, 1)
    ]
    return json.dumps({"log_history": [*history, {"train_loss": float(losses.mean()), "step": len(losses)}]})


def text_steps(losses, per_epoch):
    return "".join(f"step {i} loss {loss:.6f}\n" for i, loss in enumerate(losses))


def text_epochs(losses, per_epoch):
    return "".join(f"epoch {i} loss {mean:.3f}\n" for i, mean in enumerate(epochs_of(losses, per_epoch)))


def tqdm(losses, per_epoch):
    lines = []
    for step, loss in enumerate(losses):
        epoch, within = divmod(step, per_epoch)
        count = f"{within + 1}/{per_epoch} [00:01<00:01, 45.00it/s, loss={loss:.3g}]"
        lines.append(f"Epoch {epoch}: {100 * (within + 1) // per_epoch}%|###| {count}")
    return "\r".join(lines) + "\n"


# The name of a format, the suffix of its file, and what writes it.
FORMATS: dict[str, tuple[str, Write]] = {
    "keras_csv": ("csv", keras_csv),
    "keras_history": ("json", keras_history),
    "keras_bars": ("txt", keras_bars),
    "tensorboard": ("csv", tensorboard),
    "lightning": ("csv", lightning),
    "wandb": ("csv", wandb),
    "transformers": ("json", transformers),
    "text_steps": ("txt", text_steps),
    "text_epochs": ("txt", text_epochs),
    "tqdm": ("txt", tqdm),
}
EPOCHS = ("keras_csv", "keras_history", "keras_bars", "text_epochs")  # one line for each epoch


def by_steps(curve, steps) -> str:
    return table("step,loss", ((step, f"{loss:.9g}") for step, loss in zip(steps, curve, strict=True)))


# What is the same training, logged otherwise on the right side.
OTHERWISE: dict[str, Write] = {
    "running means": lambda curve, per_epoch: by_steps(running_means(curve, per_epoch), range(len(curve))),
    "smoothed": lambda curve, per_epoch: tensorboard(smoothed(curve), per_epoch),
    "means of ten": lambda curve, per_epoch: by_steps(means_of(curve, 10), range(10, len(curve) + 1, 10)),
    "means of epochs": keras_csv,
    "begins at 1": lambda curve, per_epoch: tensorboard(curve, per_epoch, start=1),
    "every tenth": lambda curve, per_epoch: tensorboard(curve, per_epoch, every=10),
    "four digits": lambda curve, per_epoch: tensorboard(curve, per_epoch, form="{:.4g}"),
}
