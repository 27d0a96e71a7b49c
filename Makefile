# Every task of the project; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
FUZZ_SEED ?= 1
FUZZ_MINUTES ?= 60
FOCUS ?=
BIN := .venv/bin
ON_A_HOST := trap '$(BIN)/python -m devhost --name tests down' EXIT; VCLUSTER_E2E_HOST=tests $(BIN)/pytest -q
UV_LOCK := $(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q

.PHONY: help
help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

$(BIN)/.ready: requirements/dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

.PHONY: venv
venv: $(BIN)/.ready ## Make the virtual environment from the lock file

.PHONY: lock
lock: ## Renew the lock files from pyproject.toml
	$(UV_LOCK) --group pyproject.toml:syncer -o requirements/syncer.txt
	$(UV_LOCK) pyproject.toml --group pyproject.toml:syncer --group pyproject.toml:dev -o requirements/dev.txt

.PHONY: format
format: venv ## Format the code and apply safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: lint
lint: venv ## Formatting, lint, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: unit
unit: venv ## Tests that need nothing but Python
	$(BIN)/pytest -q -m "not devhost and not helm and not e2e and not integration"

.PHONY: chart
chart: venv ## The chart under Helm 3 and Helm 4, and before a real API server
	$(ON_A_HOST) tests/chart

.PHONY: e2e
e2e: venv ## Tests on a real Kubernetes (starts one; or uses the cluster of KUBECONFIG)
	$(ON_A_HOST) -m "devhost or e2e or integration"

.PHONY: test
test: lint unit chart e2e ## Everything: lint, types, import contracts, unit, chart and e2e tests

.PHONY: conformance
conformance: venv ## Kubernetes' own conformance specs against a virtual cluster, about half an hour
	trap '$(BIN)/python -m devhost --name conformance down' EXIT; VCLUSTER_E2E_HOST=conformance $(BIN)/python -m tests.conformance "$(FOCUS)"

.PHONY: fuzz
fuzz: venv ## Fuzz the compiler for FUZZ_MINUTES from FUZZ_SEED, and keep what it breaks on in tests/fuzz/cases
	nice $(BIN)/python -m tests.fuzz --seed $(FUZZ_SEED) --minutes $(FUZZ_MINUTES)

.PHONY: schemas
schemas: venv ## Regenerate what is generated and checked in
	$(BIN)/python -m vcluster_config.schema

.PHONY: demo
demo: venv ## From nothing to an application in a virtual cluster, each step timed
	$(BIN)/python -m devhost.demo up

.PHONY: demo-down
demo-down: venv ## Take the demo away without a trace
	$(BIN)/python -m devhost.demo down

.PHONY: bench
bench: venv ## Measure beside the bare host and print the table of PERFORMANCE.md
	$(BIN)/python -m tests.perf
	$(BIN)/python -m tests.perf.config
