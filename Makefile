# Everything installs into .venv; only Python 3.11+ and make are needed beforehand.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup demo test check lint types bench docs lock clean

help:
	@echo "make setup   create .venv with everything"
	@echo "make demo    decide an example workspace and say what to look at next"
	@echo "make test    run the tests"
	@echo "make check   what CI runs: lint, types, tests"
	@echo "make lint    ruff and the import contracts"
	@echo "make types   mypy, strict"
	@echo "make bench   measure speed as ratios to named baselines in the same run"
	@echo "make docs    regenerate the reference pages from code and data"

setup: $(READY)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=…" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup
	@$(BIN)/python examples/demo.py

test: setup
	$(BIN)/python -m pytest -n auto

lint: setup
	$(BIN)/ruff format --check src tests bench examples
	$(BIN)/ruff check src tests bench examples
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

check: lint types test

bench: setup
	$(BIN)/python -m bench

docs: setup
	$(BIN)/python -m lotgate.report.reference docs/reference

lock: setup
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --all-extras --group dev pyproject.toml -o requirements.lock

clean:
	rm -rf .venv build dist
