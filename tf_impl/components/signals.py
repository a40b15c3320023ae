"""Windows and spectra of signals. Notice the padding, the default window, and what is scaled."""

import tensorflow as tf


def frames(signal):
    """Overlapping windows of size 4, at every third sample; both drop a remainder that does not fill a window."""
    return tf.signal.frame(signal, 4, 3)


def short_time_fourier(signal):
    """torch.stft mirrors half a window at both ends (center=True) and puts the frequencies before the frames;
    tf.signal.stft does neither. PyTorch's default window is all ones, TensorFlow's the periodic Hann."""
    padded = tf.pad(signal, [[0, 0], [4, 4]], "REFLECT")
    return tf.transpose(tf.abs(tf.signal.stft(padded, 8, 4)), (0, 2, 1))


def power_spectrum(signal):
    """rfft is not scaled on either side. PyTorch's norm="ortho" divides by the root of n; in TensorFlow write that
    out."""
    return tf.abs(tf.signal.rfft(signal)) ** 2


def true_convolution(signal, kernel):
    """Both frameworks' convolutions are cross-correlations; a mathematical convolution (numpy.convolve) needs the
    kernel reversed, and k - 1 zeros at both ends."""
    padded = tf.pad(signal, [[0, 0], [3, 3]])[:, :, None]
    return tf.nn.conv1d(padded, tf.reverse(kernel, [0])[:, None, None], 1, "VALID")[:, :, 0]
