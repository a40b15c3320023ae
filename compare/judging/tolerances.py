"""Every number that decides what is close, each with its reason. No test and no case overrides them.

A correct port is indistinguishable from the original nudged by one ulp, so what is allowed is measured for each case:
the gap that such nudges open, times a factor, and never less than a few ulps.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from compare.inputs import arrays

Gap = TypeVar("Gap", float, np.ndarray)  # one, or an array of them

# A nudge is one sample of what rounding does, and may by chance open no gap where the frameworks, which sum in
# different orders, are some ulps apart.
FLOOR_ULPS = 16

# Two samples of rounding differ in size. The smallest semantic difference known is 1e-10 at once, in float64, where
# floor and factor together allow 1e-13.
ENVELOPE_FACTOR = 32

# What one step does, begun from the same weights, is as far apart in a correct port as two nudged runs are. Over all
# steps of all cases, both precisions, the widest gap was 4.5 times what one nudged run opened in that very step; more
# nudged runs are made before a step is called wrong.
STEP_FACTOR = 8

# A nudge is a sample: for updates the steps on both sides count too, so it is seldom small by chance. (Of 300 steps
# of a chaotic network, one whose update passed zero was otherwise 4 % beyond.)
STEPS_AROUND = 2

# Another summation order may flip a unit that is further from its kink than an ulp of the weights moves it. And it errs
# by an ulp of the largest gradient where a nudge moves a small one by its own ulp (seen with Adam: of a unit that was
# active for the first time, TensorFlow's gradient of 2e-8 beside others of 0.1 was 1 % off, and so was its update).
# Both sides are nudged: of a flip, one shows that torch does it too, or the other that tf does without. (Measured over
# 376 steps of cifar10_cnn in float32: one nudged run of torch left a weight beyond at 140 places, and four left 7; of
# 20 nudged runs of tf, 5 to 11 did without each of those 7.)
# In float64, where a unit is as near to its kink a billion times less often, and a nudge of torch moves all else that
# moves, the first few of tf suffice.
MORE_NUDGES = ((4,), (1, 16), (1, 2, 8, 16), (2, 4, 8, 8, 16))  # in ulps; the next few where those before do not do
OF_TF_TOO = {"float64": (True, True, False, False), "float32": (True, True, True, True)}
FLIP_FACTOR = 2
ECHO_FACTOR = 2

# PyTorch's clip_grad_norm_ divides by the norm and this, Keras by the norm alone.
CLIP_EPSILON = 1e-6

# Free runs that rounding alone has moved apart by this much say nothing about each other any more.
HORIZON = 1e-2

# Floor and factor in half precision (bfloat16, float16), where those of float32 would allow anything. Products are
# summed in float32 and rounded once, so the order of summation matters little; and a nudge, a whole ulp of every
# weight, is more than that rounding. Measured on dense and convolutional networks, SGD and Adam, PyTorch's autocast
# beside Keras' mixed policies, 24 correct pairs: gradients at the most 0.4 of what is allowed; of a loss scaled by 4,
# 6 times that and more.
HALF = ("bfloat16", "float16")
HALF_FLOOR_ULPS = 1
HALF_FACTOR = 8

# PyTorch's float32 loss and the same formula in float64, of the same outputs, were 2e-7 apart at the most
# (cross-entropy and squared error, 300 batches of 10 to 1,000).
SAME_LOSS = 2e-6

# A formula with one fitted number explains a gap that is this many times what rounding does, and no smaller one.
WORTH_A_FORMULA = 10

# Two values of a step are the same (another layout aside) where their sums agree to this part: at the least what
# rounding moves (some thousand ulps, for a difference of large numbers loses digits), at the most what no formula
# differs by, nor a constant that was rounded to float32. What is looked for is apart by a gap; what leads to it by not
# much less.
SAME_VALUE = {"float64": (1e-12, 2e-7), "float32": (1e-5, 1e-4)}
SAME_VALUE_PART = 1e-2
LEAKED_VALUE = 16  # times what a leak moved on the way there: sums of a tensor are moved by more than its elements

# A gradient is so many times another, whose elements may come in any order, where they agree to this part: above the
# rounding of float32, below any factor that a loop has.
SAME_FACTOR = 1e-5

# A nudge that opens more moves a tensor as a whole: it is 0 but for rounding. What is much larger moves by less.
MOVED_AS_A_WHOLE = 1e-3

# What is allowed this gap may be another number altogether, as the gradient of a bias before a batch norm is, which is
# 0 but for rounding: it agrees whatever the sides do.
ALL_OF_IT = 1.0

# One constant rounded to float32 is off by half a float32 ulp; a formula that has several, by a few. No more than that
# is called a leak, unless it is measured that rounded constants or nudged weights do more at that very place.
LEAK_ULPS = 2
LEAK_FACTOR = 2

# What a rounded constant does to an output or a loss is no more than this, which is a million times its rounding: that
# is not measured.
LARGEST_LEAK = 0.1

# The smallest gap seen from a constant rounded to float32 was 1e-10. A smaller one that is more than rounding comes
# from a formula that cancels, or from such a constant where it does little.
SMALLEST_LEAK = 1e-10

# An accuracy is a count, which changes when a score crosses a threshold. Where the loss's envelope is wider than this
# (eight float32 ulps, so that a leak does not hide a wrong metric), such a change is chance; below, it is a finding.
COUNTS_ARE_CERTAIN_BELOW = 8 * float(np.finfo(np.float32).eps)

# Two curves alone have no envelope: what is rounding must be told from how their gap grows. In a correct float32 port
# it grows by amplification, from some ulps, by 1.2 to 3 times per step. Measured over 43 runs (residual, convolutional,
# recurrent, attention and dense networks, SGD and Adam): where a unit flips, up to 70 times in two steps, and then to
# 3e-4 at the most; larger gaps grow by less than 32, unless the loss itself explodes. A jump must exceed both
# this factor within two steps, ...
JUMP_FACTOR = 32
# ... and this many floors of rounding (5e-4 in float32), ...
JUMP_FLOORS = 256
# ... and start from agreement, within this many floors: a gap already amplified beyond may jump by hundreds where
# training is at the edge of its stability.
AGREED_FLOORS = 4

# Counted from the first loss: a gap is no amplified rounding where it is larger than this factor, for each update after
# the first, makes of what rounding opens at once (floor and envelope). So a difference in the updates shows early.
AMPLIFIES = 3

# A small difference in every update makes a gap that grows linearly with the number of steps, with momentum somewhat
# faster. Amplified rounding, from its first sight to its saturation, grew with powers of 2.2 and more; where
# a log prints so few digits that rounding is hidden at first, of 1.2 and more (of 215 logs of correct ports, printed
# with 3 to 9 digits, 3 are misread by these rules: of rates ten times the usual ones, in 3 or 4 decimals).
DRIFT_POWER = 1.8
DRIFT_POWER_PRINTED = 1.2

# Where the gap has grown to this, amplification ends: two runs of the same training are no further apart than that.
SATURATED = 1e-2

# The changes of the loss from step to step, in two trainings on the same batches that differ in little, go together:
# their correlation was mostly above 0.6 over the first 120 steps (later, chaos wins), from other batches
# below 0.4 and mostly below 0.3, from other weights anywhere up to 0.6. From fewer than 40 steps nothing follows.
STEPS_TOGETHER = 0.6
STEPS_UNRELATED = 0.3
STEPS_NEEDED = 40
STEPS_BEFORE_CHAOS = 120

# Means of several steps change less from step to step than losses do: of ten, by a third, running ones by less still.
SMOOTHER = 3

# Two curves have the same level where no quarter's means are further apart than the noise of a step, times this.
SAME_LEVEL = 1.5

# The means of two quarters of a loss differ by more than the noise of their batches where they are further apart than
# this many standard errors.
NOISE_OF_A_MEAN = 2

# From this many steps on, a fall that does not rise above the noise is called none: a quarter then has ten steps,
# enough to know the noise itself to a quarter of its size. With fewer steps nothing follows from it.
FALL_SHOWS_AFTER = 40

# A recorded loss is the other's mean since the beginning where so many in a row agree to this part, more than rounding
# opens in a few steps of float32, and the losses themselves are further apart.
MEANS_IN_A_ROW, MEANS_AGREE, MEANS_APART = 5, 1e-4, 1e-2

# From one fitted number, such as the weight of a moving average, so many lines do not follow by chance.
LINES_THAT_TELL = 8

# A factor or an offset between two logs is named where what it leaves is so much smaller than what it explains: of two
# curves that are a few printed digits apart, anything explains the one by the other.
EXPLAINS = 32

# A factor is taken for a known number where it is one within its tolerance, unless chance makes it one: a factor lies
# within a tolerance t of a whole number n in 2 t n of all cases, which must be no more than one in 25.
KNOWN_BY_CHANCE = 0.02

# From fewer lines that agree in few digits nothing follows: of epochs, one agrees by chance.
LINES_AGREE = 3

# Losses that are apart by a sum over examples for a mean are so many times apart throughout (a batch of 2 is one and a
# half times a batch and a half), and the factor changes by no more than this part where batches are partial, or where
# training goes on differently; other differences are not as large and as even.
COUNTED_FACTOR = 2.5
COUNTED_FACTOR_EVEN = 0.25

# A term on one side that is not trained moves with the weights, not with the batches: from step to step, what two
# losses are apart changes by less than this part of what the losses do. Where a line stands for many steps, batches
# are not seen; a term then has one sign, and does not change by more than this factor.
TERM_NOISE = 0.05
TERM_EVEN = 4

# Curves that were apart and learn the same come together: at the end they are apart by less than this part of what
# they were.
CLOSES = 0.5

# Curves that are apart by more than this at the end do not learn the same: a rate 10 % off, or a weight decay of 1e-2
# left out, leaves a few percent (measured: 1 to 5); dropout, or other data, 15 and more.
FAR_APART = 0.1

# With fewer lines, a quarter has less than three, and the noise of a curve is not known.
LINES_WITH_NOISE = 12

# A difference in every update, seen at some step, is no more than a quarter larger a quarter as many steps later (three
# times that with momentum, or from a digit just reached); what is larger by more began at that step.
SUDDEN = 4

# A curve that falls by less than this part of what the other falls does not learn.
FLAT_PART = 0.05

# One call of a component and its gradient, or 50 steps that do not amplify, in float64: of 500 correct ones the widest
# gap was 2e-14. A constant that went through float32 opens 1e-10 and more.
COMPONENT_LIMIT = 1e-12

# Two initial values are called different where chance does that once in a million: with some hundred tensors per model,
# that is one false alarm in 10^4 models, and differences that matter are still found.
INITIAL_SIGNIFICANCE = 1e-6

# A distribution is named (a description, nothing is judged by it) where its test gives at least this p-value, and where
# there are at least this many values, enough to tell a normal from a uniform one.
INITIAL_NAME_FITS = 1e-3
INITIAL_NAMED_FROM = 64

# A probe asks whether two weights play the same part, not whether they agree exactly: exchanged weights change what a
# step computes by a fraction of order one; the most that a ReLU that flips in float32 was seen to change it is 5e-3.
SAME_PART = 2e-2

# Which of several calls is which: one that is given a batch moved a little, as by an adversary, puts out nearly what
# one that is given the batch itself does (1e-2 apart and less). So the nearest are found first: up to the rounding of
# float64, of float32, and as above.
SAME_CALL = (1e-9, 1e-4, SAME_PART)

# In float32 whose rounding was not measured, Adam's update of a gradient near zero may be anything, and a unit that
# flips moves gradients by up to 5e-3 at the worst element. What moves half of the values of half of the weights by this
# much of the largest, at two steps of those that followed, is neither.
DENSE_GAP = 1e-3
DENSE_STEPS = 2


def ulp(precision: str) -> float:
    """The relative spacing of numbers in "float64", "float32", "float16" or "bfloat16"."""
    return arrays.ulp(precision)


def allowed(nudge_gap: Gap, precision: str) -> Gap:
    """The relative gap that rounding explains, where nudges opened `nudge_gap` (a number, or an array of them)."""
    half = precision in HALF
    factor, floor = (HALF_FACTOR, HALF_FLOOR_ULPS) if half else (ENVELOPE_FACTOR, FLOOR_ULPS)
    return factor * np.maximum(nudge_gap, floor * ulp(precision))


def opened_by(gaps: Sequence[tuple[int, Gap]], precision: str) -> np.ndarray:
    """The gap that nudges opened, from pairs of (number of ulps, gap, one or an array over the steps).

    Of nudges of one ulp, the widest. Of the larger ones only a gap out of proportion counts, where a unit flipped at
    its kink: a fraction of that, so that it explains a flip of twice its size. The optimizer's state keeps a flip for
    many steps, and its echo counts for as long as it is out of proportion at all.
    """
    widest = np.zeros(())
    for ulps, gap in gaps:
        widest = np.maximum(widest, gap) if ulps == 1 else widest
    usual, flips = np.maximum(widest, FLOOR_ULPS * ulp(precision)), widest
    for ulps, gap in gaps:
        flipped = np.maximum.accumulate(np.atleast_1d(gap > ulps * STEP_FACTOR * usual)).reshape(np.shape(gap))
        echo = flipped & (gap > ulps * ECHO_FACTOR * usual)
        flips = np.maximum(flips, np.where(echo, FLIP_FACTOR / STEP_FACTOR * gap, 0.0))
    return flips


def allowed_in_step(nudge_gap: Gap, precision: str) -> Gap:
    """The relative gap that rounding explains in a step that two runs begin alike."""
    return STEP_FACTOR * np.maximum(nudge_gap, FLOOR_ULPS * ulp(precision))


def alike(gap: float, precision: str, leaked: float = 0.0) -> float:
    """How close two values of a step must be to count as the same, where what comes of them is apart by `gap`, and by
    `leaked` already before, which was set aside."""
    least, most = SAME_VALUE["float64" if precision == "float64" else "float32"]
    most = max(most, min(LEAKED_VALUE * leaked, SAME_VALUE["float32"][1]))
    return min(max(SAME_VALUE_PART * gap, least), most)


def allowed_where_leak_enters(rounded_gap: float) -> float:
    """The relative gap in a float64 run where a leak enters, if rounding to float32 was seen to open `rounded_gap`."""
    return max(LEAK_FACTOR * rounded_gap, LEAK_ULPS * ulp("float32"))


def allowed_behind_leak(nudge_gap: Gap, precision: str = "float64") -> Gap:
    """The relative gap behind a leak in a float64 run, where the nudges were of one float32 ulp."""
    return STEP_FACTOR * np.maximum(nudge_gap, LEAK_ULPS * ulp("float32"))
