"""Wrong ports of the siamese tower: another distance, another sign, and a tower that is not shared."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def squared_distances(settings):
    """The squared distances of the paper, in place of PyTorch's."""
    import tensorflow as tf

    def triplet(anchor, positive, negative):
        near, far = (tf.reduce_sum(tf.math.squared_difference(anchor, each), 1) for each in (positive, negative))
        return tf.reduce_mean(tf.nn.relu(near - far + settings["triplet_margin"]))

    return _with_losses(settings, triplet=triplet)


def cosine_turned_round(settings):
    """keras.losses.cosine_similarity taken for the cosine: it is minus that."""
    import keras
    import tensorflow as tf

    def cosine(anchor, positive, negative):
        near, far = (keras.losses.cosine_similarity(anchor, each) for each in (positive, negative))
        return tf.reduce_mean(1 - near) + tf.reduce_mean(tf.nn.relu(far - settings["cosine_margin"]))

    return _with_losses(settings, cosine=cosine)


def tower_not_shared(settings):
    """The others go through a tower of the same weights that is not trained: only the anchor's gradient is left."""
    import tensorflow as tf

    from tf_impl.models import siamese

    class NotShared(siamese.Siamese):
        def call(self, anchor, positive, negative):
            anchor, *others = super().call(anchor, positive, negative)
            return anchor, *map(tf.stop_gradient, others)

    return replace(siamese.side(settings), model=NotShared())


def _with_losses(settings, triplet=None, cosine=None):
    import tensorflow as tf

    from tf_impl import losses
    from tf_impl.models import siamese

    def loss(model, batch, training):
        given = (batch[name] for name in ("anchor", "positive", "negative"))
        embedded = anchor, positive, negative = model(*given, training=training)
        alike = tf.ones_like(anchor[:, 0])
        near = losses.cosine_embedding(anchor, positive, alike)
        far = losses.cosine_embedding(anchor, negative, -alike, settings["cosine_margin"])
        found = {
            "triplet": triplet(*embedded) if triplet else losses.triplet_margin(*embedded, settings["triplet_margin"]),
            "cosine": cosine(*embedded) if cosine else near + far,
        }
        return found["triplet"] + found["cosine"], found

    return replace(siamese.side(settings), loss=loss)


MUTANTS = (
    Mutant("siamese", squared_distances, (0, "loss", "loss")),
    Mutant("siamese", cosine_turned_round, (0, "loss", "loss")),
    Mutant("siamese", tower_not_shared, (0, "gradient", "tower.fc1.weight")),
)
