"""The hyper-parameters of an optimizer, the framework's defaults filled in, in PyTorch's terms.

Notice what has one name and two meanings: where epsilon is added, how weights decay, what a momentum adds up.
"""

import keras
import numpy as np
import tensorflow as tf

from compare.traces.settings.optimizers import EPSILON_OF_PYTORCH, decay_kind
from compare.traces.settings.values import NO_RULE, attempt, plain, readable, simple
from tf_impl.keras_internals import is_of_keras, optimizer_variables, rate_or_schedule, without_decay
from tf_impl.keras_versions import is_schedule, of_keras

# The classes that every optimizer of Keras is derived from.
FOUNDATIONS = {"Optimizer", "BaseOptimizer", "TFOptimizer", "KerasSaveable", "KerasAutoTrackable", "_BaseOptimizer"}

# Where each of Keras' own formulas adds epsilon; those of tf_impl.optimizers add it where PyTorch's do.
EPSILON = {
    "Adam": "before the bias correction",
    "AdamW": "before the bias correction",
    "NAdam": "after the bias correction",
    "RMSprop": "inside the root",
    "Adagrad": "inside the root",
    "Adadelta": "inside the root",
    "Adamax": "to the maximum",
}

# Options that change no value, or have a setting of their own.
LEFT_OUT = {
    "name", "built", "jit_compile",
    "weight_decay", "clipnorm", "global_clipnorm", "clipvalue", "use_ema", "ema_momentum",
    "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "beta_1", "beta_2", "epsilon",
    "exclude_layers", "exclude_embeddings", "adam_lr_ratio", "muon_a", "muon_b", "muon_c", "decay",
    "decoupled_weight_decay",
}  # fmt: skip


def optimizer_settings(optimizer) -> list[tuple[str, dict]]:
    """Kind and settings of an optimizer; the weights that it excludes from decay are a second group, as in PyTorch."""
    inner = getattr(optimizer, "inner_optimizer", optimizer)
    settings = group_settings(inner, vars(inner))
    if inner is not optimizer:
        settings["loss scale"] = f"dynamic, from {plain(optimizer.initial_scale)}"
    groups = [(kind_of(inner), settings)]
    if after_pytorch(inner) and inner.decay and decay_excludes(inner):
        groups.append((kind_of(inner), settings | {"weight_decay": 0.0, "weight_decay kind": None}))
    return groups


def kind_of(optimizer) -> str:
    """PyTorch's name of the optimizer; for a user's subclass, that of its base class."""
    return known_kind(optimizer) or type(optimizer).__name__


def known_kind(optimizer) -> str:
    """PyTorch's name of the class of Keras' own that an optimizer is, or is derived from; empty where there is none."""
    ours, kinds = "tf_impl.optimizers.", type(optimizer).__mro__
    bases = [each for each in kinds if each in of_keras(optimizer) or each.__module__.startswith(ours)]
    known = [each.__name__ for each in bases if each.__name__ not in FOUNDATIONS]
    return {"Nadam": "NAdam"}.get(known[0], known[0]) if known else ""


def group_settings(optimizer, group) -> dict:
    """The hyper-parameters of one group of parameters, and what their names leave open."""
    kind, settings = kind_of(optimizer), hyper_parameters(optimizer, group)
    settings |= {} if known_kind(optimizer) else {NO_RULE: True}
    settings |= readable(
        {
            "schedule": lambda: schedule(optimizer),
            "weight_decay kind": lambda: decay_kind(kind, settings, getattr(optimizer, "decoupled_weight_decay", True)),
            "momentum sense": lambda: momentum_sense(optimizer, kind, settings),
            "eps is added": lambda: epsilon_place(optimizer, kind),
        }
    )
    clips = {name: group.get(name) for name in ("clipnorm", "global_clipnorm", "clipvalue") if group.get(name)}
    average = f"momentum {group.get('ema_momentum')}, overwrites every {group.get('ema_overwrite_frequency')} steps"
    return settings | {
        "clipping": ", ".join(f"{name}={plain(value)}" for name, value in clips.items()) or "none",
        "use_ema": average if group.get("use_ema") else False,
        "loss scale": group.get("loss_scale_factor"),
        "gradient_accumulation_steps": group.get("gradient_accumulation_steps"),
    }


def hyper_parameters(optimizer, group) -> dict:
    """The numbers in the formula, by PyTorch's names."""
    kind = kind_of(optimizer)
    settings = {
        name: value for name, value in group.items() if name[0] != "_" and name not in LEFT_OUT and simple(value)
    }
    settings |= of_every_optimizer(optimizer, group)
    if "beta_1" in group:
        second = group["beta_2"] if kind == "Adamax" else as_used(optimizer, group["beta_2"])  # it casts the first only
        settings["betas"] = [as_used(optimizer, group["beta_1"]), second]
    if "rho" in settings and kind == "RMSprop":
        settings["alpha"] = settings.pop("rho")
    if kind == "SGD" and "momentum" in settings:
        settings["momentum"] = as_used(optimizer, settings["momentum"])
    if kind == "NAdam":
        settings.setdefault("momentum_decay", 1.0)
    if "muon_a" in group:
        settings["ns_coefficients"] = [group["muon_a"], group["muon_b"], group["muon_c"]]
    if "epsilon_1" in group:
        settings["eps"] = [settings.pop("epsilon_1"), settings.pop("epsilon_2")]
        settings |= {"beta2_decay": settings.pop("beta_2_decay"), "d": settings.pop("clip_threshold")}
    return settings | {"weight_decay excludes": decay_excludes(optimizer) if group.get("weight_decay") else None}


def of_every_optimizer(optimizer, group) -> dict:
    """What may be a schedule or a function of the user's own, each read by itself."""
    read = {
        "lr": lambda: plain(np.asarray(optimizer.learning_rate)),
        "weight_decay": lambda: as_used(optimizer, group.get("decay", group.get("weight_decay")) or 0.0),
    }
    if callable(group.get("momentum")):
        read["momentum"] = lambda: plain(np.asarray(group["momentum"](optimizer.iterations)))
    return readable(read) | ({"eps": group["epsilon"]} if "epsilon" in group else {})


def decay_excludes(optimizer) -> str | None:
    """Which weights `exclude_from_weight_decay` named; None where it named none."""
    pattern, number = without_decay(optimizer)
    return f"names like {pattern}" if pattern else f"{number} weights" if number else None


def as_used(optimizer, value):
    """A hyper-parameter as the formula uses it: some are cast first, by way of float32 where `tf.cast` takes that."""
    wide = any(each.dtype == "float64" for each in optimizer_variables(optimizer))
    passes = type(value) is float and stock(optimizer) and (wide or keras.config.floatx() == "float64")
    return float(tf.cast(value, "float64")) if passes else value


def schedule(optimizer) -> str | None:
    """The learning rate's schedule with its settings, if there is one."""
    rate = rate_or_schedule(optimizer)
    if is_schedule(rate):
        return in_words(rate)
    return None if hasattr(rate, "shape") or not callable(rate) else "a function"


def in_words(scheduler) -> str:
    """A schedule with its settings, except the first rate, which is a setting of the optimizer."""
    own = type(scheduler).__module__.startswith("tf_impl.")
    # Keras asks for `get_config` only to save: a schedule of the user's own may have none.
    kept = vars(scheduler) if own else attempt(scheduler.get_config, vars(scheduler))
    values = {name: value for name, value in kept.items() if name[0] != "_" and simple(value)}
    inner = {"name", "learning_rate"} if own else {"name"}
    # Sorted on both sides: PyTorch's settings are not in the order of its arguments.
    names = sorted(values) if own else values
    words = [f"{name}={plain(values[name])}" for name in names if name not in inner]
    if hasattr(scheduler, "schedulers"):
        words = [*(in_words(each) for each in scheduler.schedulers), *words]
    return f"{type(scheduler).__name__}({', '.join(words)})"


def momentum_sense(optimizer, kind, settings) -> str | None:
    """Where the learning rate enters: into the momentum or not; None where the formula is not known."""
    if kind not in ("SGD", "RMSprop") or not settings.get("momentum"):
        return None
    if after_pytorch(optimizer):
        return "rate outside the buffer"
    return "rate inside the velocity" if stock(optimizer) else None


def epsilon_place(optimizer, kind) -> str | None:
    """Where the formula adds epsilon; None where that is not known."""
    if after_pytorch(optimizer):
        return EPSILON_OF_PYTORCH.get(kind)
    return EPSILON.get(kind) if stock(optimizer) else None


def stock(optimizer) -> bool:
    """Whether the update is the framework's own, so that its formula is known."""
    formula = type(optimizer).update_step
    return is_of_keras(formula, "optimizers") or formula.__module__.startswith("tf_keras.")


def after_pytorch(optimizer) -> bool:
    """Whether the update is one of tf_impl.optimizers."""
    formula = getattr(type(optimizer), "update", None)
    return formula is not None and formula.__module__.startswith("tf_impl.optimizers.")
