"""Translation both ways (CycleGAN): least squares of two judges, a cycle, an identity; generators move first."""

LAMBDA, IDENTITY, RATE = 4.0, 0.5, 0.05


def batches(rng):
    for _ in range(6):
        yield {"a": rng.normal(size=(6, 4)), "b": rng.normal(size=(6, 4)) + 1.0}


def torch_side():
    import torch
    from torch import nn

    def generator():
        return nn.Sequential(nn.Linear(4, 7), nn.Tanh(), nn.Linear(7, 4))

    def discriminator():
        return nn.Sequential(nn.Linear(4, 6), nn.LeakyReLU(0.25), nn.Linear(6, 1))

    model = {"g_ab": generator(), "g_ba": generator(), "d_a": discriminator(), "d_b": discriminator()}

    def loss(model, batch):
        return (model["g_ba"](model["g_ab"](batch["a"])) - batch["a"]).abs().mean()

    both = {"g": [*model["g_ab"].parameters(), *model["g_ba"].parameters()]}
    both["d"] = [*model["d_a"].parameters(), *model["d_b"].parameters()]
    return model, loss, {name: torch.optim.SGD(weights, RATE) for name, weights in both.items()}


def torch_step(side, batch):
    import torch
    from torch import nn

    criterion_gan, criterion_cycle, criterion_idt = nn.MSELoss(), nn.L1Loss(), nn.L1Loss()
    g_ab, g_ba, d_a, d_b = (side.model[name] for name in ("g_ab", "g_ba", "d_a", "d_b"))
    real_a, real_b = batch["a"], batch["b"]
    fake_b = g_ab(real_a)
    rec_a = g_ba(fake_b)
    fake_a = g_ba(real_b)
    rec_b = g_ab(fake_a)
    loss_idt = criterion_idt(g_ab(real_b), real_b) + criterion_idt(g_ba(real_a), real_a)
    guess_b, guess_a = d_b(fake_b), d_a(fake_a)
    loss_gan = criterion_gan(guess_b, torch.ones_like(guess_b)) + criterion_gan(guess_a, torch.ones_like(guess_a))
    loss_cycle = criterion_cycle(rec_a, real_a) + criterion_cycle(rec_b, real_b)
    loss_g = loss_gan + LAMBDA * loss_cycle + LAMBDA * IDENTITY * loss_idt
    side.optimizer["g"].zero_grad()
    loss_g.backward()
    side.optimizer["g"].step()
    side.optimizer["d"].zero_grad()
    for net, real, fake in ((d_a, real_a, fake_a), (d_b, real_b, fake_b)):
        pred_real, pred_fake = net(real), net(fake.detach())
        loss_real = criterion_gan(pred_real, torch.ones_like(pred_real))
        loss_fake = criterion_gan(pred_fake, torch.zeros_like(pred_fake))
        loss_d = (loss_real + loss_fake) * 0.5
        loss_d.backward()
    side.optimizer["d"].step()
    return loss_g.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def generator():
        return keras.Sequential([keras.Input((4,)), layers.Dense(7, activation="tanh"), layers.Dense(4)])

    def discriminator():
        return keras.Sequential([keras.Input((4,)), layers.Dense(6), layers.LeakyReLU(0.25), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean(tf.abs(model["g_ba"](model["g_ab"](batch["a"])) - batch["a"]))

    model = {"g_ab": generator(), "g_ba": generator(), "d_a": discriminator(), "d_b": discriminator()}
    return model, loss, {"g": SGD(RATE), "d": SGD(RATE)}


def tf_step(side, batch):
    import tensorflow as tf

    to_b, to_a, judge_a, judge_b = (side.model[name] for name in ("g_ab", "g_ba", "d_a", "d_b"))
    a, b = batch["a"], batch["b"]

    def towards(score, target):
        return tf.reduce_mean(tf.math.squared_difference(score, target))

    def l1(left, right):
        return tf.reduce_mean(tf.abs(left - right))

    with tf.GradientTape(persistent=True) as tape:
        fake_b = to_b(a)
        cycle = l1(a, to_a(fake_b))
        fake_a = to_a(b)
        cycle += l1(b, to_b(fake_a))
        same = l1(b, to_b(b)) + l1(a, to_a(a))
        fooled = towards(judge_b(fake_b), 1.0) + towards(judge_a(fake_a), 1.0)
        generators_loss = fooled + LAMBDA * cycle + LAMBDA * IDENTITY * same
        loss_a = 0.5 * (towards(judge_a(a), 1.0) + towards(judge_a(fake_a), 0.0))
        loss_b = 0.5 * (towards(judge_b(b), 1.0) + towards(judge_b(fake_b), 0.0))
        judges_loss = loss_a + loss_b
    makers = to_b.trainable_variables + to_a.trainable_variables
    judges = judge_a.trainable_variables + judge_b.trainable_variables
    side.optimizer["g"].apply_gradients(zip(tape.gradient(generators_loss, makers), makers, strict=True))
    side.optimizer["d"].apply_gradients(zip(tape.gradient(judges_loss, judges), judges, strict=True))
    return generators_loss
