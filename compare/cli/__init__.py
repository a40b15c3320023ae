"""The commands of `python -m compare`."""
