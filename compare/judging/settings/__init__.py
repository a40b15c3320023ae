"""The settings of both sides, side by side: what is unlike before anything runs.

Each side describes itself in PyTorch's terms, so what means the same is equal as a value. What only one side can say
of itself (an activation behind a layer, a formula of a user's own) is judged only where both say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from compare.judging.settings.notes import note
from compare.judging.settings.values import DIFFERS, EQUAL, ROUNDED, compare_values, is_neutral, to_text
from compare.traces.header import Setting

TORCH_ONLY, TF_ONLY = "torch only", "tf only"
INITIAL = "initial values"  # the subject of rows that say how each side draws its own

columns = ("subject", "kind", "setting", "torch", "tf", "verdict", "note")

# Kinds that are one formula with another setting, which has a row of its own.
SAME_FORMULA = {
    "AdamW": "Adam",
    "BCEWithLogitsLoss": "BCELoss",
    "EmbeddingBag": "Embedding",
    **{f"{kind}Cell": kind for kind in ("RNN", "LSTM", "GRU")},
    **{f"SeparableConv{rank}d": f"Conv{rank}d" for rank in (1, 2)},
}

# A side that is silent, or says None, does not know; it says nothing against the other.
ONLY_WHERE_BOTH_KNOW = {
    "activation", "dim", "eps is added", "momentum sense", "weight_decay kind", "running variance",
}  # fmt: skip

# One stacked layer of PyTorch's may be several of Keras': each then has these for itself.
OF_THE_STACK = {"num_layers", "bidirectional", "reversed", "merge of directions"}


@dataclass(frozen=True)
class SettingRow:
    """A setting on both sides. `subject` is "optimizer", "model", "loss", "precision" or the torch side's layer."""

    subject: str
    kind: str
    setting: str
    torch: Any
    tf: Any
    verdict: str
    note: str


class Described(NamedTuple):
    """One subject of one side."""

    subject: str
    kind: str
    settings: dict[str, Any]


def judge(torch: Iterable[Setting], tf: Iterable[Setting], layer_pairs: Mapping[str, str]) -> list[SettingRow]:
    """Every setting of every subject that both sides have; `layer_pairs` maps a layer of tf to its layer of torch."""
    torch_subjects, tf_subjects = by_subject(torch), by_subject(tf)
    paired_activations = activations_with_a_pair(torch_subjects, layer_pairs)
    stacked = {path for path in layer_pairs.values() if list(layer_pairs.values()).count(path) > 1}
    rows: dict[tuple, SettingRow] = {}
    for left, right in pairs(torch_subjects, tf_subjects, layer_pairs):
        skipped = {"activation"} if left.subject in paired_activations else set()
        skipped |= OF_THE_STACK if left.subject in stacked else set()
        for row in compare(left, right):
            if row.setting not in skipped:
                rows.setdefault((row.subject, row.setting, repr(row.tf)), row)
    return list(rows.values())


def differences(rows: Iterable[SettingRow]) -> list[SettingRow]:
    """The rows that are not equal; those that are only rounded to float32 come last."""
    return sorted((row for row in rows if row.verdict != EQUAL), key=lambda row: row.verdict == ROUNDED)


def to_row(row: SettingRow) -> dict[str, str]:
    """A row of settings.csv: a side that does not have the setting is empty."""
    return {
        "subject": row.subject,
        "kind": row.kind,
        "setting": row.setting,
        "torch": "" if row.verdict == TF_ONLY else to_text(row.torch),
        "tf": "" if row.verdict == TORCH_ONLY else to_text(row.tf),
        "verdict": row.verdict,
        "note": row.note,
    }


def by_subject(entries: Iterable[Setting]) -> dict[str, Described]:
    """What a side says, by subject, in its order."""
    found: dict[str, Described] = {}
    for entry in entries:
        described = found.setdefault(entry.subject, Described(entry.subject, entry.kind, {}))
        if entry.setting != "kind":
            described.settings[entry.setting] = entry.value
    return found


def activations_with_a_pair(torch: Mapping[str, Described], layer_pairs: Mapping[str, str]) -> set[str]:
    """The layers whose activation is a layer of its own, and paired: it has rows of its own."""
    return {
        left.subject
        for left, behind in zip(torch.values(), list(torch.values())[1:], strict=False)
        if behind.subject in layer_pairs.values()
        and str(left.settings.get("activation")).partition("(")[0] == behind.kind
    }


def pairs(
    torch: Mapping[str, Described], tf: Mapping[str, Described], layer_pairs: Mapping[str, str]
) -> Iterator[tuple[Described, Described]]:
    """The subjects that go together. A further group of parameters of one side is held against the other's only one."""
    for subject in dict.fromkeys([*torch, *tf]):
        if subject.startswith("optimizer") and "optimizer" in torch and "optimizer" in tf:
            left, right = torch.get(subject, torch["optimizer"]), tf.get(subject, tf["optimizer"])
            yield left._replace(subject=subject), right
    back = {path: [name for name in layer_pairs if layer_pairs[name] == path] for path in layer_pairs.values()}
    for path, left in torch.items():
        yield from ((left, tf[name]) for name in back.get(path, ()) if name in tf)
    for name in ("model", "precision"):
        if name in torch and name in tf:
            yield torch[name], tf[name]
    yield from pair_losses(*([each for name, each in side.items() if is_loss(name)] for side in (torch, tf)))


def is_loss(subject: str) -> bool:
    return subject == "loss" or (subject.startswith("loss ") and subject[5:].isdigit())


def pair_losses(torch: Sequence[Described], tf: Sequence[Described]) -> Iterator[tuple[Described, Described]]:
    """Losses by their kind; what is left, in order, if it is as many."""
    left, right = list(torch), list(tf)
    for each in torch:
        same = next((other for other in right if formula(other.kind) == formula(each.kind)), None)
        if same is not None:
            left.remove(each)
            right.remove(same)
            yield each, same
    if len(left) == len(right):
        yield from zip(left, right, strict=True)


def formula(kind: str) -> str:
    return SAME_FORMULA.get(kind, kind)


def compare(torch: Described, tf: Described) -> Iterator[SettingRow]:
    """The rows of one subject; of two different kinds only what both have."""
    alike = torch.subject == "model" or formula(torch.kind) == formula(tf.kind)
    if not alike:
        what = note("", "kind")
        yield SettingRow(torch.subject, torch.kind, "kind", torch.kind, tf.kind, DIFFERS, what)
    for setting in dict.fromkeys([*torch.settings, *tf.settings]):
        verdict = verdict_of(setting, torch.settings, tf.settings)
        if verdict is None or (not alike and verdict in (TORCH_ONLY, TF_ONLY)):
            continue
        values = torch.settings.get(setting), tf.settings.get(setting)
        what = "" if verdict == EQUAL else note(torch.kind, setting, rounded=verdict == ROUNDED)
        yield SettingRow(torch.subject, torch.kind, setting, *values, verdict, what)


def verdict_of(setting: str, torch: Mapping[str, Any], tf: Mapping[str, Any]) -> str | None:
    """How a setting compares; None where there is nothing to say."""
    if setting in torch and setting in tf:
        left, right = torch[setting], tf[setting]
        if setting in ONLY_WHERE_BOTH_KNOW and None in (left, right):
            return None
        return compare_values(left, right)
    value = torch.get(setting, tf.get(setting))
    # "self." marks an attribute of a layer that neither side has a rule for.
    if setting in ONLY_WHERE_BOTH_KNOW or setting.startswith("self.") or is_neutral(setting, value):
        return None
    return TORCH_ONLY if setting in torch else TF_ONLY
