"""Actions as a sequence (decision transformer): what is still to be earned, states and actions in turn,
packed attention.
"""

import numpy as np

LENGTH, STATE, ACTION, WIDTH, HEADS, MAX_T, SCALE = 4, 5, 2, 8, 2, 12, 10.0


def batches(rng):
    for _ in range(4):
        start, length = rng.integers(0, MAX_T - LENGTH, size=(3, 1)), rng.integers(2, LENGTH + 1, size=(3, 1))
        mask = (np.arange(LENGTH) >= LENGTH - length).astype(float)
        yield {
            "states": rng.normal(size=(3, LENGTH, STATE)) * mask[..., None],
            "actions": rng.uniform(-1, 1, size=(3, LENGTH, ACTION)) * mask[..., None],
            "rewards": rng.uniform(0, 5, size=(3, LENGTH + 2)),
            "timesteps": (start + np.arange(LENGTH)) * mask.astype(int),
            "mask": mask,
        }


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class Block(nn.Module):
        def __init__(self):
            super().__init__()
            self.ln_1 = nn.LayerNorm(WIDTH)
            self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
            self.c_proj = nn.Linear(WIDTH, WIDTH)
            self.ln_2 = nn.LayerNorm(WIDTH)
            self.mlp = nn.ModuleDict(dict(c_fc=nn.Linear(WIDTH, 2 * WIDTH), c_proj=nn.Linear(2 * WIDTH, WIDTH)))

        def attn(self, x, attention_mask):
            B, T, C = x.size()
            q, k, v = self.c_attn(x).split(WIDTH, dim=2)
            k = k.view(B, T, HEADS, C // HEADS).transpose(1, 2)
            q = q.view(B, T, HEADS, C // HEADS).transpose(1, 2)
            v = v.view(B, T, HEADS, C // HEADS).transpose(1, 2)
            att = (q @ k.transpose(-2, -1)) * (1.0 / (k.size(-1) ** 0.5))
            causal = torch.tril(torch.ones(T, T)).view(1, 1, T, T)
            att = att.masked_fill(causal == 0, -1e4)
            att = att + (1.0 - attention_mask[:, None, None, :]) * -1e4
            att = F.softmax(att, dim=-1)
            y = (att @ v).transpose(1, 2).contiguous().view(B, T, C)
            return self.c_proj(y)

        def forward(self, x, attention_mask):
            x = x + self.attn(self.ln_1(x), attention_mask)
            x = x + self.mlp.c_proj(F.relu(self.mlp.c_fc(self.ln_2(x))))
            return x

    class DecisionTransformer(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = Block()
            self.embed_timestep = nn.Embedding(MAX_T, WIDTH)
            self.embed_return = nn.Linear(1, WIDTH)
            self.embed_state = nn.Linear(STATE, WIDTH)
            self.embed_action = nn.Linear(ACTION, WIDTH)
            self.embed_ln = nn.LayerNorm(WIDTH)
            self.predict_action = nn.Sequential(nn.Linear(WIDTH, ACTION), nn.Tanh())

        def forward(self, states, actions, returns_to_go, timesteps, attention_mask):
            batch_size, seq_length = states.shape[0], states.shape[1]
            state_embeddings = self.embed_state(states)
            action_embeddings = self.embed_action(actions)
            returns_embeddings = self.embed_return(returns_to_go)
            time_embeddings = self.embed_timestep(timesteps)
            state_embeddings = state_embeddings + time_embeddings
            action_embeddings = action_embeddings + time_embeddings
            returns_embeddings = returns_embeddings + time_embeddings
            # this makes the sequence look like (R_1, s_1, a_1, R_2, s_2, a_2, ...)
            stacked_inputs = torch.stack((returns_embeddings, state_embeddings, action_embeddings), dim=1)
            stacked_inputs = stacked_inputs.permute(0, 2, 1, 3).reshape(batch_size, 3 * seq_length, WIDTH)
            stacked_inputs = self.embed_ln(stacked_inputs)
            stacked_attention_mask = torch.stack((attention_mask,) * 3, dim=1)
            stacked_attention_mask = stacked_attention_mask.permute(0, 2, 1).reshape(batch_size, 3 * seq_length)
            x = self.block(stacked_inputs, stacked_attention_mask)
            x = x.reshape(batch_size, seq_length, 3, WIDTH).permute(0, 2, 1, 3)
            return self.predict_action(x[:, 1])  # predict next action given state

    def discount_cumsum(x):
        out = torch.zeros_like(x)
        out[:, -1] = x[:, -1]
        for t in reversed(range(x.shape[1] - 1)):
            out[:, t] = x[:, t] + out[:, t + 1]
        return out

    def loss(model, batch):
        rtg = discount_cumsum(batch["rewards"])[:, :LENGTH].unsqueeze(-1) / SCALE
        action_target = torch.clone(batch["actions"])
        action_preds = model(batch["states"], batch["actions"], rtg, batch["timesteps"], batch["mask"])
        act_dim = action_preds.shape[2]
        action_preds = action_preds.reshape(-1, act_dim)[batch["mask"].reshape(-1) > 0]
        action_target = action_target.reshape(-1, act_dim)[batch["mask"].reshape(-1) > 0]
        return torch.mean((action_preds - action_target) ** 2)

    model = DecisionTransformer()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=1e-4)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import AdamW

    class Attention(layers.Layer):
        def __init__(self):
            super().__init__()
            self.qkv, self.out = layers.Dense(3 * WIDTH), layers.Dense(WIDTH)

        def call(self, x, mask):
            n, t = x.shape[:2]
            q, k, v = ops.split(ops.reshape(self.qkv(x), (n, t, 3 * HEADS, WIDTH // HEADS)), 3, axis=2)
            scores = ops.einsum("nqhd,nkhd->nhqk", q, k) / ops.sqrt(ops.cast(WIDTH // HEADS, x.dtype))
            visible = ops.tril(ops.ones((t, t), dtype=x.dtype))
            scores = ops.where(visible > 0, scores, ops.cast(-1e4, x.dtype)) - 1e4 * (1.0 - mask[:, None, None, :])
            return self.out(ops.reshape(ops.einsum("nhqk,nkhd->nqhd", ops.softmax(scores), v), (n, t, WIDTH)))

    class Decider(keras.Model):
        def __init__(self):
            super().__init__()
            self.times = layers.Embedding(MAX_T, WIDTH)
            self.of_return, self.of_state, self.of_action = (layers.Dense(WIDTH) for _ in range(3))
            self.norm, self.norm_1, self.norm_2 = (layers.LayerNormalization(epsilon=1e-5) for _ in range(3))
            self.attention = Attention()
            self.up, self.down = layers.Dense(2 * WIDTH, activation="relu"), layers.Dense(WIDTH)
            self.act = layers.Dense(ACTION, activation="tanh")

        def call(self, states, actions, to_go, times, mask):
            tokens = ops.stack([self.of_return(to_go), self.of_state(states), self.of_action(actions)], axis=2)
            tokens = tokens + self.times(times)[:, :, None, :]
            x = self.norm(ops.reshape(tokens, (tokens.shape[0], 3 * LENGTH, WIDTH)))
            x += self.attention(self.norm_1(x), ops.repeat(mask, 3, axis=1))
            x += self.down(self.up(self.norm_2(x)))
            return self.act(x[:, 1::3])

    def loss(model, batch):
        to_go = tf.cumsum(batch["rewards"], axis=1, reverse=True)[:, :LENGTH, None] / SCALE
        made = model(batch["states"], batch["actions"], to_go, batch["timesteps"], batch["mask"])
        chosen = tf.boolean_mask(made - batch["actions"], batch["mask"] > 0)
        return tf.reduce_mean(tf.square(chosen))

    return Decider(), loss, AdamW(0.005, weight_decay=1e-4)
