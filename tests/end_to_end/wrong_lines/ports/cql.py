"""Learning from a data set alone (CQL, BY571/CQL): Bellman errors, and untried actions are valued less."""

STATES, ACTIONS, GAMMA, ALPHA = 4, 3, 0.9, 0.7


def batches(rng):
    for _ in range(6):
        yield {
            "states": rng.normal(size=(7, STATES)),
            "actions": rng.integers(0, ACTIONS, size=7),
            "rewards": rng.normal(size=7),
            "next_states": rng.normal(size=(7, STATES)),
            "dones": (rng.uniform(size=7) < 0.3).astype(float),
        }


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class QNetwork(nn.Module):
        def __init__(self):
            super().__init__()
            self.head_1 = nn.Linear(STATES, 12)
            self.ff_1 = nn.Linear(12, 12)
            self.ff_2 = nn.Linear(12, ACTIONS)

        def forward(self, input):
            x = torch.relu(self.head_1(input))
            x = torch.relu(self.ff_1(x))
            return self.ff_2(x)

    def cql_loss(q_values, current_action):
        logsumexp = torch.logsumexp(q_values, dim=1, keepdim=True)
        q_a = q_values.gather(1, current_action)
        return (logsumexp - q_a).mean()

    def loss(model, batch):
        actions = batch["actions"].unsqueeze(1)
        rewards, dones = batch["rewards"].unsqueeze(1), batch["dones"].unsqueeze(1)
        with torch.no_grad():
            Q_targets_next = model(batch["next_states"]).max(1)[0].unsqueeze(1)
            Q_targets = rewards + GAMMA * Q_targets_next * (1 - dones)
        Q_a_s = model(batch["states"])
        Q_expected = Q_a_s.gather(1, actions)
        cql1_loss = cql_loss(Q_a_s, actions)
        bellman_error = F.mse_loss(Q_expected, Q_targets)
        return ALPHA * cql1_loss + 0.5 * bellman_error

    model = QNetwork()
    return model, loss, torch.optim.Adam(model.parameters(), lr=3e-3)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    hidden = [keras.layers.Dense(12, activation=tf.nn.relu) for _ in range(2)]
    q_function = keras.Sequential([keras.Input((STATES,)), *hidden, keras.layers.Dense(ACTIONS)])

    def conservative(q, taken):
        # the negative log-likelihood of the action that was taken, were q its logits
        return tf.nn.sparse_softmax_cross_entropy_with_logits(labels=taken, logits=q)

    def td_error(q, q_after, batch):
        now = tf.gather_nd(q, batch["actions"][:, None], batch_dims=1)
        alive = 1.0 - batch["dones"]
        goal = batch["rewards"] + alive * GAMMA * tf.reduce_max(q_after, axis=1)
        return now - tf.stop_gradient(goal)

    def loss(model, batch):
        q, q_after = model(batch["states"]), model(batch["next_states"])
        per_sample = 0.5 * td_error(q, q_after, batch) ** 2 + ALPHA * conservative(q, batch["actions"])
        return tf.reduce_mean(per_sample)

    return q_function, loss, Adam(3e-3)
