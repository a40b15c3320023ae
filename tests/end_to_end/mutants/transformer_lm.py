"""Wrong ports of the decoder: its activation, its decay, and where its gradients are clipped."""

from dataclasses import replace

from tests.end_to_end.mutants import Mutant


def gelu_by_tanh(settings):
    """keras.ops.gelu, whose default is the approximation."""
    import keras

    from tf_impl.models import transformer_lm

    class Block(transformer_lm.Block):
        def call(self, x, masks):
            x = x + self.dropout1(self.attention(self.norm1(x)), masks=masks)
            return x + self.dropout2(self.down(keras.ops.gelu(self.up(self.norm2(x)))), masks=masks)

    side = transformer_lm.side(settings)
    side.model.blocks = [Block(settings, number) for number in range(settings["blocks"])]
    return side


def norms_decayed(settings):
    """Decay that leaves out what is called bias or norm, where Keras calls a norm's weights gamma and beta."""
    from tf_impl.models import transformer_lm

    side = transformer_lm.side(settings)
    side.optimizer.exclude_from_weight_decay(var_names=["bias", "norm"])
    return side


def output_untied(settings):
    """The output layer multiplies by a copy of the token's table: nothing goes back from there."""
    import tensorflow as tf

    from tf_impl.models import transformer_lm

    class Model(transformer_lm.TransformerLm):
        def call(self, tokens, masks):
            x = self.dropout(self.token(tokens) + self.position(tf.range(tokens.shape[1])), masks=masks)
            for block in self.blocks:
                x = block(x, masks=masks)
            return tf.matmul(self.norm(x), tf.stop_gradient(self.token.embeddings), transpose_b=True)

    return replace(transformer_lm.side(settings), model=Model(settings))


def each_micro_batch_clipped(settings):
    """Each micro-batch's gradient is clipped, and not their sum."""
    import tensorflow as tf

    from tf_impl.gradients import clip_by_global_norm
    from tf_impl.models import transformer_lm

    def step(side, batch):
        variables, count = side.model.trainable_variables, batch["tokens"].shape[0]
        total, losses, norms = [0.0] * len(variables), [], []
        for number in range(count):
            with tf.GradientTape() as tape:
                micro_batch = {name: array[number] for name, array in batch.items()}
                loss, metrics = side.loss(side.model, micro_batch, training=True)
            clipped, norm = clip_by_global_norm(tape.gradient(loss, variables), settings["max_norm"])
            total = [one + other / count for one, other in zip(total, clipped, strict=True)]
            losses.append(loss)
            norms.append(norm)
        side.optimizer.apply_gradients(zip(total, variables, strict=True))
        return sum(losses) / count, {**metrics, "gradient_norm": sum(norms) / count}

    return replace(transformer_lm.side(settings), step=step)


MUTANTS = (
    Mutant("transformer_lm", gelu_by_tanh, (0, "forward", "blocks.0.down"), steps=2),
    Mutant("transformer_lm", norms_decayed, (0, "update", "blocks.0.norm1.weight"), steps=2),
    Mutant("transformer_lm", output_untied, (0, "gradient", "token.weight"), steps=2),
    Mutant("transformer_lm", each_micro_batch_clipped, (0, "gradient", "token.weight"), steps=2),
)
