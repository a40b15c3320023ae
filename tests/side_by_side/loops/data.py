"""What both sides train on."""

import numpy as np

STEPS, MICRO, RATE, CLIP, DECAY = 30, 3, 0.1, 0.1, 0.9
PLAIN = ("micro_batches", "accumulated", "called_twice", "plateau", "clipped", "averaged")  # in one process
NAMES = (*PLAIN, "replicas")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(STEPS, 8, 6)).astype(np.float32)
Y = np.tanh(X @ RNG.normal(size=(6, 1)).astype(np.float32))
FACTOR, PATIENCE = 0.5, 1  # of a rate that drops where the loss does not
