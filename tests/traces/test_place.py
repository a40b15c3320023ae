"""A file is the user's own, or folded to the line that called it, or computes what is no part of a step."""

import sysconfig
from pathlib import Path

import pytest

from compare.traces import place
from compare.traces.place import FOLDED, LEFT_OUT, OWN, kind_of

ROOT = Path(place.__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("/home/user/my_port.py", OWN),
        (str(ROOT / "tests" / "end_to_end" / "ports" / "dense.py"), OWN),
        (str(ROOT / "torch_impl" / "models" / "vae.py"), OWN),
        (str(ROOT / "torch_impl" / "train.py"), FOLDED),
        (str(ROOT / "tf_impl" / "losses.py"), FOLDED),
        (str(ROOT / "tf_impl" / "weights" / "outputs.py"), LEFT_OUT),
        (str(Path(sysconfig.get_path("purelib")) / "keras" / "layers.py"), FOLDED),
        (str(Path(sysconfig.get_path("stdlib")) / "functools.py"), FOLDED),
        ("<string>", FOLDED),
    ],
)
def test_a_file_is_the_users_or_folded_or_left_out(file, kind):
    assert kind_of(file) == kind


def test_what_was_installed_into_a_folder_of_the_users_is_a_library_and_what_lies_beside_it_is_not(tmp_path):
    (tmp_path / "einops-0.8.dist-info").mkdir()
    (tmp_path / "einops-0.8.dist-info" / "RECORD").write_text("einops/layers/torch.py,sha256=x,1\nsix.py,sha256=y,1\n")
    for file, kind in (
        ("einops/einops.py", FOLDED),
        ("einops/layers/torch.py", FOLDED),
        ("six.py", FOLDED),
        ("einops_of_mine.py", OWN),
        ("port/einops/own.py", OWN),
        ("six.py.py", OWN),
    ):
        assert kind_of(str(tmp_path / file)) == kind, file
