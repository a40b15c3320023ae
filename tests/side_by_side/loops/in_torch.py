"""`python -m tests.side_by_side.loops.in_torch FOLDER`: the loops in PyTorch."""

import os
import sys
from copy import deepcopy
from pathlib import Path

import torch
import torch.distributed
from torch import multiprocessing, nn

from tests.side_by_side.loops.data import CLIP, DECAY, FACTOR, MICRO, PATIENCE, PLAIN, RATE, STEPS, X, Y
from torch_impl import Recorder

BATCHES = list(zip(torch.from_numpy(X), torch.from_numpy(Y), strict=True))


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))


def micro_batches(path, model, optimizer):
    """Gradients add up over several batches, each of which is recorded as a step."""
    with Recorder(path, model, optimizer) as recorder:
        for number, (x, y) in enumerate(BATCHES, 1):
            loss = ((model(x) - y) ** 2).mean() / MICRO
            loss.backward()
            if number % MICRO == 0:
                optimizer.step()
                optimizer.zero_grad()
            recorder.step(loss, (x, y))


def accumulated(path, model, optimizer):
    """The same, and each update is recorded as a step."""
    with Recorder(path, model, optimizer) as recorder:
        for first in range(0, STEPS, MICRO):
            optimizer.zero_grad()
            losses = [((model(x) - y) ** 2).mean() / MICRO for x, y in BATCHES[first : first + MICRO]]
            for loss in losses:
                loss.backward()
            optimizer.step()
            recorder.step(sum(losses))


def called_twice(path, model, optimizer):
    with Recorder(path, model, optimizer) as recorder:
        for x, y in BATCHES:
            optimizer.zero_grad()
            loss = ((model(x) - model(-x) - 2 * y) ** 2).mean()
            loss.backward()
            optimizer.step()
            recorder.step(loss, (x, y))


def plateau(path, model, optimizer):
    schedule = torch.optim.lr_scheduler.ReduceLROnPlateau(optimizer, factor=FACTOR, patience=PATIENCE, threshold=0)
    with Recorder(path, model, optimizer) as recorder:
        for x, y in BATCHES:
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            schedule.step(loss.item())
            recorder.step(loss, (x, y))


def clipped(path, model, optimizer):
    with Recorder(path, model, optimizer, lines=True) as recorder:
        for x, y in BATCHES:
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), CLIP)
            optimizer.step()
            recorder.step(loss, (x, y))


def averaged(path, model, optimizer):
    """A copy follows the weights at a distance."""
    average = deepcopy(model)
    with Recorder(path, {"model": model, "average": average}, {"model": optimizer}) as recorder:
        for x, y in BATCHES:
            optimizer.zero_grad()
            loss = ((model(x) - y) ** 2).mean()
            loss.backward()
            optimizer.step()
            with torch.no_grad():
                for kept, weight in zip(average.parameters(), model.parameters(), strict=True):
                    kept.mul_(DECAY).add_((1 - DECAY) * weight)
            recorder.step(loss, (x, y))


def replica(rank, path, meeting):
    """DistributedDataParallel, of which one rank records."""
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=2)
    model = nn.parallel.DistributedDataParallel(network())
    optimizer = torch.optim.SGD(model.parameters(), RATE)
    recorder = Recorder(path, model, optimizer) if rank == 0 else None
    for x, y in BATCHES:
        optimizer.zero_grad()
        loss = ((model(x[rank::2]) - y[rank::2]) ** 2).mean()
        loss.backward()
        optimizer.step()
        mean = loss.detach()
        torch.distributed.all_reduce(mean)
        if recorder:
            recorder.step(mean / 2)
    if recorder:
        recorder.close()
    torch.distributed.barrier()
    os._exit(0)  # a process group that is torn down may wait for threads of gloo without an end


def main(folder):
    torch.set_num_threads(1)
    for name in PLAIN:
        model = network()
        globals()[name](folder / f"{name}_torch", model, torch.optim.SGD(model.parameters(), RATE))
    given = str(folder / "replicas_torch"), os.path.abspath(folder / "meeting")
    multiprocessing.start_processes(replica, given, nprocs=2, start_method="fork")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
