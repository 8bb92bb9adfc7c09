# Emplace. `make demo` needs Python 3.11 or newer and make; everything else comes by itself.

# PYTHON names the Python that .venv is made with; otherwise the first one on PATH that is new enough.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo "$$python"; exit; fi; \
	done; echo none)
BIN := .venv/bin
RUN := $(BIN)/python -m config.embedded.run
ARGS ?=

# Settings as in production, for what only looks at them and serves nobody.
PRODUCTION := DEBUG=no BASE_URL=https://emplace.example ALLOWED_HOSTS=emplace.example BEHIND_PROXY=yes X_ACCEL=yes
NO_SERVER := SECRET_KEY=only-for-reading-the-settings DATABASE_URL=postgresql://nobody@localhost/none

.PHONY: help setup runtime demo demo-reset test check bench drill lock chromium format

help: ## Say what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

setup: .have-python ## Install everything into .venv, for development
	@"$(PYTHON)" config/setup.py dev

runtime: .have-python
	@"$(PYTHON)" config/setup.py runtime

.PHONY: .have-python
.have-python:
	@if [ "$(PYTHON)" = none ]; then \
		echo "Emplace needs Python 3.11 or newer, and none is on PATH. Install one, or name it: make setup PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi

demo: runtime ## Run the product with a demo portfolio; PORT=8000 moves it
	@$(BIN)/python -m config.demo

demo-reset: runtime ## Forget the demo's data
	@$(BIN)/python -m config.demo reset

test: setup chromium ## Run every test; ARGS="-k words" for some
	$(BIN)/pytest --numprocesses=auto --dist=loadgroup $(ARGS)

chromium: setup
	@$(BIN)/python -m config.embedded.browser

check: setup ## Look at everything without running it, the quick looks first
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2 --check
	$(NO_SERVER) $(BIN)/mypy .
	$(PRODUCTION) $(RUN) sh -e config/check.sh $(BIN)/python

bench: setup ## Measure, and print a table
	$(RUN) --migrate $(BIN)/python -m benchmarks $(ARGS)

drill: setup ## Break the running product on purpose and see it come back; NIGHT=10000 measures a large night too
	$(BIN)/python -m config.demo drill
	$(if $(NIGHT),$(RUN) --migrate $(BIN)/python -m benchmarks.night --engagements $(NIGHT))

format: setup ## Lay the code out
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	find templates -name '*.html' -print0 | xargs -0 $(BIN)/djade --target-version 5.2

# Hashes of every platform's files, and no index's address: whoever installs uses an index of their own.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' pyproject.toml

lock: setup ## Pin what pyproject.toml asks for; ARGS=--upgrade for the newest
	$(LOCK) --extra embedded --output-file requirements.txt $(ARGS)
	$(LOCK) --constraint requirements.txt --output-file requirements-production.txt $(ARGS)
	$(LOCK) --extra embedded --extra dev --constraint requirements.txt --output-file requirements-dev.txt $(ARGS)
