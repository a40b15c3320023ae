"""A vision transformer of timm, whose query, key and value are one layer, beside one of the layers that Keras has."""

import sys
from types import ModuleType

CHANNELS_FIRST = ("images",)
SIZE, D, H, L, P = 16, 16, 4, 2, 4


def batches(rng):
    for _ in range(3):
        yield {"images": rng.normal(size=(2, 3, SIZE, SIZE)), "labels": rng.integers(0, 10, 2)}


def torch_side():
    import torch
    from torch import nn

    # What is built for CUDA registers operators that a CPU build of torch does not have.
    sys.modules.setdefault("torchvision._meta_registrations", ModuleType("torchvision._meta_registrations"))
    from timm.models.vision_transformer import VisionTransformer

    model = VisionTransformer(img_size=SIZE, patch_size=P, embed_dim=D, depth=L, num_heads=H, num_classes=10)

    def loss(model, batch, training):
        model.train(training)
        return nn.functional.cross_entropy(model(batch["images"]), batch["labels"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers as K

    class Block(K.Layer):
        def __init__(self):
            super().__init__()
            self.norm1, self.norm2 = K.LayerNormalization(epsilon=1e-6), K.LayerNormalization(epsilon=1e-6)
            self.attention = K.MultiHeadAttention(H, D // H)
            self.up, self.down = K.Dense(4 * D, activation="gelu"), K.Dense(D)

        def call(self, x):
            y = self.norm1(x)
            x = x + self.attention(y, y)
            return x + self.down(self.up(self.norm2(x)))

    class ViT(keras.Model):
        def __init__(self):
            super().__init__()
            self.patches = K.Conv2D(D, P, P)
            self.blocks = [Block() for _ in range(L)]
            self.norm, self.head = K.LayerNormalization(epsilon=1e-6), K.Dense(10)

        def build(self, shape):
            self.cls = self.add_weight(name="cls", shape=(1, 1, D))
            self.positions = self.add_weight(name="positions", shape=(1, 17, D))

        def call(self, x):
            n = tf.shape(x)[0]
            x = tf.reshape(self.patches(x), (n, 16, D))
            x = tf.concat([tf.repeat(tf.convert_to_tensor(self.cls), n, 0), x], 1) + self.positions
            for block in self.blocks:
                x = block(x)
            return self.head(self.norm(x)[:, 0])

    model = ViT()
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch, training):
        return entropy(batch["labels"], model(batch["images"], training=training))

    return model, loss, keras.optimizers.SGD(0.01)
