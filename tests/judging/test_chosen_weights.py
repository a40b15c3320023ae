"""Of what an optimizer is given, the lines that choose are told from those that hand all weights over."""

import pytest

from compare.judging.chosen_weights import Choice, choice_of

FILTERS = """
decay = [p for n, p in net.named_parameters() if p.ndim > 1]
kept = [p for p in net.parameters() if p is not None]
other = [x for x in things if x > 1]
optimizer = AdamW([{"params": decay}, {"params": kept, "weight_decay": 0.0}])
"""
LOOPS = """
for name, p in net.named_parameters():
    if name.endswith(ENDS):
        some.append(p)
ENDS = ("bias", "gamma")
optimizer = SGD(some)
"""
FUNCTIONS = """
def decays(name):
    return "bias" not in name
def split():
    return filter(decays, net.parameters())
optimizer = SGD(split(), RATE)
"""
OWN = """
class Lamb(Optimizer):
    def update_step(self, gradient, variable):
        if self.decays(variable):
            return gradient
        return variable.shape
    def decays(self, variable):
        return not any(each in variable.path for each in self.excluded)
class Other(Optimizer):
    def decays(self, variable):
        return "a" in variable.path
optimizer = Lamb(excluded=names)
"""
STEP = """
def tf_step(side):
    pairs = [(g, v) for g, v in zip(tape.gradient(loss, variables), variables) if g is not None]
    for g, v in pairs:
        if "kernel" in v.path:
            v.assign_sub(0.1 * v)
    side.optimizer.apply_gradients(pairs[:2])
    optimizer.exclude_from_weight_decay(var_names=["bias"])
def torch_step(side):
    for p in side.model.parameters():
        if p.ndim > 1:
            p.mul_(0.9)
    optimizer.add_param_group(group)
optimizer = SGD(0.1)
"""
ALL = """
class Averaged(Optimizer):
    def update_step(self, gradient, variable):
        for each in self.slots:
            each.assign(gradient)
if NESTEROV > 1:
    weights = net.parameters()
optimizer = SGD([{"params": weights}], lr=RATE)
shape = x.shape[1:]
"""
SCALED = """
gradients = [g * (2.0 if v.name in names else 1.0) for g, v in pairs]
optimizer = SGD(optimizer_of(gradients), x.shape[1:])
"""


def choice(tmp_path, text, side="tf"):
    path = tmp_path / "port.py"
    path.write_text(text)
    makers = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("optimizer =")]
    return choice_of(side, str(path), makers)


@pytest.mark.parametrize(
    ("text", "side", "choosing", "handing"),
    [
        (FILTERS, "torch", (2, 5), (5,)),
        (LOOPS, "torch", (3, 4, 5), (6,)),
        (FUNCTIONS, "torch", (3, 5), (6,)),
        (OWN, "tf", (8, 12), (12,)),
        (STEP, "tf", (5, 6, 7, 8), (6, 7, 8, 14)),
        (STEP, "torch", (11, 12), (12, 13, 14)),
        (ALL, "tf", (), (8,)),
        (SCALED, "tf", (2,), (3,)),
    ],
)
def test_the_lines_that_choose_weights_and_those_that_hand_them_over(tmp_path, text, side, choosing, handing):
    found = choice(tmp_path, text, side)
    assert (found.choosing, found.handing) == (choosing, handing)


def test_what_an_optimizer_is_given_comes_through_the_lines_of_its_names(tmp_path):
    assert choice(tmp_path, FILTERS).reached == {2, 3, 5}


def test_a_file_that_cannot_be_read_chooses_nothing(tmp_path):
    assert choice(tmp_path, "def broken(:") == Choice()
