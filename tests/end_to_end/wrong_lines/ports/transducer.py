"""Speech without alignments (RNN-T): an encoder, a predictor, their joint,
and the sum over all ways through the grid.
"""

FRAMES, LABELS, VOCABULARY, BLANK, HIDDEN = 5, 3, 6, 0, 7


def batches(rng):
    for _ in range(4):
        yield {
            "speech": rng.normal(size=(4, FRAMES, 4)),
            "text": rng.integers(1, VOCABULARY, size=(4, LABELS)),
            "frames": rng.integers(FRAMES - 2, FRAMES + 1, size=4),
            "labels": rng.integers(1, LABELS + 1, size=4),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class Transducer(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.LSTM(4, HIDDEN, batch_first=True)
            self.embed = nn.Embedding(VOCABULARY, 5, padding_idx=BLANK)
            self.decoder = nn.GRU(5, HIDDEN, batch_first=True)
            self.forward_layer = nn.Linear(2 * HIDDEN, 9)
            self.project_layer = nn.Linear(9, VOCABULARY)

        def joint(self, enc_state, dec_state):
            t = enc_state.size(1)
            u = dec_state.size(1)
            enc_state = enc_state.unsqueeze(2).repeat([1, 1, u, 1])
            dec_state = dec_state.unsqueeze(1).repeat([1, t, 1, 1])
            concat_state = torch.cat((enc_state, dec_state), dim=-1)
            return self.project_layer(torch.tanh(self.forward_layer(concat_state)))

        def forward(self, inputs, targets):
            zero = targets.new_zeros((targets.size(0), 1))
            concat_targets = torch.cat((zero, targets), dim=1)
            enc_state, _ = self.encoder(inputs)
            dec_state, _ = self.decoder(self.embed(concat_targets))
            return self.joint(enc_state, dec_state)

    def rnnt_loss(logits, labels, input_lengths, label_lengths):
        log_probs = F.log_softmax(logits, dim=-1)
        costs = []
        for b in range(log_probs.size(0)):
            T, U = int(input_lengths[b]), int(label_lengths[b]) + 1
            lp = log_probs[b]
            alphas = [[None] * U for _ in range(T)]
            for t in range(T):
                for u in range(U):
                    if t == 0 and u == 0:
                        alphas[t][u] = lp.new_zeros(())
                        continue
                    terms = []
                    if t > 0:
                        terms.append(alphas[t - 1][u] + lp[t - 1, u, BLANK])
                    if u > 0:
                        terms.append(alphas[t][u - 1] + lp[t, u - 1, labels[b, u - 1]])
                    alphas[t][u] = torch.logsumexp(torch.stack(terms), dim=0)
            log_like = alphas[T - 1][U - 1] + lp[T - 1, U - 1, BLANK]
            costs.append(-log_like)
        return torch.stack(costs).mean()

    def loss(model, batch):
        logits = model(batch["speech"], batch["text"])
        return rnnt_loss(logits, batch["text"], batch["frames"], batch["labels"])

    model = Transducer()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01, eps=1e-6)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import GRU, LSTM
    from tf_impl.optimizers import Adam

    class Transducer(keras.Model):
        def __init__(self):
            super().__init__()
            self.acoustic = LSTM(4, HIDDEN, return_state=False)
            self.lookup = layers.Embedding(VOCABULARY, 5)
            self.language = GRU(5, HIDDEN, return_state=False)
            self.joint, self.out = layers.Dense(9, activation="tanh"), layers.Dense(VOCABULARY)

        def call(self, speech, text):
            shifted = tf.pad(text, [[0, 0], [1, 0]], constant_values=BLANK)
            embedded = self.lookup(shifted) * tf.cast(shifted != BLANK, speech.dtype)[..., None]
            f, g = self.acoustic(speech), self.language(embedded)
            f = tf.tile(f[:, :, None], (1, 1, LABELS + 1, 1))
            g = tf.tile(g[:, None], (1, FRAMES, 1, 1))
            return self.out(self.joint(tf.concat([f, g], axis=-1)))

    def transducer_loss(logits, text, frames, labels):
        log_p = tf.nn.log_softmax(logits)
        blank = log_p[..., BLANK]
        emit = tf.gather(log_p[:, :, :-1], tf.tile(text[:, None], (1, FRAMES, 1)), batch_dims=3)
        alpha, column = [], None
        for t in range(FRAMES):
            cells = []
            for u in range(LABELS + 1):
                stay = column[u] + blank[:, t - 1, u] if t else None
                move = cells[u - 1] + emit[:, t, u - 1] if u else None
                if stay is None and move is None:
                    cells.append(tf.zeros_like(blank[:, 0, 0]))
                elif stay is None or move is None:
                    cells.append(move if stay is None else stay)
                else:
                    cells.append(tf.reduce_logsumexp(tf.stack([stay, move], axis=-1), axis=-1))
            column = cells
            alpha.append(tf.stack(cells, axis=1))
        alpha = tf.stack(alpha, axis=1)
        last = tf.stack([frames - 1, labels], axis=1)
        total = tf.gather_nd(alpha, last, batch_dims=1) + tf.gather_nd(blank, last, batch_dims=1)
        return -tf.reduce_mean(total)

    def loss(model, batch):
        logits = model(batch["speech"], batch["text"])
        return transducer_loss(logits, batch["text"], batch["frames"], batch["labels"])

    return Transducer(), loss, Adam(0.01, epsilon=1e-6)
