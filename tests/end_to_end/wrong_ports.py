"""Wrong ports: each is one of those in ports/ with one piece of its TensorFlow side as a naive port would have it.

`place` says where the harness must find that they first part: (step, stage, tensor), the tensor by PyTorch's name.
"""

from pathlib import Path
from typing import NamedTuple

PORTS = Path(__file__).parent / "ports"


class WrongPort(NamedTuple):
    name: str
    family: str  # the file in ports/
    old: str  # a piece of its TensorFlow side that occurs once
    new: str
    place: tuple[int, str, str]
    why: str


def text_of(port: WrongPort) -> str:
    """The wrong port's whole file; ValueError unless `old` occurs exactly once, and on the TensorFlow side."""
    text = (PORTS / f"{port.family}.py").read_text()
    if (count := text.count(port.old)) != 1:
        raise ValueError(f"{port.name}: {port.old!r} occurs {count} times in {port.family}.py, expected once")
    if text.index(port.old) < text.index("def tf_side"):
        raise ValueError(f"{port.name}: {port.old!r} stands before tf_side() in {port.family}.py")
    return text.replace(port.old, port.new)


LOSS, RATE = "loss", "learning_rate"

DENSE = (
    WrongPort(
        "label_smoothing_left_out",
        "dense",
        "from_logits=True, label_smoothing=0.1",
        "from_logits=True",
        (0, "loss", LOSS),
        "the labels are smoothed in PyTorch only",
    ),
    WrongPort(
        "logits_as_probabilities",
        "dense",
        "from_logits=True, label_smoothing=0.1",
        "label_smoothing=0.1",
        (0, "loss", LOSS),
        "Keras' losses expect probabilities unless told otherwise",
    ),
    WrongPort(
        "loss_summed",
        "dense",
        "from_logits=True, label_smoothing=0.1",
        'from_logits=True, label_smoothing=0.1, reduction="sum"',
        (0, "loss", LOSS),
        "a sum over the batch in place of its mean",
    ),
    WrongPort(
        "penalty_without_half",
        "dense",
        "0.5 * L2 * squares",
        "L2 * squares",
        (0, "loss", LOSS),
        "Keras' L2 regulariser has no half",
    ),
    WrongPort(
        "penalty_without_biases",
        "dense",
        "for variable in model.trainable_variables)",
        "for variable in model.trainable_variables if len(variable.shape) > 1)",
        (0, "loss", LOSS),
        "a kernel regulariser leaves the biases out, which PyTorch does not start at zero",
    ),
    WrongPort(
        "default_slope",
        "dense",
        "layers.LeakyReLU(0.125)",
        "layers.LeakyReLU()",
        (0, "forward", "act1"),
        "Keras' slope is 0.3 by default",
    ),
    WrongPort(
        "other_activation",
        "dense",
        "tf.tanh(self.middle(x))",
        "tf.nn.relu(self.middle(x))",
        (0, "forward", "fc3"),
        "the activation is a function on both sides, so the next layer shows it",
    ),
    WrongPort(
        "stock_adam",
        "dense",
        "loss, Adam(0.02)",
        "loss, keras.optimizers.Adam(0.02, epsilon=1e-8)",
        (0, "update", "fc1.weight"),
        "Keras adds epsilon before the bias correction",
    ),
    WrongPort(
        "other_second_beta",
        "dense",
        "loss, Adam(0.02)",
        "loss, Adam(0.02, beta_2=0.99)",
        (0, "state", "fc1.weight exp_avg_sq"),
        "another decay of the second moment",
    ),
    WrongPort(
        "other_learning_rate",
        "dense",
        "loss, Adam(0.02)",
        "loss, Adam(0.002)",
        (0, "rate", RATE),
        "a digit too many",
    ),
)

MOMENTUM = (
    WrongPort(
        "decay_decoupled",
        "momentum",
        "loss, SGD(0.03, momentum=np.float64(0.9), nesterov=True)",
        "loss, keras.optimizers.SGD(0.03, momentum=np.float64(0.9), nesterov=True, weight_decay=0.01)",
        (0, "state", "0.weight momentum_buffer"),
        "Keras' weight decay does not go through the momentum",
    ),
    WrongPort(
        "nesterov_left_out",
        "momentum",
        "np.float64(0.9), nesterov=True",
        "np.float64(0.9)",
        (0, "update", "0.weight"),
        "the buffer is the same with and without Nesterov's momentum, what is made of it is not",
    ),
    WrongPort(
        "momentum_left_out",
        "momentum",
        "SGD(0.03, momentum=np.float64(0.9), nesterov=True)",
        "SGD(0.03)",
        (0, "update", "0.weight"),
        "without momentum Keras keeps no buffer, so that nothing is seen before the update",
    ),
    WrongPort(
        "biases_not_decayed",
        "momentum",
        "gradient + 0.01 * variable",
        "gradient + (0.01 * variable if len(variable.shape) > 1 else 0)",
        (0, "state", "0.bias momentum_buffer"),
        "PyTorch decays every parameter that the optimizer is given",
    ),
    WrongPort(
        "targets_broadcast",
        "momentum",
        "tf.squeeze(model(x), 1) - y",
        "model(x) - y",
        (0, "loss", LOSS),
        "(N, 1) minus (N,) is (N, N)",
    ),
)

HARMLESS_AND_WRONG = (
    WrongPort(
        "decay_in_the_tape_and_another_rate",
        "momentum",
        "        def update_step(self, gradient, variable, learning_rate):\n"
        "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n",
        "        def __init__(self, learning_rate, **options):\n"
        "            super().__init__(learning_rate / 2, **options)\n\n"
        "        def apply_gradients(self, pairs):\n"
        "            super().apply_gradients([(gradient + 0.01 * value, value) for gradient, value in pairs])\n",
        (0, "rate", RATE),
        "the gradient is shown with its decay, which does nothing; the rate is wrong from the same step on",
    ),
    WrongPort(
        "decayed_twice",
        "momentum",
        "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n",
        "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n\n"
        "        def apply_gradients(self, pairs):\n"
        "            super().apply_gradients([(gradient + 0.01 * value, value) for gradient, value in pairs])\n",
        (0, "state", "0.weight momentum_buffer"),
        "the decay in the tape is the one that PyTorch's optimizer adds, that of Keras' optimizer is one too many",
    ),
    WrongPort(
        "another_decay_in_the_tape",
        "momentum",
        "        def update_step(self, gradient, variable, learning_rate):\n"
        "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n",
        "        def apply_gradients(self, pairs):\n"
        "            super().apply_gradients([(gradient + 0.02 * value, value) for gradient, value in pairs])\n",
        (0, "gradient", "0.weight"),
        "a decay that no optimizer of PyTorch's has",
    ),
    WrongPort(
        "clipped_inside_and_another_momentum",
        "clipped_inside",
        "np.float64(0.9)",
        "np.float64(0.8)",
        (0, "update", "body.weight"),
        "the gradient is shown before its clip, which does nothing; Nesterov's momentum is wrong from the same step on",
    ),
    WrongPort(
        "clipped_inside_one_by_one",
        "clipped_inside",
        "global_clipnorm=",
        "clipnorm=",
        (0, "gradient", "body.weight"),
        "Keras' clipnorm is the norm of each gradient",
    ),
    WrongPort(
        "clip_forgotten",
        "clipped_inside",
        ", global_clipnorm=MAX_NORM",
        "",
        (0, "gradient", "body.weight"),
        "a clip in PyTorch's loop only",
    ),
)

OWN_STEPS = (
    WrongPort(
        "clipped_one_by_one",
        "clipping",
        "[gradient * factor for gradient in gradients]",
        "[tf.clip_by_norm(gradient, MAX_NORM) for gradient in gradients]",
        (0, "gradient", "body.weight"),
        "the norm of each gradient in place of the norm of all",
    ),
    WrongPort(
        "clipped_by_value",
        "clipping",
        "[gradient * factor for gradient in gradients]",
        "[tf.clip_by_value(gradient, -MAX_NORM, MAX_NORM) for gradient in gradients]",
        (0, "gradient", "body.weight"),
        "each element in place of the norm",
    ),
    WrongPort(
        "range_forgotten",
        "clipping",
        "    side.model.head.kernel.assign(tf.clip_by_value(side.model.head.kernel, -0.25, 0.25))\n",
        "",
        (0, "update", "head.weight"),
        "what a step does to its weights after the optimizer is part of its update",
    ),
    WrongPort(
        "biases_kept_in_range_too",
        "clipping",
        "    side.model.head.kernel.assign(tf.clip_by_value(side.model.head.kernel, -0.25, 0.25))\n",
        "    for variable in variables:\n        variable.assign(tf.clip_by_value(variable, -0.25, 0.25))\n",
        (0, "update", "body.weight"),
        "all weights in place of the head's",
    ),
    WrongPort(
        "gathered_over_three_steps",
        "gathered_in_keras",
        "gradient_accumulation_steps=2",
        "gradient_accumulation_steps=3",
        (1, "update", "0.weight"),
        "PyTorch's loop updates at every second step",
    ),
    WrongPort(
        "accumulated_without_average",
        "accumulation",
        "batch.items()}) / 2\n        gradients = tape.gradient(value, variables)",
        "batch.items()})\n        gradients, value = tape.gradient(value, variables), value / 2",
        (0, "gradient", "fc1.weight"),
        "the sum of the halves' gradients, while the reported loss is their mean",
    ),
    WrongPort(
        "last_half_only",
        "accumulation",
        "sums = [so_far + gradient for so_far, gradient in zip(sums, gradients, strict=True)]",
        "sums = gradients",
        (0, "gradient", "fc1.weight"),
        "a tape starts empty, where PyTorch adds up",
    ),
    WrongPort(
        "updated_after_each_half",
        "accumulation",
        "        total += value\n    side.optimizer.apply_gradients(zip(sums, variables, strict=True))\n",
        "        side.optimizer.apply_gradients(zip(gradients, variables, strict=True))\n        total += value\n",
        (0, "forward", "fc1 (call 2)"),
        "the second half sees other weights",
    ),
    WrongPort(
        "last_loss_reported",
        "accumulation",
        "total += value",
        "total = value",
        (0, "loss", LOSS),
        "the training is right, the curve is not",
    ),
)

CONVOLUTIONS = (
    WrongPort(
        "same_at_stride_2",
        "convolution",
        'layers.Conv2D(6, 3, strides=2, name="conv1")(layers.ZeroPadding2D(1)(image))',
        'layers.Conv2D(6, 3, strides=2, padding="same", name="conv1")(image)',
        (0, "forward", "conv1"),
        "the shapes fit, the image is shifted by a pixel",
    ),
    WrongPort(
        "pixels_scaled_twice",
        "convolution",
        'scores = model(batch["image"])',
        'scores = model(batch["image"] / 255)',
        (0, "forward", "conv1"),
        "other inputs than the batch",
    ),
    WrongPort(
        "padding_not_averaged",
        "convolution",
        'layers.AveragePooling2D(3, strides=1, name="pool1")(layers.ZeroPadding2D(1)(layers.ReLU()(x)))',
        'layers.AveragePooling2D(3, strides=1, padding="same", name="pool1")(layers.ReLU()(x))',
        (0, "forward", "pool1"),
        "PyTorch counts the padding in an average (count_include_pad)",
    ),
    WrongPort(
        "relu_for_elu",
        "convolution",
        "layers.ELU()(x)",
        "layers.ReLU()(x)",
        (0, "forward", "pool2"),
        "PyTorch's activations are functions here, so the pooling shows it",
    ),
    WrongPort(
        "overlapping_pooling",
        "convolution",
        "layers.MaxPooling2D(2, ",
        'layers.MaxPooling2D(3, 2, padding="same", ',
        (0, "forward", "pool2"),
        "a larger window of the same stride gives the same shape",
    ),
    WrongPort(
        "flattened_channels_last",
        "convolution",
        "layers.Permute((3, 1, 2))(x)",
        "x",
        (0, "forward", "flatten"),
        "height, width, channel in place of channel, height, width",
    ),
    WrongPort(
        "transposed_same",
        "upsampling",
        "self.up = Upsampling(6, 3, strides=2)",
        'self.up = layers.Conv2DTranspose(6, 3, strides=2, padding="same")',
        (0, "forward", "up"),
        '"same" cuts behind where PyTorch cuts before',
    ),
    WrongPort(
        "depth_to_space",
        "upsampling",
        "self.up(pixel_shuffle(x))",
        "self.up(tf.nn.depth_to_space(x, 2))",
        (0, "forward", "up"),
        "TensorFlow takes the four pixels from channels that lie apart",
    ),
    WrongPort(
        "huber_for_smooth_l1",
        "upsampling",
        "huber(clean, model(noisy)) / 0.5",
        "huber(clean, model(noisy))",
        (0, "loss", LOSS),
        "smooth_l1_loss divides by beta, Huber's loss does not",
    ),
    WrongPort(
        "stock_rmsprop",
        "upsampling",
        "loss, RMSprop(0.01",
        "loss, keras.optimizers.RMSprop(0.01",
        (0, "update", "depthwise.weight"),
        "Keras adds epsilon inside the root",
    ),
)

NORMALISED = (
    WrongPort(
        "training_flag_forgotten",
        "normalisation",
        'model(batch["x"], training=True)',
        'model(batch["x"])',
        (0, "forward", "bn1"),
        "running statistics in place of the batch's",
    ),
    WrongPort(
        "default_epsilon_of_batch_norm",
        "normalisation",
        "momentum=0.9, epsilon=1e-5",
        "momentum=0.9",
        (0, "forward", "bn1"),
        "1e-3 in Keras, 1e-5 in PyTorch",
    ),
    WrongPort(
        "sense_of_momentum",
        "normalisation",
        "momentum=0.9, epsilon=1e-5",
        "momentum=0.1, epsilon=1e-5",
        (0, "buffer", "bn1.running_mean"),
        "PyTorch's momentum weighs the new batch, Keras' what is kept",
    ),
    WrongPort(
        "biased_running_variance",
        "normalisation",
        "(self.moving_variance - kept) * count / (count - 1)",
        "(self.moving_variance - kept)",
        (0, "buffer", "bn1.running_var"),
        "stock Keras: the training is the same, the model that it leaves is not",
    ),
    WrongPort(
        "normalised_behind_relu",
        "normalisation",
        "tf.nn.relu(self.bn1(self.conv1(x), training=training))",
        "self.bn1(tf.nn.relu(self.conv1(x)), training=training)",
        (0, "forward", "bn1"),
        "the order of activation and normalisation",
    ),
    WrongPort(
        "added_behind_relu",
        "normalisation",
        "tf.nn.relu(x + self.bn2(self.conv2(x), training=training))",
        "x + tf.nn.relu(self.bn2(self.conv2(x), training=training))",
        (0, "forward", "head"),
        "the residual connection ends behind the activation",
    ),
    WrongPort(
        "frozen_batch_norm",
        "normalisation",
        "network = Network()\n",
        "network = Network()\n    network.bn2.trainable = False\n",
        (0, "forward", "bn2"),
        "a frozen BatchNormalization also leaves training mode",
    ),
)

RECURRENT = (
    WrongPort(
        "hard_sigmoid",
        "lstm",
        "layers.LSTM(8, return_sequences=True)",
        'layers.LSTM(8, return_sequences=True, recurrent_activation="hard_sigmoid")',
        (0, "forward", "lstm"),
        "the gates of old versions of Keras",
    ),
    WrongPort(
        "first_step_read_off",
        "lstm",
        "self.head(self.lstm(x)[:, -1])",
        "self.head(self.lstm(x)[:, 0])",
        (0, "forward", "head"),
        "another step of the sequence",
    ),
    WrongPort(
        "one_bias_for_two",
        "two_biases",
        "[2 * g if variable is bias else g for g, variable in zip(gradients, variables, strict=True)]",
        "list(gradients)",
        (0, "update", "rnn.bias_ih_l0 + rnn.bias_hh_l0"),
        "PyTorch's two biases have the same gradient and move both",
    ),
    WrongPort(
        "nominal_batch_size",
        "two_biases",
        "tf.reduce_mean(tf.abs(model(x) - y))",
        "tf.reduce_sum(tf.abs(model(x) - y)) / 40",
        (3, "loss", LOSS),
        "right for whole batches of 20 pairs, wrong for the last one of an epoch",
    ),
    WrongPort(
        "reset_before",
        "gru",
        "layers.GRU(6, return_sequences=True)",
        "layers.GRU(6, return_sequences=True, reset_after=False)",
        (0, "forward", "gru"),
        "the reset gate before the matrix product, and one bias in place of two",
    ),
    WrongPort(
        "end_of_backward_direction",
        "gru",
        "self.head(states[:, -1])[:, 0]\n\n    cross_entropy",
        "self.head(keras.ops.concatenate([states[:, -1, :6], states[:, 0, 6:]], axis=1))[:, 0]\n\n    cross_entropy",
        (0, "forward", "head"),
        "what Keras gives without return_sequences: each direction's own last step",
    ),
    WrongPort(
        "padding_masked",
        "gru",
        "layers.Embedding(12, 5)",
        "layers.Embedding(12, 5, mask_zero=True)",
        (0, "forward", "gru"),
        "Keras skips the padding, PyTorch reads it",
    ),
    WrongPort(
        "momentum_of_habit",
        "gru",
        "momentum=np.float64(0.8)",
        "momentum=np.float64(0.9)",
        (1, "state", "embedding.weight momentum_buffer"),
        "the first step has no momentum yet",
    ),
)

ATTENTION = (
    WrongPort(
        "mask_left_out",
        "attention",
        "self.attn(normed, normed, use_causal_mask=True)",
        "self.attn(normed, normed)",
        (0, "forward", "attn"),
        "every token sees those behind it",
    ),
    WrongPort(
        "mask_of_pytorch",
        "attention",
        "self.attn(normed, normed, use_causal_mask=True)",
        "self.attn(normed, normed, attention_mask=np.triu(np.ones((1, 8, 8), bool), 1))",
        (0, "forward", "attn"),
        "True hides in PyTorch and shows in Keras",
    ),
    WrongPort(
        "default_epsilon_of_layer_norm",
        "attention",
        "self.norm1 = layers.LayerNormalization(epsilon=1e-5)",
        "self.norm1 = layers.LayerNormalization()",
        (0, "forward", "norm1"),
        "1e-3 in Keras, 1e-5 in PyTorch",
    ),
    WrongPort(
        "approximate_gelu",
        "attention",
        "self.fc2(gelu(self.fc1(self.norm2(x))))",
        "self.fc2(keras.ops.gelu(self.fc1(self.norm2(x))))",
        (0, "forward", "fc2"),
        "keras.ops.gelu approximates by default",
    ),
    WrongPort(
        "normalised_behind",
        "attention",
        "x + self.fc2(gelu(self.fc1(self.norm2(x))))",
        "self.norm2(x + self.fc2(gelu(self.fc1(x))))",
        (0, "forward", "norm2"),
        "post-norm in place of pre-norm",
    ),
    WrongPort(
        "untied",
        "attention",
        "tf.matmul(x, self.token.embeddings, transpose_b=True)",
        "tf.matmul(x, tf.stop_gradient(self.token.embeddings), transpose_b=True)",
        (0, "gradient", "token.weight"),
        "the output has the embedding's values and does not train it",
    ),
    WrongPort(
        "default_decay_of_adamw",
        "attention",
        "1 - 0.01 * learning_rate",
        "1 - 0.004 * learning_rate",
        (0, "update", "token.weight"),
        "0.004 in Keras, 0.01 in PyTorch",
    ),
    WrongPort(
        "decay_into_the_gradient",
        "attention",
        "            variable.assign(variable * (1 - 0.01 * learning_rate))\n"
        "            super().update_step(gradient, variable, learning_rate)\n",
        "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n",
        (0, "state", "token.weight exp_avg"),
        "Adam's L2 in place of AdamW's decoupled decay",
    ),
    WrongPort(
        "norms_not_decayed",
        "attention",
        "            variable.assign(variable * (1 - 0.01 * learning_rate))\n",
        "            if len(variable.shape) > 1:\n"
        "                variable.assign(variable * (1 - 0.01 * learning_rate))\n",
        (0, "update", "norm1.weight"),
        "a recipe that spares norms and biases",
    ),
    WrongPort(
        "scores_not_scaled",
        "scaled_dot",
        "tf.matmul(query, key, transpose_b=True) / 3",
        "tf.matmul(query, key, transpose_b=True)",
        (0, "forward", "norm"),
        "as keras.layers.Attention does; the products are no layers, so the norm behind them shows it",
    ),
    WrongPort(
        "softmax_over_queries",
        "scaled_dot",
        "tf.nn.softmax(scores, axis=2)",
        "tf.nn.softmax(scores, axis=1)",
        (0, "forward", "norm"),
        "the other axis of a square",
    ),
    WrongPort(
        "default_rho",
        "scaled_dot",
        "keras.optimizers.Adadelta(1.0, rho=0.9, ",
        "keras.optimizers.Adadelta(1.0, ",
        (0, "state", "query.weight square_avg"),
        "0.95 in Keras, 0.9 in PyTorch",
    ),
)

EMBEDDINGS = (
    WrongPort(
        "padding_trained",
        "embedding",
        "tf.reduce_sum(vectors * real, axis=1)",
        "tf.reduce_sum(vectors, axis=1)",
        (0, "gradient", "words.weight"),
        "padding_idx has no gradient; its row is zero, so the forward pass is the same at first",
    ),
    WrongPort(
        "padding_averaged",
        "embedding",
        "total / tf.reduce_sum(real, axis=1)",
        "total / tokens.shape[1]",
        (0, "forward", "fc"),
        "the mean over all places in place of the real tokens",
    ),
    WrongPort(
        "frozen_layer",
        "embedding",
        "network = Network()\n",
        "network = Network()\n    network.fc.trainable = False\n",
        (0, "update", "fc.weight"),
        "a layer left frozen has no gradient: there is nothing to compare before its update",
    ),
    WrongPort(
        "slices_squared_by_adam",
        "embedding",
        "loss, Adam(0.02)",
        "loss, keras.optimizers.Adam(0.02, epsilon=1e-8)",
        (0, "state", "words.weight exp_avg_sq"),
        "Keras squares the gradient's rows before it adds up those of the same token",
    ),
    WrongPort(
        "slices_squared_by_adagrad",
        "factorisation",
        "[tf.convert_to_tensor(gradient) for gradient in tape.gradient(value, variables)]",
        "tape.gradient(value, variables)",
        (0, "state", "user.weight sum"),
        "the same in Adagrad, for a user who occurs twice",
    ),
    WrongPort(
        "default_accumulator",
        "factorisation",
        "initial_accumulator_value=np.float64(0.2), ",
        "",
        (0, "state", "user.weight sum"),
        "Keras' sum of squares starts at 0.1",
    ),
    WrongPort(
        "mean_of_products",
        "factorisation",
        "tf.reduce_sum(self.user(user) * self.item(item), axis=1)",
        "tf.reduce_mean(self.user(user) * self.item(item), axis=1)",
        (0, "loss", LOSS),
        "no layer behind it: the loss shows it",
    ),
)

LATE = (
    WrongPort(
        "no_staircase",
        "schedule",
        ", staircase=True",
        "",
        (1, "rate", RATE),
        "StepLR is piecewise constant, ExponentialDecay continuous by default",
    ),
    WrongPort(
        "epochs_taken_for_steps",
        "schedule",
        "2 * STEPS_PER_EPOCH, np.float64(0.5)",
        "2, np.float64(0.5)",
        (2, "rate", RATE),
        "Keras' schedules count steps",
    ),
    WrongPort(
        "an_epoch_late",
        "schedule",
        "2 * STEPS_PER_EPOCH, np.float64(0.5)",
        "3 * STEPS_PER_EPOCH, np.float64(0.5)",
        (8, "rate", RATE),
        "PyTorch halves the rate first",
    ),
    WrongPort(
        "a_step_late",
        "schedule",
        "ExponentialDecay(np.float64(0.4), 2 * STEPS_PER_EPOCH, np.float64(0.5), staircase=True)",
        "keras.optimizers.schedules.PiecewiseConstantDecay([8, 16], [np.float64(0.4 / 2**half) for half in range(3)])",
        (8, "rate", RATE),
        "PiecewiseConstantDecay keeps the old value at the boundary",
    ),
    WrongPort(
        "other_factor",
        "schedule",
        "np.float64(0.5), staircase",
        "np.float64(0.1), staircase",
        (8, "rate", RATE),
        "StepLR's default factor, where the original has 0.5",
    ),
    WrongPort(
        "switched_off_a_step_late",
        "annealing",
        "side.optimizer.iterations.value < SWITCHED_OFF",
        "side.optimizer.iterations.value <= SWITCHED_OFF",
        (9, "loss", LOSS),
        "nine steps have an auxiliary loss, here ten",
    ),
    WrongPort(
        "frozen_at_tracing",
        "annealing",
        "def tf_step(side, batch):\n"
        "    import tensorflow as tf\n"
        "\n"
        "    variables = side.model.trainable_variables\n"
        "    weight = tf.where(side.optimizer.iterations.value < SWITCHED_OFF, 0.5, 0.0)\n",
        "graphs = []\n"
        "\n\n"
        "def tf_step(side, batch):\n"
        "    import tensorflow as tf\n"
        "\n"
        "    graphs.append(graphs[-1] if graphs else tf.function(lambda batch: traced(side, batch)))\n"
        "    return graphs[-1](batch)\n"
        "\n\n"
        "def traced(side, batch):\n"
        "    import tensorflow as tf\n"
        "\n"
        "    variables = side.model.trainable_variables\n"
        '    steps = getattr(side.model, "steps", 0)\n'
        "    side.model.steps = steps + 1\n"
        "    weight = 0.5 if steps < SWITCHED_OFF else 0.0\n",
        (9, "loss", LOSS),
        "a count in Python is read once, when the port's own tf.function is traced",
    ),
    WrongPort(
        "never_switched_off",
        "annealing",
        "    weight = tf.where(side.optimizer.iterations.value < SWITCHED_OFF, 0.5, 0.0)\n",
        "    weight = 0.5\n",
        (9, "loss", LOSS),
        "the auxiliary loss goes on",
    ),
)

OWN_UPDATES = (
    WrongPort(
        "squares_summed",
        "saturated",
        "tf.reduce_mean(tf.square(",
        "tf.reduce_sum(tf.square(",
        (0, "loss", LOSS),
        "it explodes from the first step on",
    ),
    WrongPort(
        "a_bias_is_pulled",
        "cancelling",
        "return tf.reduce_mean(tf.sin(fake - real))",
        "bias = critic.layers[-1].bias\n"
        "        return tf.reduce_mean(tf.sin(fake - real)) + 0.01 * tf.reduce_sum(bias - tf.stop_gradient(bias))",
        (0, "gradient", "2.bias"),
        "the loss is the same, and a gradient that is 0 but for rounding on the other side is none here",
    ),
    WrongPort(
        "epsilon_under_the_root",
        "adam_rewritten",
        "(ops.sqrt(square_hat) + self.epsilon)",
        "ops.sqrt(square_hat + self.epsilon)",
        (0, "update", "0.weight"),
        "there it is 1e-4 beside a root, not 1e-8",
    ),
    WrongPort(
        "second_gradient_doubled",
        "twice",
        "zip(of_part, part",
        "zip([each * (1 + half.start / 12) for each in of_part], part",
        (0, "gradient", "mean.weight (call 2)"),
        "the second of two updates of a weight in one step",
    ),
    WrongPort(
        "rate_by_hand",
        "by_hand",
        "assign_sub(RATE * momentum)",
        "assign_sub(RATE * (1 - MOMENTUM) * momentum)",
        (0, "update", "0.weight"),
        "an update made by hand is seen by what it does",
    ),
    WrongPort(
        "momentum_by_hand",
        "by_hand",
        "assign(MOMENTUM * momentum",
        "assign(0.9 * momentum",
        (1, "update", "0.weight"),
        "a state that the harness cannot see, which moves the weights differently from the second step on",
    ),
    WrongPort(
        "first_step_not_shortened",
        "quasi_newton",
        "-min(1.0, 1 / np.abs(gradient).sum()) * RATE * gradient",
        "-RATE * gradient",
        (0, "update", "weight"),
        "torch.optim.LBFGS makes its first step small",
    ),
    WrongPort(
        "attention_not_scaled",
        "dropping",
        "x @ tf.transpose(x) / tf.sqrt(tf.cast(8, x.dtype))",
        "x @ tf.transpose(x)",
        (0, "forward", "inner"),
        "where dropout is switched off, what differs beside it is found",
    ),
    WrongPort(
        "memory_with_another_sign",
        "quasi_newton",
        "(part - change @ direction / product)",
        "(part + change @ direction / product)",
        (1, "update", "weight"),
        "the two-loop recursion ends with a difference",
    ),
)

BY_NAME = (
    WrongPort(
        "average_decays_otherwise",
        "two_models",
        "mean.assign(DECAY * mean + (1 - DECAY) * weight)",
        "mean.assign(0.99 * mean + 0.01 * weight)",
        (0, "update", "average.0.weight"),
        "a copy that no optimizer trains",
    ),
    WrongPort(
        "average_left_out",
        "two_models",
        "mean.assign(DECAY * mean + (1 - DECAY) * weight)",
        "pass",
        (0, "update", "average.0.weight"),
        "a copy that stays where it began",
    ),
    WrongPort(
        "both_trained_by_one_momentum",
        "two_models",
        '"generator": SGD(RATE),',
        '"generator": SGD(RATE, momentum=0.5),',
        (1, "update", "generator.0.weight"),
        "one of two optimizers, each of which trains a model of its own",
    ),
    WrongPort(
        "decay_by_hand_left_out",
        "variables",
        "(gradient + DECAY * weight)",
        "gradient",
        (0, "update", "w1"),
        "no optimizer on either side, and no layers",
    ),
    WrongPort(
        "target_copied_a_step_late",
        "target_network",
        "made % EVERY == 0",
        "made % EVERY == 1 and made > 1",
        (3, "update", "target.0.weight"),
        "until then all steps agree",
    ),
    WrongPort(
        "target_not_used",
        "target_network",
        'tf.reduce_max(model["target"](batch["next"])',
        'tf.reduce_max(model["online"](batch["next"])',
        (1, "forward", "target.1"),
        "the two networks are the same until the first has moved",
    ),
)

WRONG_PORTS = (
    *DENSE,
    *MOMENTUM,
    *HARMLESS_AND_WRONG,
    *OWN_STEPS,
    *CONVOLUTIONS,
    *NORMALISED,
    *RECURRENT,
    *ATTENTION,
    *EMBEDDINGS,
    *LATE,
    *OWN_UPDATES,
    *BY_NAME,
)
