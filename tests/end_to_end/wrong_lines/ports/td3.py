"""Twin delayed policy gradients (TD3): clipped noise on the target's action, the smaller of two critics,
a slow actor.
"""

import numpy as np

GAMMA, TAU, POLICY_FREQ, NOISE, NOISE_CLIP, MAX_ACTION = 0.95, 0.1, 2, 0.4, 0.5, 2.0


def batches(rng):
    for it in range(6):
        yield {
            "state": rng.normal(size=(8, 4)),
            "action": rng.uniform(-MAX_ACTION, MAX_ACTION, size=(8, 2)),
            "next_state": rng.normal(size=(8, 4)),
            "reward": rng.normal(size=(8, 1)),
            "not_done": (rng.uniform(size=(8, 1)) < 0.7).astype(float),
            "noise": rng.normal(size=(8, 2)),
            "it": np.array([it + 1]),
        }


def torch_side():
    import copy

    import torch
    import torch.nn.functional as F
    from torch import nn

    class Actor(nn.Module):
        def __init__(self, state_dim, action_dim, max_action):
            super().__init__()
            self.l1 = nn.Linear(state_dim, 8)
            self.l2 = nn.Linear(8, 8)
            self.l3 = nn.Linear(8, action_dim)
            self.max_action = max_action

        def forward(self, state):
            a = F.relu(self.l1(state))
            a = F.relu(self.l2(a))
            return self.max_action * torch.tanh(self.l3(a))

    class Critic(nn.Module):
        def __init__(self, state_dim, action_dim):
            super().__init__()
            # Q1 architecture
            self.l1 = nn.Linear(state_dim + action_dim, 9)
            self.l2 = nn.Linear(9, 1)
            # Q2 architecture
            self.l4 = nn.Linear(state_dim + action_dim, 9)
            self.l5 = nn.Linear(9, 1)

        def forward(self, state, action):
            sa = torch.cat([state, action], 1)
            q1 = self.l2(F.relu(self.l1(sa)))
            q2 = self.l5(F.relu(self.l4(sa)))
            return q1, q2

        def Q1(self, state, action):
            sa = torch.cat([state, action], 1)
            return self.l2(F.relu(self.l1(sa)))

    actor, critic = Actor(4, 2, MAX_ACTION), Critic(4, 2)
    model = {"actor": actor, "critic": critic}
    model["actor_target"] = copy.deepcopy(actor)
    model["critic_target"] = copy.deepcopy(critic)

    def loss(model, batch):
        return -model["critic"].Q1(batch["state"], model["actor"](batch["state"])).mean()

    optimizers = {
        "actor": torch.optim.Adam(actor.parameters(), lr=0.01),
        "critic": torch.optim.Adam(critic.parameters(), lr=0.01),
    }
    return model, loss, optimizers


def torch_step(side, batch):
    import torch
    import torch.nn.functional as F

    actor, actor_target = side.model["actor"], side.model["actor_target"]
    critic, critic_target = side.model["critic"], side.model["critic_target"]
    state, action, next_state = batch["state"], batch["action"], batch["next_state"]
    with torch.no_grad():
        # Select action according to policy and add clipped noise
        noise = (batch["noise"] * NOISE).clamp(-NOISE_CLIP, NOISE_CLIP)
        next_action = (actor_target(next_state) + noise).clamp(-MAX_ACTION, MAX_ACTION)
        # Compute the target Q value
        target_Q1, target_Q2 = critic_target(next_state, next_action)
        target_Q = torch.min(target_Q1, target_Q2)
        target_Q = batch["reward"] + batch["not_done"] * GAMMA * target_Q
    current_Q1, current_Q2 = critic(state, action)
    critic_loss = F.mse_loss(current_Q1, target_Q) + F.mse_loss(current_Q2, target_Q)
    side.optimizer["critic"].zero_grad()
    critic_loss.backward()
    side.optimizer["critic"].step()
    # Delayed policy updates
    if int(batch["it"][0]) % POLICY_FREQ == 0:
        actor_loss = -critic.Q1(state, actor(state)).mean()
        side.optimizer["actor"].zero_grad()
        actor_loss.backward()
        side.optimizer["actor"].step()
        for param, target_param in zip(critic.parameters(), critic_target.parameters()):
            target_param.data.copy_(TAU * param.data + (1 - TAU) * target_param.data)
        for param, target_param in zip(actor.parameters(), actor_target.parameters()):
            target_param.data.copy_(TAU * param.data + (1 - TAU) * target_param.data)
    return critic_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def make_actor():
        inputs = keras.Input((4,))
        out = layers.Dense(8, activation="relu")(inputs)
        out = layers.Dense(8, activation="relu")(out)
        out = layers.Dense(2, activation="tanh")(out)
        return keras.Model(inputs, out * MAX_ACTION)

    def make_critic():
        state, action = keras.Input((4,)), keras.Input((2,))
        both = layers.Concatenate()([state, action])
        first = layers.Dense(1)(layers.Dense(9, activation="relu")(both))
        second = layers.Dense(1)(layers.Dense(9, activation="relu")(both))
        return keras.Model([state, action], [first, second])

    model = {"actor": make_actor(), "critic": make_critic()}
    model |= {"actor_target": make_actor(), "critic_target": make_critic()}
    for name in ("actor", "critic"):
        model[f"{name}_target"].set_weights(model[name].get_weights())

    def loss(model, batch):
        q, _ = model["critic"]([batch["state"], model["actor"](batch["state"])])
        return -tf.reduce_mean(q)

    return model, loss, {"actor": Adam(0.01), "critic": Adam(0.01)}


def tf_step(side, batch):
    import tensorflow as tf

    nets = side.model

    def learn(name, tape, objective):
        variables = nets[name].trainable_variables
        gradients = tape.gradient(objective, variables)
        side.optimizer[name].apply_gradients(zip(gradients, variables))

    def soft_update(name):
        for target, source in zip(nets[f"{name}_target"].variables, nets[name].variables):
            target.assign((1.0 - TAU) * target + TAU * source)

    s, a, s_next = batch["state"], batch["action"], batch["next_state"]
    smoothing = tf.clip_by_value(NOISE * batch["noise"], -NOISE_CLIP, NOISE_CLIP)
    a_next = tf.clip_by_value(nets["actor_target"](s_next) + smoothing, -MAX_ACTION, MAX_ACTION)
    q_next = tf.reduce_min(tf.concat(nets["critic_target"]([s_next, a_next]), axis=1), axis=1, keepdims=True)
    backup = batch["reward"] + GAMMA * batch["not_done"] * q_next
    with tf.GradientTape() as tape:
        errors = [q - tf.stop_gradient(backup) for q in nets["critic"]([s, a])]
        td_loss = tf.add_n([tf.reduce_mean(tf.square(error)) for error in errors])
    learn("critic", tape, td_loss)
    if int(batch["it"][0]) % POLICY_FREQ == 0:
        with tf.GradientTape() as tape:
            value, _ = nets["critic"]([s, nets["actor"](s)])
            policy_loss = -tf.reduce_mean(value)
        learn("actor", tape, policy_loss)
        soft_update("critic")
        soft_update("actor")
    return td_loss
