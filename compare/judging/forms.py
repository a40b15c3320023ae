"""Other forms of the same formula are passed over: a sign that is taken early or late, a logarithm or what it is of."""

from __future__ import annotations

from dataclasses import replace

from compare.judging.alike import Alike
from compare.judging.frontier import Part, Stretch
from compare.judging.kinds import kind
from compare.judging.relations import is_another_form
from compare.traces.operations import Operations

MOST_FORMS = 8  # that are passed over
BENDING = ("exp", "expm1", "log", "log1p", "sigmoid", "softplus", "relu", "softmax", "logsigmoid")


def advanced(torch: Stretch, tf: Stretch) -> list[Part]:
    """The frontiers of both sides, behind what is only another form."""
    for _ in range(MOST_FORMS):
        passed = _first_other_form(torch, tf) or _first_sign(torch, tf) or _first_sign(tf, torch)
        if not passed:
            break
        for stretch, part in passed:
            stretch.pass_over(part)
    return [*torch.frontier(), *tf.frontier()]


def _first_other_form(torch: Stretch, tf: Stretch) -> list[tuple[Stretch, Part]]:
    signs = (_signs(torch) + _signs(tf)) % 2 == 1
    for one in torch.frontier():
        for other in tf.frontier():
            ends = one.output == torch.target or other.output == tf.target
            values = torch.record.values[one.output], tf.record.values[other.output]
            if not ends and is_another_form(*values, signs and not (_bends(torch, one) and _bends(tf, other))):
                return [(torch, one), (tf, other)]
    return []


def _bends(stretch: Stretch, part: Part) -> bool:
    """Whether an operation that takes a value makes of its negative no negative: no sign behind that undoes it."""
    operations = (stretch.record.operations[number] for number in stretch.inside)
    bending = (each for each in operations if kind(each.name) in BENDING)
    return any(stretch.has(part.output, each.inputs) for each in bending)


def _signs(stretch: Stretch) -> int:
    """How many negatives a stretch takes, but for those that were passed over."""
    left = {*stretch.inside} - stretch.passed
    return sum(_is_sign(stretch, number) for number in left)


def _is_sign(stretch: Stretch, number: int) -> bool:
    """Whether an operation takes the negative, or multiplies by -1."""
    operation = stretch.record.operations[number]
    if kind(operation.name) != "mul":
        return kind(operation.name) == "neg"
    given, made = (stretch.record.values[each].print for each in (operation.inputs[0], operation.outputs[0]))
    return made is not None and given is not None and given.total != 0 and made == given.negative


def _first_sign(stretch: Stretch, other: Stretch) -> list[tuple[Stretch, Part]]:
    """A negative, where one is taken later too, on the other side or on its own."""
    is_turned = _signs(other) or _signs(stretch) > 1
    signs = [part for part in stretch.frontier() if kind(part.operation.name) == "neg" and is_turned]
    return [(stretch, part) for part in signs[:1] if part.output != stretch.target]


def without_signs(torch: Operations, tf: Operations, alike: Alike) -> Alike:
    """The classes without those in which a negative of one side meets, by two signs that differ, what the other takes
    the negative of."""
    both = set(alike.both)
    for one, other, mine, theirs in ((torch, tf, alike.torch, alike.tf), (tf, torch, alike.tf, alike.torch)):
        negated = _classes_of(one, mine, negatives=True) - _classes_of(one, mine, negatives=False)
        for operation in other.operations:
            if kind(operation.name) == "neg" and operation.of is None:
                both -= {theirs[value] for value in operation.inputs if theirs.get(value) in negated}
    return replace(alike, both=frozenset(both))


def _classes_of(record: Operations, classes: dict[int, int], negatives: bool) -> set[int]:
    """The classes of what operations compute: of negatives, or of all others."""
    return {
        classes[value]
        for operation in record.operations
        if operation.of is None and (kind(operation.name) == "neg") is negatives
        for value in operation.outputs
        if value in classes
    }
