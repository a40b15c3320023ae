"""Captchas: a convolution, columns read by a GRU in both directions, a smoothed label for each column."""

CHANNELS_FIRST = ("image",)
HEIGHT, COLUMNS, DIGITS, SMOOTHING = 4, 5, 6, 0.1


def batches(rng):
    for _ in range(5):
        yield {"image": rng.normal(size=(4, 1, 2 * HEIGHT, COLUMNS)), "digits": rng.integers(0, DIGITS, (4, COLUMNS))}


def torch_side():
    import torch
    from torch import nn

    class CRNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.cnn = nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.LeakyReLU(0.1), nn.MaxPool2d((2, 1)))
            self.map2seq = nn.Linear(3 * HEIGHT, 8)
            self.rnn = nn.GRU(8, 5, bidirectional=True, batch_first=True)
            self.dense = nn.Linear(10, DIGITS)

        def forward(self, images):
            conv = self.cnn(images)
            batch, channel, height, width = conv.size()
            conv = conv.permute(0, 3, 1, 2).reshape(batch, width, channel * height)
            seq = self.map2seq(conv)
            recurrent, _ = self.rnn(seq)
            return self.dense(recurrent)

    criterion = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)

    def loss(model, batch):
        logits = model(batch["image"])
        return criterion(logits.transpose(1, 2), batch["digits"])

    model = CRNN()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.01, alpha=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    image = layers.Input((2 * HEIGHT, COLUMNS, 1), name="image")
    x = layers.Conv2D(3, (3, 3), padding="same")(image)
    x = layers.LeakyReLU(negative_slope=0.1)(x)
    x = layers.MaxPooling2D((2, 1))(x)
    x = layers.Permute((2, 3, 1))(x)
    x = layers.Reshape((COLUMNS, 3 * HEIGHT))(x)
    x = layers.Dense(8, name="to_sequence")(x)
    cell = layers.GRU(5, return_sequences=True, recurrent_activation="sigmoid")
    x = layers.Bidirectional(cell)(x)
    model = keras.Model(image, layers.Dense(DIGITS, name="scores")(x))

    def loss(model, batch):
        scores = model(batch["image"])
        wanted = tf.one_hot(batch["digits"], DIGITS, dtype=scores.dtype)
        wanted = wanted * (1.0 - SMOOTHING) + SMOOTHING / DIGITS
        return tf.reduce_mean(keras.losses.categorical_crossentropy(wanted, scores, from_logits=True))

    return model, loss, RMSprop(0.01, alpha=0.9)
