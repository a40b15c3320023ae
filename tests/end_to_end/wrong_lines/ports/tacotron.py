"""Speech from text: attention that knows where it was, guided to the diagonal, stop tokens,
frames before and after a post-net.
"""

import numpy as np

CHARACTERS, TEXT, FRAMES, MELS, UNITS, SIGMA, STOP_WEIGHT = 9, 5, 6, 4, 6, 0.3, 5.0


def batches(rng):
    for _ in range(3):
        text_lengths, mel_lengths = rng.integers(3, TEXT + 1, size=4), rng.integers(3, FRAMES + 1, size=4)
        text = rng.integers(1, CHARACTERS, size=(4, TEXT)) * (np.arange(TEXT) < text_lengths[:, None])
        mel = rng.normal(size=(4, FRAMES, MELS)) * (np.arange(FRAMES) < mel_lengths[:, None])[..., None]
        yield {"text": text, "text_lengths": text_lengths, "mel": mel, "mel_lengths": mel_lengths}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def sequence_mask(sequence_length, max_len):
        return torch.arange(max_len)[None, :] < sequence_length[:, None]

    class Decoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.prenet = nn.Linear(MELS, UNITS)
            self.rnn_x = nn.Linear(UNITS + UNITS, UNITS)
            self.rnn_h = nn.Linear(UNITS, UNITS)
            self.query_layer = nn.Linear(UNITS, 7, bias=False)
            self.memory_layer = nn.Linear(UNITS, 7, bias=False)
            self.location_conv = nn.Conv1d(2, 3, 3, padding=1, bias=False)
            self.location_dense = nn.Linear(3, 7, bias=False)
            self.v = nn.Linear(7, 1, bias=False)
            self.linear_projection = nn.Linear(2 * UNITS, MELS)
            self.gate_layer = nn.Linear(2 * UNITS, 1)

        def get_alignment_energies(self, query, processed_memory, attention_weights_cat):
            processed_query = self.query_layer(query.unsqueeze(1))
            processed = self.location_dense(self.location_conv(attention_weights_cat).transpose(1, 2))
            return self.v(torch.tanh(processed_query + processed + processed_memory)).squeeze(-1)

        def forward(self, memory, decoder_inputs, mask):
            B = memory.size(0)
            go_frame = memory.new_zeros(B, 1, MELS)
            decoder_inputs = torch.cat((go_frame, decoder_inputs), dim=1)
            hidden = memory.new_zeros(B, UNITS)
            context = memory.new_zeros(B, UNITS)
            attention_weights = memory.new_zeros(B, memory.size(1))
            attention_weights_cum = memory.new_zeros(B, memory.size(1))
            processed_memory = self.memory_layer(memory)
            mel_outputs, gate_outputs, alignments = [], [], []
            while len(mel_outputs) < decoder_inputs.size(1) - 1:
                x = F.relu(self.prenet(decoder_inputs[:, len(mel_outputs)]))
                hidden = torch.tanh(self.rnn_x(torch.cat((x, context), -1)) + self.rnn_h(hidden))
                cat = torch.stack((attention_weights, attention_weights_cum), dim=1)
                alignment = self.get_alignment_energies(hidden, processed_memory, cat)
                alignment = alignment.masked_fill(~mask, -float("inf"))
                attention_weights = F.softmax(alignment, dim=1)
                context = torch.bmm(attention_weights.unsqueeze(1), memory).squeeze(1)
                attention_weights_cum = attention_weights_cum + attention_weights
                both = torch.cat((hidden, context), dim=1)
                mel_outputs += [self.linear_projection(both)]
                gate_outputs += [self.gate_layer(both).squeeze(1)]
                alignments += [attention_weights]
            return torch.stack(mel_outputs, 1), torch.stack(gate_outputs, 1), torch.stack(alignments, 1)

    class Tacotron(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(CHARACTERS, UNITS)
            self.encoder = nn.Conv1d(UNITS, UNITS, 3, padding=1)
            self.decoder = Decoder()
            self.postnet = nn.Sequential(nn.Conv1d(MELS, 5, 3, padding=1), nn.Tanh(), nn.Conv1d(5, MELS, 3, padding=1))

        def forward(self, text, text_lengths, mels):
            mask = sequence_mask(text_lengths, text.size(1))
            embedded = self.embedding(text).transpose(1, 2)
            memory = F.relu(self.encoder(embedded)).transpose(1, 2)
            mel, gate, alignments = self.decoder(memory, mels, mask)
            mel_post = mel + self.postnet(mel.transpose(1, 2)).transpose(1, 2)
            return mel, mel_post, gate, alignments

    class GuidedAttentionLoss(nn.Module):
        def __init__(self, sigma):
            super().__init__()
            self.sigma = sigma

        def make_masks(self, ilens, olens, like):
            masks = torch.zeros_like(like)
            for idx, (ilen, olen) in enumerate(zip(ilens.tolist(), olens.tolist())):
                grid_x, grid_y = torch.meshgrid(torch.arange(olen), torch.arange(ilen), indexing="ij")
                grid_x, grid_y = grid_x.to(like.dtype), grid_y.to(like.dtype)
                masks[idx, :olen, :ilen] = 1.0 - torch.exp(
                    -((grid_y / ilen - grid_x / olen) ** 2) / (2 * (self.sigma**2))
                )
            return masks

        def forward(self, att_ws, ilens, olens):
            guided_attn_masks = self.make_masks(ilens, olens, att_ws)
            masks = sequence_mask(olens, att_ws.size(1)).unsqueeze(-1) & sequence_mask(ilens, att_ws.size(2)).unsqueeze(
                -2
            )
            losses = guided_attn_masks * att_ws
            return torch.mean(losses.masked_select(masks))

    guided = GuidedAttentionLoss(SIGMA)

    def loss(model, batch):
        mel, mel_post, gate, alignments = model(batch["text"], batch["text_lengths"], batch["mel"])
        mask = sequence_mask(batch["mel_lengths"], FRAMES)
        target = batch["mel"]
        mel_loss = F.l1_loss(mel[mask], target[mask]) + F.mse_loss(mel_post[mask], target[mask])
        gate_target = (torch.arange(FRAMES)[None, :] >= batch["mel_lengths"][:, None] - 1).to(target.dtype)
        gate_loss = F.binary_cross_entropy_with_logits(gate, gate_target, pos_weight=target.new_tensor(STOP_WEIGHT))
        return mel_loss + gate_loss + guided(alignments, batch["text_lengths"], batch["mel_lengths"])

    model = Tacotron()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def dense(units):
        return layers.Dense(units, use_bias=False)

    class Decoder(layers.Layer):
        def __init__(self):
            super().__init__()
            self.prenet = layers.Dense(UNITS, activation="relu")
            self.cell_input, self.cell_state = layers.Dense(UNITS), layers.Dense(UNITS)
            self.of_query, self.of_memory = dense(7), dense(7)
            self.location = layers.Conv1D(3, 3, padding="same", use_bias=False)
            self.of_location = dense(7)
            self.energy = dense(1)
            self.frame, self.stop = layers.Dense(MELS), layers.Dense(1)

        def call(self, memory, frames, mask):
            n = memory.shape[0]
            keys = self.of_memory(memory)
            given = self.prenet(tf.pad(frames[:, :-1], [[0, 0], [1, 0], [0, 0]]))
            state, context = tf.zeros((n, UNITS), memory.dtype), tf.zeros((n, UNITS), memory.dtype)
            weights, cumulated = tf.zeros((n, TEXT), memory.dtype), tf.zeros((n, TEXT), memory.dtype)
            features, ways = [], []
            for step in range(FRAMES):
                state = tf.tanh(self.cell_input(tf.concat([given[:, step], context], axis=1)) + self.cell_state(state))
                where = self.of_location(self.location(tf.stack([weights, cumulated], axis=-1)))
                scores = self.energy(tf.tanh(self.of_query(state)[:, None] + keys + where))[..., 0]
                weights = tf.nn.softmax(tf.where(mask, scores, tf.constant(-1e30, scores.dtype)))
                cumulated += weights
                context = tf.einsum("nt,ntd->nd", weights, memory)
                features.append(tf.concat([state, context], axis=1))
                ways.append(weights)
            features = tf.stack(features, axis=1)
            return self.frame(features), self.stop(features)[..., 0], tf.stack(ways, axis=1)

    class Speaker(keras.Model):
        def __init__(self):
            super().__init__()
            self.letters = layers.Embedding(CHARACTERS, UNITS)
            self.encode = layers.Conv1D(UNITS, 3, padding="same", activation="relu")
            self.decoder = Decoder()
            self.post = keras.Sequential(
                [layers.Conv1D(5, 3, padding="same", activation="tanh"), layers.Conv1D(MELS, 3, padding="same")]
            )

        def call(self, text, lengths, frames):
            memory = self.encode(self.letters(text))
            before, stop, ways = self.decoder(memory, frames, tf.sequence_mask(lengths, TEXT))
            return before, before + self.post(before), stop, ways

    def diagonal(text_lengths, mel_lengths, dtype):
        t = tf.range(TEXT, dtype=dtype)[None, None, :] / tf.cast(text_lengths, dtype)[:, None, None]
        m = tf.range(FRAMES, dtype=dtype)[None, :, None] / tf.cast(mel_lengths, dtype)[:, None, None]
        return 1.0 - tf.exp(-tf.square(t - m) / (2.0 * SIGMA**2))

    def masked_mean(values, mask):
        mask = tf.cast(tf.broadcast_to(mask, tf.shape(values)), values.dtype)
        return tf.reduce_sum(values * mask) / tf.reduce_sum(mask)

    def loss(model, batch):
        before, after, stop, ways = model(batch["text"], batch["text_lengths"], batch["mel"])
        real = tf.sequence_mask(batch["mel_lengths"], FRAMES)
        reconstruction = masked_mean(tf.abs(before - batch["mel"]), real[..., None])
        reconstruction += masked_mean(tf.square(after - batch["mel"]), real[..., None])
        ends = 1.0 - tf.sequence_mask(batch["mel_lengths"] - 1, FRAMES, dtype=stop.dtype)
        stopping = tf.reduce_mean(tf.nn.weighted_cross_entropy_with_logits(ends, stop, pos_weight=STOP_WEIGHT))
        pairs = real[:, :, None] & tf.sequence_mask(batch["text_lengths"], TEXT)[:, None, :]
        guide = masked_mean(ways * diagonal(batch["text_lengths"], batch["mel_lengths"], ways.dtype), pairs)
        return reconstruction + stopping + guide

    return Speaker(), loss, Adam(0.005)
