"""`python -m tests.libraries.accelerate_loop PATH`: a plain loop whose parts accelerate prepared."""

import sys

from accelerate import Accelerator
from torch.utils.data import DataLoader, TensorDataset

from tests.libraries.loop import BATCH, X, Y, network, optimizer_of
from torch_impl import Recorder

accelerator = Accelerator(cpu=True)
model = network()
model, optimizer, batches = accelerator.prepare(
    model, optimizer_of(model), DataLoader(TensorDataset(X, Y), batch_size=BATCH)
)
recorder = Recorder(sys.argv[1], model, optimizer, audits=(0, 2))
for x, y in batches:
    optimizer.zero_grad()
    loss = ((model(x) - y) ** 2).mean()
    accelerator.backward(loss)
    optimizer.step()
    recorder.step(loss, (x, y))
recorder.close()
