"""Which names of one side agree with which of the other's: by the words that tell them apart, then by their numbers.

Notice what says nothing: a word that all have in common, and numbers that the sides do not share ("fc1", "dense_1").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import TypeVar

One = TypeVar("One")
Words = frozenset[str]
Agreeing = tuple[list[One], list[One]]  # of both sides, equally many

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_DIMENSIONS = re.compile(r"(?<=\d)[dD](?![a-z])")  # conv2d
SHORTENED = 0.5  # "q" and "query" agree, and less than "query" and "query"


@cache
def words(name: str) -> Words:
    """The words of a path: "layers.0.self_attn.kProj1" has layers, self, attn, k and proj."""
    return frozenset(word.lower() for word in _WORD.findall(_DIMENSIONS.sub(" ", name)))


@cache
def numbers(name: str) -> tuple[int, ...]:
    """The numbers of a path, in order."""
    return tuple(map(int, re.findall(r"\d+", name)))


@cache
def agreement(one: Words, other: Words) -> float:
    """How many words two names share; one that the other begins with is half a word."""
    own, others = one - other, other - one
    return len(one & other) + SHORTENED * min(_shortened(own, others), _shortened(others, own))


def _shortened(some: Words, others: Words) -> int:
    return sum(any(word.startswith(other) or other.startswith(word) for other in others) for word in some)


def agreeing(torch: Sequence[One], tf: Sequence[One], name: Callable[[One], str]) -> list[Agreeing]:
    """The groups whose names agree better with each other than with any other's; within one, in the order given.

    All with the same words are one group, unless both sides number them alike. Groups that are not equally large are
    left out, as are all that tie.
    """
    torch_groups, tf_groups = (_by_words(each, name) for each in (torch, tf))
    found: list[Agreeing] = []
    while best := _mutually_best(torch_groups, tf_groups):
        for one, other in best:
            of_torch, of_tf = torch_groups.pop(one), tf_groups.pop(other)
            if len(of_torch) == len(of_tf):
                found += _by_numbers(of_torch, of_tf, name) or [(of_torch, of_tf)]
    return found


def _by_numbers(torch: Sequence[One], tf: Sequence[One], name: Callable[[One], str]) -> list[Agreeing]:
    """Each with the one of the same numbers; empty where both sides do not have the same, each once."""
    of_torch, of_tf = ({numbers(name(one)): one for one in each} for each in (torch, tf))
    if len(of_tf) < len(tf) or of_torch.keys() != of_tf.keys():
        return []
    return [([one], [of_tf[number]]) for number, one in of_torch.items()]


def _by_words(every: Iterable[One], name: Callable[[One], str]) -> dict[Words, list[One]]:
    found: dict[Words, list[One]] = {}
    for one in every:
        found.setdefault(words(name(one)), []).append(one)
    return found


def _mutually_best(torch: Iterable[Words], tf: Iterable[Words]) -> list[tuple[Words, Words]]:
    """Pairs that agree better than either agrees with any other."""
    torch, tf = list(torch), list(tf)
    forth = {one: _best(one, tf) for one in torch}
    back = {other: _best(other, torch) for other in tf}
    return [(one, other) for one, other in forth.items() if other is not None and back[other] == one]


def _best(one: Words, others: Sequence[Words]) -> Words | None:
    """The one that agrees most; None where none does, or several equally."""
    ranked = sorted(others, key=lambda other: agreement(one, other), reverse=True)
    if not ranked or not (most := agreement(one, ranked[0])):
        return None
    return ranked[0] if len(ranked) == 1 or agreement(one, ranked[1]) < most else None
