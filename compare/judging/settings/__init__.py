"""The settings of both sides, compared before anything runs.

Each side describes itself in PyTorch's terms, so settings that mean the same have equal values. What a side may not
know (the activation after a layer, the formula of a user's own class) is compared only where both sides state it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compare.judging.settings.notes import IN_EVERY_STEP, RATES, note
from compare.judging.settings.subjects import (
    SubjectSettings,
    by_subject,
    dropped_elsewhere,
    paired_subjects,
    same_formula,
    with_paired_activation,
)
from compare.judging.settings.values import (
    DIFFERS,
    EQUAL,
    ROUNDED,
    are_complements,
    compare_values,
    is_neutral,
    to_text,
)
from compare.traces.header import Setting
from compare.traces.settings.values import LOG_PROBABILITIES, NO_RULE

TORCH_ONLY, TF_ONLY = "torch only", "tf only"
INITIAL = "initial values"  # the subject of the rows that say how each side initialises its weights

COLUMNS = ("subject", "tf_subject", "kind", "setting", "torch", "tf", "verdict", "note")

# A side without one of these, or with None, does not know it.
ONLY_WHERE_BOTH_KNOW = {
    "activation", "axis", "dim", "eps is added", "momentum sense", "num_features", "weight_decay kind",
    "running variance",
}  # fmt: skip

# What means the same in formulas that are not known.
OF_ANY_KIND = {"lr", "schedule", "clipping", "trainable"}

# What a model ends with, and what its loss takes: each right by itself, and each the same as the others.
SQUASHED = (("none", True), ("Softmax", False), ("Sigmoid", False), ("LogSoftmax", LOG_PROBABILITIES))

# One stacked layer of PyTorch's may be several of Keras', each with these settings of its own.
OF_THE_STACK = {"num_layers", "bidirectional", "reversed", "merge of directions"}


@dataclass(frozen=True)
class SettingRow:
    """A setting on both sides.

    `subject` is "optimizer", "model", "loss", "precision" or the torch side's layer; `tf_subject` is what the tf side
    calls it, empty for what no side names. `explains` unless it is of a class of one's own, whose formula is not known.
    """

    subject: str
    kind: str
    setting: str
    torch: Any
    tf: Any
    verdict: str
    note: str
    tf_subject: str = ""
    explains: bool = True


def compare_settings(
    torch: Iterable[Setting], tf: Iterable[Setting], layer_pairs: Mapping[str, str]
) -> list[SettingRow]:
    """Every setting of every subject that both sides have; `layer_pairs` maps a layer of tf to its layer of torch."""
    torch_subjects, tf_subjects = by_subject(torch), by_subject(tf)
    activation_has_rows = with_paired_activation(torch_subjects, layer_pairs)
    paths = list(layer_pairs.values())
    rows: dict[tuple, SettingRow] = {}
    for left, right in paired_subjects(torch_subjects, tf_subjects, layer_pairs):
        skipped = {"activation"} if left.subject in activation_has_rows else set()
        if paths.count(left.subject) > 1:
            skipped |= OF_THE_STACK | dropped_elsewhere(left, tf_subjects, layer_pairs)
        for row in _compare_subject(left, right):
            if row.setting not in skipped:
                rows.setdefault((row.subject, row.setting, repr(row.tf)), row)
    return without_unused_dtype(without_moved_activation(list(rows.values())))


def without_unused_dtype(rows: list[SettingRow]) -> list[SettingRow]:
    """The rows without the default dtype where the dtypes of weights and of computations, which it is for, agree."""
    used = [row.verdict for row in rows if row.setting in ("dtype of weights", "compute dtype")]
    agrees = len(used) > 1 and set(used) == {EQUAL}
    return [row for row in rows if not (agrees and row.setting == "default dtype" and row.verdict != EQUAL)]


def without_moved_activation(rows: list[SettingRow]) -> list[SettingRow]:
    """The rows without two that are right together: a softmax in one side's model, and in the other's loss."""
    ends = [row for row in rows if row.setting == "activation" and row.verdict == DIFFERS]
    logits = [row for row in rows if row.setting == "from_logits" and row.verdict == DIFFERS]
    ends = [row for row in ends if {row.torch, row.tf} <= {end for end, _ in SQUASHED}]
    if len(ends) != 1 or len(logits) != 1:
        return rows
    sides = (ends[0].torch, logits[0].torch), (ends[0].tf, logits[0].tf)
    return [row for row in rows if row not in (ends[0], logits[0])] if all(each in SQUASHED for each in sides) else rows


def without_effect(row: SettingRow) -> SettingRow:
    """A row of sides that are equivalent: what differs moved nothing, unless it was set alike, as what drops was.

    What it does where it counts is said only of what may count later: of the others the steps have shown that it does
    not.
    """
    if row.verdict in (EQUAL, ROUNDED) or row.subject == INITIAL or row.setting in RATES:
        return row
    said = "" if row.setting in IN_EVERY_STEP else row.note
    return replace(row, note=f"no step shows it{f' ({said})' if said else ''}")


def differences(rows: Iterable[SettingRow]) -> list[SettingRow]:
    """The rows that are not equal; those that are only rounded to float32 come last."""
    return sorted((row for row in rows if row.verdict != EQUAL), key=lambda row: row.verdict == ROUNDED)


def to_row(row: SettingRow) -> dict[str, str]:
    """A row of settings.csv: a side that does not have the setting is empty."""
    return {
        "subject": row.subject,
        "tf_subject": row.tf_subject,
        "kind": row.kind,
        "setting": row.setting,
        "torch": "" if row.verdict == TF_ONLY else to_text(row.torch),
        "tf": "" if row.verdict == TORCH_ONLY else to_text(row.tf),
        "verdict": row.verdict,
        "note": row.note,
    }


def _compare_subject(torch: SubjectSettings, tf: SubjectSettings) -> Iterator[SettingRow]:
    """The rows of one subject; for two kinds with different formulas, only the settings that both have."""
    comparable = torch.subject == "model" or same_formula(torch, tf)
    unknown = any(side.settings.get(NO_RULE) for side in (torch, tf))
    if not comparable and not unknown:
        yield SettingRow(torch.subject, torch.kind, "kind", torch.kind, tf.kind, DIFFERS, note("", "kind"), tf.subject)
    unreadable = torch.unreadable | tf.unreadable
    for setting in dict.fromkeys([*torch.settings, *tf.settings]):
        if setting in unreadable or setting == NO_RULE:
            continue
        is_of_any_kind = setting in OF_ANY_KIND or setting.startswith("self.")
        if unknown and not comparable and not is_of_any_kind:  # a number of one formula, and not of the other
            continue
        verdict = _verdict(setting, torch.settings, tf.settings)
        if verdict is None or ((unknown or not comparable) and verdict in (TORCH_ONLY, TF_ONLY)):
            continue
        values = torch.settings.get(setting), tf.settings.get(setting)
        explains = setting in OF_ANY_KIND or not unknown
        if not explains and torch.subject.startswith("optimizer") and not _may_mean_the_same(setting, *values):
            continue
        explanation = "" if verdict == EQUAL or not explains else note(torch.kind, setting, rounded=verdict == ROUNDED)
        yield SettingRow(torch.subject, torch.kind, setting, *values, verdict, explanation, tf.subject, explains)


def _may_mean_the_same(setting: str, torch: Any, tf: Any) -> bool:
    """Whether two classes of one's own may mean the same by a setting: both state it, and not as the rest up to 1."""
    return not is_neutral(setting, torch) and not is_neutral(setting, tf) and not are_complements(torch, tf)


def _verdict(setting: str, torch: Mapping[str, Any], tf: Mapping[str, Any]) -> str | None:
    """The verdict on one setting; None where it cannot be compared, or has no effect."""
    if setting in torch and setting in tf:
        left, right = torch[setting], tf[setting]
        if setting == "reduction" and "none" in (left, right):  # what is made of the rows is written behind the loss
            return None
        if setting == "weight" and True in (left, right) and left and right:  # weighed on both sides, and unknown how
            return EQUAL
        if setting in ONLY_WHERE_BOTH_KNOW and None in (left, right):
            return None
        return compare_values(left, right)
    value = torch.get(setting, tf.get(setting))
    # "self." marks an attribute of a layer that neither side has a rule for.
    if setting in ONLY_WHERE_BOTH_KNOW or setting.startswith("self.") or is_neutral(setting, value):
        return None
    return TORCH_ONLY if setting in torch else TF_ONLY
