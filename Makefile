# One verb per line; `make` alone lists them. Everything is set up on the way (tools/setup.py).
PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
SETUP = $(PYTHON) tools/setup.py

.PHONY: help run test lint train evaluate bench products-lint clean

help: ## list these verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: ## set everything up, train if needed, start, and say where to ask
	@$(SETUP) run -- .venv/bin/vraagbaak start

test: ## set up what tests need, and run them
	@$(SETUP) test -- .venv/bin/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

lint: ## ruff, import-linter, mypy, product texts
	@$(SETUP) test -- sh -c '.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/lint-imports && .venv/bin/mypy && .venv/bin/vraagbaak products lint --zonder-waarschuwingen'

train: ## train the model, if data or code changed
	@$(SETUP) run -- .venv/bin/vraagbaak train

evaluate: ## measure on the development questions
	@$(SETUP) run -- sh -c '.venv/bin/vraagbaak train && .venv/bin/vraagbaak evaluate $(or $(FILE),tests/data/vragen-dev.jsonl)'

bench: ## measure beside its peers; writes docs/benchmarks.md
	@$(SETUP) test -- .venv/bin/python -m bench $(ARGS)

products-lint: ## check the product texts
	@$(SETUP) run -- .venv/bin/vraagbaak products lint

clean: ## remove what was set up and made: environment, model, own databases
	rm -rf .venv .tools .vraagbaak models .rasa
