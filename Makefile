PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SOURCES := relay_server client shared
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --constraint constraints.txt

.PHONY: help venv dev demo test check format bench oracles hot-reload stand clean

help:  ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(VENV)/.installed: pyproject.toml constraints.txt
	@echo "hookline: making $(VENV) (once, about a minute)" >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "hookline needs Python 3.11 or newer: make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) "pip>=25.1"
	@$(PIP) --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@echo "hookline: installing what the checks and tests need" >&2
	@$(PIP) --group dev
	@touch $@

venv: $(VENV)/.installed  ## the environment with both programs in .venv/bin
dev: $(VENV)/.developing  ## the environment with everything that checks and tests need

demo: venv  ## relay, client, sample app and signed test events on this machine; the terminal interface
	@if [ -t 0 ] && [ -t 1 ]; then $(BIN)/hookline demo; else $(BIN)/hookline demo --once; fi

test: dev  ## the whole suite
	@$(BIN)/python -m pytest --numprocesses auto --dist loadgroup

check: dev  ## format, lint, types, import contracts, sizes, docstrings
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python scripts/check_sizes.py $(SOURCES) scripts benchmarks
	@$(BIN)/interrogate --quiet $(SOURCES) scripts benchmarks

format: dev  ## put the source into its form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: dev  ## figures beside ssh -R and nginx, in about four minutes; ARGS=--help tells what else there is
	@$(BIN)/python -m benchmarks $(ARGS)

oracles: dev  ## have seven providers' own libraries judge what hookline signs; each in a temporary environment
	@$(BIN)/python -m scripts.oracles

hot-reload: dev  ## a Vite dev server behind the tunnel and Chromium at it; Vite comes from npm into a temporary directory
	@$(BIN)/python -m tests.system.hot_reload

stand: dev  ## a relay, a client and an app that echoes, for suites that others wrote; until Ctrl-C
	@$(BIN)/python -m tests.conformance.stand

clean:  ## remove the environment and caches
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
