"""Patches mixed by dense layers alone (MLP-Mixer, lucidrains/mlp-mixer-pytorch): over tokens, then over channels."""

CHANNELS_FIRST = ("image",)
SIDE, PATCH, DIM, CLASSES, SMOOTHING = 6, 2, 8, 4, 0.1
TOKENS = (SIDE // PATCH) ** 2
WEIGHTS = {
    "token_in.weight": "token_mix.0.weight.reshape(12, 9)",
    "token_out.weight": "token_mix.2.weight.reshape(9, 12)",
}
WEIGHTS |= {"token_in.bias": "token_mix.0.bias", "token_out.bias": "token_mix.2.bias"}


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(4, 3, SIDE, SIDE)), "label": rng.integers(0, CLASSES, size=4)}


def torch_side():
    import torch
    from torch import nn

    class MLPMixer(nn.Module):
        def __init__(self):
            super().__init__()
            self.embed = nn.Linear(PATCH * PATCH * 3, DIM)
            self.norm1 = nn.LayerNorm(DIM, eps=1e-6)
            self.token_mix = nn.Sequential(
                nn.Conv1d(TOKENS, 12, kernel_size=1), nn.GELU(), nn.Conv1d(12, TOKENS, kernel_size=1)
            )
            self.norm2 = nn.LayerNorm(DIM, eps=1e-6)
            self.channel_mix = nn.Sequential(nn.Linear(DIM, 10), nn.GELU(), nn.Linear(10, DIM))
            self.norm = nn.LayerNorm(DIM, eps=1e-6)
            self.head = nn.Linear(DIM, CLASSES)

        def patchify(self, img):
            b, c, h, w = img.shape
            x = img.reshape(b, c, h // PATCH, PATCH, w // PATCH, PATCH)
            return x.permute(0, 2, 4, 3, 5, 1).reshape(b, TOKENS, PATCH * PATCH * c)

        def forward(self, img):
            x = self.embed(self.patchify(img))
            x = x + self.token_mix(self.norm1(x))
            x = x + self.channel_mix(self.norm2(x))
            x = self.norm(x)
            return self.head(x.mean(dim=1))

    criterion = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)

    def loss(model, batch):
        return criterion(model(batch["image"]), batch["label"])

    model = MLPMixer()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=4e-3, betas=(0.9, 0.99), weight_decay=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Mixer(keras.Model):
        def __init__(self):
            super().__init__()
            self.to_tokens = layers.Dense(DIM)
            self.before_tokens, self.before_channels = (layers.LayerNormalization(epsilon=1e-6) for _ in range(2))
            self.last = layers.LayerNormalization(epsilon=1e-6)
            self.token_in, self.token_out = layers.Dense(12, activation="gelu"), layers.Dense(TOKENS)
            self.channel_in, self.channel_out = layers.Dense(10, activation="gelu"), layers.Dense(DIM)
            self.classify = layers.Dense(CLASSES)

        def call(self, image):
            rows = tf.reshape(image, [-1, SIDE // PATCH, PATCH, SIDE // PATCH, PATCH * 3])
            patches = tf.reshape(tf.transpose(rows, [0, 1, 3, 2, 4]), [-1, TOKENS, PATCH * PATCH * 3])
            x = self.to_tokens(patches)
            across = tf.transpose(self.before_tokens(x), [0, 2, 1])
            across = self.token_out(self.token_in(across))
            x += tf.transpose(across, [0, 2, 1])
            x += self.channel_out(self.channel_in(self.before_channels(x)))
            return self.classify(tf.reduce_mean(self.last(x), axis=1))

    def loss(model, batch):
        log_probabilities = tf.nn.log_softmax(model(batch["image"]))
        right = tf.gather(log_probabilities, batch["label"], axis=1, batch_dims=1)
        spread = tf.reduce_mean(log_probabilities, axis=1)
        return -tf.reduce_mean((1.0 - SMOOTHING) * right + SMOOTHING * spread)

    return Mixer(), loss, AdamW(4e-3, beta_2=0.99, weight_decay=0.1)
