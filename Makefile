# Two commands set everything up on a machine with Python >= 3.11 and make: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test lint golden docs clean-build

run: .venv/installed  ## clean the five sample documents into cleaned/
	$(BIN)/clean run seeds/ --force

test: .venv/installed-dev  ## the whole test suite
	$(BIN)/python -m pytest -n auto

lint: .venv/installed-dev  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

golden: .venv/installed  ## rewrite fixtures/golden/ from seeds/; read the diff like code
	$(BIN)/python scripts/golden.py

docs: .venv/installed  ## rewrite docs/rules.md from the rules themselves
	$(BIN)/clean rules --markdown > docs/rules.md

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
