"""Feature crosses (DCN-v2): low-rank experts with gates cross the layer's input with that of the network,
beside a deep part.
"""

FIELDS, VALUES, DIM, EXPERTS, RANK, DEPTH = 3, 5, 3, 2, 2, 2
WIDTH = FIELDS * DIM + 2
WEIGHTS = {f"cross_{i}.{ours}": f"crossnet.{theirs}.{i}" for i in range(DEPTH) for ours, theirs in zip("uvc", "UVC")}
WEIGHTS |= {f"cross_{i}.bias": f"crossnet.bias.{i}" for i in range(DEPTH)}
WEIGHTS |= {"gate.weight": "crossnet.gating.weight"}


def batches(rng):
    for _ in range(5):
        yield {
            "ids": rng.integers(0, VALUES, size=(10, FIELDS)),
            "numbers": rng.normal(size=(10, 2)),
            "y": rng.integers(0, 2, size=(10, 1)).astype(float),
        }


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class CrossNetMix(nn.Module):
        def __init__(self, in_features):
            super().__init__()
            self.U = nn.ParameterList([nn.Parameter(torch.empty(EXPERTS, in_features, RANK)) for _ in range(DEPTH)])
            self.V = nn.ParameterList([nn.Parameter(torch.empty(EXPERTS, in_features, RANK)) for _ in range(DEPTH)])
            self.C = nn.ParameterList([nn.Parameter(torch.empty(EXPERTS, RANK, RANK)) for _ in range(DEPTH)])
            self.bias = nn.ParameterList([nn.Parameter(torch.zeros(in_features)) for _ in range(DEPTH)])
            self.gating = nn.Linear(in_features, EXPERTS, bias=False)
            for para in [*self.U, *self.V, *self.C]:
                nn.init.normal_(para, std=0.5)

        def forward(self, inputs):
            x_0 = inputs.unsqueeze(2)
            x_l = x_0
            for i in range(DEPTH):
                output_of_experts = []
                for expert_id in range(EXPERTS):
                    # project the input x_l to $\mathbb{R}^{r}$
                    v_x = torch.matmul(self.V[i][expert_id].t(), x_l)
                    # nonlinear activation in low rank space
                    v_x = torch.tanh(v_x)
                    v_x = torch.matmul(self.C[i][expert_id], v_x)
                    v_x = torch.tanh(v_x)
                    # project back to $\mathbb{R}^{d}$
                    uv_x = torch.matmul(self.U[i][expert_id], v_x)
                    dot_ = uv_x + self.bias[i].unsqueeze(1)
                    dot_ = x_0 * dot_  # Hadamard-product
                    output_of_experts.append(dot_.squeeze(2))
                gating_score_of_experts = self.gating(x_l.squeeze(2)).unsqueeze(2)
                output_of_experts = torch.stack(output_of_experts, 2)
                moe_out = torch.matmul(output_of_experts, gating_score_of_experts.softmax(1))
                x_l = moe_out + x_l
            return x_l.squeeze(2)

    class DCNMix(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding_dict = nn.ModuleList([nn.Embedding(VALUES, DIM) for _ in range(FIELDS)])
            self.linear = nn.Linear(2, 1, bias=False)
            self.crossnet = CrossNetMix(WIDTH)
            self.dnn = nn.Sequential(nn.Linear(WIDTH, 6), nn.ReLU(), nn.Linear(6, 4), nn.ReLU())
            self.dnn_linear = nn.Linear(WIDTH + 4, 1, bias=False)

        def forward(self, ids, numbers):
            sparse = [embedding(ids[:, i]) for i, embedding in enumerate(self.embedding_dict)]
            dnn_input = torch.cat([*sparse, numbers], dim=1)
            logit = self.linear(numbers)
            deep_out = self.dnn(dnn_input)
            cross_out = self.crossnet(dnn_input)
            stack_out = torch.cat((cross_out, deep_out), dim=-1)
            logit = logit + self.dnn_linear(stack_out)
            return torch.sigmoid(logit)

    def loss(model, batch):
        y_pred = model(batch["ids"], batch["numbers"]).squeeze()
        loss = F.binary_cross_entropy(y_pred, batch["y"].squeeze(), reduction="sum")
        reg_loss = sum(torch.sum(1e-3 * torch.square(w.weight)) for w in model.embedding_dict)
        return loss + reg_loss

    model = DCNMix()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Cross(layers.Layer):
        def build(self, shape):
            normal = keras.initializers.RandomNormal(stddev=0.5)
            weight = lambda name, *size: self.add_weight(shape=size, initializer=normal, name=name)
            self.u, self.v = weight("u", EXPERTS, WIDTH, RANK), weight("v", EXPERTS, WIDTH, RANK)
            self.c = weight("c", EXPERTS, RANK, RANK)
            self.bias = self.add_weight(shape=(WIDTH,), initializer="zeros", name="bias")

        def call(self, x0, x, scores):
            low = tf.tanh(tf.einsum("bd,edr->ber", x, self.v))
            low = tf.tanh(tf.einsum("ber,esr->bes", low, self.c))
            crossed = tf.einsum("ber,edr->bed", low, self.u) + self.bias
            mixed = tf.einsum("be,bed->bd", tf.nn.softmax(scores, axis=-1), crossed)
            return x0 * mixed + x

    class Ranker(keras.Model):
        def __init__(self):
            super().__init__()
            penalty = keras.regularizers.L2(1e-3)
            self.tables = [layers.Embedding(VALUES, DIM, embeddings_regularizer=penalty) for _ in range(FIELDS)]
            self.wide = layers.Dense(1, use_bias=False)
            self.gate = layers.Dense(EXPERTS, use_bias=False)
            self.cross_0, self.cross_1 = Cross(), Cross()
            self.deep = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(4, activation="relu")])
            self.top = layers.Dense(1, use_bias=False)

        def call(self, ids, numbers):
            columns = tf.unstack(ids, axis=1)
            x0 = tf.concat([table(column) for table, column in zip(self.tables, columns)] + [numbers], axis=1)
            x = self.cross_0(x0, x0, self.gate(x0))
            x = self.cross_1(x0, x, self.gate(x))
            both = tf.concat([x, self.deep(x0)], axis=1)
            return self.wide(numbers) + self.top(both)

    entropy = keras.losses.BinaryCrossentropy(from_logits=True, reduction="sum")

    def loss(model, batch):
        logits = model(batch["ids"], batch["numbers"])
        return entropy(batch["y"], logits) + tf.add_n(model.losses)

    return Ranker(), loss, Adam(0.005)
