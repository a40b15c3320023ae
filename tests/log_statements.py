"""What a diagnosis of two logs says: the causes that it names, in order, and claims that only some causes make true."""

import re

# How a cause is named; the first place counts.
NAMES = {
    "equal": r"agree within|amplified rounding",
    "weights": r"(?:initial|different|other) weights",
    "batches": r"(?:different|other) batches|different order|another order|order of the examples",
    "rate": r"learning rate",
    "schedule": r"schedule",
    "epsilon": r"epsilon",
    "sum": r"a sum over|summed|is a count",
    "penalty": r"regulariser|penalty",
    "factor": r"at every step: ",
    "momentum": r"momentum|betas",
    "weight decay": r"weight decay",
    "not finite": r"not finite",
    "flat": r"does not move|hardly decreases",
    "dropout": r"dropout",
    "smoothing": r"label smoothing",
    "running means": r"means since the beginning of each epoch",
    "smoothed": r"smoothed",
    "means of ten": r"by the mean of its steps in each 10\b",
    "means of epochs": r"by the mean of its steps in each epoch",
    "begins at 1": r"begins? at step (?:0|1) and .* at 1|numbered one apart|is step 1 of",
    "every tenth": r"compared at the \d+ steps that both have",
    "loss": r"different loss|, loss\b",
    "data": r"weights, data|different data",
    "partial batch": r"partial batch",
    "epoch boundary": r"epoch boundary|between epochs",
    "gradient": r"the gradient",
    "optimizer": r"the optimizer",
    "seed": r"\bseed\b",
}

LOGGED = {"running means", "smoothed", "means of ten", "means of epochs", "begins at 1", "every tenth", "four digits"}
SAME = LOGGED | {"equal"}  # the same training on both sides
FIRST_LOSS_AGREES = {"rate", "schedule", "epsilon", "momentum", "weight decay", "not finite", "flat"}
FROM_FIRST_UPDATE = {"rate", "epsilon", "weight decay", "flat"}

# A claim, and the causes of which it is true; of others it is false.
CLAIMS = {
    r"the two agree within": SAME,
    r"grows like amplified rounding|[Nn]othing points to a bug": SAME,
    r"the training itself agrees": SAME | {"factor", "penalty", "sum"},
    r"times .* at every step": {"factor", "sum"},
    r"(?:above|below) .* at every step": {"penalty"},
    r"a term, such as|a term that": {"penalty"},
    r"(?:is|are) not finite": {"not finite"},
    r"does not move|hardly decreases": {"flat"},
    r"ups and downs (?:are|is) unrelated": {"weights", "batches"},
    r"same level and trend": {"weights", "batches"},
    r"batches are the same": {*FIRST_LOSS_AGREES, *SAME, "weights", "sum", "penalty", "factor", "dropout", "smoothing"},
    r"agreed at the first loss and apart after the first update": FROM_FIRST_UPDATE,
    r"apart at the first loss": {"weights", "batches", "dropout", "sum", "penalty", "factor", "smoothing"},
    r"then apart at once": {"schedule", "momentum", "not finite"},
    r"a small difference in every update \(": FROM_FIRST_UPDATE | {"momentum"},
    r"agreed until after the first update and apart after the second": {"momentum", "weight decay"},  # that of Adam
    r"agreed at step \d+ and apart at": FIRST_LOSS_AGREES,
    r"begins at .* times": {"factor", "sum"},
    r"is about .* times .* throughout": {"sum", "factor"},
    r"if its lines are steps": set(),  # all logs have numbers, but for a history of Keras, whose lines are epochs
    r"constant of a likelihood": {"penalty"},
    r"measure different things|far smoother": LOGGED - {"begins at 1", "every tenth", "four digits"},
    r"means since the beginning of each epoch": {"running means"},
    r"smoothed": {"smoothed"},
    r"by the mean of its steps in each 10\b": {"means of ten"},
    r"by the mean of its steps in each epoch": {"means of epochs"},
    r"by the last of its steps": set(),
    r"numbered one apart|is step \d+ of": {"begins at 1"},
    r"number their lines differently": set(),
    r"compared at the \d+ steps that both have": {"every tenth"},
}
TRUE_NAMES = {
    "sum": {"sum"},
    "factor": {"factor", "sum"},
    "four digits": {"equal"},
    "flat": {"flat", "rate"},  # planted as a rate of 0
}


def causes_named(text: str) -> list[str]:
    """The causes that a text names, in the order of their first places."""
    places = {cause: found.start() for cause, words in NAMES.items() if (found := re.search(words, text))}
    return sorted(places, key=lambda cause: places[cause])


def is_named_early(cause: str, named: list[str], among: int = 2) -> bool:
    return bool(set(named[:among]) & TRUE_NAMES.get(cause, {cause}))


def false_claims(cause: str, text: str) -> list[str]:
    """The claims of a text that are false where this is the cause."""
    return [found[0] for words, causes in CLAIMS.items() if cause not in causes and (found := re.search(words, text))]
