"""Curiosity (ICM): features that tell which action was taken, a model of what follows,
its error a reward of GAE and a policy.
"""

OBS, ACTIONS, FEATURES, STEPS, ENVS = 5, 3, 4, 5, 3
ETA, BETA, LAMBDA_POLICY, GAMMA, GAE, ENTROPY, VALUE = 0.5, 0.2, 0.8, 0.95, 0.9, 0.02, 0.5


def batches(rng):
    for _ in range(4):
        yield {
            "obs": rng.normal(size=(STEPS + 1, ENVS, OBS)),
            "action": rng.integers(0, ACTIONS, size=(STEPS, ENVS)),
            "reward": rng.normal(size=(STEPS, ENVS)),
            "done": (rng.uniform(size=(STEPS, ENVS)) < 0.2).astype(float),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn
    from torch.distributions import Categorical

    class ICM(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature = nn.Sequential(nn.Linear(OBS, 8), nn.ELU(), nn.Linear(8, FEATURES))
            self.inverse_net = nn.Sequential(nn.Linear(FEATURES * 2, 9), nn.ELU(), nn.Linear(9, ACTIONS))
            self.forward_net = nn.Sequential(nn.Linear(FEATURES + ACTIONS, 10), nn.ELU(), nn.Linear(10, FEATURES))

        def forward(self, state, next_state, action):
            encode_state = self.feature(state)
            encode_next_state = self.feature(next_state)
            pred_action = self.inverse_net(torch.cat((encode_state, encode_next_state), -1))
            pred_next_state_feature = self.forward_net(torch.cat((encode_state, action), -1))
            return encode_next_state, pred_next_state_feature, pred_action

    class ActorCritic(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Linear(OBS, 7)
            self.actor = nn.Linear(7, ACTIONS)
            self.critic = nn.Linear(7, 1)

        def forward(self, x):
            x = torch.tanh(self.body(x))
            return self.actor(x), self.critic(x).squeeze(-1)

    def compute_gae(rewards, dones, values):
        advantages = torch.zeros_like(rewards)
        gae = 0
        for t in reversed(range(rewards.size(0))):
            delta = rewards[t] + GAMMA * values[t + 1] * (1 - dones[t]) - values[t]
            gae = delta + GAMMA * GAE * (1 - dones[t]) * gae
            advantages[t] = gae
        return advantages

    def loss(model, batch):
        obs, action = batch["obs"], batch["action"]
        one_hot = F.one_hot(action, ACTIONS).to(obs.dtype)
        real_phi, pred_phi, pred_action = model["icm"](obs[:-1], obs[1:], one_hot)
        forward_loss = F.mse_loss(pred_phi, real_phi.detach(), reduction="none").sum(-1) * 0.5
        inverse_loss = F.cross_entropy(pred_action.view(-1, ACTIONS), action.view(-1))
        intrinsic_reward = ETA * forward_loss.detach()
        logits, values = model["policy"](obs)
        advantages = compute_gae(batch["reward"] + intrinsic_reward, batch["done"], values.detach())
        returns = advantages + values[:-1].detach()
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        dist = Categorical(logits=logits[:-1])
        policy_loss = -(dist.log_prob(action) * advantages).mean()
        value_loss = F.smooth_l1_loss(values[:-1], returns)
        policy = policy_loss + VALUE * value_loss - ENTROPY * dist.entropy().mean()
        return LAMBDA_POLICY * policy + (1 - BETA) * inverse_loss + BETA * forward_loss.mean()

    model = {"icm": ICM(), "policy": ActorCritic()}
    params = [*model["icm"].parameters(), *model["policy"].parameters()]
    return model, loss, torch.optim.Adam(params, lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def mlp(into, hidden, out):
        return keras.Sequential([keras.Input((into,)), layers.Dense(hidden, activation="elu"), layers.Dense(out)])

    class Curiosity(keras.Model):
        def __init__(self):
            super().__init__()
            self.phi = mlp(OBS, 8, FEATURES)
            self.inverse = mlp(2 * FEATURES, 9, ACTIONS)
            self.dynamics = mlp(FEATURES + ACTIONS, 10, FEATURES)

        def call(self, now, later, action):
            phi_now, phi_later = self.phi(now), self.phi(later)
            guess = self.inverse(tf.concat([phi_now, phi_later], axis=-1))
            expected = self.dynamics(tf.concat([phi_now, action], axis=-1))
            error = 0.5 * tf.reduce_sum(tf.square(tf.stop_gradient(phi_later) - expected), axis=-1)
            return error, guess

    body_input = keras.Input((OBS,))
    body = layers.Dense(7, activation="tanh")(body_input)
    policy = keras.Model(body_input, [layers.Dense(ACTIONS, name="pi")(body), layers.Dense(1, name="v")(body)])

    def advantages_of(rewards, dones, values):
        going = 1.0 - dones
        deltas = rewards + GAMMA * going * values[1:] - values[:-1]

        def backwards(after, now):
            delta, alive = now
            return delta + GAMMA * GAE * alive * after

        return tf.scan(backwards, (deltas, going), initializer=tf.zeros_like(deltas[0]), reverse=True)

    def huber(error):
        quadratic = tf.minimum(tf.abs(error), 1.0)
        return 0.5 * quadratic**2 + (tf.abs(error) - quadratic)

    def loss(model, batch):
        flat = lambda x: tf.reshape(x, (STEPS * ENVS, -1))
        obs, action = batch["obs"], tf.reshape(batch["action"], (-1,))
        chosen = tf.one_hot(action, ACTIONS, dtype=obs.dtype)
        error, guess = model["icm"](flat(obs[:-1]), flat(obs[1:]), chosen)
        inverse = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(chosen, guess))
        bonus = ETA * tf.reshape(tf.stop_gradient(error), (STEPS, ENVS))
        logits, value = model["policy"](tf.reshape(obs, (-1, OBS)))
        value = tf.reshape(value, (STEPS + 1, ENVS))
        baseline = tf.stop_gradient(value)
        advantage = advantages_of(batch["reward"] + bonus, batch["done"], baseline)
        goal = advantage + baseline[:-1]
        deviation = tf.math.reduce_std(advantage) * (STEPS * ENVS / (STEPS * ENVS - 1)) ** 0.5
        advantage = (advantage - tf.reduce_mean(advantage)) / (deviation + 1e-8)
        log_pi = tf.nn.log_softmax(logits[: STEPS * ENVS])
        taken = tf.reduce_sum(log_pi * chosen, axis=1)
        surrogate = tf.reduce_mean(taken * tf.reshape(advantage, (-1,)))
        entropy = -tf.reduce_mean(tf.reduce_sum(tf.exp(log_pi) * log_pi, axis=1))
        critic = tf.reduce_mean(huber(goal - value[:-1]))
        actor_critic = VALUE * critic - surrogate - ENTROPY * entropy
        return LAMBDA_POLICY * actor_critic + (1 - BETA) * inverse + BETA * tf.reduce_mean(error)

    return {"icm": Curiosity(), "policy": policy}, loss, Adam(0.01)
