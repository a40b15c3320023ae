"""What processes that core tests start run first: in them a framework cannot be imported."""

import sys


class NoFramework:
    """Stands before all finders of modules."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in ("torch", "tensorflow", "keras"):
            raise ImportError(f"a core test starts no framework, and this one starts {name}")


sys.meta_path.insert(0, NoFramework)
