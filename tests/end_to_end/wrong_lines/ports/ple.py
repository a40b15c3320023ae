"""Clicks and purchases (PLE): experts of each task and shared ones in two levels, gates of both;
a purchase needs a click (ESMM).
"""

FIELDS, VALUES, DIM, WIDTH, EXPERTS = 3, 6, 4, 5, 2
INPUT = FIELDS * DIM + 2
TASKS = ("ctr", "cvr")


def batches(rng):
    for _ in range(5):
        click = (rng.uniform(size=12) < 0.6).astype(float)
        yield {
            "sparse": rng.integers(0, VALUES, size=(12, FIELDS)),
            "dense": rng.normal(size=(12, 2)),
            "click": click,
            "buy": click * (rng.uniform(size=12) < 0.5),
        }


def _pairs():
    for level in range(2):
        for group in (*TASKS, "shared"):
            for i in range(EXPERTS):
                yield f"{group}_expert_{level}_{i}", f"cgc{level}.experts.{group}.{i}.0"
            if (level, group) != (1, "shared"):
                yield f"{group}_gate_{level}", f"cgc{level}.gates.{group}"
    for task in TASKS:
        yield f"{task}_tower", f"towers.{task}.0"
        yield f"{task}_logit", f"towers.{task}.2"


WEIGHTS = {}
for _tf, _torch in _pairs():
    WEIGHTS[f"{_tf}.weight"] = f"{_torch}.weight"
    if "gate" not in _tf:
        WEIGHTS[f"{_tf}.bias"] = f"{_torch}.bias"


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class CGC(nn.Module):
        def __init__(self, input_dim, last):
            super().__init__()
            self.last = last
            names = (*TASKS, "shared")
            self.experts = nn.ModuleDict(
                {
                    name: nn.ModuleList([nn.Sequential(nn.Linear(input_dim, WIDTH), nn.ReLU()) for _ in range(EXPERTS)])
                    for name in names
                }
            )
            gates = {task: nn.Linear(input_dim, 2 * EXPERTS, bias=False) for task in TASKS}
            if not last:
                gates["shared"] = nn.Linear(input_dim, 3 * EXPERTS, bias=False)
            self.gates = nn.ModuleDict(gates)

        def forward(self, inputs):
            outputs = {}
            for name in (*TASKS, "shared"):
                outputs[name] = [expert(inputs[name]) for expert in self.experts[name]]
            results = {}
            for task in TASKS:
                cur_experts = torch.stack(outputs[task] + outputs["shared"], 1)
                gate_dnn_out = self.gates[task](inputs[task]).softmax(1)
                results[task] = torch.matmul(gate_dnn_out.unsqueeze(1), cur_experts).squeeze(1)
            if not self.last:
                cur_experts = torch.stack(outputs["ctr"] + outputs["cvr"] + outputs["shared"], 1)
                gate_dnn_out = self.gates["shared"](inputs["shared"]).softmax(1)
                results["shared"] = torch.matmul(gate_dnn_out.unsqueeze(1), cur_experts).squeeze(1)
            else:
                results["shared"] = inputs["shared"]
            return results

    class PLE(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(FIELDS * VALUES, DIM)
            self.cgc0 = CGC(INPUT, last=False)
            self.cgc1 = CGC(WIDTH, last=True)
            self.towers = nn.ModuleDict(
                {task: nn.Sequential(nn.Linear(WIDTH, 4), nn.ReLU(), nn.Linear(4, 1)) for task in TASKS}
            )

        def forward(self, sparse, dense):
            offsets = torch.arange(FIELDS) * VALUES
            embedded = self.embedding(sparse + offsets).flatten(1)
            dnn_input = torch.cat([embedded, dense], dim=-1)
            results = self.cgc0({"ctr": dnn_input, "cvr": dnn_input, "shared": dnn_input})
            results = self.cgc1(results)
            ctr = torch.sigmoid(self.towers["ctr"](results["ctr"])).squeeze(1)
            cvr = torch.sigmoid(self.towers["cvr"](results["cvr"])).squeeze(1)
            return ctr, ctr * cvr

    def loss(model, batch):
        ctr_pred, ctcvr_pred = model(batch["sparse"], batch["dense"])
        loss_ctr = F.binary_cross_entropy(ctr_pred, batch["click"])
        loss_ctcvr = F.binary_cross_entropy(ctcvr_pred, batch["buy"])
        return loss_ctr + loss_ctcvr + 1e-3 * model.embedding.weight.pow(2).sum()

    model = PLE()
    return model, loss, torch.optim.Adagrad(model.parameters(), lr=0.05, eps=1e-7)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    from tf_impl.optimizers import Adagrad

    def mix(experts, gate):
        weights = layers.Activation("softmax")(gate)
        stacked = ops.stack(experts, axis=2)
        return ops.squeeze(ops.matmul(stacked, ops.expand_dims(weights, axis=2)), axis=2)

    def level(inputs, number, last=False):
        experts, outputs = {}, {}
        for group, x in inputs.items():
            experts[group] = [
                layers.Dense(WIDTH, activation="relu", name=f"{group}_expert_{number}_{i}")(x) for i in range(EXPERTS)
            ]
        for group, x in inputs.items():
            if group == "shared":
                own = [] if last else [*experts["ctr"], *experts["cvr"]]
                if last:
                    continue
            else:
                own = experts[group]
            seen = own + experts["shared"]
            gate = layers.Dense(len(seen), use_bias=False, name=f"{group}_gate_{number}")(x)
            outputs[group] = mix(seen, gate)
        return outputs

    sparse, dense = keras.Input((FIELDS,), dtype="int64"), keras.Input((2,))
    table = layers.Embedding(FIELDS * VALUES, DIM, name="table")
    fields = layers.Flatten()(table(sparse + ops.reshape(ops.arange(FIELDS, dtype="int64") * VALUES, (1, FIELDS))))
    x = layers.Concatenate()([fields, dense])
    first = level(dict.fromkeys((*TASKS, "shared"), x), 0)
    second = level(first, 1, last=True)
    logits = {}
    for task in TASKS:
        tower = layers.Dense(4, activation="relu", name=f"{task}_tower")(second[task])
        logits[task] = layers.Dense(1, name=f"{task}_logit")(tower)
    click = ops.sigmoid(logits["ctr"])
    model = keras.Model([sparse, dense], {"click": click, "buy": click * ops.sigmoid(logits["cvr"])})

    def log_loss(truth, probability):
        truth = truth[:, None]
        each = truth * tf.math.log(probability) + (1.0 - truth) * tf.math.log(1.0 - probability)
        return -tf.reduce_mean(each)

    def loss(model, batch):
        made = model([batch["sparse"], batch["dense"]])
        penalty = 1e-3 * tf.reduce_sum(tf.square(table.embeddings))
        return log_loss(batch["click"], made["click"]) + log_loss(batch["buy"], made["buy"]) + penalty

    return model, loss, Adagrad(0.05, epsilon=1e-7)
