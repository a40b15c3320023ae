"""pitfalls.csv: a row per pitfall, what its naive and its right version came to, and what was found of it."""

from __future__ import annotations

from typing import Any

from compare.inputs.catalogue import Pitfall
from compare.judging.comparison import DIVERGED, EQUIVALENT
from compare.judging.steps import closest
from compare.reporting.outcome import Outcome

COLUMNS = (
    "id", "area", "title", "stage", "naive_verdict", "naive_stage", "naive_gap", "effect", "fixed_verdict", "fixed_gap",
    "detected", "located", "cause", "proven",
)  # fmt: skip

OF_CAUSES = ("id", "area", "rule", "cause", "line", "old", "new", "proven", "equivalent")


def cause_rows(pitfall: Pitfall, naive: Outcome) -> list[dict[str, Any]]:
    """causes.csv: a row per change that was found of the naive version, by which rule, and what it proves."""
    return [
        {
            "id": pitfall.id,
            "area": pitfall.area,
            "rule": each.rule,
            "cause": each.said,
            "line": each.line,
            "old": each.old,
            "new": each.new,
            "proven": each.is_proven,
            "equivalent": each.makes_equivalent,
        }
        for each in (naive.judgement.causes if naive.judgement else ())
    ]


def row(pitfall: Pitfall, naive: Outcome, fixed: Outcome) -> dict[str, Any]:
    """The row; what was not measured is None."""
    found, right = naive.judgement, fixed.judgement
    first = found.first_divergence if found and naive.verdict == DIVERGED else None
    judged = next(iter(found.comparisons.values())) if found else None
    nearest = closest(next(iter(right.comparisons.values())).series) if right else None
    causes = found.causes if found else ()
    return {
        "id": pitfall.id,
        "area": pitfall.area,
        "title": pitfall.title,
        "stage": pitfall.stage,
        "naive_verdict": naive.verdict,
        "naive_stage": first.stage if first else None,
        "naive_gap": first.difference.max_rel if first else None,
        "effect": float(judged.gap.max()) if judged else None,
        "fixed_verdict": fixed.verdict,
        "fixed_gap": nearest and nearest.gap,
        "detected": naive.verdict == DIVERGED if pitfall.stage else None,
        "located": bool(first and first.stage == pitfall.stage) if pitfall.stage else None,
        "cause": "; ".join(each.said for each in causes) or None,
        "proven": any(each.is_proven for each in causes) if pitfall.stage else None,
    }


def is_right(found: dict[str, Any]) -> bool:
    """Whether the right version is equivalent, and the naive one parts where the catalogue says, or nowhere."""
    parts = found["located"] if found["stage"] else found["naive_verdict"] in (EQUIVALENT, DIVERGED)
    return bool(parts) and found["fixed_verdict"] == EQUIVALENT
