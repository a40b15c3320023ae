"""The inputs of the entries of sequences.py."""

from compare.components.spec import Spec, normal, values

LENGTHS = values([5, 2, 4])

SPECS = {
    "lstm_bidirectional_last": Spec(x=normal(2, 5, 3)),
    "lstm_many_to_one": Spec(x=normal(3, 5, 3), lengths=LENGTHS),
    "gru_packed": Spec(x=normal(3, 5, 3), lengths=LENGTHS),
    "gru_packed_bidirectional": Spec(x=normal(3, 5, 3), lengths=LENGTHS),
    "gru_masked_stock": Spec(x=normal(3, 5, 3), lengths=LENGTHS),
    "gru_carried_state": Spec(x=normal(2, 5, 3)),
    "gru_autoregressive": Spec(x=normal(2, 3), state=normal(2, 3)),
}
