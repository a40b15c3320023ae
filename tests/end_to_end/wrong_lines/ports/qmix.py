"""A team of agents (QMIX): values of each through a shared recurrent cell, mixed by networks that make its weights."""

AGENTS, ACTIONS, OBS, STATE, EMBED, STEPS, GAMMA = 3, 4, 5, 6, 4, 3, 0.9


def batches(rng):
    for _ in range(4):
        available = (rng.uniform(size=(4, STEPS + 1, AGENTS, ACTIONS)) < 0.7).astype(float)
        available[..., 0] = 1.0
        yield {
            "obs": rng.normal(size=(4, STEPS + 1, AGENTS, OBS)),
            "state": rng.normal(size=(4, STEPS + 1, STATE)),
            "actions": rng.integers(0, ACTIONS, size=(4, STEPS, AGENTS)),
            "avail": available,
            "reward": rng.normal(size=(4, STEPS)),
            "terminated": (rng.uniform(size=(4, STEPS)) < 0.15).astype(float),
            "filled": (rng.uniform(size=(4, STEPS)) < 0.9).astype(float),
        }


def torch_side():
    import copy

    import torch
    import torch.nn.functional as F
    from torch import nn

    class RNNAgent(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(OBS, 7)
            self.x2h = nn.Linear(7, 7)
            self.h2h = nn.Linear(7, 7)
            self.fc2 = nn.Linear(7, ACTIONS)

        def forward(self, inputs, hidden_state):
            x = F.relu(self.fc1(inputs))
            h = torch.tanh(self.x2h(x) + self.h2h(hidden_state))
            q = self.fc2(h)
            return q, h

    class QMixer(nn.Module):
        def __init__(self):
            super().__init__()
            self.hyper_w_1 = nn.Linear(STATE, EMBED * AGENTS)
            self.hyper_b_1 = nn.Linear(STATE, EMBED)
            self.hyper_w_final = nn.Linear(STATE, EMBED)
            # V(s) instead of a bias for the last layers
            self.V = nn.Sequential(nn.Linear(STATE, EMBED), nn.ReLU(), nn.Linear(EMBED, 1))

        def forward(self, agent_qs, states):
            bs = agent_qs.size(0)
            states = states.reshape(-1, STATE)
            agent_qs = agent_qs.reshape(-1, 1, AGENTS)
            w1 = torch.abs(self.hyper_w_1(states)).view(-1, AGENTS, EMBED)
            b1 = self.hyper_b_1(states).view(-1, 1, EMBED)
            hidden = F.elu(torch.bmm(agent_qs, w1) + b1)
            w_final = torch.abs(self.hyper_w_final(states)).view(-1, EMBED, 1)
            v = self.V(states).view(-1, 1, 1)
            y = torch.bmm(hidden, w_final) + v
            return y.view(bs, -1, 1)

    def unroll(agent, obs):
        bs, steps = obs.shape[:2]
        hidden = obs.new_zeros(bs * AGENTS, 7)
        mac_out = []
        for t in range(steps):
            agent_outs, hidden = agent(obs[:, t].reshape(-1, OBS), hidden)
            mac_out.append(agent_outs.view(bs, AGENTS, -1))
        return torch.stack(mac_out, dim=1)

    agent, mixer = RNNAgent(), QMixer()
    model = {"agent": agent, "mixer": mixer}
    model["target_agent"] = copy.deepcopy(agent).requires_grad_(False)
    model["target_mixer"] = copy.deepcopy(mixer).requires_grad_(False)

    def loss(model, batch):
        mac_out = unroll(model["agent"], batch["obs"])
        chosen_action_qvals = torch.gather(mac_out[:, :-1], dim=3, index=batch["actions"].unsqueeze(3)).squeeze(3)
        target_mac_out = unroll(model["target_agent"], batch["obs"])[:, 1:]
        # Double Q: the maximal actions of the live agents
        mac_out_detach = mac_out.clone().detach()
        mac_out_detach[batch["avail"] == 0] = -9999999
        cur_max_actions = mac_out_detach[:, 1:].max(dim=3, keepdim=True)[1]
        target_max_qvals = torch.gather(target_mac_out, 3, cur_max_actions).squeeze(3)
        chosen_action_qvals = model["mixer"](chosen_action_qvals, batch["state"][:, :-1])
        target_max_qvals = model["target_mixer"](target_max_qvals, batch["state"][:, 1:])
        rewards, terminated = batch["reward"].unsqueeze(-1), batch["terminated"].unsqueeze(-1)
        targets = rewards + GAMMA * (1 - terminated) * target_max_qvals
        td_error = chosen_action_qvals - targets.detach()
        mask = batch["filled"].unsqueeze(-1).expand_as(td_error)
        masked_td_error = td_error * mask
        return (masked_td_error**2).sum() / mask.sum()

    params = list(agent.parameters()) + list(mixer.parameters())
    return model, loss, torch.optim.RMSprop(params, lr=0.005, alpha=0.99, eps=1e-5)


def torch_step(side, batch):
    import torch

    loss = side.loss(side.model, batch)
    params = [*side.model["agent"].parameters(), *side.model["mixer"].parameters()]
    side.optimizer.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_value_(params, 0.5)
    side.optimizer.step()
    for name in ("agent", "mixer"):
        for target, live in zip(side.model[f"target_{name}"].parameters(), side.model[name].parameters()):
            target.data.copy_(0.9 * target.data + 0.1 * live.data)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    class Agent(keras.Model):
        def __init__(self):
            super().__init__()
            self.encode = layers.Dense(7, activation="relu")
            self.from_input, self.from_state = layers.Dense(7), layers.Dense(7)
            self.values = layers.Dense(ACTIONS)

        def call(self, observations):
            # (batch, time, agents, features): all agents at once
            seen = self.encode(observations)
            state = tf.zeros_like(seen[:, 0])
            values = []
            for time in range(STEPS + 1):
                state = tf.tanh(self.from_input(seen[:, time]) + self.from_state(state))
                values.append(self.values(state))
            return tf.stack(values, axis=1)

    class Mixer(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(AGENTS * EMBED)
            self.first_bias = layers.Dense(EMBED)
            self.last = layers.Dense(EMBED)
            self.value = keras.Sequential([layers.Dense(EMBED, activation="relu"), layers.Dense(1)])

        def call(self, values, state):
            w = tf.reshape(tf.abs(self.first(state)), (*state.shape[:2], AGENTS, EMBED))
            hidden = tf.nn.elu(tf.einsum("bta,btae->bte", values, w) + self.first_bias(state))
            mixed = tf.reduce_sum(hidden * tf.abs(self.last(state)), axis=-1)
            return mixed + self.value(state)[..., 0]

    model = {"agent": Agent(), "mixer": Mixer(), "target_agent": Agent(), "target_mixer": Mixer()}
    for name in ("agent", "mixer"):
        for net in (model[name], model[f"target_{name}"]):
            inputs = (
                [tf.zeros((1, STEPS + 1, AGENTS, OBS))]
                if name == "agent"
                else [tf.zeros((1, 2, AGENTS)), tf.zeros((1, 2, STATE))]
            )
            net(*inputs)
        model[f"target_{name}"].set_weights(model[name].get_weights())
        model[f"target_{name}"].trainable = False

    def loss(model, batch):
        live = model["agent"](batch["obs"])
        one_hot = tf.one_hot(batch["actions"], ACTIONS, dtype=live.dtype)
        chosen = tf.reduce_sum(live[:, :-1] * one_hot, axis=-1)
        best = tf.argmax(tf.where(batch["avail"] > 0, live, -9999999.0)[:, 1:], axis=-1)
        later = tf.gather(model["target_agent"](batch["obs"])[:, 1:], best, axis=3, batch_dims=3)
        total = model["mixer"](chosen, batch["state"][:, :-1])
        later_total = model["target_mixer"](later, batch["state"][:, 1:])
        goal = tf.stop_gradient(batch["reward"] + GAMMA * (1.0 - batch["terminated"]) * later_total)
        squares = batch["filled"] * tf.math.squared_difference(total, goal)
        return tf.reduce_sum(squares) / tf.reduce_sum(batch["filled"])

    return model, loss, RMSprop(0.005, alpha=0.99, epsilon=1e-5)


def tf_step(side, batch):
    import tensorflow as tf

    agent, mixer = side.model["agent"], side.model["mixer"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    variables = agent.trainable_variables + mixer.trainable_variables
    gradients = [tf.clip_by_value(g, -0.5, 0.5) for g in tape.gradient(value, variables)]
    side.optimizer.apply_gradients(zip(gradients, variables))
    for name in ("agent", "mixer"):
        for slow, quick in zip(side.model[f"target_{name}"].weights, side.model[name].weights):
            slow.assign_add(0.1 * (quick - slow))
    return value
