"""The inputs of the entries of recurrent.py."""

from compare.components.spec import Spec, normal

SPECS = {
    "rnn_tanh": Spec(x=normal(2, 5, 3)),
    "rnn_relu": Spec(x=normal(2, 5, 3)),
    "rnn_time_first": Spec(x=normal(2, 5, 3)),
    "lstm": Spec(x=normal(2, 5, 3)),
    "lstm_two_layers": Spec(x=normal(2, 5, 3)),
    "lstm_bidirectional": Spec(x=normal(2, 5, 3)),
    "lstm_bidirectional_two_layers": Spec(x=normal(2, 5, 3)),
    "lstm_from_state": Spec(x=normal(2, 5, 3), hidden=normal(1, 2, 4), cell=normal(1, 2, 4)),
    "lstm_cell": Spec(x=normal(2, 3), hidden=normal(2, 4), cell=normal(2, 4)),
    "lstm_stock": Spec(x=normal(2, 5, 3)),
    "lstm_stock_one_bias": Spec(x=normal(2, 5, 3)),
    "lstm_stock_bidirectional": Spec(x=normal(2, 5, 3)),
    "simple_rnn_stock": Spec(x=normal(2, 5, 3)),
    "gru": Spec(x=normal(2, 5, 3)),
    "gru_two_layers_bidirectional": Spec(x=normal(2, 5, 3)),
    "gru_from_state": Spec(x=normal(2, 5, 3), state=normal(1, 2, 4)),
    "gru_cell": Spec(x=normal(2, 3), hidden=normal(2, 4)),
    "gru_stock": Spec(x=normal(2, 5, 3)),
    "gru_reset_before": Spec(x=normal(2, 5, 3)),
}
