"""`python -m tests.libraries.lightning_loop PATH...`: Lightning's Trainer, with one batch a step, two, ..."""

import sys

import lightning.pytorch as pl
import torch
from torch.utils.data import DataLoader, TensorDataset

from tests.libraries.loop import BATCH, X, Y, network, optimizer_of
from torch_impl.callbacks import lightning_callback


class Module(pl.LightningModule):
    def __init__(self):
        super().__init__()
        self.network = network()

    def training_step(self, batch, batch_idx):
        x, y = batch
        return ((self.network(x) - y) ** 2).mean()

    def configure_optimizers(self):
        return optimizer_of(self)


torch.set_num_threads(1)
for several, path in enumerate(sys.argv[1:], 1):
    pl.Trainer(
        max_epochs=1,
        accumulate_grad_batches=several,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[lightning_callback(path, audits=(0, 2))],
    ).fit(Module(), DataLoader(TensorDataset(X, Y), batch_size=BATCH // several))
