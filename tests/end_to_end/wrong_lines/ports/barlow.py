"""Barlow twins: two views correlate feature by feature; an optimizer of one's own (LARS) on either side."""

LAMBDA, RATE, DECAY, ETA, MOMENTUM = 0.05, 0.2, 0.01, 0.02, 0.9


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(12, 5))
        yield {"one": x + 0.3 * rng.normal(size=x.shape), "two": x + 0.3 * rng.normal(size=x.shape)}


def torch_side():
    import torch
    from torch import nn

    class LARS(torch.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr, "weight_decay": DECAY, "momentum": MOMENTUM})

        @torch.no_grad()
        def step(self, closure=None):
            for g in self.param_groups:
                for p in g["params"]:
                    dp = p.grad
                    if p.ndim > 1:
                        dp = dp.add(p, alpha=g["weight_decay"])
                        param_norm, update_norm = torch.norm(p), torch.norm(dp)
                        dp = dp.mul(ETA * param_norm / update_norm)
                    mu = self.state[p].setdefault("mu", torch.zeros_like(p))
                    mu.mul_(g["momentum"]).add_(dp)
                    p.add_(mu, alpha=-g["lr"])

    def off_diagonal(x):
        n = len(x)
        return x.flatten()[:-1].view(n - 1, n + 1)[:, 1:].flatten()

    def standardised(z):
        return (z - z.mean(dim=0)) / z.std(dim=0)

    def loss(model, batch):
        c = standardised(model(batch["one"])).T @ standardised(model(batch["two"]))
        c.div_(len(batch["one"]))
        on_diag = torch.diagonal(c).add(-1).pow(2).sum()
        return on_diag + LAMBDA * off_diagonal(c).pow(2).sum()

    model = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Linear(8, 4, bias=False))
    return model, loss, LARS(model.parameters(), lr=RATE)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class LARS(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.velocity = [self.add_variable_from_reference(variable, name="velocity") for variable in variables]

        def update_step(self, gradient, variable, learning_rate):
            velocity = self.velocity[self._get_variable_index(variable)]
            gradient = tf.convert_to_tensor(gradient)
            if len(variable.shape) > 1:
                gradient = gradient + DECAY * variable
                trust = tf.norm(tf.convert_to_tensor(variable)) / tf.norm(gradient)
                gradient = ETA * trust * gradient
            velocity.assign(MOMENTUM * velocity + gradient)
            variable.assign_sub(tf.cast(learning_rate, variable.dtype) * velocity)

    def whiten(z):
        count = tf.cast(tf.shape(z)[0], z.dtype)
        centred = z - tf.reduce_mean(z, axis=0)
        return centred / tf.sqrt(tf.reduce_sum(centred**2, axis=0) / (count - 1))

    def loss(model, batch):
        first, second = whiten(model(batch["one"])), whiten(model(batch["two"]))
        correlation = tf.einsum("ni,nj->ij", first, second) / tf.cast(tf.shape(first)[0], first.dtype)
        eye = tf.eye(4, dtype=correlation.dtype)
        squares = tf.square(correlation - eye)
        return tf.reduce_sum(squares * eye) + LAMBDA * tf.reduce_sum(squares * (1 - eye))

    model = keras.Sequential([keras.Input((5,)), layers.Dense(8, "tanh"), layers.Dense(4, use_bias=False)])
    return model, loss, LARS(learning_rate=RATE)
