"""Windows and spectra of signals. Notice what is padded, which window is the default, and what is scaled."""

import tensorflow as tf


def frames(signal):
    """Windows that overlap, of size 4, at every third sample; both drop a rest that fills none."""
    return tf.signal.frame(signal, 4, 3)


def short_time_fourier(signal):
    """torch.stft mirrors half a window at both ends (center=True) and puts the frequencies before the frames;
    tf.signal.stft does neither. Left out, PyTorch's window is all ones, TensorFlow's the periodic Hann.
    """
    padded = tf.pad(signal, [[0, 0], [4, 4]], "REFLECT")
    return tf.transpose(tf.abs(tf.signal.stft(padded, 8, 4)), (0, 2, 1))


def power_spectrum(signal):
    """rfft is not scaled forwards, on either side; norm="ortho" would divide by the root of n, which TensorFlow writes
    out.
    """
    return tf.abs(tf.signal.rfft(signal)) ** 2


def true_convolution(signal, kernel):
    """Both frameworks' convolutions are cross-correlations; the one of mathematics (numpy.convolve) needs the kernel
    turned around, and k - 1 zeros at both ends.
    """
    padded = tf.pad(signal, [[0, 0], [3, 3]])[:, :, None]
    return tf.nn.conv1d(padded, tf.reverse(kernel, [0])[:, None, None], 1, "VALID")[:, :, 0]
