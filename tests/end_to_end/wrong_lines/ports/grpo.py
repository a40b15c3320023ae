"""Groups of answers (GRPO): rewards normalised within a group, a clipped ratio of each token,
and the divergence from a fixed model.
"""

import numpy as np

VOCAB, PROMPT, ANSWER, DIM, GROUP, CLIP, BETA = 9, 3, 5, 8, 3, 0.2, 0.1


def batches(rng):
    for _ in range(4):
        length = rng.integers(2, ANSWER + 1, size=(2 * GROUP, 1))
        yield {
            "prompt": np.repeat(rng.integers(1, VOCAB, size=(2, PROMPT)), GROUP, axis=0),
            "completion": rng.integers(1, VOCAB, size=(2 * GROUP, ANSWER)),
            "completion_mask": (np.arange(ANSWER) < length).astype(int),
            "rewards": rng.normal(size=2 * GROUP),
            "noise": 0.3 * rng.normal(size=(2 * GROUP, ANSWER)),
        }


def torch_side():
    import copy

    import torch
    from torch import nn

    class PolicyLM(nn.Module):
        def __init__(self):
            super().__init__()
            self.wte = nn.Embedding(VOCAB, DIM)
            self.rnn = nn.GRU(DIM, DIM, batch_first=True)
            self.lm_head = nn.Linear(DIM, VOCAB, bias=False)

        def forward(self, input_ids):
            hidden, _ = self.rnn(self.wte(input_ids))
            return self.lm_head(hidden)

    policy = PolicyLM()
    reference = copy.deepcopy(policy)
    with torch.no_grad():
        reference.lm_head.weight.mul_(0.5)
    reference.requires_grad_(False)

    def selective_log_softmax(logits, index):
        selected_logits = torch.gather(logits, dim=-1, index=index.unsqueeze(-1)).squeeze(-1)
        logsumexp_values = torch.stack([torch.logsumexp(lg, dim=-1) for lg in logits])
        return selected_logits - logsumexp_values

    def get_per_token_logps(model, input_ids, logits_to_keep):
        logits = model(input_ids)
        logits = logits[:, :-1, :]  # the last logit is of the next token, which is not there
        logits = logits[:, -logits_to_keep:]
        return selective_log_softmax(logits, input_ids[:, -logits_to_keep:])

    def loss(model, batch):
        rewards = batch["rewards"]
        mean_grouped_rewards = rewards.view(-1, GROUP).mean(dim=1).repeat_interleave(GROUP, dim=0)
        std_grouped_rewards = rewards.view(-1, GROUP).std(dim=1).repeat_interleave(GROUP, dim=0)
        advantages = (rewards - mean_grouped_rewards) / (std_grouped_rewards + 1e-4)
        input_ids = torch.cat([batch["prompt"], batch["completion"]], dim=1)
        logits_to_keep = batch["completion"].size(1)
        per_token_logps = get_per_token_logps(model["policy"], input_ids, logits_to_keep)
        with torch.no_grad():
            ref_per_token_logps = get_per_token_logps(model["reference"], input_ids, logits_to_keep)
        per_token_kl = torch.exp(ref_per_token_logps - per_token_logps) - (ref_per_token_logps - per_token_logps) - 1
        old_per_token_logps = per_token_logps.detach() + batch["noise"]
        coef_1 = torch.exp(per_token_logps - old_per_token_logps)
        coef_2 = torch.clamp(coef_1, 1 - CLIP, 1 + CLIP)
        per_token_loss1 = coef_1 * advantages.unsqueeze(1)
        per_token_loss2 = coef_2 * advantages.unsqueeze(1)
        per_token_loss = -torch.min(per_token_loss1, per_token_loss2)
        per_token_loss = per_token_loss + BETA * per_token_kl
        completion_mask = batch["completion_mask"]
        return ((per_token_loss * completion_mask).sum(-1) / completion_mask.sum(-1).clamp(min=1.0)).mean()

    return {"policy": policy, "reference": reference}, loss, torch.optim.Adam(policy.parameters(), lr=0.005)


def torch_step(side, batch):
    import torch

    side.optimizer.zero_grad()
    loss = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model["policy"].parameters(), 0.1)
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import GRU
    from tf_impl.optimizers import Adam

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            self.tokens, self.memory = layers.Embedding(VOCAB, DIM), GRU(DIM, DIM)
            self.head = layers.Dense(VOCAB, use_bias=False)

        def call(self, tokens):
            return self.head(self.memory(self.tokens(tokens))[0])

    def log_probabilities(model, prompt, answer):
        # what follows the prompt's last token is the answer's first
        stream = tf.concat([prompt, answer], axis=1)[:, :-1]
        logits = model(stream)[:, prompt.shape[1] - 1 :]
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=answer, logits=logits)

    def group_advantages(rewards):
        grouped = tf.reshape(rewards, (-1, GROUP))
        centred = grouped - tf.reduce_mean(grouped, axis=1, keepdims=True)
        deviation = tf.sqrt(tf.reduce_sum(centred**2, axis=1, keepdims=True) / (GROUP - 1))
        return tf.reshape(centred / (deviation + 1e-4), (-1, 1))

    def loss(model, batch):
        prompt, answer = batch["prompt"], batch["completion"]
        logp = log_probabilities(model["policy"], prompt, answer)
        log_ratio_to_fixed = tf.stop_gradient(log_probabilities(model["reference"], prompt, answer)) - logp
        divergence = tf.math.expm1(log_ratio_to_fixed) - log_ratio_to_fixed
        behaviour = tf.stop_gradient(logp + batch["noise"])
        ratio = tf.exp(logp - behaviour)
        advantage = group_advantages(batch["rewards"])
        # the pessimistic side of the clip
        clipped = tf.where(advantage > 0.0, tf.minimum(ratio, 1.0 + CLIP), tf.maximum(ratio, 1.0 - CLIP))
        each = BETA * divergence - clipped * advantage
        real = tf.cast(batch["completion_mask"], each.dtype)
        weights = real / tf.reduce_sum(real, axis=1, keepdims=True)
        return tf.reduce_sum(each * weights) / each.shape[0]

    model = {"policy": Model(), "reference": Model()}
    for network in model.values():
        network(tf.zeros((1, 2), tf.int64))
    model["reference"].set_weights(model["policy"].get_weights())
    head = model["reference"].head.kernel
    head.assign(0.5 * head)
    model["reference"].trainable = False
    return model, loss, Adam(0.005)


def tf_step(side, batch):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    variables = side.model["policy"].trainable_variables
    gradients = [tf.convert_to_tensor(g) for g in tape.gradient(value, variables)]
    # PyTorch's has a millionth beside the norm
    factor = tf.minimum(1.0, 0.1 / (tf.linalg.global_norm(gradients) + 1e-6))
    side.optimizer.apply_gradients([(factor * g, v) for g, v in zip(gradients, variables)])
    return value
