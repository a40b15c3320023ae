# Every target installs what it needs into .venv; Python 3.11 to 3.13 must be there.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.PHONY: compare core test libraries lint bench reference clean

compare: $(INSTALLED)
	$(BIN)/python -m compare

# The tests that start no framework.
core: $(INSTALLED)
	$(BIN)/python -m pytest -m core --numprocesses 2 --dist loadfile

test: core
	$(BIN)/python -m pytest -m "not core and not libraries" --numprocesses 2 --dist loadfile

# The tests that install other libraries, into environments of their own.
libraries: $(INSTALLED)
	$(BIN)/python -m pytest -m libraries --numprocesses 2 --dist loadfile

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(INSTALLED)
	$(BIN)/python -m tests.benchmark

# Remake the committed report.
reference: $(INSTALLED)
	$(BIN)/python -m compare run --out results/reference
	$(BIN)/python -m compare components --out results/reference
	$(BIN)/python -m compare pitfalls --out results/reference

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13) and "Python 3.11 to 3.13 is needed, this is %s: make PYTHON=/path/to/python3.12" % sys.version.split()[0])'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[torch,tf,test]'
	touch $@

clean:
	rm -rf .venv *.egg-info .pytest_cache .ruff_cache .mypy_cache .hypothesis
