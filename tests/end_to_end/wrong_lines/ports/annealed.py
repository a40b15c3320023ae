"""A VAE whose divergence counts more and more: the number of steps is kept by each side itself,
and words are forced less and less.
"""

VOCABULARY, LENGTH, WIDTH, LATENT, WARM, FREE = 7, 4, 6, 3, 4, 0.05


def batches(rng):
    for _ in range(6):
        yield {
            "tokens": rng.integers(1, VOCABULARY, size=(5, LENGTH)),
            "eps": rng.normal(size=(5, LATENT)),
            "coin": rng.uniform(size=(LENGTH,)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class SentenceVAE(nn.Module):
        def __init__(self):
            super().__init__()
            self.step = 0
            self.embedding = nn.Embedding(VOCABULARY, WIDTH)
            self.encoder = nn.Linear(WIDTH, 8)
            self.hidden2mean = nn.Linear(8, LATENT)
            self.hidden2logv = nn.Linear(8, LATENT)
            self.latent2hidden = nn.Linear(LATENT, WIDTH)
            self.x2h = nn.Linear(WIDTH, WIDTH)
            self.h2h = nn.Linear(WIDTH, WIDTH)
            self.outputs2vocab = nn.Linear(WIDTH, VOCABULARY)

        def kl_anneal_function(self):
            return min(1.0, self.step / WARM)

        def forward(self, input_sequence, eps, coin):
            if self.training:
                self.step += 1
            input_embedding = self.embedding(input_sequence)
            hidden = torch.tanh(self.encoder(input_embedding)).mean(dim=1)
            mean = self.hidden2mean(hidden)
            logv = self.hidden2logv(hidden)
            z = eps * torch.exp(0.5 * logv) + mean
            hidden = torch.tanh(self.latent2hidden(z))
            teacher_forcing_ratio = 0.5 ** (self.step - 1)
            word = torch.zeros(len(z), dtype=torch.long)
            logits = []
            for t in range(LENGTH):
                hidden = torch.tanh(self.x2h(self.embedding(word)) + self.h2h(hidden))
                logits.append(self.outputs2vocab(hidden))
                if float(coin[t]) < teacher_forcing_ratio:
                    word = input_sequence[:, t]
                else:
                    word = logits[-1].argmax(dim=1)
            return torch.stack(logits, dim=1), mean, logv

    def loss(model, batch):
        logits, mean, logv = model(batch["tokens"], batch["eps"], batch["coin"])
        NLL_loss = F.cross_entropy(logits.view(-1, VOCABULARY), batch["tokens"].view(-1), reduction="sum")
        KL_loss = -0.5 * (1 + logv - mean.pow(2) - logv.exp())
        KL_loss = torch.clamp(KL_loss.mean(dim=0), min=FREE).sum() * len(mean)
        return (NLL_loss + model.kl_anneal_function() * KL_loss) / len(mean)

    model = SentenceVAE()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Sentences(keras.Model):
        def __init__(self):
            super().__init__()
            self.words = layers.Embedding(VOCABULARY, WIDTH)
            self.encode = layers.Dense(8, activation="tanh")
            self.mean, self.log_variance = layers.Dense(LATENT), layers.Dense(LATENT)
            self.begin = layers.Dense(WIDTH, activation="tanh")
            self.of_word, self.of_state = layers.Dense(WIDTH), layers.Dense(WIDTH)
            self.scores = layers.Dense(VOCABULARY)

        def call(self, tokens, noise, forced):
            code = tf.reduce_mean(self.encode(self.words(tokens)), axis=1)
            mean, log_variance = self.mean(code), self.log_variance(code)
            state = self.begin(mean + tf.exp(log_variance / 2) * noise)
            word, made = tf.zeros_like(tokens[:, 0]), []
            for time in range(LENGTH):
                state = tf.tanh(self.of_word(self.words(word)) + self.of_state(state))
                made.append(self.scores(state))
                guess = tf.cast(tf.argmax(made[-1], axis=1), tokens.dtype)
                word = tf.where(forced[time], tokens[:, time], guess)
            return tf.stack(made, axis=1), mean, log_variance

    seen = {"steps": 0}

    def loss(model, batch, training=True):
        if training:
            seen["steps"] += 1
        number = seen["steps"]
        made, mean, log_variance = model(batch["tokens"], batch["eps"], batch["coin"] < 0.5 ** (number - 1))
        likelihood = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["tokens"], made)
        divergence = 0.5 * (tf.square(mean) + tf.exp(log_variance) - log_variance - 1.0)
        divergence = tf.reduce_sum(tf.maximum(tf.reduce_mean(divergence, axis=0), FREE))
        return tf.reduce_mean(tf.reduce_sum(likelihood, axis=1)) + min(number / WARM, 1.0) * divergence

    return Sentences(), loss, Adam(0.01)


def tf_step(side, batch):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    weights = side.model.trainable_variables
    side.optimizer.apply_gradients(zip(tape.gradient(value, weights), weights))
    return value
