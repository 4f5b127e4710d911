# Comity. `make help` lists what there is; docs/develop/guide.md explains it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

# The first Python on this machine that is new enough; say `make PYTHON=/path/to/python` for another one.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
UV := .tools/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

export UV_PYTHON_DOWNLOADS := never
export VIRTUAL_ENV := $(CURDIR)/.venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1

##@ Use

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

demo: .venv/.run ## Run the guided case on this machine: three organisations, real commands; leaves demo/
	@$(BIN)/comity demo

##@ Check

check: system .venv/.dev ## Check everything, as the project's own checks do
	@$(MAKE) --no-print-directory --jobs=2 lint layers budgets
	@$(MAKE) --no-print-directory --jobs=2 types test

test: .venv/.dev ## Run the tests, with a private PostgreSQL where there is one (ARGS="-k word")
	@.ci/test $(ARGS)

lint: .venv/.dev ## Check style and format
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .

types: .venv/.dev ## Check the types
	@$(BIN)/mypy

layers: .venv/.dev ## Check that imports point down only
	@$(BIN)/lint-imports --cache-dir .cache/importlinter

budgets: .venv/.dev ## Print the size figures; fail on the hard maxima
	@PYTHONPATH=tests $(BIN)/python -m meta.budgets

soak: .venv/.dev ## Run the long kill, chaos and fuzz tests
	@.ci/packages soak
	@TEST_SECONDS=10800 .ci/test -m "soak or hypothesis" --hypothesis-profile=soak $(ARGS)

fuzz: .venv/.dev ## Feed the readers of returns with any bytes, for long (ARGS="-k mail")
	@TEST_SECONDS=7200 .ci/test -o faulthandler_timeout=0 -m soak tests/unit/returns tests/attack/test_returns_*.py $(ARGS)

bench: .venv/.dev ## Run every benchmark side by side with its peers (ARGS=--quick)
	@for b in benchmarks/*.py; do echo "== $$b"; PYTHONPATH=tests $(BIN)/python "$$b" $(ARGS); done

##@ Develop

format: .venv/.dev ## Format the code
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

corpus: .venv/.dev ## Write the made-up returns with the truth about each to corpus/out
	@$(BIN)/python -m corpus.build corpus/out

docs: .venv/.dev ## Write the pages that are made from the program itself
	@PYTHONPATH=tests $(BIN)/python -m meta.pages

messages: .venv/.dev ## Collect the texts people read; update and compile the catalogues
	@PYTHONPATH=tests $(BIN)/python -m meta.messages

lock: .tools/.ready ## Pin what pyproject.toml asks for, with hashes (LOCK=--upgrade for newer releases)
	@test -x $(UV) || { echo "make lock needs uv, which could not be installed here" >&2; exit 1; }
	@$(COMPILE) $(LOCK) --group pyproject.toml:tools --output-file locks/tools.txt
	@$(COMPILE) $(LOCK) --extra postgres --group build --output-file locks/run.txt pyproject.toml
	@$(COMPILE) $(LOCK) --extra postgres --group dev --constraints locks/run.txt --output-file locks/dev.txt pyproject.toml

clean: ## Remove everything that make made
	@rm -rf .venv .tools .cache .hypothesis demo build dist
	@find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- set-up; each stamp is newer than what it was made from, so that a second run costs nothing ----

system:
	@.ci/packages

.tools/.ready: locks/tools.txt
	@test -n "$(PYTHON)" || { echo "Comity needs Python 3.11 or newer; none was found. Install one, or say make PYTHON=..." >&2; exit 1; }
	@echo "setting up the tools"
	@$(PYTHON) -m venv --clear .tools
	@.tools/bin/pip install --quiet --require-hashes --only-binary :all: -r locks/tools.txt \
		|| echo "uv cannot be installed here; going on with pip, which is slower" >&2
	@touch $@

# install VERB, LOCK: bring what LOCK pins into .venv (`sync` also takes away what it does not pin), then Comity itself.
define install
	@echo "installing $(2)"
	@if [ -x $(UV) ]; then \
		[ -x $(BIN)/python ] || $(UV) venv --quiet --python "$(PYTHON)" .venv; \
		$(UV) pip $(1) $(2) --quiet --require-hashes --compile-bytecode; \
		$(UV) pip install --quiet --no-deps --no-build-isolation -e .; \
		$(BIN)/python -m compileall -q src; \
	else \
		[ -x $(BIN)/pip ] || $(PYTHON) -m venv --clear .venv; \
		$(BIN)/pip install --quiet --require-hashes -r $(2); \
		$(BIN)/pip install --quiet --no-deps --no-build-isolation -e .; \
	fi
	@touch $@
endef

.venv/.run: locks/run.txt pyproject.toml .tools/.ready
	$(call install,install --requirements,locks/run.txt)

.venv/.dev: locks/dev.txt .venv/.run
	$(call install,sync,locks/dev.txt)

.PHONY: help demo check test lint types layers budgets soak fuzz bench format docs messages lock clean system
