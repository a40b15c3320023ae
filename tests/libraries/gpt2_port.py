"""keras_hub's GPT2Backbone beside the GPT2Model of transformers, which keeps query, key and value in one kernel."""

V, L, H, D, N, B = 50, 2, 2, 16, 8, 2


def batches(rng):
    for _ in range(3):
        yield {"ids": rng.integers(0, V, (B, N)), "target": rng.normal(size=(B, N, D))}


def torch_side():
    import torch
    from transformers import GPT2Config, GPT2Model

    model = GPT2Model(
        GPT2Config(
            vocab_size=V,
            n_positions=N,
            n_embd=D,
            n_layer=L,
            n_head=H,
            n_inner=4 * D,
            resid_pdrop=0,
            embd_pdrop=0,
            attn_pdrop=0,
        )
    )

    def loss(model, batch, training):
        model.train(training)
        out = model(batch["ids"]).last_hidden_state
        return ((out - batch["target"]) ** 2).mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import keras_hub
    import tensorflow as tf

    model = keras_hub.models.GPT2Backbone(
        vocabulary_size=V,
        num_layers=L,
        num_heads=H,
        hidden_dim=D,
        intermediate_dim=4 * D,
        dropout=0.0,
        max_sequence_length=N,
    )

    def loss(model, batch, training):
        out = model({"token_ids": batch["ids"], "padding_mask": tf.ones_like(batch["ids"])}, training=training)
        return tf.reduce_mean((out - batch["target"]) ** 2)

    return model, loss, keras.optimizers.SGD(0.01)
