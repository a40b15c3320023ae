"""`python -m tests.libraries.transformers_loop PATH...`: Hugging Face's Trainer, with one batch a step, two, ..."""

import sys
import tempfile

from torch import nn
from torch.utils.data import Dataset, SequentialSampler
from transformers import Trainer, TrainingArguments

from tests.libraries.loop import BATCH, X, Y, network, optimizer_of
from torch_impl.callbacks import record_trainer


class Examples(Dataset):
    def __len__(self):
        return len(X)

    def __getitem__(self, i):
        return {"x": X[i], "y": Y[i]}


class WithLoss(nn.Module):
    def __init__(self):
        super().__init__()
        self.network = network()

    def forward(self, x, y):
        return {"loss": ((self.network(x) - y) ** 2).mean()}


class InOrder(Trainer):
    def _get_train_sampler(self, *_):
        return SequentialSampler(self.train_dataset)


def train(path, several):
    model = WithLoss()
    with tempfile.TemporaryDirectory() as directory:
        arguments = TrainingArguments(
            directory,
            num_train_epochs=1,
            per_device_train_batch_size=BATCH // several,
            gradient_accumulation_steps=several,
            max_grad_norm=0.0,
            lr_scheduler_type="constant",
            learning_rate=0.1,
            report_to=[],
            save_strategy="no",
            use_cpu=True,
            remove_unused_columns=False,
            disable_tqdm=True,
        )
        optimizers = (optimizer_of(model), None)
        trainer = InOrder(model=model, args=arguments, train_dataset=Examples(), optimizers=optimizers)
        record_trainer(trainer, path, audits=(0, 2))
        trainer.train()


for several, path in enumerate(sys.argv[1:], 1):
    train(path, several)
