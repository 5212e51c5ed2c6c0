# Two commands set everything up on a machine with Python >= 3.11 and make: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

MB ?= 25

.PHONY: run test lint types bench house golden docs

run: .venv/installed  ## clean the five sample documents into cleaned/
	$(BIN)/clean run seeds/ --force

test: .venv/installed-dev  ## the whole test suite
	$(BIN)/python -m pytest -n auto

lint: .venv/installed-dev  ## style, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

types: .venv/installed-dev  ## types alone
	$(BIN)/mypy

bench: bench/corpus-$(MB).jsonl  ## the benchmarks that need no data but their own; make bench MB=100
	$(BIN)/python scripts/bench_normalise.py --no-hostile
	$(BIN)/python scripts/bench_pipeline.py $<
	$(BIN)/python scripts/bench_dedup.py $<
	$(BIN)/python scripts/bench_index.py $<
	$(BIN)/python scripts/bench_copies.py

house: .venv/installed  ## the figures of the house: files, functions, imports, the way of one document
	$(BIN)/python scripts/house.py

golden: .venv/installed  ## rewrite fixtures/golden/ from seeds/; read the diff like code
	$(BIN)/python scripts/golden.py

docs: .venv/installed  ## rewrite docs/rules.md from the rules themselves
	$(BIN)/clean rules --markdown > docs/rules.md

bench/corpus-%.jsonl: scripts/make_corpus.py .venv/installed
	mkdir -p bench
	$(BIN)/python scripts/make_corpus.py $* > $@.part
	mv $@.part $@

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@
