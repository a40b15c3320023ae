"""A rating is the product of a user's and an item's embedding, and a bias of each (Koren et al., 2009).

Notice the gradient of an embedding, and what the optimizer makes of a row that a batch has twice.
"""

from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import mean_squared_error
from torch_impl.optimizers import Adam


class MatrixFactorization(nn.Module):
    # differs: PyTorch initialises embeddings from N(0, 1), Keras from U(-0.05, 0.05).
    # differs: PyTorch's gradient is the whole table (sparse=False); TensorFlow's has one row for each lookup.
    def __init__(self, users, items, rank):
        super().__init__()
        self.users = nn.Embedding(users, rank)
        self.items = nn.Embedding(items, rank)
        self.user_biases = nn.Embedding(users, 1)
        self.item_biases = nn.Embedding(items, 1)

    def forward(self, users, items):
        """Numbers of users and items, int64 (N,), to ratings (N,)."""
        products = (self.users(users) * self.items(items)).sum(1)
        return products + self.user_biases(users)[:, 0] + self.item_biases(items)[:, 0]


def loss(model, batch, training):
    model.train(training)
    ratings = model(batch["users"], batch["items"])
    return mean_squared_error(ratings, batch["ratings"]), {}


def side(settings):
    model = MatrixFactorization(40, 30, 4)
    # differs: PyTorch's Adam squares the sum of a row's gradients; Keras' own squares each of them, then sums.
    optimizer = Adam(
        model.parameters(),
        lr=settings["learning_rate"],
        betas=(settings["beta_1"], settings["beta_2"]),
        eps=settings["epsilon"],
    )
    return Side(model, loss, optimizer)
