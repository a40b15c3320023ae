"""Changes as a patch."""

import subprocess

from compare.judging.causes.cause import Cause, patch_of
from compare.judging.causes.code import Code


def test_the_patch_of_all_changes_is_what_patch_applies(tmp_path):
    before, after = "a = 1\nb = 2\nc = 3\n", "a = 1\nb = 4\nc = 3\n"
    (tmp_path / "port.py").write_text(before)
    text = patch_of([Code(str(tmp_path / "port.py"), before)], [Code(str(tmp_path / "port.py"), after)])
    subprocess.run(["git", "apply", "-p0"], input=text.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "port.py").read_text() == after


def test_where_a_cause_is_says_file_and_line():
    assert Cause("the loss", "takes a sum", "/home/port.py", 12, "a", "b", 0.5).where == "port.py:12"
