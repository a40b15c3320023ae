"""The hyper-parameters of an optimizer, the framework's defaults filled in, in PyTorch's terms.

Notice what has one name and two meanings: where epsilon is added, how weights decay, what a momentum adds up. What is
part of PyTorch's loop cannot be read here: clipping, averaging, loss scaling, accumulation.
"""

import gc

import torch

from compare.traces.settings.optimizers import EPSILON_OF_PYTORCH, decay_kind
from compare.traces.settings.values import NO_RULE, attempt, plain, readable, simple

ALWAYS_DECOUPLED = ("AdamW", "Adafactor", "Muon", "Lion")

# Options that change no value, or have a setting of their own.
LEFT_OUT = {
    "params", "param_names", "foreach", "fused", "capturable", "differentiable", "decoupled_weight_decay",
    "initial_lr", "base_momentum", "max_momentum", "max_lr", "min_lr",
}  # fmt: skip


def optimizer_settings(optimizer) -> list[tuple[str, dict]]:
    """Kind and settings of each group of parameters."""
    return [(kind_of(optimizer), group_settings(optimizer, group)) for group in optimizer.param_groups]


def kind_of(optimizer) -> str:
    """PyTorch's name of the optimizer; for a user's subclass, that of its base class."""
    return known_kind(optimizer) or type(optimizer).__name__


def known_kind(optimizer) -> str:
    """The class of PyTorch's own that an optimizer is, or is derived from; empty where there is none."""
    names = [each.__name__ for each in type(optimizer).__mro__ if each.__module__.startswith("torch.optim.")]
    return names[0] if names and names[0] != "Optimizer" else ""


def group_settings(optimizer, group) -> dict:
    """The hyper-parameters of one group of parameters, and what their names leave open."""
    kind, settings = kind_of(optimizer), hyper_parameters(group)
    settings |= {} if known_kind(optimizer) else {NO_RULE: True}
    decoupled = kind in ALWAYS_DECOUPLED or bool(group.get("decoupled_weight_decay"))
    settings |= readable(
        {
            "schedule": lambda: schedule(optimizer),
            "weight_decay kind": lambda: decay_kind(kind, settings, decoupled),
            "momentum sense": lambda: momentum_sense(kind, settings),
            "eps is added": lambda: epsilon_place(optimizer, kind),
        }
    )
    return settings | {"clipping": "none", "use_ema": False, "loss scale": None, "gradient_accumulation_steps": None}


def hyper_parameters(group) -> dict:
    """The numbers in the formula, by PyTorch's names."""
    settings = {name: value for name, value in group.items() if name not in LEFT_OUT}
    return settings | {"lr": plain(settings.get("lr")), "weight_decay": settings.get("weight_decay") or 0.0}


def schedule(optimizer) -> str | None:
    """The learning rate's schedule with its settings, if there is one."""
    if not any("initial_lr" in group for group in optimizer.param_groups):
        return None
    schedulers = [each for each in gc.get_objects() if issubclass(type(each), torch.optim.lr_scheduler.LRScheduler)]
    own = [each for each in schedulers if getattr(each, "optimizer", None) is optimizer]
    inside = [part for each in own for part in getattr(each, "_schedulers", ())]
    outermost = next((each for each in own if all(each is not part for part in inside)), None)
    return None if outermost is None else attempt(lambda: in_words(outermost), type(outermost).__name__)


def in_words(scheduler) -> str:
    """A schedule with its settings, except the first rate, which is a setting of the optimizer."""
    values = {name: value for name, value in vars(scheduler).items() if name[0] != "_" and simple(value)}
    if hasattr(scheduler, "milestones"):
        values["milestones"] = sorted(scheduler.milestones.elements())
    if isinstance(scheduler, torch.optim.lr_scheduler.CyclicLR):
        values = {name: values[name] for name in ("total_size", "step_ratio", "mode", "gamma")}
        values["max_lr"] = scheduler.max_lrs[0]
    if isinstance(scheduler, torch.optim.lr_scheduler.OneCycleLR):
        phases, group = scheduler._schedule_phases, scheduler.optimizer.param_groups[0]
        values = {
            "values": [group[phase["start_lr"]] for phase in phases] + [group[phases[-1]["end_lr"]]],
            "ends": [phase["end_step"] for phase in phases],
            "anneal_strategy": scheduler._anneal_func_type,
        }
    inner = {"last_epoch", "verbose", "base_lrs", "T_cur", "T_i"}
    words = [f"{name}={plain(value)}" for name, value in sorted(values.items()) if name not in inner]
    if hasattr(scheduler, "_schedulers"):
        words = [in_words(each) for each in scheduler._schedulers]
        words += [f"milestones={plain(scheduler._milestones)}"] if hasattr(scheduler, "_milestones") else []
    return f"{type(scheduler).__name__}({', '.join(words)})"


def momentum_sense(kind, settings) -> str | None:
    """Where the learning rate enters: not into the momentum buffer; None where there is no momentum."""
    return "rate outside the buffer" if kind in ("SGD", "RMSprop") and settings.get("momentum") else None


def epsilon_place(optimizer, kind) -> str | None:
    """Where the formula adds epsilon; None where that is not known."""
    return EPSILON_OF_PYTORCH.get(kind) if stock(optimizer) else None


def stock(optimizer) -> bool:
    """Whether the update is the framework's own, so that its formula is known."""
    return type(optimizer).step.__module__.startswith("torch.")
