"""y = xW + b by gradient descent on the mean squared error."""

from torch import nn

from compare.inputs.side import Side
from torch_impl.losses import mean_squared_error
from torch_impl.optimizers import SGD


class LinearRegression(nn.Module):
    def __init__(self):
        super().__init__()
        # differs: PyTorch's weight is (outputs, inputs) from the start; Keras' (inputs, outputs), from the first call.
        self.linear = nn.Linear(1, 1)

    def forward(self, x):
        return self.linear(x)


def loss(model, batch, training):
    # differs: PyTorch's model stays in the mode it was put into; Keras' is in evaluation unless told at each call.
    model.train(training)
    return mean_squared_error(model(batch["x"]), batch["y"]), {}


def side(settings):
    model = LinearRegression()
    optimizer = SGD(model.parameters(), lr=settings["learning_rate"])
    return Side(model, loss, optimizer)
