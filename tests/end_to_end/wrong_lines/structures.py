"""Wrong lines: graphs, and times to an event."""

from tests.end_to_end.wrong_lines.table import WrongLine

STRUCTURES = (
    WrongLine(
        "edges_the_other_way",
        "graph",
        "            source = tf.concat([edges[0], itself], axis=0)\n"
        "            target = tf.concat([edges[1], itself], axis=0)\n",
        "            source = tf.concat([edges[1], itself], axis=0)\n"
        "            target = tf.concat([edges[0], itself], axis=0)\n",
        "forward",
        ("row, col = torch.cat([edge_index, loops]", "deg = torch.zeros("),
        (
            "source = tf.concat([edges[1]",
            "target = tf.concat([edges[0]",
            "degree = tf.math.unsorted_segment_sum(",
        ),
        "messages go from the first row to the second",
    ),
    WrongLine(
        "degree_without_itself",
        "graph",
        "degree = tf.math.unsorted_segment_sum(tf.ones_like(target, nodes.dtype), target, NODES)",
        "degree = tf.math.unsorted_segment_sum(tf.ones_like(edges[1], nodes.dtype), edges[1], NODES)\n"
        "            degree = tf.maximum(degree, 1)",
        "forward",
        "deg = torch.zeros(len(x), dtype=x.dtype).scatter_add_(",
        ("degree = tf.math.unsorted_segment_sum(tf.ones_like(edges[1]", "degree = tf.maximum(degree, 1)"),
        "each node is its own neighbour",
    ),
    WrongLine(
        "degree_of_the_receiver_only",
        "graph",
        "norm = deg.pow(-0.5)[row] * deg.pow(-0.5)[col]",
        "norm = deg.pow(-1)[col]",
        "forward",
        "norm = deg.pow(-1)[col]",
        ("scale = tf.math.rsqrt(degree)", "projected = scale[:, None]", "return scale[:, None] * received"),
        "a mean of the neighbours in place of the symmetric normaliser, on PyTorch's side",
    ),
    WrongLine(
        "masked_by_weights",
        "graph",
        'return entropy(tf.boolean_mask(batch["y"], batch["train"]), tf.boolean_mask(logits, batch["train"]))',
        'return entropy(batch["y"], logits, sample_weight=tf.cast(batch["train"], logits.dtype))',
        "loss",
        "return F.nll_loss(out[batch",
        'return entropy(batch["y"], logits, sample_weight',
        "Keras divides by all nodes, whatever their weights",
    ),
    WrongLine(
        "earliest_first",
        "survival",
        "idx = durations.sort(descending=True)[1]",
        "idx = durations.sort()[1]",
        "loss",
        ("idx = durations.sort()[1]", "log_cumsum_h = torch.logcumsumexp("),
        ("at_risk = tf.cast(time[None, :] >= time[:, None]", "hazard = tf.math.log("),
        "at risk are those who live longer, on PyTorch's side",
    ),
    WrongLine(
        "divided_by_everybody",
        "survival",
        "tf.math.divide_no_nan(event * (hazard - y_pred), tf.reduce_sum(event))",
        "event * (hazard - y_pred) / tf.cast(tf.size(event), event.dtype)",
        "loss",
        "return -(log_h - log_cumsum_h).mul(events)",
        "return event * (hazard - y_pred)",
        "the mean is over the events",
    ),
    WrongLine(
        "half_of_the_first_term_only",
        "survival",
        "total += 0.5 * (precision * criteria[name](truth[name], made[name]) + log_var)",
        "total += 0.5 * precision * criteria[name](truth[name], made[name]) + log_var",
        "loss",
        "return (torch.exp(-model.log_vars) * tasks",
        "total += 0.5 * precision",
        "the half belongs to both",
    ),
    WrongLine(
        "weights_of_tasks_stopped",
        "survival",
        "precision = tf.exp(-log_var)",
        "precision = tf.stop_gradient(tf.exp(-log_var))",
        "gradient",
        "return (torch.exp(-model.log_vars) * tasks",
        "precision = tf.stop_gradient(",
        "the weights of the tasks are learned from both terms",
    ),
)
