"""A side whose process computes in one thread: that can be set once, before anything is computed."""

from functools import cache

from compare.running.framework import Framework


@cache
def with_one_thread(package: str) -> Framework:
    """The side of a package, the same one each time."""
    framework = Framework(package)
    framework.runtime.configure(1)
    return framework
