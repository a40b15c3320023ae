"""Which subject (an optimizer, a layer, a loss) of one side corresponds to which of the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from compare.traces.header import Setting
from compare.traces.settings.values import UNREADABLE

# Kinds that share a formula and differ in a setting, which has a row of its own.
SAME_FORMULA = {
    "AdamW": "Adam",
    "BCEWithLogitsLoss": "BCELoss",
    "NLLLoss": "CrossEntropyLoss",
    "EmbeddingBag": "Embedding",
    **{f"{kind}Cell": kind for kind in ("RNN", "LSTM", "GRU")},
    **{f"SeparableConv{rank}d": f"Conv{rank}d" for rank in (1, 2)},
}

# What a convolution has and a dense layer has not.
OF_WINDOWS = ("kernel_size", "stride", "dilation", "groups", "padding", "padding_mode")


class SubjectSettings(NamedTuple):
    """All settings of one subject of one side, by name."""

    subject: str
    kind: str
    settings: dict[str, Any]
    unreadable: frozenset[str] = frozenset()


SubjectPair = tuple[SubjectSettings, SubjectSettings]  # torch, tf


def by_subject(entries: Iterable[Setting]) -> dict[str, SubjectSettings]:
    """The settings of one side by subject, in its order."""
    found: dict[str, SubjectSettings] = {}
    for entry in entries:
        subject = found.setdefault(entry.subject, SubjectSettings(entry.subject, entry.kind, {}))
        if entry.value == UNREADABLE:
            found[entry.subject] = subject._replace(unreadable=subject.unreadable | {entry.setting})
        elif entry.setting != "kind":
            subject.settings[entry.setting] = entry.value
    return found


def paired_subjects(
    torch: Mapping[str, SubjectSettings], tf: Mapping[str, SubjectSettings], layer_pairs: Mapping[str, str]
) -> Iterator[SubjectPair]:
    """The subjects that correspond; `layer_pairs` maps a layer of tf to its layer of torch.

    Where only one side has further groups of parameters, each is compared with the other's only group.
    """
    for subject in dict.fromkeys([*torch, *tf]):
        if subject.startswith("optimizer") and "optimizer" in torch and "optimizer" in tf:
            left, right = torch.get(subject, torch["optimizer"]), tf.get(subject, tf["optimizer"])
            yield left._replace(subject=subject), right
    for path, left in torch.items():
        partners = [tf[name] for name in layer_pairs if layer_pairs[name] == path and name in tf]
        yield from ((_as_linear(left, right), _as_linear(right, left)) for right in partners)
    for subject in ("model", "precision"):
        if subject in torch and subject in tf:
            yield torch[subject], tf[subject]
    yield from _paired_losses(*([each for each in side.values() if _is_loss(each.subject)] for side in (torch, tf)))


def _as_linear(layer: SubjectSettings, other: SubjectSettings) -> SubjectSettings:
    """A convolution beside a dense layer; as one, where its windows are single positions, which come one by one."""
    rank, windows = layer.kind.removeprefix("Conv"), [layer.settings.get(name) for name in OF_WINDOWS]
    pointwise = [[1] * len(each) if isinstance(each, list) else 1 for each in windows[:2]]
    is_one = other.kind == "Linear" and rank in ("1d", "2d", "3d") and windows[:2] == pointwise
    if not is_one or windows[3] != 1 or any(_flat(windows[4])):
        return layer
    kept = {name: value for name, value in layer.settings.items() if name not in OF_WINDOWS}
    return layer._replace(kind="Linear", settings=kept)


def _flat(value: Any) -> list:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _is_loss(subject: str) -> bool:
    return subject == "loss" or (subject.startswith("loss ") and subject[5:].isdigit())


def _paired_losses(torch: Sequence[SubjectSettings], tf: Sequence[SubjectSettings]) -> Iterator[SubjectPair]:
    """Losses by their kind; the rest in order, if both sides have the same number."""
    other_torch, other_tf = list(torch), list(tf)
    for left in torch:
        right = next((each for each in other_tf if same_formula(left, each)), None)
        if right is not None:
            other_torch.remove(left)
            other_tf.remove(right)
            yield left, right
    if len(other_torch) == len(other_tf):
        yield from zip(other_torch, other_tf, strict=True)


def same_formula(torch: SubjectSettings, tf: SubjectSettings) -> bool:
    """Whether the kinds of two subjects have the same formula."""
    return SAME_FORMULA.get(torch.kind, torch.kind) == SAME_FORMULA.get(tf.kind, tf.kind)


def with_paired_activation(torch: Mapping[str, SubjectSettings], layer_pairs: Mapping[str, str]) -> set[str]:
    """The layers whose activation is a paired layer, which has rows of its own."""
    return {
        layer.subject
        for layer, following in pairwise(torch.values())
        if following.subject in layer_pairs.values()
        and str(layer.settings.get("activation")).partition("(")[0] == following.kind
    }


def dropped_elsewhere(
    stack: SubjectSettings, tf: Mapping[str, SubjectSettings], layer_pairs: Mapping[str, str]
) -> set[str]:
    """The rates of a stack that Keras writes elsewhere: PyTorch's dropout between its layers is the input dropout of
    each layer after the first, or a dropout layer between each two.
    """
    parts = [tf[name] for name, path in layer_pairs.items() if path == stack.subject and name in tf]
    first, *later = [part.settings.get("input dropout") or 0 for part in parts]
    rate = stack.settings.get("dropout between layers") or 0
    between = [
        each.settings.get("p") for name, each in tf.items() if each.kind == "Dropout" and name not in layer_pairs
    ]
    if not rate or first:
        return set()
    as_inputs = all(each == rate for each in later)
    as_layers = not any(later) and between.count(rate) >= len(later)
    return {"dropout between layers", "input dropout"} if as_inputs or as_layers else set()
