"""An LSTM autoencoder for windows of sensors: the code is the last state, the window comes out backwards, gaps are left
out of the loss.
"""

import numpy as np

SENSORS, STEPS, CODE = 3, 6, 5
LOW, HIGH = np.array([-2.0, -1.0, 0.0]), np.array([2.0, 3.0, 5.0])


def batches(rng):
    for _ in range(6):
        window = LOW + (HIGH - LOW) * rng.random(size=(4, STEPS, SENSORS))
        yield {"window": window, "present": (rng.random(size=(4, STEPS)) < 0.75).astype(float)}


def torch_side():
    import torch
    from torch import nn

    class Encoder(nn.Module):
        def __init__(self, n_features, embedding_dim):
            super().__init__()
            self.rnn1 = nn.LSTM(input_size=n_features, hidden_size=embedding_dim, num_layers=1, batch_first=True)

        def forward(self, x):
            _, (hidden_n, _) = self.rnn1(x)
            return hidden_n[-1]

    class Decoder(nn.Module):
        def __init__(self, seq_len, embedding_dim, n_features):
            super().__init__()
            self.seq_len = seq_len
            self.rnn2 = nn.LSTM(input_size=embedding_dim, hidden_size=7, num_layers=1, batch_first=True)
            self.output_layer = nn.Linear(7, n_features)

        def forward(self, z):
            z = z.unsqueeze(1).repeat(1, self.seq_len, 1)
            z, _ = self.rnn2(z)
            return self.output_layer(z)

    class RecurrentAutoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = Encoder(SENSORS, CODE)
            self.decoder = Decoder(STEPS, CODE, SENSORS)

        def forward(self, x):
            z = self.encoder(x)
            return self.decoder(z), z

    def loss(model, batch):
        low, high = torch.as_tensor(LOW).to(batch["window"]), torch.as_tensor(HIGH).to(batch["window"])
        seq_true = (batch["window"] - low) / (high - low)
        mask = batch["present"].unsqueeze(-1)
        seq_pred, z = model(seq_true * mask)
        target = torch.flip(seq_true, dims=[1])
        squared = (seq_pred - target).pow(2) * torch.flip(mask, dims=[1])
        return squared.sum() / (mask.sum() * SENSORS) + 0.01 * z.abs().sum(dim=1).mean()

    model = RecurrentAutoencoder()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.005, alpha=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import LSTM
    from tf_impl.optimizers import RMSprop

    inputs = keras.Input((STEPS, SENSORS))
    states = LSTM(SENSORS, CODE, return_state=False)(inputs)
    code = states[:, -1, :]
    repeated = layers.RepeatVector(STEPS)(code)
    decoded = LSTM(CODE, 7, return_state=False)(repeated)
    readings = layers.TimeDistributed(layers.Dense(SENSORS))(decoded)
    autoencoder = keras.Model(inputs, [readings, code])

    def loss(model, batch):
        window, present = batch["window"], batch["present"]
        low, high = tf.constant(LOW, window.dtype), tf.constant(HIGH, window.dtype)
        scaled = (window - low) / (high - low)
        known = scaled * present[..., None]
        rebuilt, code = model(known)
        error = tf.square(rebuilt - tf.reverse(scaled, axis=[1]))
        per_step = tf.reduce_mean(error, axis=-1)
        weights = tf.reverse(present, axis=[1])
        reconstruction = tf.reduce_sum(weights * per_step) / tf.reduce_sum(weights)
        sparsity = tf.reduce_mean(tf.norm(code, ord=1, axis=-1))
        return reconstruction + 0.01 * sparsity

    return autoencoder, loss, RMSprop(0.005, alpha=0.9)
