"""A network that solves the heat equation: its second derivative by position and its first by time."""

VISCOSITY = 0.1


def batches(rng):
    for _ in range(6):
        yield {
            "inside": rng.uniform(-1, 1, size=(10, 2)),
            "start": rng.uniform(-1, 1, size=(6, 2)),
            "value": rng.normal(size=(6, 1)),
        }


def torch_side():
    import torch
    from torch import nn

    def derivative(value, points):
        return torch.autograd.grad(value.sum(), points, create_graph=True)[0]

    def residual(net, points):
        points = points.clone().requires_grad_(True)
        first = derivative(net(points), points)
        u_x, u_t = first[:, 0:1], first[:, 1:2]
        u_xx = derivative(u_x, points)[:, 0:1]
        return u_t - VISCOSITY * u_xx

    def loss(model, batch):
        physics = residual(model, batch["inside"]).pow(2).mean()
        return physics + nn.functional.mse_loss(model(batch["start"]), batch["value"])

    model = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 1))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def heat_residual(model, points):
        x, t = points[:, 0:1], points[:, 1:2]
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch([x, t])
                u = model(tf.concat([x, t], axis=1))
            du_dx, du_dt = inner.gradient(u, [x, t])
        d2u_dx2 = outer.gradient(du_dx, x)
        return du_dt - VISCOSITY * d2u_dx2

    def loss(model, batch):
        physical = tf.reduce_mean(tf.square(heat_residual(model, batch["inside"])))
        initial = tf.reduce_mean(tf.square(model(batch["start"]) - batch["value"]))
        return physical + initial

    hidden = [layer for _ in range(2) for layer in (layers.Dense(8), layers.Activation("tanh"))]
    return keras.Sequential([keras.Input((2,)), *hidden, layers.Dense(1)]), loss, Adam(0.01)
