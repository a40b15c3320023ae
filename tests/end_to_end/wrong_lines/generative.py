"""Generative models: GANs, diffusion, autoencoders, mixtures, rendering, physics."""

from tests.end_to_end.wrong_lines.table import WrongLine

# Both turns of a GAN, and the same in the other order.
ALL_OF_THE_STEP = (
    "    with tf.GradientTape() as d_tape:\n"
    '        real_logits = discriminator(batch["real"])\n'
    '        fake_logits = discriminator(generator(batch["z"]))\n'
    "        real_loss = entropy(SMOOTH * tf.ones_like(real_logits), real_logits)\n"
    "        fake_loss = entropy(tf.zeros_like(fake_logits), fake_logits)\n"
    "        d_loss = real_loss + fake_loss\n"
    "    grads = d_tape.gradient(d_loss, discriminator.trainable_variables)\n"
    '    side.optimizer["d"].apply_gradients(zip(grads, discriminator.trainable_variables, strict=True))\n'
    "    with tf.GradientTape() as g_tape:\n"
    '        logits = discriminator(generator(batch["z"]))\n'
    "        g_loss = entropy(tf.ones_like(logits), logits)\n"
    "    grads = g_tape.gradient(g_loss, generator.trainable_variables)\n"
    '    side.optimizer["g"].apply_gradients(zip(grads, generator.trainable_variables, strict=True))\n'
)
GENERATOR_FIRST = (
    "    with tf.GradientTape() as g_tape:\n"
    '        logits = discriminator(generator(batch["z"]))\n'
    "        g_loss = entropy(tf.ones_like(logits), logits)\n"
    "    grads = g_tape.gradient(g_loss, generator.trainable_variables)\n"
    '    side.optimizer["g"].apply_gradients(zip(grads, generator.trainable_variables, strict=True))\n'
    "    with tf.GradientTape() as d_tape:\n"
    '        real_logits = discriminator(batch["real"])\n'
    '        fake_logits = discriminator(generator(batch["z"]))\n'
    "        real_loss = entropy(SMOOTH * tf.ones_like(real_logits), real_logits)\n"
    "        fake_loss = entropy(tf.zeros_like(fake_logits), fake_logits)\n"
    "        d_loss = real_loss + fake_loss\n"
    "    grads = d_tape.gradient(d_loss, discriminator.trainable_variables)\n"
    '    side.optimizer["d"].apply_gradients(zip(grads, discriminator.trainable_variables, strict=True))\n'
)

GENERATIVE = (
    WrongLine(
        "product_not_exclusive",
        "nerf",
        "axis=-1, exclusive=True)",
        "axis=-1)",
        "loss",
        ("keep = torch.cat(", "weights = alpha * torch.cumprod("),
        "transmittance = tf.math.cumprod(",
        "the light that reaches a sample is not yet dimmed by it",
    ),
    WrongLine(
        "product_not_exclusive_in_torch",
        "nerf",
        "        keep = torch.cat([torch.ones_like(alpha[:, :1]), 1.0 - alpha + 1e-10], dim=-1)\n"
        "        weights = alpha * torch.cumprod(keep, dim=-1)[:, :-1]\n",
        "        weights = alpha * torch.cumprod(1.0 - alpha + 1e-10, dim=-1)\n",
        "loss",
        "weights = alpha * torch.cumprod(",
        "transmittance = tf.math.cumprod(",
        "PyTorch's cumprod has no exclusive=True",
    ),
    WrongLine(
        "background_left_out",
        "nerf",
        "        return rgb_map + (1.0 - acc_map[..., None])\n",
        "        return rgb_map\n",
        "loss",
        "return rgb + (1.0 - weights.sum(",
        ("return rgb_map", "rendered = raw2outputs(", "return tf.reduce_mean(tf.square(rendered"),
        "black in place of white behind the samples",
    ),
    WrongLine(
        "norm_of_the_whole_batch",
        "wgan_gp",
        "tf.sqrt(tf.reduce_sum(steepness**2, axis=1) + 1e-6)",
        "tf.sqrt(tf.reduce_sum(steepness**2) + 1e-6)",
        "loss",
        "norm = torch.sqrt((slope**2).sum(dim=1) + 1e-6)",
        "length = tf.sqrt(tf.reduce_sum(steepness**2)",
        "the penalty is on the gradient of each example",
    ),
    WrongLine(
        "penalty_without_second_derivative_in_torch",
        "wgan_gp",
        "torch.ones_like(scores), create_graph=True)",
        "torch.ones_like(scores))",
        "gradient",
        "[slope] = torch.autograd.grad(",
        ("steepness = inner.gradient(judged, points)", "length = tf.sqrt("),
        "without create_graph the penalty is a constant",
    ),
    WrongLine(
        "penalty_stopped",
        "wgan_gp",
        "tf.sqrt(tf.reduce_sum(steepness**2, axis=1) + 1e-6)",
        "tf.sqrt(tf.reduce_sum(tf.stop_gradient(steepness) ** 2, axis=1) + 1e-6)",
        "gradient",
        ("[slope] = torch.autograd.grad(", "norm = torch.sqrt((slope**2)"),
        "length = tf.sqrt(tf.reduce_sum(tf.stop_gradient(steepness)",
        "the penalty is a constant to the critic",
    ),
    WrongLine(
        "real_and_made_mixed_the_other_way",
        "wgan_gp",
        'made + batch["mix"] * (batch["real"] - made)',
        'batch["real"] + batch["mix"] * (made - batch["real"])',
        "forward",
        "between = (mix * real + (1 - mix) * fake)",
        'points = batch["real"] + batch["mix"]',
        "the same numbers weigh the other of the two",
    ),
    WrongLine(
        "generator_against_the_old_critic",
        "wgan_gp",
        "    weights = critic.trainable_variables\n"
        '    side.optimizer["c"].apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))\n'
        "    with tf.GradientTape() as tape:\n"
        '        deceived = -tf.reduce_mean(critic(generator(batch["noise"])))\n'
        "    weights = generator.trainable_variables\n"
        '    side.optimizer["g"].apply_gradients(zip(tape.gradient(deceived, weights), weights, strict=True))\n',
        "    with tf.GradientTape() as other:\n"
        '        deceived = -tf.reduce_mean(critic(generator(batch["noise"])))\n'
        "    moves = other.gradient(deceived, generator.trainable_variables)\n"
        "    weights = critic.trainable_variables\n"
        '    side.optimizer["c"].apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))\n'
        '    side.optimizer["g"].apply_gradients(zip(moves, generator.trainable_variables, strict=True))\n',
        "forward",
        ("g_loss = -critic(fake).mean()", 'side.optimizer["c"].step()'),
        ("deceived = -tf.reduce_mean(", "moves = other.gradient(", 'side.optimizer["c"].apply_gradients('),
        "the critic has not moved yet when the generator is judged",
    ),
    WrongLine(
        "generator_saturates",
        "gan",
        "g_loss = entropy(tf.ones_like(logits), logits)",
        "g_loss = -entropy(tf.zeros_like(logits), logits)",
        "gradient",
        "errg = criterion(output, torch.ones_like(output))",
        "g_loss = -entropy(",
        "the loss of the game, in place of the one that does not saturate",
    ),
    WrongLine(
        "both_labels_smoothed",
        "gan",
        "fake_loss = entropy(tf.zeros_like(fake_logits), fake_logits)",
        "fake_loss = entropy((1 - SMOOTH) * tf.ones_like(fake_logits), fake_logits)",
        "loss",
        "errd_fake = criterion(out_fake",
        "fake_loss = entropy((1 - SMOOTH)",
        "only real examples have smooth labels",
    ),
    WrongLine(
        "generator_first",
        "gan",
        ALL_OF_THE_STEP,
        GENERATOR_FIRST,
        "forward",
        ('fake = netg(batch["z"])', 'side.optimizer["d"].step()', "output = netd(fake)"),
        (
            "fake_logits = discriminator(generator(",
            'side.optimizer["g"].apply_gradients(',
            'logits = discriminator(generator(batch["z"]))\n        g_loss',
        ),
        "each is judged by what the other has become",
    ),
    WrongLine(
        "discriminator_halved",
        "gan",
        "d_loss = real_loss + fake_loss",
        "d_loss = 0.5 * (real_loss + fake_loss)",
        "loss",
        "errd = errd_real + errd_fake",
        "d_loss = 0.5 *",
        "the mean of the two in place of their sum",
    ),
    WrongLine(
        "schedule_one_step_late",
        "ddpm",
        "schedule = np.cumprod(1.0 - np.linspace(0.01, 0.2, STEPS))",
        "schedule = np.append(1.0, np.cumprod(1.0 - np.linspace(0.01, 0.2, STEPS)))[:-1]",
        "forward",
        ("alphas_cumprod = torch.cumprod(", 'a_bar = alphas_cumprod[batch["t"]]'),
        ("schedule = np.append(", "signal = tf.gather("),
        "the product before the step in place of the one behind it",
    ),
    WrongLine(
        "time_divided_as_integers",
        "ddpm",
        "ops.cast(step, x.dtype) / STEPS",
        "ops.cast(step // STEPS, x.dtype)",
        "forward",
        "time = (t / STEPS)[:, None]",
        "fraction = ops.cast(step // STEPS",
        "zero at each step",
    ),
    WrongLine(
        "variance_as_deviation",
        "ddpm",
        "mean + tf.sqrt(1 - signal)[:, None]",
        "mean + (1 - signal)[:, None]",
        "forward",
        "x_t = a_bar.sqrt()",
        "noisy = mean + (1 - signal)",
        "a root left out",
    ),
    WrongLine(
        "weight_not_over_the_ratio",
        "ddpm",
        "importance = tf.minimum(ratio, 5.0) / ratio",
        "importance = tf.minimum(ratio, 5.0)",
        "loss",
        "weight = snr.clamp(max=5.0) / snr",
        "importance = tf.minimum(ratio, 5.0)",
        "the weight for predicting the data, not the noise",
    ),
    WrongLine(
        "data_in_place_of_noise",
        "ddpm",
        'tf.square(model((noisy, batch["t"])) - batch["noise"])',
        'tf.square(model((noisy, batch["t"])) - batch["x"])',
        "loss",
        'per_example = ((predicted - batch["noise"])',
        'errors = tf.square(model((noisy, batch["t"])) - batch["x"])',
        "what is predicted is the noise",
    ),
    WrongLine(
        "expected_likelihood",
        "mdn",
        "tf.reduce_logsumexp(mixing + gaussian, axis=1)",
        "tf.reduce_sum(tf.exp(mixing) * gaussian, axis=1)",
        "loss",
        "return -torch.logsumexp(log_pi + log_prob",
        "likelihood = tf.reduce_sum(tf.exp(mixing)",
        "the mean of logarithms in place of the logarithm of a mean",
    ),
    WrongLine(
        "deviation_of_a_log_variance",
        "mdn",
        "sigma = tf.exp(spread)",
        "sigma = tf.exp(0.5 * spread)",
        "loss",
        "log_prob = Normal(mu, log_sigma.exp())",
        "sigma = tf.exp(0.5 * spread)",
        "the output is a log deviation",
    ),
    WrongLine(
        "constant_of_the_density_left_out",
        "mdn",
        " - tf.math.log(sigma) - 0.5 * math.log(2 * math.pi)",
        " - tf.math.log(sigma)",
        "loss",
        "log_prob = Normal(mu, log_sigma.exp())",
        "gaussian = -0.5 *",
        "the gradient is right, the loss is not",
    ),
    WrongLine(
        "mixture_over_the_batch",
        "mdn",
        "tf.nn.log_softmax(weight, axis=1)",
        "tf.nn.log_softmax(weight, axis=0)",
        "loss",
        "log_pi = torch.log_softmax(pi, dim=1)",
        "mixing = tf.nn.log_softmax(weight, axis=0)",
        "the components of an example sum to one, not the examples of a component",
    ),
    WrongLine(
        "divergence_averaged_over_latents",
        "vae",
        "divergence = -0.5 * tf.reduce_mean(tf.reduce_sum(terms, axis=1))",
        "divergence = -0.5 * tf.reduce_mean(terms)",
        "loss",
        ("kld = -0.5 * torch.sum(", 'return (bce + kld) / len(batch["x"])'),
        "divergence = -0.5 * tf.reduce_mean(terms)",
        "a sum over the latent axis in PyTorch",
    ),
    WrongLine(
        "log_variance_as_log_deviation",
        "vae",
        "ops.exp(0.5 * z_log_var) * noise",
        "ops.exp(z_log_var) * noise",
        "forward",
        "z = mu + eps * torch.exp(0.5 * logvar)",
        "sample = z_mean + ops.exp(z_log_var) * noise",
        "half of the exponent left out",
    ),
    WrongLine(
        "sampled_without_a_gradient",
        "vae",
        "sample = z_mean + ops.exp(0.5 * z_log_var) * noise",
        "sample = ops.stop_gradient(z_mean + ops.exp(0.5 * z_log_var) * noise)",
        "gradient",
        "z = mu + eps * torch.exp(0.5 * logvar)",
        "sample = ops.stop_gradient(",
        "sample() in place of rsample()",
    ),
    WrongLine(
        "reconstruction_averaged_over_pixels",
        "vae",
        "tf.reduce_mean(tf.reduce_sum(pixels, axis=1))",
        "tf.reduce_mean(pixels)",
        "loss",
        ("bce = F.binary_cross_entropy_with_logits(", 'return (bce + kld) / len(batch["x"])'),
        "reconstruction = tf.reduce_mean(pixels)",
        "the weight of the divergence is then another",
    ),
    WrongLine(
        "another_second_derivative",
        "pinn",
        "d2u_dx2 = outer.gradient(du_dx, x)",
        "d2u_dx2 = outer.gradient(du_dt, x)",
        "loss",
        "u_xx = derivative(u_x, points)[:, 0:1]",
        "d2u_dx2 = outer.gradient(du_dt, x)",
        "the mixed derivative",
    ),
    WrongLine(
        "second_derivative_detached_in_torch",
        "pinn",
        "u_xx = derivative(u_x, points)[:, 0:1]",
        "u_xx = derivative(u_x, points)[:, 0:1].detach()",
        "gradient",
        "u_xx = derivative(u_x, points)[:, 0:1].detach()",
        ("d2u_dx2 = outer.gradient(du_dx, x)", "return du_dt - VISCOSITY * d2u_dx2"),
        "the second derivative is a constant to PyTorch",
    ),
    WrongLine(
        "viscosity_added",
        "pinn",
        "return du_dt - VISCOSITY * d2u_dx2",
        "return du_dt + VISCOSITY * d2u_dx2",
        "loss",
        "return u_t - VISCOSITY * u_xx",
        "return du_dt + VISCOSITY * d2u_dx2",
        "a sign",
    ),
)
