PYTHON ?= .venv/bin/python
BIN := $(dir $(PYTHON))
COVERED := engine/samakia_policy/evidence/ledger,engine/samakia_policy/evidence/trust,engine/samakia_policy/evidence/verify,engine/samakia_policy/gate,engine/samakia_policy/decision

.PHONY: help check check-rest format lint types imports fresh test coverage fuzz generate bench lock

help: ## Show this help
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

check: check-rest test ## Everything that CI runs

check-rest: format lint types imports fresh ## Everything but the tests

format: ## The code is formatted
	$(BIN)ruff format --check engine tests

lint: ## No lint
	$(BIN)ruff check engine tests

types: ## The types hold
	$(BIN)mypy

imports: ## Stages do not import one another
	$(BIN)lint-imports

fresh: ## Generated files are fresh
	$(PYTHON) -m samakia_policy.fact_kinds --check
	$(PYTHON) -m samakia_policy.packs.index --check
	$(PYTHON) -m samakia_policy.rego.tools.reference --check
	$(BIN)policy docs --check

test: ## All tests, and all cases of all rules
	$(BIN)pytest

coverage: ## Every branch of ledger, trust root, verification, gate and decision is taken by a test
	$(BIN)coverage run --branch --source=$(COVERED) -m pytest -q tests/unit/evidence tests/unit/gate tests/unit/decision tests/evidence tests/conformance tests/acting/test_holds.py tests/cli/test_ledger.py tests/cli/evidence
	$(BIN)coverage report --show-missing --skip-covered --fail-under=100

fuzz: ## Ask opa and our Rego about 10,000 generated programs, and print what they answer differently
	$(PYTHON) tests/rego/fuzz/run.py --programs 10000

generate: ## Write the kinds of facts, the pack index, the rule pages and the pages of the language again
	$(PYTHON) -m samakia_policy.fact_kinds
	$(PYTHON) -m samakia_policy.packs.index
	$(PYTHON) -m samakia_policy.rego.tools.reference
	$(BIN)policy docs

bench: ## Measure speed and memory
	$(PYTHON) tests/bench/estates.py
	$(PYTHON) tests/bench/ledger.py

lock: ## Write requirements.lock again
	$(BIN)pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-annotate --extra hcl --extra test --extra check --no-emit-find-links --output-file requirements.lock pyproject.toml requirements.in
