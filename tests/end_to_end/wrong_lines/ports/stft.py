"""Speech enhancement by a small network on samples, with a spectral loss: convergence and log magnitudes."""

WINDOW, HOP = 16, 4


def batches(rng):
    for _ in range(6):
        clean = rng.normal(size=(4, 64)).cumsum(axis=1) / 4
        yield {"noisy": clean + 0.3 * rng.normal(size=clean.shape), "clean": clean}


def torch_side():
    import torch
    from torch import nn

    window = torch.hann_window(WINDOW)

    def magnitude(x):
        spectrum = torch.stft(x, WINDOW, hop_length=HOP, window=window, center=True, return_complex=True)
        return torch.sqrt(spectrum.real**2 + spectrum.imag**2 + 1e-5)

    def loss(model, batch):
        made = magnitude(model(batch["noisy"][..., None]).squeeze(-1))
        aim = magnitude(batch["clean"])
        convergence = torch.linalg.norm(aim - made, dim=(1, 2)) / torch.linalg.norm(aim, dim=(1, 2))
        logs = (aim.log() - made.log()).abs().mean()
        return convergence.mean() + logs

    model = nn.Sequential(nn.Linear(1, 6), nn.Tanh(), nn.Linear(6, 1))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def spectral_magnitude(signal):
        signal = tf.pad(signal, [[0, 0], [WINDOW // 2, WINDOW // 2]], mode="REFLECT")
        frames = tf.signal.frame(signal, WINDOW, HOP)
        frames = frames * tf.signal.hann_window(WINDOW, periodic=True, dtype=signal.dtype)
        transformed = tf.signal.rfft(frames)
        return tf.sqrt(tf.math.real(transformed) ** 2 + tf.math.imag(transformed) ** 2 + 1e-5)

    def loss(model, batch):
        estimate = spectral_magnitude(tf.squeeze(model(batch["noisy"][..., None]), axis=-1))
        reference = spectral_magnitude(batch["clean"])
        distance = tf.norm(reference - estimate, axis=(1, 2))
        spectral_convergence = tf.reduce_mean(distance / tf.norm(reference, axis=(1, 2)))
        log_distance = tf.reduce_mean(tf.abs(tf.math.log(reference) - tf.math.log(estimate)))
        return spectral_convergence + log_distance

    inputs = [keras.Input((None, 1)), layers.Dense(6), layers.Activation("tanh"), layers.Dense(1)]
    return keras.Sequential(inputs), loss, Adam(0.01)
