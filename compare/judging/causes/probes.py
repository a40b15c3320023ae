"""Which changes give what PyTorch computes and tf does not: asked of all at once, in one run of tf as it is.

Notice that it changes their order alone: what one gives in a place says nothing of gradients, nor of what follows.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from compare.judging import tolerances
from compare.judging.alike import Finder, is_plain, same
from compare.judging.causes.code import Code
from compare.judging.causes.files import Candidate, innermost
from compare.judging.causes.trial import Patches, Trial
from compare.judging.parting_lines import recorded
from compare.running.request import RequestFailedError
from compare.traces.fingerprints import Fingerprint
from compare.traces.operations import Operations
from compare.traces.place import Place
from compare.traces.probing import read_probed
from compare.traces.trace import TraceError

PROBE = '__import__("compare.traces.probing", fromlist=["probe"]).probe'
SURE = 1  # what is as likely as a rule can be, and cannot be asked, is not put behind all that can
Site = ast.stmt | ast.Lambda


class Probe(NamedTuple):
    """An expression to evaluate where a statement, or the body of a lambda, is."""

    site: Site
    expression: str


def likeliest_first(
    candidates: Sequence[Candidate], codes: Mapping[str, Code], trial: Trial, patches: Patches, lines: Collection[Place]
) -> list[Candidate]:
    """The candidates: first those that give a value that only PyTorch has, and of them those that it computes in these
    lines; in the order that they have, if that cannot be told."""
    try:
        given = _given(candidates, codes, trial, patches)
        wanted, others = _of_torch_alone(trial, lines)
    except (RequestFailedError, TraceError, OSError, ValueError):
        return list(candidates)
    close = tolerances.alike(trial.first.difference.max_rel, trial.plain.precision)

    def unlikely(number: int) -> int:
        if number not in given and candidates[number].rewrite.unlikely <= SURE:
            return 0
        prints = given.get(number, ())
        is_of = (any(same(a, b, close) for a in prints for b in every) for every in (wanted, others))
        return next((rank for rank, right in enumerate(is_of) if right), 2)

    return [candidates[number] for number in sorted(range(len(candidates)), key=unlikely)]


def _given(
    candidates: Sequence[Candidate], codes: Mapping[str, Code], trial: Trial, patches: Patches
) -> dict[int, list[Fingerprint]]:
    """What each candidate gives, by its number."""
    by_file: dict[str, dict[int, Probe]] = defaultdict(dict)
    before: dict[str, Code] = {}
    for number, each in enumerate(candidates):
        if (probe := probe_of(each)) is not None:
            before[each.before.file] = each.before
            by_file[each.before.file][number] = probe
    probed = {file: with_probes(before[file], probes) for file, probes in by_file.items()}
    path = patches.beside("probed")
    asked = replace(trial.plain, audits=(), steps=trial.at + 1, eager=True, probes=str(path))
    trial.run(("tf", replace(asked, patches=patches.of({**codes, **probed}))))
    return read_probed(path)


def probe_of(candidate: Candidate) -> Probe | None:
    """What the candidate computes where its statement, or the lambda in it, stands; None where that is no value."""
    own = _statement(candidate.before, candidate.rewrite.node.lineno)
    imports, other = ([], None) if own is None else _changed(candidate, own)
    if own is None or other is None:
        return None
    for one, changed in zip(_lambdas(own), _lambdas(other), strict=False):
        is_rewritten = any(node is candidate.rewrite.node for node in ast.walk(one.body))
        if is_rewritten or (imports and ast.dump(one.body) != ast.dump(changed.body)):
            return Probe(one, _behind(imports, changed.body))
    value = _value(other)
    return None if value is None or _value(own) is None else Probe(own, _behind(imports, value))


def _behind(imports: Sequence[ast.stmt], value: ast.expr) -> str:
    """An expression that may use what is imported before its statement."""
    text = ast.unparse(value)
    for each in (alias for statement in imports if isinstance(statement, ast.Import) for alias in statement.names):
        text = f"(lambda {each.asname or each.name}: {text})(__import__({each.name!r}))"
    return text


@lru_cache(maxsize=64)
def _statement(code: Code, line: int) -> ast.stmt | None:
    return innermost(code, line)


def _changed(candidate: Candidate, own: ast.stmt) -> tuple[list[ast.stmt], ast.stmt | None]:
    """A statement as the candidate has it, behind what it imports; None where that is another kind of statement."""
    begin, end = candidate.before.span(own)
    before, after = candidate.before.text.encode(), candidate.after.text.encode()
    try:
        *imports, changed = ast.parse(_dedented(after[begin : end + len(after) - len(before)], own)).body
    except (SyntaxError, ValueError):
        return [], None
    fits = type(changed) is type(own) and all(isinstance(each, ast.Import) for each in imports)
    return (imports, changed) if fits else ([], None)


def _dedented(text: bytes, own: ast.stmt) -> str:
    """The text of statements, of which all but the first are indented."""
    return text.decode().replace(f"\n{' ' * own.col_offset}", "\n") if own.col_offset else text.decode()


def _lambdas(node: ast.AST) -> list[ast.Lambda]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Lambda)]


def _value(statement: ast.stmt) -> ast.expr | None:
    """What a statement computes."""
    if isinstance(statement, ast.AugAssign):
        target = ast.parse(ast.unparse(statement.target), mode="eval").body
        return ast.BinOp(target, statement.op, statement.value)
    return statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.Return, ast.Expr)) else None


def with_probes(code: Code, probes: Mapping[int, Probe]) -> Code:
    """The code that evaluates these expressions, too, each before what is at its site."""
    by_site: dict[tuple[int, int], dict[int, str]] = defaultdict(dict)
    of_lambdas = set()
    for number, (site, expression) in probes.items():
        place = code.span(site.body if isinstance(site, ast.Lambda) else site)
        by_site[place][number] = expression
        of_lambdas |= {place} if isinstance(site, ast.Lambda) else set()
    inserted: list[tuple[int, str]] = []
    for (begin, end), expressions in by_site.items():
        asked = ", ".join(f"lambda: ({expression})" for expression in expressions.values())
        call = f"{PROBE}({[*expressions]}, [{asked}])"
        if (begin, end) in of_lambdas:
            inserted += [(begin, f"({call}, "), (end, ")[1]")]
        else:
            inserted.append((begin, f"{call}; "))
    text = code.text.encode()
    for at, piece in sorted(inserted, reverse=True):
        text = text[:at] + piece.encode() + text[at:]
    return Code(code.file, text.decode())


def _of_torch_alone(trial: Trial, lines: Collection[Place]) -> tuple[list[Fingerprint], list[Fingerprint]]:
    """The values of the step that PyTorch computes, and tf does not: those of these lines, and all others."""
    close = tolerances.alike(trial.first.difference.max_rel, trial.plain.precision)
    torch, tf = (trace.operations for trace in recorded(trial.run, trial.plain.precision, trial.at))
    of_tf = Finder(enumerate(_prints(tf).values()), close)
    alone = {number: print for number, print in _prints(torch).items() if not of_tf.find(print)}
    made = [each for each in torch.operations if set(each.stack) & set(lines)] if torch else []
    inside = {number for each in made for number in each.outputs}
    return [alone[each] for each in alone if each in inside], [alone[each] for each in alone if each not in inside]


def _prints(record: Operations | None) -> dict[int, Fingerprint]:
    """The fingerprints of values that are told by them."""
    values = enumerate(record.values) if record else ()
    return {number: each.print for number, each in values if each.print is not None and not is_plain(each.print)}
