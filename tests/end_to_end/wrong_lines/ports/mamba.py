"""Selective state spaces (Mamba): steps, inputs and readouts depend on the word; a causal depthwise convolution,
gates, a scan.
"""

VOCAB, LENGTH, DIM, INNER, STATE, RANK, CONV = 10, 6, 6, 8, 3, 2, 3
WEIGHTS = {"mixer.x_branch.weight": "mixer.in_proj.weight[0:8]"}
WEIGHTS |= {"mixer.gate_branch.weight": "mixer.in_proj.weight[8:16]"}
WEIGHTS |= {"mixer.taps": "mixer.conv1d.weight.permute(2, 1, 0)"}
WEIGHTS |= {"mixer.taps_bias": "mixer.conv1d.bias", "mixer.log_rates": "mixer.A_log", "mixer.skip": "mixer.D"}
WEIGHTS |= {"mixer.to_step.weight": "mixer.x_proj.weight[0:2]", "mixer.to_b.weight": "mixer.x_proj.weight[2:5]"}
WEIGHTS |= {"mixer.to_c.weight": "mixer.x_proj.weight[5:8]", "mixer.step.weight": "mixer.dt_proj.weight"}
WEIGHTS |= {"mixer.step.bias": "mixer.dt_proj.bias", "mixer.out.weight": "mixer.out_proj.weight"}


def batches(rng):
    for _ in range(5):
        yield {"tokens": rng.integers(0, VOCAB, size=(3, LENGTH + 1))}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class RMSNorm(nn.Module):
        def __init__(self, d_model, eps=1e-5):
            super().__init__()
            self.eps = eps
            self.weight = nn.Parameter(torch.ones(d_model))

        def forward(self, x):
            return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps) * self.weight

    class MambaBlock(nn.Module):
        def __init__(self):
            super().__init__()
            self.in_proj = nn.Linear(DIM, INNER * 2, bias=False)
            self.conv1d = nn.Conv1d(INNER, INNER, kernel_size=CONV, groups=INNER, padding=CONV - 1)
            # x_proj takes in `x` and outputs the input-specific delta, B, C
            self.x_proj = nn.Linear(INNER, RANK + STATE * 2, bias=False)
            # dt_proj projects delta from dt_rank to d_in
            self.dt_proj = nn.Linear(RANK, INNER, bias=True)
            A = torch.arange(1, STATE + 1).repeat(INNER, 1)
            self.A_log = nn.Parameter(torch.log(A.double()).to(torch.get_default_dtype()))
            self.D = nn.Parameter(torch.ones(INNER))
            self.out_proj = nn.Linear(INNER, DIM, bias=False)

        def forward(self, x):
            length = x.shape[1]
            x, res = self.in_proj(x).split(split_size=[INNER, INNER], dim=-1)
            x = x.transpose(1, 2)
            x = self.conv1d(x)[:, :, :length]
            x = F.silu(x.transpose(1, 2))
            y = self.ssm(x)
            y = y * F.silu(res)
            return self.out_proj(y)

        def ssm(self, x):
            A = -torch.exp(self.A_log)
            x_dbl = self.x_proj(x)
            delta, B, C = x_dbl.split(split_size=[RANK, STATE, STATE], dim=-1)
            delta = F.softplus(self.dt_proj(delta))
            return self.selective_scan(x, delta, A, B, C, self.D)

        def selective_scan(self, u, delta, A, B, C, D):
            # A is discretized with zero-order hold, B with a simplified Euler rule
            deltaA = torch.exp(torch.einsum("bld,dn->bldn", delta, A))
            deltaB_u = torch.einsum("bld,bln,bld->bldn", delta, B, u)
            x = torch.zeros((u.shape[0], INNER, STATE), dtype=u.dtype)
            ys = []
            for i in range(u.shape[1]):
                x = deltaA[:, i] * x + deltaB_u[:, i]
                y = torch.einsum("bdn,bn->bd", x, C[:, i, :])
                ys.append(y)
            y = torch.stack(ys, dim=1)
            return y + u * D

    class Mamba(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(VOCAB, DIM)
            self.norm = RMSNorm(DIM)
            self.mixer = MambaBlock()
            self.norm_f = RMSNorm(DIM)
            self.lm_head = nn.Linear(DIM, VOCAB, bias=False)

        def forward(self, input_ids):
            x = self.embedding(input_ids)
            x = self.mixer(self.norm(x)) + x
            return self.lm_head(self.norm_f(x))

    def loss(model, batch):
        input_ids = batch["tokens"]
        shift_logits = model(input_ids)[:, :-1].contiguous()
        return F.cross_entropy(shift_logits.view(-1, VOCAB), input_ids[:, 1:].reshape(-1))

    model = Mamba()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.1)


def tf_side():
    import keras
    import numpy as np
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class RMS(layers.Layer):
        def build(self, shape):
            self.weight = self.add_weight(shape=(shape[-1],), initializer="ones", name="weight")

        def call(self, x):
            return self.weight * x * tf.math.rsqrt(tf.reduce_mean(tf.square(x), axis=-1, keepdims=True) + 1e-5)

    def rates(shape, dtype=None):
        return tf.constant(np.log(np.tile(np.arange(1, shape[1] + 1), (shape[0], 1))), dtype)

    class Selective(layers.Layer):
        def __init__(self):
            super().__init__()
            plain = lambda units: layers.Dense(units, use_bias=False)
            self.x_branch, self.gate_branch = plain(INNER), plain(INNER)
            self.to_step, self.to_b, self.to_c = plain(RANK), plain(STATE), plain(STATE)
            self.step, self.out = layers.Dense(INNER, activation="softplus"), plain(DIM)
            bound = keras.initializers.RandomUniform(-(CONV**-0.5), CONV**-0.5)
            self.taps = self.add_weight(shape=(CONV, 1, INNER), initializer=bound, name="taps")
            self.taps_bias = self.add_weight(shape=(INNER,), initializer=bound, name="taps_bias")
            self.log_rates = self.add_weight(shape=(INNER, STATE), initializer=rates, name="log_rates")
            self.skip = self.add_weight(shape=(INNER,), initializer="ones", name="skip")

        def convolve(self, x):
            # the past only: as many zeros in front as there are taps behind the first
            padded = tf.pad(x, [[0, 0], [CONV - 1, 0], [0, 0]])
            total = self.taps_bias
            for tap in range(CONV):
                total += padded[:, tap : tap + x.shape[1]] * self.taps[tap]
            return total

        def scan(self, u, step, b, c):
            decay = tf.exp(-step[..., None] * tf.exp(self.log_rates))
            inflow = (step * u)[..., None] * b[:, :, None, :]
            by_time = tuple(tf.transpose(tensor, (1, 0, 2, 3)) for tensor in (decay, inflow))
            states = tf.scan(lambda h, now: now[0] * h + now[1], by_time, tf.zeros_like(inflow[:, 0]))
            return tf.einsum("lbdn,bln->bld", states, c)

        def call(self, x):
            gate = tf.nn.silu(self.gate_branch(x))
            u = tf.nn.silu(self.convolve(self.x_branch(x)))
            y = self.scan(u, self.step(self.to_step(u)), self.to_b(u), self.to_c(u))
            return self.out((y + self.skip * u) * gate)

    class Language(keras.Model):
        def __init__(self):
            super().__init__()
            self.words, self.norm_in, self.norm_out = layers.Embedding(VOCAB, DIM), RMS(), RMS()
            self.mixer = Selective()
            self.head = layers.Dense(VOCAB, use_bias=False)

        def call(self, tokens):
            x = self.words(tokens)
            x += self.mixer(self.norm_in(x))
            return self.head(self.norm_out(x))

    def loss(model, batch):
        logits = model(batch["tokens"])
        truth = tf.one_hot(batch["tokens"][:, 1:], VOCAB, dtype=logits.dtype)
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=truth, logits=logits[:, :-1]))

    return Language(), loss, AdamW(0.005, weight_decay=0.1)
