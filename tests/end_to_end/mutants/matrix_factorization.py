"""Wrong ports of the matrix factorization: rows that a batch has twice, rows that it has not, and a broadcast."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def squares_of_slices(settings):
    """Keras' own Adam: the gradients of a row that the batch has twice are squared each, then summed."""
    import keras

    from tf_impl.models import matrix_factorization

    optimizer = keras.optimizers.Adam(
        settings["learning_rate"], settings["beta_1"], settings["beta_2"], settings["epsilon"]
    )
    return replace(matrix_factorization.side(settings), optimizer=optimizer)


def lazy_rows(settings):
    """A lazy Adam: rows that the batch has not are left as they are, and so is what is remembered of them."""
    import tensorflow as tf

    from tf_impl.models import matrix_factorization
    from tf_impl.optimizers import Adam

    class LazyAdam(Adam):
        def update_step(self, gradient, variable, learning_rate):
            index = self._get_variable_index(variable)
            held = [variable, self.exp_avgs[index], self.exp_avg_sqs[index]]
            before = [tf.identity(each) for each in held]
            super().update_step(gradient, variable, learning_rate)
            given = tf.scatter_nd(gradient.indices[:, None], tf.ones_like(gradient.indices), variable.shape[:1])
            for each, old in zip(held, before, strict=True):
                each.assign(tf.where(given[:, None] > 0, each, old))

    side = matrix_factorization.side(settings)
    adam = {name: settings[name] for name in ("learning_rate", "beta_1", "beta_2", "epsilon")}
    return replace(side, optimizer=LazyAdam(**adam))


def ratings_broadcast(settings):
    """Predictions (N, 1) against ratings (N,): every prediction is held against every rating, without a word."""
    from tf_impl.losses import mean_squared_error
    from tf_impl.models import matrix_factorization

    def loss(model, batch, training):
        ratings = model(batch["users"], batch["items"], training=training)
        return mean_squared_error(ratings[:, None], batch["ratings"]), {}

    return replace(matrix_factorization.side(settings), loss=loss)


MUTANTS = (
    # The gradients agree, as sums; the squares that the optimizer remembers do not.
    Mutant("matrix_factorization", squares_of_slices, (0, "state", "users.weight exp_avg_sq")),
    # A row must have been in a batch, and then be missing from one, to have a momentum that is lost.
    Mutant("matrix_factorization", lazy_rows, (1, "state", "users.weight exp_avg")),
    Mutant("matrix_factorization", ratings_broadcast, (0, "loss", "loss")),
)
