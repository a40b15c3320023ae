"""Wrong ports of the recurrent classifier: what is read of it, which biases train, and how gradients are clipped."""

from dataclasses import replace
from functools import partial

from tests.end_to_end.mutants import Mutant

FIRST_CLIPPED = 11


def last_output(settings):
    """The output at the last time: of the direction that runs backwards, the state behind a single step."""
    from tf_impl.models import lstm

    class SequenceClassifier(lstm.SequenceClassifier):
        def call(self, x):
            output, _ = self.lstm(x)
            return self.head(output[:, -1])

    model = SequenceClassifier(settings["symbols"], settings["hidden"], settings["layers"])
    return replace(lstm.side(settings), model=model)


def one_bias(settings):
    """One bias trains, as in Keras' LSTM: their sum is right in the first step, and learns half as fast."""
    from tf_impl.models import lstm

    side = lstm.side(settings)
    for suffix in ("l0", "l0_reverse", "l1", "l1_reverse"):
        getattr(side.model.lstm, f"bias_hh_{suffix}").trainable = False
    return side


def clipped_one_by_one(settings):
    """Each gradient is clipped by its own norm, as `clipnorm` does it, and not all by their common one."""
    import tensorflow as tf

    from tf_impl.models import lstm

    def step(side, batch, max_norm):
        with tf.GradientTape() as tape:
            value, metrics = side.loss(side.model, batch, training=True)
        variables = side.model.trainable_variables
        gradients = tape.gradient(value, variables)
        clipped = [tf.clip_by_norm(gradient, max_norm) for gradient in gradients]
        side.optimizer.apply_gradients(zip(clipped, variables, strict=True))
        return value, {**metrics, "gradient_norm": tf.linalg.global_norm(gradients)}

    return replace(lstm.side(settings), step=partial(step, max_norm=settings["max_norm"]))


MUTANTS = (
    Mutant("lstm", last_output, (0, "forward", "head")),
    Mutant("lstm", one_bias, (0, "update", "lstm.bias_hh_l0")),
    # Below the bound nothing is clipped: the norm is first above it in this step.
    Mutant("lstm", clipped_one_by_one, (FIRST_CLIPPED, "gradient", "lstm.weight_ih_l0"), steps=FIRST_CLIPPED + 2),
)
