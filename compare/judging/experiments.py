"""What can be compared, a case or a port: what each side is asked for, and the study that judges it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compare.inputs.case_inputs import CaseInputs, write_inputs
from compare.inputs.port_inputs import read
from compare.inputs.subject import Subject
from compare.judging.isolated import with_differences
from compare.judging.isolation import Partners
from compare.judging.judgement import Judgement
from compare.judging.port_study import study_port
from compare.judging.run import Run
from compare.judging.study import study
from compare.running.options import Options
from compare.running.pool import Pool
from compare.running.request import DrawBatches, TrainCase, Training, TrainPort


@dataclass(frozen=True)
class CaseExperiment:
    """A case to run; "package.module:function" makes a side in place of the case's own model file (None)."""

    inputs: CaseInputs
    torch_function: str | None = None
    tf_function: str | None = None

    @property
    def subject(self) -> Subject:
        return self.inputs.subject

    @property
    def cost(self) -> int:
        return self.inputs.steps * sum(array.size for array in self.inputs.weights.values())

    def request(self, training: Training, side: str, inputs: str, output: str) -> TrainCase:
        return TrainCase(output, inputs, training, self.torch_function if side == "torch" else self.tf_function)

    def write(self, path: Path, pool: Pool) -> Subject:
        """Write the inputs."""
        write_inputs(self.inputs, path)
        return self.subject

    def study(self, run: Run, path: Path, options: Options) -> Judgement:
        steps_per_epoch = self.inputs.steps_per_epoch if options.falling else None
        judgement = study(run, steps_per_epoch, options.precisions, options.nudged, must_fall=True)
        if options.differences == "never":
            return judgement
        torch = next(iter(judgement.comparisons.values())).pair.torch
        return with_differences(run, judgement, Partners.alike(torch), torch.header.kinds, when=options.differences)


@dataclass(frozen=True)
class PortExperiment:
    """A user's port to run: its file, and at most how many of its batches."""

    path: Path
    seed: int = 0
    steps: int = 100
    cost: int = 0
    tf_function: str | None = None  # makes tf's side in place of tf_side

    @property
    def subject(self) -> Subject:
        return Subject(self.path.stem, self.seed, self.steps)

    @property
    def file(self) -> str:
        return str(self.path.resolve())

    def request(self, training: Training, side: str, inputs: str, output: str) -> TrainPort:
        return TrainPort(output, inputs, training, self.file, self.tf_function if side == "tf" else None)

    def write(self, path: Path, pool: Pool) -> Subject:
        """Have a worker write the inputs: a port's file can be read only where its framework is installed."""
        pool.fulfil([("torch", DrawBatches(str(path), self.file, self.seed, self.steps))])
        return read(path).subject

    def study(self, run: Run, path: Path, options: Options) -> Judgement:
        inputs = read(path)
        must_fall = options.must_fall or inputs.must_fall
        weights = path.with_name("weights.npz")
        return study_port(
            run, inputs, weights, options.precisions, options.nudged, must_fall, options.differences, options.explain
        )


Experiment = CaseExperiment | PortExperiment
