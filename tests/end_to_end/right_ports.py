"""Right ports: those of ports/ as they are, and some of them written differently and still right."""

from pathlib import Path
from typing import NamedTuple

PORTS = Path(__file__).parent / "ports"


class RightPort(NamedTuple):
    name: str
    family: str  # the file in ports/
    changes: tuple[tuple[str, str], ...]  # pieces of its text, each of which occurs once, and what takes their place
    why: str


def text_of(port: RightPort) -> str:
    """The right port's whole file; ValueError unless each piece to be changed occurs exactly once."""
    text = (PORTS / f"{port.family}.py").read_text()
    for old, new in port.changes:
        if (count := text.count(old)) != 1:
            raise ValueError(f"{port.name}: {old!r} occurs {count} times in {port.family}.py, expected once")
        text = text.replace(old, new)
    return text


AS_THEY_ARE = (
    RightPort("dense", "dense", (), "a subclassed model whose layers have other names, initialised as PyTorch's"),
    RightPort("momentum", "momentum", (), "nn.Sequential and a functional model; tuples as batches"),
    RightPort("clipping", "clipping", (), "a step of its own on both sides, which changes weights behind the update"),
    RightPort("clipped_inside", "clipped_inside", (), "Keras' optimizer clips what it is shown, PyTorch's loop before"),
    RightPort("accumulation", "accumulation", (), "two forward passes and one update a step"),
    RightPort("gathered_in_keras", "gathered_in_keras", (), "an update every second step; its rate is a leak"),
    RightPort("convolution", "convolution", (), "layers in Keras that PyTorch has not; a metric beside the loss"),
    RightPort("upsampling", "upsampling", (), "subclasses of a layer and of an optimizer"),
    RightPort("normalisation", "normalisation", (), "running statistics by PyTorch's formula"),
    RightPort("lstm", "lstm", (), "PyTorch's second bias is frozen at zero"),
    RightPort("two_biases", "two_biases", (), "the bias's gradient is doubled; a smaller last batch"),
    RightPort("gru", "gru", (), "a bidirectional layer, with both biases on both sides"),
    RightPort(
        "attention", "attention", (), "one projection in PyTorch, three in Keras; an output tied to the embedding"
    ),
    RightPort("scaled_dot", "scaled_dot", (), "attention by hand: three layers of one shape"),
    RightPort("dropping", "dropping", (), "dropout in functions and in layers, noise, and layers left out at random"),
    RightPort("embedding", "embedding", (), "padding_idx as a mask"),
    RightPort("factorisation", "factorisation", (), "gradients with a row for each time an id occurs"),
    RightPort("schedule", "schedule", (), "each framework's own scheduler"),
    RightPort("annealing", "annealing", (), "a count in Python on the PyTorch side, in a variable on the other"),
    RightPort("single", "single", (), "computes in float32 always: judged in float32"),
    RightPort("deep", "deep", (), "float32 curves that drift apart by rounding alone"),
    RightPort(
        "cancelling", "cancelling", (), "a gradient that is 0 on one side, and what rounding leaves on the other"
    ),
    RightPort("saturated", "saturated", (), "a loss of 1e18, gradients through units that are 1 but for rounding"),
    RightPort("adam_rewritten", "adam_rewritten", (), "an optimizer that casts Python's numbers to the weights' dtype"),
    RightPort("by_hand", "by_hand", (), "an optimizer's formula written out: no gradient and no state can be shown"),
    RightPort("quasi_newton", "quasi_newton", (), "a closure on one side, no optimizer on the other"),
    RightPort("own_kernels", "own_kernels", (), "kernels (in, out) of the user's own on either side"),
    RightPort("twins", "twins", (), "twin critics, called in another order: only an evaluation tells them apart"),
    RightPort("two_models", "two_models", (), "a GAN and an average of its generator, by name"),
    RightPort("target_network", "target_network", (), "a copy that is never trained, by name, and moves now and then"),
    RightPort("variables", "variables", (), "a dict of tensors and a tf.Module, both moved by hand"),
    RightPort("twice", "twice", (), "two updates of each weight in one step, by two optimizers in a list"),
)

OTHER_MODELS = (
    RightPort(
        "twins_that_part_later",
        "twins",
        (
            ("    for _ in range(12):", "    for step in range(12):"),
            ('"share": np.ones(1)', '"share": np.full(1, 1.0 + step)'),
        ),
        "twin critics, called in another order by each side: the first step does the same with both",
    ),
    RightPort(
        "called_in_another_order",
        "two_models",
        (
            (
                "            value = side.loss(side.model, batch)\n        weights",
                '            made = judged(side.model, side.model["generator"](batch["noise"]), 0.0)\n'
                '            value = made + judged(side.model, batch["real"], 1.0)\n        weights',
            ),
        ),
        "a discriminator is shown first what is real on one side, and what is generated on the other",
    ),
    RightPort(
        "constants_of_keras_in_the_loss",
        "dense",
        (
            (
                '        entropy = F.cross_entropy(model(batch["x"]), batch["y"], label_smoothing=0.1)\n'
                "        return entropy + 0.5 * L2 * penalty\n",
                '        truth = F.one_hot(batch["y"], 3).to(penalty.dtype)\n'
                '        shares = torch.sigmoid(model(batch["x"]))\n'
                "        entropy = F.binary_cross_entropy(shares, 0.7 * truth + 0.15)\n"
                '        hidden = model.fc1(batch["x"])\n'
                "        size = F.huber_loss(hidden, torch.ones_like(hidden), delta=0.3)\n"
                "        return entropy + size + 0.07 * model.fc3.weight.abs().sum()\n",
            ),
            (
                "    cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)\n",
                "    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.3)\n"
                "    huber = keras.losses.Huber(delta=0.3)\n",
            ),
            (
                "        squares = sum(tf.reduce_sum(tf.square(variable)) for variable in model.trainable_variables)\n"
                '        return cross_entropy(tf.one_hot(batch["y"], 3), logits) + 0.5 * L2 * squares\n',
                '        hidden = model.hidden(batch["x"])\n'
                "        penalty = keras.regularizers.L1(0.07)(model.logits.kernel)\n"
                "        size = huber(tf.ones_like(hidden), hidden)\n"
                '        return cross_entropy(tf.one_hot(batch["y"], 3), logits) + size + penalty\n',
            ),
        ),
        "Keras rounds a penalty's factor, smoothing and Huber's delta to float32; PyTorch's sigmoid is in the model",
    ),
    RightPort(
        "defined_in_another_order",
        "dense",
        (
            ("            self.hidden = dense(16, 6)\n            self.leaky", "            self.leaky"),
            ("            self.logits = dense(3, 16)\n", "            self.hidden = dense(16, 6)\n"),
            ("            self.middle =", "            self.logits = dense(3, 16)\n            self.middle ="),
        ),
        "layers run in another order than they are defined in",
    ),
    RightPort(
        "sequential_with_activations",
        "dense",
        (
            (
                "    network = Network()\n",
                '    last = layers.Dense(16, activation="tanh")\n'
                "    network = keras.Sequential([layers.Dense(16), layers.LeakyReLU(0.125), last, layers.Dense(3)])\n",
            ),
        ),
        "an activation inside a layer: its output is PyTorch's behind the activation",
    ),
    RightPort(
        "weights_named",
        "dense",
        (
            (
                "L2 = 0.01\n",
                "L2 = 0.01\n"
                "WEIGHTS = {\n"
                '    f"{keras}.{role}": f"{torch}.{role}"\n'
                '    for keras, torch in {"hidden": "fc1", "middle": "fc2", "logits": "fc3"}.items()\n'
                '    for role in ("weight", "bias")\n'
                "}\n",
            ),
        ),
        "an explicit map",
    ),
    RightPort(
        "entropy_by_hand",
        "dense",
        (
            (
                'cross_entropy(tf.one_hot(batch["y"], 3), logits)',
                'by_hand(batch["y"], logits)',
            ),
            (
                "    cross_entropy = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)\n",
                "    def by_hand(y, logits):\n"
                "        logs = logits - tf.math.log(tf.reduce_sum(tf.exp(logits), axis=1, keepdims=True))\n"
                "        right = tf.reduce_sum(tf.one_hot(y, 3, dtype=logs.dtype) * logs) / 24\n"
                "        return -0.9 * right - 0.1 * tf.reduce_mean(logs)\n",
            ),
        ),
        "log-softmax and smoothing written out",
    ),
    RightPort(
        "affine_by_hand",
        "clipping",
        (
            (
                "            self.body = layers.Dense(10)\n",
                "            self.body = layers.Dense(10)\n            self.body.build((None, 4))\n",
            ),
            ("tf.math.softplus(self.body(x))", "tf.math.softplus(tf.matmul(x, self.body.kernel) + self.body.bias)"),
        ),
        "a layer that holds weights and is never called",
    ),
    RightPort(
        "sum_over_count",
        "momentum",
        (
            (
                "tf.reduce_mean(tf.square(tf.squeeze(model(x), 1) - y))",
                "tf.reduce_sum((model(x)[:, 0] - y) ** 2) / tf.cast(tf.shape(y)[0], y.dtype)",
            ),
        ),
        "the mean in another order of operations",
    ),
    RightPort(
        "sequential_in_torch",
        "convolution",
        (
            (
                "    model = Cnn()\n",
                "    first = [nn.Conv2d(2, 6, 3, 2, 1), nn.ReLU(), nn.AvgPool2d(3, 1, 1)]\n"
                "    second = [nn.Conv2d(6, 8, 3, padding=1), nn.ELU(), nn.MaxPool2d(2)]\n"
                "    model = nn.Sequential(*first, *second, nn.Flatten(), nn.Linear(72, 4))\n",
            ),
        ),
        "numbers for names in PyTorch, and its activations are layers",
    ),
    RightPort(
        "axes_moved_in_the_loss",
        "convolution",
        (
            ('CHANNELS_FIRST = ("image",)\n', ""),
            ('scores = model(batch["image"])', 'scores = model(tf.transpose(batch["image"], (0, 2, 3, 1)))'),
        ),
        "no CHANNELS_FIRST: both sides receive the same axes",
    ),
    RightPort(
        "shuffled_by_depth_to_space",
        "upsampling",
        (
            (
                "self.up(pixel_shuffle(x))",
                "self.up(tf.nn.depth_to_space(tf.gather(x, np.arange(16).reshape(4, 4).T.ravel(), axis=3), 2))",
            ),
        ),
        "the channels in TensorFlow's order first",
    ),
    RightPort(
        "compiled_by_the_user",
        "normalisation",
        (
            (
                "    network = Network()\n    return network, loss, Adam(0.01)\n",
                "    network = Network()\n"
                "    return network, loss, Adam(0.01)\n"
                "\n\n"
                "def tf_step(side, batch):\n"
                "    import tensorflow as tf\n"
                "\n"
                "    @tf.function\n"
                "    def fused(batch):\n"
                "        variables = side.model.trainable_variables\n"
                "        with tf.GradientTape() as tape:\n"
                "            value = side.loss(side.model, batch)\n"
                "        side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))\n"
                "        return value\n"
                "\n"
                "    return fused(batch)\n",
            ),
        ),
        "a step of its own under @tf.function",
    ),
    RightPort(
        "statistics_by_hand",
        "normalisation",
        (
            (
                "x.mean(dim=(2, 3))",
                "x.flatten(2).sum(2) / 36",
            ),
            (
                "            self.bn2 = BatchNorm()\n            self.head = layers.Dense(2)\n",
                "            self.head = layers.Dense(2)\n            self.bn2 = BatchNorm()\n",
            ),
        ),
        "a mean written out, and a head that is defined before the last norm",
    ),
)

OTHER_RECURRENCES = (
    RightPort(
        "no_biases",
        "lstm",
        (
            ("nn.LSTM(3, 8, batch_first=True)", "nn.LSTM(3, 8, batch_first=True, bias=False)"),
            ("    nn.init.zeros_(model.lstm.bias_hh_l0).requires_grad_(False)\n", ""),
            ("layers.LSTM(8, return_sequences=True)", "layers.LSTM(8, return_sequences=True, use_bias=False)"),
        ),
        "neither side has any",
    ),
    RightPort(
        "last_state_only",
        "lstm",
        (
            ("layers.LSTM(8, return_sequences=True)", "layers.LSTM(8)"),
            ("self.head(self.lstm(x)[:, -1])", "self.head(self.lstm(x))"),
        ),
        "the layer's output has another shape than PyTorch's",
    ),
    RightPort(
        "eager_step",
        "lstm",
        (
            (
                "    return Network(), loss, keras.optimizers.SGD(0.5)\n",
                "    return Network(), loss, keras.optimizers.SGD(0.5)\n"
                "\n\n"
                "def tf_step(side, batch):\n"
                "    import tensorflow as tf\n"
                "\n"
                "    with tf.GradientTape() as tape:\n"
                "        value = side.loss(side.model, batch)\n"
                "    gradients = tape.gradient(value, side.model.trainable_weights)\n"
                "    side.optimizer.apply_gradients(list(zip(gradients, side.model.trainable_weights, strict=True)))\n"
                '    return value, {"half": value / 2}\n',
            ),
            (
                "    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)\n",
                "    return model, loss, torch.optim.SGD(model.parameters(), lr=0.5)\n"
                "\n\n"
                "def torch_step(side, batch):\n"
                "    loss = side.loss(side.model, batch)\n"
                "    side.optimizer.zero_grad()\n"
                "    loss.backward()\n"
                "    side.optimizer.step()\n"
                '    return loss, {"half": loss / 2}\n',
            ),
        ),
        "steps of their own without a decorator, which return metrics and a loss with its graph",
    ),
    RightPort(
        "two_layers_for_bidirectional",
        "gru",
        (
            (
                "            self.gru = layers.Bidirectional(layers.GRU(6, return_sequences=True))\n",
                "            self.ahead = layers.GRU(6, return_sequences=True)\n"
                "            self.back = layers.GRU(6, return_sequences=True, go_backwards=True)\n",
            ),
            (
                "            states = self.gru(self.embedding(tokens))\n            return",
                "            x = self.embedding(tokens)\n"
                "            back = keras.ops.flip(self.back(x), axis=1)\n"
                "            states = keras.ops.concatenate([self.ahead(x), back], axis=2)\n"
                "            return",
            ),
        ),
        "a layer for each direction",
    ),
)

OTHER_ATTENTION = (
    RightPort(
        "three_projections_in_torch",
        "attention",
        (
            (
                "    class LanguageModel(nn.Module):\n",
                "    class Attention(nn.Module):\n"
                "        def __init__(self):\n"
                "            super().__init__()\n"
                "            self.query, self.key, self.value, self.out = (nn.Linear(16, 16) for _ in range(4))\n"
                "\n"
                "        def forward(self, x, hidden):\n"
                "            parts = (layer(x).unflatten(2, (4, 4)) for layer in (self.query, self.key, self.value))\n"
                "            query, key, value = (part.transpose(1, 2) for part in parts)\n"
                "            scores = (query @ key.mT / 2).masked_fill(hidden, -torch.inf)\n"
                "            return self.out((scores.softmax(3) @ value).transpose(1, 2).flatten(2))\n"
                "\n"
                "    class LanguageModel(nn.Module):\n",
            ),
            ("nn.MultiheadAttention(16, 4, batch_first=True)", "Attention()"),
            (
                "self.attn(normed, normed, normed, attn_mask=hidden, need_weights=False)[0]",
                "self.attn(normed, hidden)",
            ),
        ),
        "three dense layers against one MultiHeadAttention",
    ),
    RightPort(
        "three_projections_in_tf",
        "attention",
        (
            (
                "    class Network(keras.Model):\n",
                "    class Attention(keras.Layer):\n"
                "        def __init__(self):\n"
                "            super().__init__()\n"
                "            self.query, self.key, self.value, self.out = (layers.Dense(16) for _ in range(4))\n"
                "\n"
                "        def call(self, x):\n"
                "            parts = [layer(x) for layer in (self.query, self.key, self.value)]\n"
                "            parts = [tf.reshape(part, (-1, 8, 4, 4)) for part in parts]\n"
                "            query, key, value = (tf.transpose(part, (0, 2, 1, 3)) for part in parts)\n"
                "            scores = tf.matmul(query, key, transpose_b=True) / 2\n"
                "            scores += tf.constant(np.triu(np.full((8, 8), -np.inf), 1), scores.dtype)\n"
                "            mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), value), (0, 2, 1, 3))\n"
                "            return self.out(tf.reshape(mixed, (-1, 8, 16)))\n"
                "\n"
                "    class Network(keras.Model):\n",
            ),
            ("layers.MultiHeadAttention(4, key_dim=4)", "Attention()"),
            ("self.attn(normed, normed, use_causal_mask=True)", "self.attn(normed)"),
        ),
        "one MultiheadAttention against three dense layers",
    ),
    RightPort(
        "fused_attention_in_torch",
        "scaled_dot",
        (
            ("            scores = self.query(x) @ self.key(x).transpose(1, 2) / 3\n", ""),
            (
                "torch.softmax(scores, dim=2) @ self.value(x)",
                "nn.functional.scaled_dot_product_attention(self.query(x), self.key(x), self.value(x))",
            ),
        ),
        "one operation in PyTorch, several in TensorFlow",
    ),
    RightPort(
        "swapped_layers_of_one_shape",
        "scaled_dot",
        (
            (
                "            self.query = layers.Dense(9, use_bias=False)\n"
                "            self.key = layers.Dense(9, use_bias=False)\n",
                "            self.key = layers.Dense(9, use_bias=False)\n"
                "            self.query = layers.Dense(9, use_bias=False)\n",
            ),
        ),
        "key is defined before query, and nothing but their part in the model tells them apart",
    ),
)

# A count of its calls, by which the model scales what it puts out for as long as it was called less than eight times.
PYTORCH_COUNTS_ITS_CALLS = (
    (
        "            self.head = nn.Linear(10, 2)\n",
        "            self.head = nn.Linear(10, 2)\n            self.calls = 0\n",
    ),
    (
        "            return self.head(nn.functional.softplus(self.body(x)))\n",
        "            self.calls += 1\n"
        "            return self.head(nn.functional.softplus(self.body(x))) * min(self.calls / 8, 1)\n",
    ),
)

OTHER_LOOPS = (
    RightPort(
        "decay_in_the_tape",
        "momentum",
        (
            (
                "        def update_step(self, gradient, variable, learning_rate):\n"
                "            super().update_step(gradient + 0.01 * variable, variable, learning_rate)\n",
                "        def apply_gradients(self, pairs):\n"
                "            super().apply_gradients([(slope + 0.01 * value, value) for slope, value in pairs])\n",
            ),
        ),
        "the gradient that TensorFlow shows includes the decay that PyTorch's optimizer adds",
    ),
    RightPort(
        "one_batch_for_two_halves",
        "accumulation",
        (
            (
                "    for half in (slice(0, 16), slice(16, 32)):\n        with tf",
                "    for half in (slice(0, 32),):\n        with tf",
            ),
            (
                "for name, array in batch.items()}) / 2\n        gradients",
                "for name, array in batch.items()})\n        gradients",
            ),
        ),
        "the mean of two halves is the mean of the whole: one forward pass for PyTorch's two",
    ),
    RightPort(
        "calls_counted_in_python",
        "clipping",
        (
            *PYTORCH_COUNTS_ITS_CALLS,
            (
                "            self.head = layers.Dense(2)\n",
                "            self.head = layers.Dense(2)\n            self.calls = 0\n",
            ),
            (
                "            return self.head(tf.math.softplus(self.body(x)))\n",
                "            self.calls += 1\n"
                "            return self.head(tf.math.softplus(self.body(x))) * min(self.calls / 8, 1)\n",
            ),
        ),
        "a model that counts its calls in Python on both sides: the call that builds it does not count",
    ),
    RightPort(
        "calls_counted_in_a_variable",
        "clipping",
        (
            *PYTORCH_COUNTS_ITS_CALLS,
            (
                "            self.head = layers.Dense(2)\n",
                "            self.head = layers.Dense(2)\n            self.calls = tf.Variable(0, trainable=False)\n",
            ),
            (
                "            return self.head(tf.math.softplus(self.body(x)))\n",
                "            self.calls.assign_add(1)\n"
                "            out = self.head(tf.math.softplus(self.body(x)))\n"
                "            return out * tf.cast(tf.minimum(self.calls, 8), out.dtype) / 8\n",
            ),
        ),
        "the same with a variable in TensorFlow",
    ),
    RightPort(
        "rate_assigned",
        "schedule",
        (
            (
                "    rate = ExponentialDecay(np.float64(0.4), 2 * STEPS_PER_EPOCH, np.float64(0.5), staircase=True)\n"
                "    return model, loss, keras.optimizers.SGD(rate)\n",
                "    return model, loss, keras.optimizers.SGD(0.4)\n"
                "\n\n"
                "def tf_step(side, batch):\n"
                "    import tensorflow as tf\n"
                "\n"
                "    rate = side.optimizer.learning_rate\n"
                "    halved = tf.cast(side.optimizer.iterations // (2 * STEPS_PER_EPOCH), rate.dtype)\n"
                "    rate.assign(tf.constant(0.4, rate.dtype) * tf.constant(0.5, rate.dtype) ** halved)\n"
                "    variables = side.model.trainable_variables\n"
                "    with tf.GradientTape() as tape:\n"
                "        value = side.loss(side.model, batch)\n"
                "    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))\n"
                "    return value\n",
            ),
            ("    from keras.optimizers.schedules import ExponentialDecay\n", ""),
        ),
        "the rate is set before each update",
    ),
    RightPort(
        "rate_counted_in_python",
        "schedule",
        (
            (
                "    rate = ExponentialDecay(np.float64(0.4), 2 * STEPS_PER_EPOCH, np.float64(0.5), staircase=True)\n"
                "    return model, loss, keras.optimizers.SGD(rate)\n",
                "    return model, loss, keras.optimizers.SGD(0.4)\n"
                "\n\n"
                "losses = []\n"
                "\n\n"
                "def tf_step(side, batch):\n"
                "    import tensorflow as tf\n"
                "\n"
                "    side.optimizer.learning_rate = 0.4 / 2 ** (len(losses) // (2 * STEPS_PER_EPOCH))\n"
                "    variables = side.model.trainable_variables\n"
                "    with tf.GradientTape() as tape:\n"
                "        value = side.loss(side.model, batch)\n"
                "    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))\n"
                "    losses.append(value)\n"
                "    return value\n",
            ),
            ("    from keras.optimizers.schedules import ExponentialDecay\n", ""),
        ),
        "a step of its own with a count in Python: right as it is written, frozen if it were traced",
    ),
    RightPort(
        "rate_by_the_optimizers_count",
        "schedule",
        (
            (
                "    rate = ExponentialDecay(np.float64(0.4), 2 * STEPS_PER_EPOCH, np.float64(0.5), staircase=True)\n"
                "    return model, loss, keras.optimizers.SGD(rate)\n",
                "    return model, loss, keras.optimizers.SGD(0.4)\n"
                "\n\n"
                "def tf_step(side, batch):\n"
                "    import tensorflow as tf\n"
                "\n"
                "    epoch = int(side.optimizer.iterations) // STEPS_PER_EPOCH\n"
                "    side.optimizer.learning_rate = 0.4 if epoch < 2 else 0.2 if epoch < 4 else 0.1\n"
                "    variables = side.model.trainable_variables\n"
                "    with tf.GradientTape() as tape:\n"
                "        value = side.loss(side.model, batch)\n"
                "    side.optimizer.apply_gradients(zip(tape.gradient(value, variables), variables, strict=True))\n"
                "    return value\n",
            ),
            ("    from keras.optimizers.schedules import ExponentialDecay\n", ""),
        ),
        "Python's own `if` on the optimizer's count",
    ),
    RightPort(
        "scheduled_by_the_loop",
        "schedule",
        (
            ("import numpy as np\n", "import numpy as np\n\nfrom compare import Side\n"),
            (
                "    optimizer.scheduler = torch.optim.lr_scheduler.StepLR(",
                "    schedule = torch.optim.lr_scheduler.StepLR(",
            ),
            ("    return model, loss, optimizer\n", "    return Side(model, loss, optimizer, schedule=schedule)\n"),
            (
                "def torch_step(side, batch):\n"
                "    side.optimizer.zero_grad()\n"
                "    loss = side.loss(side.model, batch)\n"
                "    loss.backward()\n"
                "    side.optimizer.step()\n"
                "    side.optimizer.scheduler.step()\n"
                "    return loss.detach()\n\n\n",
                "",
            ),
        ),
        "no step of its own: the loop steps PyTorch's schedule",
    ),
    RightPort(
        "pipelines_of_their_own",
        "momentum",
        (
            (
                "import numpy as np\n",
                "import numpy as np\n"
                "\n"
                "from compare import Side\n"
                "\n\n"
                "def split(batches):\n"
                "    return (part for x, y in batches for part in ((x[:10], y[:10]), (x[10:], y[10:])))\n",
            ),
            ("    return model, loss, optimizer\n", "    return Side(model, loss, optimizer, batches=split)\n"),
            (
                "    return model, loss, SGD(0.03, momentum=np.float64(0.9), nesterov=True)\n",
                "    optimizer = SGD(0.03, momentum=np.float64(0.9), nesterov=True)\n"
                "    return Side(model, loss, optimizer, batches=split)\n",
            ),
        ),
        "each side splits the batches by itself, in sizes that batches() does not have",
    ),
    RightPort(
        "gradients_kept_in_python",
        "accumulation",
        (
            ("    side.optimizer.zero_grad()\n", ""),
            ("lr=0.5", "lr=0.02"),
            ("SGD(0.5)\n", "SGD(0.02)\n\n\nkept = []\n"),
            (
                "sums, total = [tf.zeros_like(variable) for variable in variables], 0",
                "sums, total = kept or [tf.zeros_like(variable) for variable in variables], 0",
            ),
            (
                "    side.optimizer.apply_gradients(zip(sums, variables, strict=True))\n",
                "    kept[:] = sums\n    side.optimizer.apply_gradients(zip(sums, variables, strict=True))\n",
            ),
        ),
        "gradients that nobody clears: PyTorch adds them up in `.grad`, the port in a list",
    ),
    RightPort(
        "biases_before_factors",
        "factorisation",
        (
            (
                "            self.user = layers.Embedding(9, 4)\n            self.item = layers.Embedding(7, 4)\n",
                "",
            ),
            (
                "            self.item_bias = layers.Embedding(7, 1)\n",
                "            self.item_bias = layers.Embedding(7, 1)\n"
                "            self.item = layers.Embedding(7, 4)\n"
                "            self.user = layers.Embedding(9, 4)\n",
            ),
        ),
        "four layers of one kind in another order, told apart by their shapes",
    ),
    RightPort(
        "float32_only_and_larger",
        "deep",
        (
            (
                'model(batch["x"]), batch["y"])\n\n    return',
                'model(batch["x"].float()), batch["y"])\n\n    model.float()\n    return',
            ),
            ("    def block(filters):", '    keras.config.set_dtype_policy("float32")\n\n    def block(filters):'),
        ),
        "a hundred steps that can be judged in float32 only",
    ),
)

OTHER_LOSSES = (
    RightPort(
        "training_said_to_the_loss",
        "normalisation",
        (
            (
                '    def loss(model, batch):\n        return F.cross_entropy(model(batch["x"]), batch["y"])\n',
                "    def loss(model, batch, training):\n        model.train(training)\n"
                '        return F.cross_entropy(model(batch["x"]), batch["y"])\n',
            ),
            (
                '    def loss(model, batch):\n        logits = model(batch["x"], training=True)\n',
                '    def loss(model, batch, training):\n        logits = model(batch["x"], training=training)\n',
            ),
        ),
        "both losses take the mode, and hand it on",
    ),
    RightPort(
        "training_said_on_one_side",
        "normalisation",
        (
            (
                '    def loss(model, batch):\n        logits = model(batch["x"], training=True)\n',
                '    def loss(model, batch, **options):\n        logits = model(batch["x"], **options)\n',
            ),
        ),
        "one loss takes the mode, of the other the model is put into it",
    ),
    RightPort(
        "put_into_training_by_the_loss",
        "normalisation",
        (
            (
                '            yield {"x": x[rows], "y": y[rows]}\n',
                '            yield {"x": x[rows], "y": y[rows]}\n'
                "\n\n"
                "def evaluation(rng):\n"
                '    return {"x": rng.normal(size=(16, 3, 6, 6)), "y": np.arange(16) % 2}\n',
            ),
            (
                '        return F.cross_entropy(model(batch["x"]), batch["y"])\n',
                '        return F.cross_entropy(model.train()(batch["x"]), batch["y"])\n',
            ),
        ),
        "PyTorch's loss calls model.train(): an evaluation is what the losses do in training, and moves no statistics",
    ),
    RightPort(
        "loss_in_training_only",
        "clipping",
        (
            (
                "            return self.head(nn.functional.softplus(self.body(x)))\n",
                "            out = self.head(nn.functional.softplus(self.body(x)))\n"
                '            return out if self.training else {"predictions": out}\n',
            ),
        ),
        "in evaluation PyTorch's model gives what the loss cannot compare: outputs and weights still agree",
    ),
    RightPort(
        "penalty_on_the_slope",
        "clipping",
        (
            (
                '        return nn.functional.mse_loss(model(batch["inputs"]), batch["targets"])\n',
                '        inputs = batch["inputs"].clone().requires_grad_(True)\n'
                "        out = model(inputs)\n"
                "        [slope] = torch.autograd.grad(out.sum(), inputs, create_graph=True)\n"
                '        return nn.functional.mse_loss(out, batch["targets"]) + 0.1 * slope.square().mean()\n',
            ),
            (
                '        return tf.reduce_mean(tf.math.squared_difference(model(batch["inputs"]), batch["targets"]))\n',
                "        with tf.GradientTape() as tape:\n"
                '            tape.watch(batch["inputs"])\n'
                '            out = model(batch["inputs"])\n'
                '        slope = tape.gradient(out, batch["inputs"])\n'
                '        return tf.reduce_mean(tf.square(out - batch["targets"])) + 0.1 * tf.reduce_mean(slope**2)\n',
            ),
        ),
        "a gradient inside the loss, in evaluation too",
    ),
)

RIGHT_PORTS = (*AS_THEY_ARE, *OTHER_MODELS, *OTHER_RECURRENCES, *OTHER_ATTENTION, *OTHER_LOOPS, *OTHER_LOSSES)
