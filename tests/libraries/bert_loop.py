"""`python -m tests.libraries.bert_loop torch PATH` or `tf PATH TORCHS_PATH EPSILON`: BERT of Hugging Face's, tiny."""

import sys

import numpy as np
from transformers import BertConfig

RNG = np.random.default_rng(0)
# Without token 0: PyTorch's model has it as padding_idx, whose row does not train; in TensorFlow's it does.
TOKENS, LABELS = RNG.integers(1, 40, size=(4, 8, 10)), RNG.integers(0, 3, size=(4, 8))
RATE = 0.05


def configuration(epsilon):
    return BertConfig(
        vocab_size=40,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=12,
        num_labels=3,
        initializer_range=0.3,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        layer_norm_eps=float(epsilon),
    )


def torch_loop(path):
    import torch
    from transformers import BertForSequenceClassification

    import torch_impl

    torch.manual_seed(0)
    model = BertForSequenceClassification(configuration(1e-12)).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE, momentum=0.5)
    with torch_impl.Recorder(path, model, optimizer) as recorder:
        for tokens, labels in zip(torch.from_numpy(TOKENS), torch.from_numpy(LABELS), strict=True):
            loss = model(input_ids=tokens, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            recorder.step(loss, {"tokens": tokens, "labels": labels})


def tf_loop(path, start, epsilon):
    import tensorflow as tf
    import tf_keras
    from transformers import TFBertForSequenceClassification

    import tf_impl

    model = TFBertForSequenceClassification(configuration(epsilon))
    model(tf.constant(TOKENS[0]))
    tf_impl.start_from(model, start)
    optimizer = tf_keras.optimizers.SGD(RATE, momentum=0.5)
    with tf_impl.Recorder(path, model, optimizer, follow=start) as recorder:
        for tokens, labels in zip(tf.constant(TOKENS), tf.constant(LABELS), strict=True):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(model(input_ids=tokens, labels=labels, training=True).loss)
            weights = model.trainable_variables
            optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
            recorder.step(loss, {"tokens": tokens, "labels": labels})


if __name__ == "__main__":
    {"torch": torch_loop, "tf": tf_loop}[sys.argv[1]](*sys.argv[2:])
