"""Ages as ranks (CORAL): one score, a threshold for each rank, and a weight for each threshold."""

RANKS, SIDE, DECAY, IMPORTANCE = 5, 6, 0.05, (1.0, 0.5, 2.0, 1.5)
CHANNELS_FIRST = ("faces",)
WEIGHTS = {"ranks.thresholds": "fc.coral_bias"}


def batches(rng):
    for _ in range(5):
        yield {"faces": rng.normal(size=(6, 3, SIDE, SIDE)), "ages": rng.integers(0, RANKS, size=6)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class CoralLayer(nn.Module):
        def __init__(self, size_in, num_classes):
            super().__init__()
            self.coral_weights = nn.Linear(size_in, 1, bias=False)
            self.coral_bias = nn.Parameter(torch.arange(num_classes - 1, 0, -1).float() / (num_classes - 1))

        def forward(self, x):
            return self.coral_weights(x) + self.coral_bias

    class ConvNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(3, 4, 3, stride=2, padding=1),
                nn.LeakyReLU(inplace=True),
                nn.Conv2d(4, 6, 3, stride=1, padding=1),
                nn.LeakyReLU(inplace=True),
            )
            self.fc = CoralLayer(6, RANKS)

        def forward(self, x):
            x = self.features(x)
            x = x.amax(dim=(2, 3))
            return self.fc(x)

    def levels_from_labelbatch(labels, num_classes):
        levels = [[1] * int(label) + [0] * (num_classes - 1 - int(label)) for label in labels]
        return torch.tensor(levels)

    def coral_loss(logits, levels, importance_weights):
        term1 = F.logsigmoid(logits) * levels + (F.logsigmoid(logits) - logits) * (1 - levels)
        term1 = term1 * importance_weights
        val = -torch.sum(term1, dim=1)
        return torch.mean(val)

    def loss(model, batch):
        logits = model(batch["faces"])
        levels = levels_from_labelbatch(batch["ages"], RANKS).to(logits)
        return coral_loss(logits, levels, torch.tensor(IMPORTANCE).to(logits))

    model = ConvNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, weight_decay=DECAY)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class CoralOrdinal(layers.Layer):
        def build(self, shape):
            self.score = layers.Dense(1, use_bias=False)
            self.score.build(shape)
            start = keras.initializers.Constant([1.0, 0.75, 0.5, 0.25])
            self.thresholds = self.add_weight(shape=(RANKS - 1,), initializer=start, name="thresholds")

        def call(self, x):
            return self.score(x) + self.thresholds

    face = keras.Input((SIDE, SIDE, 3))
    x = layers.Conv2D(4, 3, strides=2)(layers.ZeroPadding2D(1)(face))
    x = layers.LeakyReLU(negative_slope=0.01)(x)
    x = layers.Conv2D(6, 3, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.01)(x)
    x = layers.GlobalMaxPooling2D()(x)
    network = keras.Model(face, CoralOrdinal(name="ranks")(x))

    def loss(model, batch):
        logits = model(batch["faces"])
        above = tf.cast(batch["ages"][:, tf.newaxis] > tf.range(RANKS - 1, dtype=batch["ages"].dtype), logits.dtype)
        per_rank = tf.nn.sigmoid_cross_entropy_with_logits(labels=above, logits=logits)
        return tf.reduce_mean(tf.linalg.matvec(per_rank, tf.constant(IMPORTANCE, logits.dtype)))

    return network, loss, Adam(0.01, weight_decay=DECAY)
