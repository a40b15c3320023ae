"""Series with gaps (GRU-D): inputs that are missing fade to their mean, the state fades as well,
gates see what was missing.
"""

import numpy as np

TIME, INPUTS, HIDDEN = 6, 4, 5
MEANS = (0.3, -0.2, 0.1, 0.5)
WEIGHTS = {
    f"cell.{ours}.{part}": f"{theirs}.{part}"
    for ours, theirs in (
        ("fade_input", "gamma_x_l"),
        ("fade_state", "gamma_h_l"),
        ("candidate", "hl"),
    )
    for part in ("weight", "bias")
}
WEIGHTS |= {"cell.gates.weight": "cat(zl.weight, rl.weight)", "cell.gates.bias": "cat(zl.bias, rl.bias)"}
WEIGHTS |= {"head.weight": "fc.weight", "head.bias": "fc.bias"}


def batches(rng):
    for _ in range(5):
        mask = (rng.uniform(size=(6, TIME, INPUTS)) < 0.6).astype(float)
        gaps = rng.uniform(0.2, 1.5, size=(6, TIME))
        delta = np.zeros((6, TIME, INPUTS))
        for t in range(1, TIME):
            delta[:, t] = gaps[:, t, None] + (1 - mask[:, t - 1]) * delta[:, t - 1]
        yield {
            "x": rng.normal(size=(6, TIME, INPUTS)) * mask,
            "mask": mask,
            "delta": delta,
            "y": rng.integers(0, 2, size=6),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class GRUD(nn.Module):
        def __init__(self):
            super().__init__()
            self.zl = nn.Linear(2 * INPUTS + HIDDEN, HIDDEN)
            self.rl = nn.Linear(2 * INPUTS + HIDDEN, HIDDEN)
            self.hl = nn.Linear(2 * INPUTS + HIDDEN, HIDDEN)
            self.gamma_x_l = nn.Linear(INPUTS, INPUTS)
            self.gamma_h_l = nn.Linear(INPUTS, HIDDEN)
            self.fc = nn.Linear(HIDDEN, 2)
            self.register_buffer("X_mean", torch.tensor(MEANS, dtype=torch.float64), persistent=False)

        def step(self, x, x_last_obsv, x_mean, h, mask, delta):
            zero_x, zero_h = torch.zeros_like(x), torch.zeros_like(h)
            delta_x = torch.exp(-torch.max(zero_x, self.gamma_x_l(delta)))
            delta_h = torch.exp(-torch.max(zero_h, self.gamma_h_l(delta)))
            x = mask * x + (1 - mask) * (delta_x * x_last_obsv + (1 - delta_x) * x_mean)
            h = delta_h * h
            combined = torch.cat((x, h, mask), 1)
            z = torch.sigmoid(self.zl(combined))
            r = torch.sigmoid(self.rl(combined))
            combined_r = torch.cat((x, r * h, mask), 1)
            h_tilde = torch.tanh(self.hl(combined_r))
            return (1 - z) * h + z * h_tilde

        def forward(self, X, Mask, Delta):
            Hidden_State = X.new_zeros(X.size(0), HIDDEN)
            X_mean = self.X_mean.to(X.dtype).expand(X.size(0), -1)
            X_last = X_mean
            for i in range(X.size(1)):
                Hidden_State = self.step(X[:, i], X_last, X_mean, Hidden_State, Mask[:, i], Delta[:, i])
                X_last = torch.where(Mask[:, i] > 0, X[:, i], X_last)
            return self.fc(Hidden_State)

    def loss(model, batch):
        return F.cross_entropy(model(batch["x"], batch["mask"], batch["delta"]), batch["y"])

    model = GRUD()
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    class Cell(layers.Layer):
        def __init__(self):
            super().__init__()
            self.fade_input, self.fade_state = layers.Dense(INPUTS), layers.Dense(HIDDEN)
            self.gates, self.candidate = layers.Dense(2 * HIDDEN), layers.Dense(HIDDEN)
            self.state_size = [HIDDEN, INPUTS]
            self.output_size = HIDDEN

        def build(self, shape):
            self.fade_input.build((None, INPUTS))
            self.fade_state.build((None, INPUTS))
            self.gates.build((None, 2 * INPUTS + HIDDEN))
            self.candidate.build((None, 2 * INPUTS + HIDDEN))

        def call(self, inputs, states):
            x, m, d = tf.split(inputs, 3, axis=-1)
            h, last = states
            mean = tf.constant(MEANS, x.dtype)
            gamma_x = tf.exp(-tf.nn.relu(self.fade_input(d)))
            gamma_h = tf.exp(-tf.nn.relu(self.fade_state(d)))
            guess = mean + gamma_x * (last - mean)
            seen = tf.where(m > 0.0, x, guess)
            h = gamma_h * h
            update, reset = tf.split(tf.sigmoid(self.gates(tf.concat([seen, h, m], axis=1))), 2, axis=1)
            new = tf.tanh(self.candidate(tf.concat([seen, reset * h, m], axis=1)))
            last = tf.where(m > 0.0, x, last)
            h = h + update * (new - h)
            return h, [h, last]

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.cell = Cell()
            self.head = layers.Dense(2)

        def call(self, x, mask, delta):
            inputs = tf.concat([x, mask, delta], axis=2)
            n = x.shape[0]
            states = [tf.zeros((n, HIDDEN), x.dtype), tf.tile(tf.constant([MEANS], x.dtype), (n, 1))]
            for now in tf.unstack(inputs, axis=1):
                h, states = self.cell(now, states)
            return self.head(h)

    def loss(model, batch):
        logits = model(batch["x"], batch["mask"], batch["delta"])
        return tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(batch["y"], logits, from_logits=True))

    return Classifier(), loss, RMSprop(0.005)
