"""A Hamiltonian network: the gradient of a scalar by its inputs moves a pendulum, through a leapfrog step as well."""

DT, ROLL = 0.1, 0.5


def batches(rng):
    for _ in range(6):
        state = rng.normal(size=(8, 4))
        yield {"state": state, "velocity": rng.normal(size=(8, 4)), "later": state + DT * rng.normal(size=(8, 4))}


def torch_side():
    import torch
    from torch import nn

    class HNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(4, 10), nn.Tanh(), nn.Linear(10, 1, bias=False))

        def gradient(self, z):
            z = z.requires_grad_() if z.is_leaf else z
            return torch.autograd.grad(self.net(z).sum(), z, create_graph=True)[0]

        def time_derivative(self, z):
            dh_dq, dh_dp = torch.chunk(self.gradient(z), 2, dim=1)
            return torch.cat([dh_dp, -dh_dq], dim=1)

        def leapfrog(self, z):
            q, p = torch.chunk(z, 2, dim=1)
            p_half = p - 0.5 * DT * self.gradient(torch.cat([q, p], dim=1))[:, :2]
            q_next = q + DT * self.gradient(torch.cat([q, p_half], dim=1))[:, 2:]
            p_next = p_half - 0.5 * DT * self.gradient(torch.cat([q_next, p_half], dim=1))[:, :2]
            return torch.cat([q_next, p_next], dim=1)

    def loss(model, batch):
        with torch.enable_grad():
            state = batch["state"].clone().requires_grad_()
            field = (model.time_derivative(state) - batch["velocity"]).pow(2).mean()
            rolled = (model.leapfrog(state) - batch["later"]).pow(2).mean()
            return field + ROLL * rolled

    model = HNN()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    net = keras.Sequential([keras.Input((4,)), layers.Dense(10, activation="tanh"), layers.Dense(1, use_bias=False)])

    def slopes(model, q, p):
        with tf.GradientTape() as tape:
            tape.watch([q, p])
            energy = model(tf.concat([q, p], axis=-1))
        return tape.gradient(energy, [q, p])

    def vector_field(model, q, p):
        by_q, by_p = slopes(model, q, p)
        return tf.concat([by_p, -by_q], axis=-1)

    def stoermer_verlet(model, q, p):
        force, _ = slopes(model, q, p)
        middle = p - DT / 2 * force
        _, speed = slopes(model, q, middle)
        q = q + DT * speed
        force, _ = slopes(model, q, middle)
        return tf.concat([q, middle - DT / 2 * force], axis=-1)

    def loss(model, batch):
        q, p = tf.split(batch["state"], 2, axis=-1)
        derivative = tf.reduce_mean(tf.square(vector_field(model, q, p) - batch["velocity"]))
        rollout = tf.reduce_mean(tf.square(stoermer_verlet(model, q, p) - batch["later"]))
        return derivative + ROLL * rollout

    return net, loss, Adam(0.01)
