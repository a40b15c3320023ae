"""Windows and spectra of signals. Notice the padding, the default window, and what is scaled."""

import torch
import torch.nn.functional as F


def frames(signal):
    """Overlapping windows of size 4, at every third sample; both drop a remainder that does not fill a window."""
    return signal.unfold(-1, 4, 3)


def short_time_fourier(signal):
    """torch.stft mirrors half a window at both ends (center=True) and puts the frequencies before the frames;
    tf.signal.stft does neither. PyTorch's default window is all ones, TensorFlow's the periodic Hann."""
    return torch.stft(signal, 8, 4, window=torch.hann_window(8), return_complex=True).abs()


def power_spectrum(signal):
    """rfft is not scaled on either side. PyTorch's norm="ortho" divides by the root of n; in TensorFlow write that
    out."""
    return torch.fft.rfft(signal).abs() ** 2


def true_convolution(signal, kernel):
    """Both frameworks' convolutions are cross-correlations; a mathematical convolution (numpy.convolve) needs the
    kernel reversed, and k - 1 zeros at both ends."""
    return F.conv1d(signal[:, None], kernel.flip(0)[None, None], padding=3)[:, 0]
