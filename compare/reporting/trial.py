"""What to run, a case or a user's port, and how: what a study of it begins with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from compare.inputs.case_inputs import CaseInputs, write_inputs
from compare.inputs.port_inputs import read
from compare.inputs.subject import Subject
from compare.judging.port_study import study_port
from compare.judging.study import Study, study

PRECISIONS = {"both": ("float64", "float32"), "float64": ("float64",), "float32": ("float32",)}


@dataclass(frozen=True)
class Options:
    """How to run it."""

    precision: str = "both"
    nudged: bool = True
    threads: int = 1
    timeout: float = 120
    torch_python: str | None = None
    tf_python: str | None = None
    falling: bool = True  # whether to judge that both sides' losses decrease, of a case


@dataclass(frozen=True)
class Trial:
    """A case to run; "package.module:function" names what a side trains, None is the case's own model file."""

    inputs: CaseInputs
    torch_side: str | None = None
    tf_side: str | None = None

    def subject(self, inputs: Path) -> Subject:
        return self.inputs.subject

    @property
    def name(self) -> str:
        return self.inputs.name

    @property
    def steps(self) -> int:
        return self.inputs.steps

    @property
    def cost(self) -> int:
        return self.inputs.steps * sum(array.size for array in self.inputs.weights.values())

    def study(self, inputs: Path, options: Options) -> Study:
        write_inputs(self.inputs, inputs)
        steps_per_epoch = self.inputs.steps_per_epoch if options.falling else None
        return study(steps_per_epoch, PRECISIONS[options.precision], options.nudged)


@dataclass(frozen=True)
class PortTrial:
    """A user's port to run: its file, and at most how many of its batches."""

    path: Path
    seed: int = 0
    steps: int = 100
    cost: int = 0

    @property
    def name(self) -> str:
        return self.path.stem

    def subject(self, inputs: Path) -> Subject:
        if not inputs.exists():
            return Subject(self.name, self.seed, self.steps)
        return read(inputs).subject

    @property
    def torch_side(self) -> str:
        return str(self.path.resolve())

    tf_side = torch_side

    def study(self, inputs: Path, options: Options) -> Study:
        return study_port(inputs, self.steps, PRECISIONS[options.precision], options.nudged)
