"""Tags of sounds: strided convolutions of the wave, group norm, mean and maximum over time, rare tags weighted."""

import numpy as np

SAMPLES, TAGS, RATE, LOWEST, TOTAL = 24, 3, 0.01, 1e-3, 8
RARITY = (1.0, 3.0, 5.0)


def batches(rng):
    for _ in range(TOTAL):
        yield {"wave": rng.normal(size=(5, SAMPLES)), "tags": (rng.uniform(size=(5, TAGS)) < 0.3).astype(float)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    from compare import Side

    class AudioTagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv1d(1, 6, kernel_size=5, stride=2, padding=2)
            self.norm1 = nn.GroupNorm(2, 6)
            self.conv2 = nn.Conv1d(6, 4, kernel_size=3, padding=1)
            self.head = nn.Linear(8, TAGS)

        def forward(self, wave):
            x = wave.unsqueeze(1)
            x = F.relu(self.norm1(self.conv1(x)))
            x = torch.tanh(self.conv2(x))
            pooled = torch.cat([x.mean(dim=2), x.amax(dim=2)], dim=1)
            return self.head(pooled)

    def loss(model, batch):
        logits = model(batch["wave"])
        pos_weight = logits.new_tensor(RARITY)
        return F.binary_cross_entropy_with_logits(logits, batch["tags"], pos_weight=pos_weight)

    model = AudioTagger()
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=TOTAL, eta_min=LOWEST)
    return Side(model, loss, optimizer, schedule=schedule)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    wave = keras.Input((SAMPLES,))
    x = layers.Reshape((SAMPLES, 1))(wave)
    x = layers.Conv1D(6, 5, strides=2)(layers.ZeroPadding1D(2)(x))
    x = layers.ReLU()(layers.GroupNormalization(groups=2, epsilon=1e-5)(x))
    x = layers.Conv1D(4, 3, padding="same", activation="tanh")(x)
    x = layers.Concatenate()([layers.GlobalAveragePooling1D()(x), layers.GlobalMaxPooling1D()(x)])
    model = keras.Model(wave, layers.Dense(TAGS)(x))

    def loss(model, batch):
        tags, scores = batch["tags"], model(batch["wave"])
        present = tags * tf.nn.softplus(-scores)
        absent = (1.0 - tags) * tf.nn.softplus(scores)
        return tf.reduce_mean(tf.constant(RARITY, scores.dtype) * present + absent)

    return model, loss, Adam(RATE)


def tf_step(side, batch):
    import tensorflow as tf

    progress = int(side.optimizer.iterations) / TOTAL
    side.optimizer.learning_rate = LOWEST + (RATE - LOWEST) * 0.5 * (1.0 + np.cos(np.pi * progress))
    weights = side.model.trainable_weights
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    side.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights))
    return value
