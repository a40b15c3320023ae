"""Wrong ports of the vision transformer."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def patches_cut_as_they_lie(settings):
    """PyTorch's order of the axes brought over, and then no turn of tokens and width before the reshape."""
    import tensorflow as tf

    from tf_impl.models import vision_transformer

    class Model(vision_transformer.VisionTransformer):
        def call(self, images):
            patches = self.patches(images)
            count, width = patches.shape[1] * patches.shape[2], patches.shape[3]
            patches = tf.reshape(tf.transpose(patches, (0, 3, 1, 2)), (-1, count, width))
            first = tf.tile(self.class_token, (tf.shape(patches)[0], 1, 1))
            x = tf.concat((first, patches), axis=1) + self.positions
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x)[:, 0])

    return replace(vision_transformer.side(settings), model=Model(settings))


def keras_epsilon_of_layer_norm(settings):
    """Keras' default epsilon, 1e-3."""
    from keras import layers

    from tf_impl.models import vision_transformer

    side = vision_transformer.side(settings)
    side.model.blocks[0].norm1 = layers.LayerNormalization()
    return side


def gelu_by_tanh(settings):
    """keras.ops.gelu as it comes: the approximation."""
    import keras

    from tf_impl.models import vision_transformer

    class Block(vision_transformer.Block):
        def call(self, x):
            x = x + self.attention(self.norm1(x))
            return x + self.down(keras.ops.gelu(self.up(self.norm2(x))))

    side = vision_transformer.side(settings)
    side.model.blocks[1] = Block(settings["width"], settings["heads"], settings["norm_epsilon"])
    return side


def smoothing_forgotten(settings):
    """Keras' sparse cross-entropy, which has no label smoothing."""
    from tf_impl.losses import sparse_categorical_cross_entropy
    from tf_impl.models import vision_transformer

    def loss(model, batch, training):
        return sparse_categorical_cross_entropy(model(batch["x"], training=training), batch["y"]), {}

    return replace(vision_transformer.side(settings), loss=loss)


def decay_of_matrices_only(settings):
    """No decay of norms, biases and tokens, as many recipes have it and the original has not."""
    from tf_impl.models import vision_transformer

    side = vision_transformer.side(settings)
    side.optimizer.exclude_from_weight_decay(var_names=["class_token", "positions", "gamma", "beta", "bias"])
    return side


MUTANTS = (
    Mutant("vision_transformer", patches_cut_as_they_lie, (0, "forward", "blocks.0.norm1")),
    Mutant("vision_transformer", keras_epsilon_of_layer_norm, (0, "forward", "blocks.0.norm1")),
    Mutant("vision_transformer", gelu_by_tanh, (0, "forward", "blocks.1.down")),
    Mutant("vision_transformer", smoothing_forgotten, (0, "loss", "loss")),
    Mutant("vision_transformer", decay_of_matrices_only, (0, "update", "class_token")),
)
