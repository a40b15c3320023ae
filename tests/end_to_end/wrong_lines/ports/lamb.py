"""Large batches (LAMB): Adam's direction with decay in it, each layer's length to its own, biases left alone."""

RATE, BETA1, BETA2, EPS, DECAY = 0.05, 0.9, 0.99, 1e-6, 0.1


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(12, 5))
        yield {"x": x, "y": (x[:, 0] * x[:, 1] > 0).astype(int)}


def torch_side():
    import torch
    from torch import nn

    class Lamb(torch.optim.Optimizer):
        def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-6, weight_decay=0.01):
            super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                beta1, beta2 = group["betas"]
                group["step"] = group.get("step", 0) + 1
                bias_correction1 = 1 - beta1 ** group["step"]
                bias_correction2 = 1 - beta2 ** group["step"]
                for p in group["params"]:
                    grad, state = p.grad, self.state[p]
                    if len(state) == 0:
                        state["exp_avg"] = torch.zeros_like(p)
                        state["exp_avg_sq"] = torch.zeros_like(p)
                    exp_avg, exp_avg_sq = state["exp_avg"], state["exp_avg_sq"]
                    exp_avg.mul_(beta1).add_(grad, alpha=1 - beta1)
                    exp_avg_sq.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
                    denom = (exp_avg_sq.sqrt() / bias_correction2**0.5).add_(group["eps"])
                    update = (exp_avg / bias_correction1).div_(denom)
                    if group["weight_decay"] != 0:
                        update.add_(p, alpha=group["weight_decay"])
                        w_norm = p.norm(2.0)
                        g_norm = update.norm(2.0)
                        one_tensor = torch.ones_like(w_norm)
                        trust_ratio = torch.where(
                            w_norm > 0, torch.where(g_norm > 0, w_norm / g_norm, one_tensor), one_tensor
                        )
                        update.mul_(trust_ratio)
                    p.add_(update, alpha=-group["lr"])

    model = nn.Sequential(nn.Linear(5, 10), nn.GELU(), nn.Linear(10, 8), nn.GELU(), nn.Linear(8, 2))
    decayed = [p for p in model.parameters() if p.ndim > 1]
    others = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
    optimizer = Lamb(groups, lr=RATE, betas=(BETA1, BETA2), eps=EPS, weight_decay=DECAY)
    criterion = nn.CrossEntropyLoss()
    return model, lambda model, batch: criterion(model(batch["x"]), batch["y"]), optimizer


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    class LAMB(keras.optimizers.Optimizer):
        def __init__(self, learning_rate, beta_1, beta_2, epsilon, weight_decay_rate, exclude):
            super().__init__(learning_rate=learning_rate)
            self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon
            self.weight_decay_rate, self.exclude = weight_decay_rate, exclude

        def build(self, variables):
            super().build(variables)
            self.m = self.add_optimizer_variables(variables, "m")
            self.v = self.add_optimizer_variables(variables, "v")

        def _use_weight_decay(self, variable):
            return not any(pattern in variable.name for pattern in self.exclude)

        def update_step(self, grad, var, learning_rate):
            index = self._get_variable_index(var)
            m, v, weight = self.m[index], self.v[index], tf.convert_to_tensor(var)
            local_step = tf.cast(self.iterations + 1, weight.dtype)
            m.assign(self.beta_1 * m + (1.0 - self.beta_1) * grad)
            v.assign(self.beta_2 * v + (1.0 - self.beta_2) * tf.square(grad))
            m_t_hat = m / (1.0 - tf.pow(tf.constant(self.beta_1, weight.dtype), local_step))
            v_t_hat = v / (1.0 - tf.pow(tf.constant(self.beta_2, weight.dtype), local_step))
            update = m_t_hat / (tf.sqrt(v_t_hat) + self.epsilon)
            ratio = 1.0
            if self._use_weight_decay(var):
                update += self.weight_decay_rate * weight
                w_norm, g_norm = tf.norm(weight, ord=2), tf.norm(update, ord=2)
                ratio = tf.where((w_norm > 0) & (g_norm > 0), w_norm / g_norm, tf.ones_like(w_norm))
            var.assign_sub(ratio * tf.cast(learning_rate, weight.dtype) * update)

    gelu = lambda x: keras.activations.gelu(x, approximate=False)
    model = keras.Sequential(
        [keras.Input((5,)), layers.Dense(10, activation=gelu), layers.Dense(8, activation=gelu), layers.Dense(2)]
    )

    def loss(model, batch):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], model(batch["x"])))

    return model, loss, LAMB(RATE, BETA1, BETA2, EPS, DECAY, exclude=("bias",))
