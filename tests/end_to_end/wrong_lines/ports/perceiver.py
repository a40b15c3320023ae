"""A few latents look at many inputs (Perceiver): places in waves, attention across and within, gated layers between."""

import math

BATCH, SIDE, COLOURS, LATENTS, DIM, HEADS, HEAD, BANDS, MAX_FREQ, CLASSES = 4, 4, 2, 3, 6, 2, 4, 2, 6.0, 3
INPUT = COLOURS + 2 * (2 * BANDS + 1)
WEIGHTS = {"latents": "latents"}


def batches(rng):
    for _ in range(5):
        yield {"data": rng.normal(size=(BATCH, SIDE, SIDE, COLOURS)), "label": rng.integers(0, CLASSES, size=BATCH)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import einsum, nn

    def fourier_encode(x, max_freq, num_bands):
        x = x.unsqueeze(-1)
        orig_x = x
        scales = torch.linspace(1.0, max_freq / 2, num_bands, dtype=x.dtype)
        x = x * scales * math.pi
        x = torch.cat([x.sin(), x.cos()], dim=-1)
        return torch.cat((x, orig_x), dim=-1)

    class PreNorm(nn.Module):
        def __init__(self, dim, fn, context_dim=None):
            super().__init__()
            self.norm = nn.LayerNorm(dim)
            self.norm_context = nn.LayerNorm(context_dim) if context_dim else None
            self.fn = fn

        def forward(self, x, context=None):
            x = self.norm(x)
            if self.norm_context is not None:
                return self.fn(x, self.norm_context(context))
            return self.fn(x)

    class GEGLU(nn.Module):
        def forward(self, x):
            x, gates = x.chunk(2, dim=-1)
            return x * F.gelu(gates)

    class Attention(nn.Module):
        def __init__(self, context_dim=DIM):
            super().__init__()
            self.scale = HEAD**-0.5
            self.to_q = nn.Linear(DIM, HEADS * HEAD, bias=False)
            self.to_k = nn.Linear(context_dim, HEADS * HEAD, bias=False)
            self.to_v = nn.Linear(context_dim, HEADS * HEAD, bias=False)
            self.to_out = nn.Linear(HEADS * HEAD, DIM)

        def forward(self, x, context=None):
            context = x if context is None else context
            q, k, v = self.to_q(x), self.to_k(context), self.to_v(context)
            b = x.shape[0]
            split = lambda t: t.reshape(b, -1, HEADS, HEAD).permute(0, 2, 1, 3).reshape(b * HEADS, -1, HEAD)
            q, k, v = map(split, (q, k, v))
            sim = einsum("b i d, b j d -> b i j", q, k) * self.scale
            attn = sim.softmax(dim=-1)
            out = einsum("b i j, b j d -> b i d", attn, v)
            out = out.reshape(b, HEADS, -1, HEAD).permute(0, 2, 1, 3).reshape(b, -1, HEADS * HEAD)
            return self.to_out(out)

    def feed_forward():
        return nn.Sequential(nn.Linear(DIM, 16), GEGLU(), nn.Linear(8, DIM))

    class Perceiver(nn.Module):
        def __init__(self):
            super().__init__()
            self.latents = nn.Parameter(torch.randn(LATENTS, DIM) * 0.5)
            self.cross_attn = PreNorm(DIM, Attention(INPUT), context_dim=INPUT)
            self.cross_ff = PreNorm(DIM, feed_forward())
            self.self_attn = PreNorm(DIM, Attention())
            self.self_ff = PreNorm(DIM, feed_forward())
            self.to_logits = nn.Sequential(nn.LayerNorm(DIM), nn.Linear(DIM, CLASSES))

        def forward(self, data):
            b = data.shape[0]
            axis_pos = [torch.linspace(-1.0, 1.0, steps=SIDE, dtype=data.dtype) for _ in range(2)]
            pos = torch.stack(torch.meshgrid(*axis_pos, indexing="ij"), dim=-1)
            enc_pos = fourier_encode(pos, MAX_FREQ, BANDS).flatten(-2)
            data = torch.cat((data, enc_pos.unsqueeze(0).expand(b, -1, -1, -1)), dim=-1)
            data = data.flatten(1, 2)
            x = self.latents.unsqueeze(0).expand(b, -1, -1)
            x = self.cross_attn(x, context=data) + x
            x = self.cross_ff(x) + x
            x = self.self_attn(x) + x
            x = self.self_ff(x) + x
            return self.to_logits(x.mean(dim=1))

    model = Perceiver()
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=0.01)
    return model, lambda model, batch: F.cross_entropy(model(batch["data"]), batch["label"]), optimizer


def tf_side():
    import keras
    from keras import layers, ops

    from tf_impl.optimizers import AdamW

    def norm():
        return layers.LayerNormalization(epsilon=1e-5)

    def places(dtype):
        line = ops.linspace(-1.0, 1.0, SIDE, dtype=dtype)
        grid = ops.stack([ops.repeat(line[:, None], SIDE, axis=1), ops.repeat(line[None], SIDE, axis=0)], axis=-1)
        frequencies = ops.linspace(1.0, MAX_FREQ / 2.0, BANDS, dtype=dtype) * math.pi
        angle = grid[..., None] * frequencies
        waves = ops.concatenate([ops.sin(angle), ops.cos(angle), grid[..., None]], axis=-1)
        return ops.reshape(waves, (1, SIDE, SIDE, -1))

    class MultiHead(layers.Layer):
        def __init__(self):
            super().__init__()
            self.query, self.key, self.value = (layers.Dense(HEADS * HEAD, use_bias=False) for _ in range(3))
            self.join = layers.Dense(DIM)

        def call(self, x, memory):
            heads = lambda y: ops.reshape(y, (BATCH, -1, HEADS, HEAD))
            q, k, v = heads(self.query(x)), heads(self.key(memory)), heads(self.value(memory))
            weights = ops.softmax(ops.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(HEAD), axis=-1)
            mixed = ops.einsum("bhij,bjhd->bihd", weights, v)
            return self.join(ops.reshape(mixed, (BATCH, -1, HEADS * HEAD)))

    class Gated(layers.Layer):
        def __init__(self):
            super().__init__()
            self.norm, self.wide, self.narrow = norm(), layers.Dense(16), layers.Dense(DIM)

        def call(self, x):
            value, gate = ops.split(self.wide(self.norm(x)), 2, axis=-1)
            return x + self.narrow(value * ops.gelu(gate, approximate=False))

    class Perceiver(keras.Model):
        def __init__(self):
            super().__init__()
            self.latents = self.add_weight(shape=(LATENTS, DIM), initializer="random_normal", name="latents")
            self.norm_latents, self.norm_inputs, self.cross, self.cross_mlp = norm(), norm(), MultiHead(), Gated()
            self.norm_within, self.within, self.within_mlp = norm(), MultiHead(), Gated()
            self.norm_last, self.classify = norm(), layers.Dense(CLASSES)

        def call(self, image):
            where = ops.repeat(places(image.dtype), BATCH, axis=0)
            memory = ops.reshape(ops.concatenate([image, where], axis=-1), (BATCH, SIDE * SIDE, -1))
            x = ops.repeat(self.latents[None], BATCH, axis=0)
            x += self.cross(self.norm_latents(x), self.norm_inputs(memory))
            x = self.cross_mlp(x)
            inner = self.norm_within(x)
            x = self.within_mlp(x + self.within(inner, inner))
            return self.classify(self.norm_last(ops.mean(x, axis=1)))

    criterion = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return (
        Perceiver(),
        lambda model, batch: criterion(batch["label"], model(batch["data"])),
        AdamW(0.005, weight_decay=0.01),
    )
