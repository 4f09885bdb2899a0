# Broadsheet's Makefile: what is done often, in the order in which a newcomer meets it.
# `make` alone prints this list.

PYTHON ?= python3
PORT ?= 8000
ONLY ?=
BIN := .venv/bin
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

demo: ready-to-run  ## Make the demo paper and read it at http://127.0.0.1:8000 (PORT=8001 for another port)
	@$(BIN)/broadsheet demo --port $(PORT)

test: ready-to-test  ## Run the tests (a quarter of an hour at most)
	$(BIN)/python -m pytest -n 2 --dist loadgroup --junitxml var/tests.xml -m "not slow and not soak" $(TESTS)

test-slow: ready-to-test  ## Run the tests that are too slow for that; `.ci/run` runs both
	$(BIN)/python -m pytest -n 2 --dist loadgroup --junitxml var/tests-slow.xml -m "slow and not soak" $(TESTS)

test-all: ready-to-test  ## Run every test, sweeps and soaks too
	$(BIN)/python -m pytest -n 2 --dist loadgroup --junitxml var/tests.xml $(TESTS)

check: ready-to-test  ## Format, lint, types, import contracts, migrations, translations, docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	PYTHONPATH=. $(BIN)/mypy
	$(BIN)/lint-imports
	BROADSHEET_FOLDER=var/check $(BIN)/broadsheet manage makemigrations --check --dry-run
	$(BIN)/python -m tools.check_docs

format: ready-to-test  ## Put the code into its format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: ready-to-test  ## Measure speed, each figure a ratio taken in one run (ONLY=name); writes var/bench.json
	$(BIN)/python -m benchmarks bench $(ONLY)

prove: ready-to-test  ## Run the long proofs: sweeps, races, kills (ONLY=name); writes var/proofs.json
	$(BIN)/python -m benchmarks prove $(ONLY)

figures: ready-to-test  ## Write docs/reference/figures.md from var/bench.json and var/proofs.json
	$(BIN)/python -m benchmarks figures

threats: ready-to-test  ## Write docs/reference/threats.md from the tests that bear a row's id, and their last run
	$(BIN)/python -m tools.make_threats

messages: ready-to-test  ## Collect the words to translate, and compile the translations
	for room in web accounts membership newsletters; do (cd src/broadsheet/$$room && ../../../$(BIN)/django-admin makemessages --all --no-obsolete --no-wrap --add-location file && ../../../$(BIN)/django-admin compilemessages) || exit 1; done

lock:  ## Lock the libraries with their hashes (needs uv)
	$(LOCK) pyproject.toml --group build -o requirements/base.txt
	$(LOCK) pyproject.toml --group build --group test --group check -o requirements/dev.txt

clean:  ## Take away the environment, the demo paper and what was measured
	rm -rf .venv var tools/node/node_modules

help:  ## Print this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--extra postgresql --extra valkey --custom-compile-command "make lock"

ready-to-run:
	@$(PYTHON) tools/setup.py run

ready-to-test:
	@$(PYTHON) tools/setup.py test

.PHONY: demo test test-slow test-all check format bench prove figures threats messages lock clean help ready-to-run ready-to-test
