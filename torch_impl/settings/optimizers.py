"""The hyper-parameters of an optimizer, the framework's defaults filled in, in PyTorch's terms.

Notice what has one name and two meanings: where epsilon is added, how weights decay, what a momentum adds up.
"""

import gc

import torch

from torch_impl.settings.values import plain, simple

# Where each formula adds epsilon.
# differs: PyTorch adds Adam's epsilon to the bias-corrected root, Keras to the uncorrected one ("epsilon hat").
# differs: PyTorch adds RMSprop's and Adagrad's epsilon to the root, Keras to what the root is taken of.
# differs: PyTorch adds Adamax's epsilon to each gradient inside the maximum, Keras to the maximum.
EPSILON = {
    "Adam": "after the bias correction",
    "AdamW": "after the bias correction",
    "NAdam": "after the bias correction",
    "RMSprop": "outside the root",
    "Adagrad": "outside the root",
    "Adadelta": "inside the root",
    "Adamax": "inside the maximum",
}

# What changes no value, or is said elsewhere.
LEFT_OUT = {
    "params", "param_names", "foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay",
    "initial_lr", "base_momentum", "max_momentum", "max_lr", "min_lr",
}  # fmt: skip


def optimizer_settings(optimizer) -> list[tuple[str, str, dict]]:
    """Subject, kind and settings of an optimizer; a further subject for each further group of parameters."""
    # differs: PyTorch's parameter groups have hyper-parameters of their own, a Keras optimizer has one set.
    return [
        (f"optimizer group {index}" if index else "optimizer", kind_of(optimizer), group_settings(optimizer, group))
        for index, group in enumerate(optimizer.param_groups)
    ]


def kind_of(optimizer) -> str:
    """PyTorch's name of the optimizer; a user's own subclass goes by what it derives from."""
    names = [each.__name__ for each in type(optimizer).__mro__ if each.__module__.startswith("torch.optim.")]
    return names[0] if names and names[0] != "Optimizer" else type(optimizer).__name__


def group_settings(optimizer, group) -> dict:
    """The hyper-parameters of one group of parameters, and what their names do not say."""
    kind, settings = kind_of(optimizer), hyper_parameters(optimizer, group)
    settings |= {
        "schedule": schedule(optimizer),
        "weight_decay kind": decay_kind(kind, settings, bool(group.get("decoupled_weight_decay"))),
        "momentum sense": momentum_sense(kind, settings),
        "eps is added": epsilon_place(optimizer, kind),
    }
    # differs: PyTorch's loop clips gradients before the step, which is not seen from here; Keras' optimizer clips.
    # differs: PyTorch's averaging, loss scaling and accumulation stand in the loop, Keras' in the optimizer.
    return settings | {"clipping": "none", "use_ema": False, "loss scale": None, "gradient_accumulation_steps": None}


def hyper_parameters(optimizer, group) -> dict:
    """The numbers that the formula takes, by PyTorch's names."""
    # differs: PyTorch's NAdam has momentum_decay=0.004, Keras' 1 without saying so.
    settings = {name: value for name, value in group.items() if name not in LEFT_OUT}
    return settings | {"lr": plain(settings.get("lr")), "weight_decay": settings.get("weight_decay") or 0.0}


def as_used(optimizer, value):
    """A hyper-parameter as the formula uses it."""
    # differs: PyTorch's hyper-parameters stay Python's floats, Keras casts some of them through float32.
    return value


def schedule(optimizer) -> str | None:
    """The learning rate's schedule with its settings, if there is one."""
    # differs: PyTorch's scheduler refers to its optimizer, not the other way; a Keras schedule is the learning rate.
    if not any("initial_lr" in group for group in optimizer.param_groups):
        return None
    schedulers = (each for each in gc.get_objects() if issubclass(type(each), torch.optim.lr_scheduler.LRScheduler))
    found = next((each for each in schedulers if getattr(each, "optimizer", None) is optimizer), None)
    if found is None:
        return None
    values = {name: value for name, value in vars(found).items() if name[0] != "_" and simple(value)}
    inner = {"last_epoch", "verbose"}
    return f"{type(found).__name__}({', '.join(f'{k}={plain(v)}' for k, v in values.items() if k not in inner)})"


def decay_kind(kind, settings, decoupled) -> str | None:
    """How the weights decay; None where they do not, or where both kinds are the same (SGD without momentum)."""
    if not settings.get("weight_decay") or (kind == "SGD" and not settings.get("momentum")):
        return None
    # differs: PyTorch adds weight_decay to the gradient but in AdamW, Keras never does: there it is decoupled.
    return "decoupled" if decoupled or kind in ("AdamW", "Adafactor", "Muon") else "L2, into the gradient"


def momentum_sense(kind, settings) -> str | None:
    """Whether the momentum has the learning rate of each step in it."""
    # differs: PyTorch multiplies the momentum by the present rate, Keras each gradient by the rate of its own step.
    return "rate outside the buffer" if kind in ("SGD", "RMSprop") and settings.get("momentum") else None


def epsilon_place(optimizer, kind) -> str | None:
    """Where the formula adds epsilon; None where the formula is not known."""
    return EPSILON.get(kind) if stock(optimizer) else None


def stock(optimizer) -> bool:
    """Whether the update is the framework's own, so that its formula is known."""
    return type(optimizer).step.__module__.startswith("torch.")
