"""Control with a deterministic policy (DDPG): a critic with decayed weights, an actor, slow copies of both."""

GAMMA, TAU = 0.9, 0.1


def batches(rng):
    for _ in range(5):
        yield {
            "obs": rng.normal(size=(8, 3)),
            "action": rng.uniform(-1, 1, size=(8, 2)),
            "reward": rng.normal(size=8),
            "next": rng.normal(size=(8, 3)),
            "done": (rng.uniform(size=8) < 0.3).astype(float),
        }


def torch_side():
    import torch
    from torch import nn

    class Critic(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(3, 6)
            self.fc2 = nn.Linear(6 + 2, 5)
            self.fc3 = nn.Linear(5, 1)

        def forward(self, state, action):
            x = torch.relu(self.fc1(state))
            x = torch.relu(self.fc2(torch.cat([x, action], 1)))
            return self.fc3(x)

    def make_actor():
        return nn.Sequential(nn.Linear(3, 6), nn.ReLU(), nn.Linear(6, 2), nn.Tanh())

    nets = {"actor": make_actor(), "critic": Critic(), "actor_target": make_actor(), "critic_target": Critic()}

    def loss(model, batch):
        return -model["critic"](batch["obs"], model["actor"](batch["obs"])).mean()

    optimizers = {
        "actor": torch.optim.Adam(nets["actor"].parameters(), lr=1e-2),
        "critic": torch.optim.Adam(nets["critic"].parameters(), lr=2e-2, weight_decay=1e-2),
    }
    return nets, loss, optimizers


def torch_step(side, batch):
    import torch
    import torch.nn.functional as F

    nets, optimizers = side.model, side.optimizer
    reward, done = batch["reward"].unsqueeze(1), batch["done"].unsqueeze(1)
    with torch.no_grad():
        next_q = nets["critic_target"](batch["next"], nets["actor_target"](batch["next"]))
        target_q = reward + GAMMA * (1 - done) * next_q
    critic_loss = F.mse_loss(nets["critic"](batch["obs"], batch["action"]), target_q)
    optimizers["critic"].zero_grad()
    critic_loss.backward()
    optimizers["critic"].step()

    policy_loss = -nets["critic"](batch["obs"], nets["actor"](batch["obs"])).mean()
    optimizers["actor"].zero_grad()
    policy_loss.backward()
    optimizers["actor"].step()

    with torch.no_grad():
        for name in ("actor", "critic"):
            for target_param, param in zip(nets[f"{name}_target"].parameters(), nets[name].parameters()):
                target_param.data.copy_(target_param.data * (1.0 - TAU) + param.data * TAU)
    return critic_loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def actor():
        return keras.Sequential(
            [keras.Input((3,)), layers.Dense(6, activation="relu"), layers.Dense(2, activation="tanh")]
        )

    def critic():
        state, action = keras.Input((3,)), keras.Input((2,))
        seen = layers.Dense(6, activation="relu")(state)
        both = layers.Dense(5, activation="relu")(layers.Concatenate()([seen, action]))
        return keras.Model([state, action], layers.Dense(1)(both))

    nets = {"actor": actor(), "critic": critic(), "actor_target": actor(), "critic_target": critic()}

    def loss(model, batch):
        return -tf.reduce_mean(model["critic"]([batch["obs"], model["actor"](batch["obs"])]))

    return nets, loss, {"actor": Adam(1e-2), "critic": Adam(2e-2, weight_decay=1e-2)}


def tf_step(side, batch):
    import tensorflow as tf

    actor, critic = side.model["actor"], side.model["critic"]
    slow_actor, slow_critic = side.model["actor_target"], side.model["critic_target"]
    future = slow_critic([batch["next"], slow_actor(batch["next"])])
    bootstrapped = batch["reward"][:, None] + GAMMA * (1.0 - batch["done"][:, None]) * future
    with tf.GradientTape() as tape:
        value = critic([batch["obs"], batch["action"]])
        critic_loss = tf.reduce_mean(tf.square(bootstrapped - value))
    gradients = tape.gradient(critic_loss, critic.trainable_variables)
    side.optimizer["critic"].apply_gradients(zip(gradients, critic.trainable_variables))

    with tf.GradientTape() as tape:
        actor_loss = -tf.reduce_mean(critic([batch["obs"], actor(batch["obs"])]))
    gradients = tape.gradient(actor_loss, actor.trainable_variables)
    side.optimizer["actor"].apply_gradients(zip(gradients, actor.trainable_variables))

    for slow, fast in ((slow_actor, actor), (slow_critic, critic)):
        for old, new in zip(slow.variables, fast.variables):
            old.assign(TAU * new + (1.0 - TAU) * old)
    return critic_loss
