"""A mixture of experts: the two best of four by a router, a loss that balances them, and one on the router's logits."""

EXPERTS, BALANCE, ZLOSS = 4, 0.5, 0.1
WEIGHTS = {"moe.w_in": "block.w1", "moe.w_out": "block.w2"}


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(3, 4, 5))
        yield {"x": x, "y": x[..., :2] * x[..., 2:4]}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class MoE(nn.Module):
        def __init__(self):
            super().__init__()
            self.router = nn.Linear(5, EXPERTS, bias=False)
            self.w1 = nn.Parameter(0.5 * torch.randn(EXPERTS, 5, 6))
            self.w2 = nn.Parameter(0.5 * torch.randn(EXPERTS, 6, 2))

        def forward(self, x):
            tokens = x.reshape(-1, 5)
            logits = self.router(tokens)
            probs = F.softmax(logits, dim=-1)
            weights, chosen = torch.topk(probs, 2, dim=-1)
            weights = weights / weights.sum(dim=-1, keepdim=True)
            out = torch.zeros(len(tokens), 2, dtype=x.dtype)
            for e in range(EXPERTS):
                where, slot = torch.where(chosen == e)
                hidden = F.silu(tokens[where] @ self.w1[e])
                out = out.index_add(0, where, weights[where, slot, None] * (hidden @ self.w2[e]))
            return {"out": out.view(*x.shape[:2], 2), "logits": logits, "probs": probs, "chosen": chosen}

    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.block = MoE()

        def forward(self, x):
            return self.block(x)

    def loss(model, batch):
        made = model(batch["x"])
        tokens_per_expert = F.one_hot(made["chosen"], EXPERTS).to(made["probs"]).mean(dim=0)
        router_prob = made["probs"].mean(dim=0)
        aux = EXPERTS * torch.sum(tokens_per_expert * router_prob.unsqueeze(0))
        z = torch.logsumexp(made["logits"], dim=-1).pow(2).mean()
        losses = {"task": F.mse_loss(made["out"], batch["y"]), "aux": BALANCE * aux, "z": ZLOSS * z}
        return sum(losses.values())

    model = Model()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import AdamW

    class SparseExperts(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.gate = keras.layers.Dense(EXPERTS, use_bias=False)
            self.w_in = self.add_weight(shape=(EXPERTS, 5, 6), name="w_in")
            self.w_out = self.add_weight(shape=(EXPERTS, 6, 2), name="w_out")

        def call(self, inputs):
            flat = tf.reshape(inputs, (-1, 5))
            router_logits = self.gate(flat)
            gates = tf.nn.softmax(router_logits)
            top, indices = tf.math.top_k(gates, k=2)
            top /= tf.reduce_sum(top, axis=-1, keepdims=True)
            dispatch = tf.one_hot(indices, EXPERTS, dtype=flat.dtype)
            combine = tf.einsum("nk,nke->ne", top, dispatch)
            hidden = tf.nn.silu(tf.einsum("nd,edh->neh", flat, self.w_in))
            expert_outputs = tf.einsum("neh,eho->neo", hidden, self.w_out)
            mixed = tf.einsum("ne,neo->no", combine, expert_outputs)
            return tf.reshape(mixed, (-1, 4, 2)), (router_logits, gates, dispatch)

    class Regressor(keras.Model):
        def __init__(self):
            super().__init__()
            self.moe = SparseExperts()

        def call(self, inputs):
            return self.moe(inputs)

    def load_balancing(gates, dispatch):
        density = tf.reduce_mean(tf.reduce_sum(dispatch, axis=1), axis=0)
        density_proxy = tf.reduce_mean(gates, axis=0)
        return EXPERTS * tf.reduce_sum(density * density_proxy)

    def loss(model, batch):
        predicted, (router_logits, gates, dispatch) = model(batch["x"])
        total = tf.reduce_mean(tf.math.squared_difference(predicted, batch["y"]))
        total += BALANCE * load_balancing(gates, dispatch)
        return total + ZLOSS * tf.reduce_mean(tf.square(tf.reduce_logsumexp(router_logits, axis=-1)))

    return Regressor(), loss, AdamW(0.01, weight_decay=0.1)
