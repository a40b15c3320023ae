"""Every wrong port and every right one, judged: `python -m tests.port_proof` prints what is amiss, and both figures.

`python -m tests.port_proof NAME...` tries only these, and prints what was found of each.
"""

import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiments
from compare.reporting.result import Result
from compare.running.options import Options
from tests.end_to_end import right_ports, wrong_ports
from tests.end_to_end.right_ports import RightPort
from tests.end_to_end.wrong_ports import WrongPort

Port = WrongPort | RightPort


def judged(ports: Sequence[Port], options: Options) -> Iterator[tuple[Port, Result]]:
    """Each port with its result, as it comes; all of them on the same two workers."""
    by_name = {port.name: port for port in ports}
    for name, result in judged_files({port.name: _text_of(port) for port in ports}, options):
        yield by_name[name], result


def judged_files(texts: Mapping[str, str], options: Options) -> Iterator[tuple[str, Result]]:
    """The name of each port with its result, as it comes; `texts` are the files of ports, by name."""
    with tempfile.TemporaryDirectory() as directory:
        paths = [Path(directory) / f"{name}.py" for name in texts]
        for path in paths:
            path.write_text(texts[path.stem])
        for _, result in run_experiments([PortExperiment(path) for path in paths], options):
            yield result.case, result


def _text_of(port: Port) -> str:
    return wrong_ports.text_of(port) if isinstance(port, WrongPort) else right_ports.text_of(port)


def is_right(port: Port, result: Result) -> bool:
    """Whether the judge said of a port what is true of it."""
    if isinstance(port, RightPort):
        return result.verdict == "equivalent"
    first = result.judgement.first_divergence if result.judgement else None
    return result.verdict == "diverged" and (first and first.key) == port.place


def main(names: list[str]) -> None:
    for ports, precision in ((wrong_ports.WRONG_PORTS, "float64"), (right_ports.RIGHT_PORTS, "both")):
        if not (chosen := [port for port in ports if not names or port.name in names]):
            continue
        right, began = 0, time.monotonic()
        for port, result in judged(chosen, Options(precision, differences="never")):
            right += is_right(port, result)
            if not is_right(port, result) or names:
                print(f"{port.name}: {result.verdict}", *result.findings, getattr(port, "place", ""), sep="\n    ")
        print(f"{right} of {len(chosen)} as they should be, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
