# Broadsheet: `make demo` reads the demo paper, `make test` runs the tests.
.DELETE_ON_ERROR:
PY := .venv/bin/python

.venv/.dev: requirements/dev.txt pyproject.toml
	python3 -m venv .venv
	$(PY) -m pip install -q --require-hashes -r requirements/dev.txt
	$(PY) -m pip install -q --no-deps --no-build-isolation -e . || $(PY) -m pip install -q --no-deps -e .
	touch $@

test: .venv/.dev  ## Run the tests
	$(PY) -m pytest -n 2 -m "not slow"

check: .venv/.dev  ## Format, lint, types, import contracts, migrations
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	PYTHONPATH=. $(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m broadsheet manage makemigrations --check --dry-run

.PHONY: test check

lock:  ## Lock the dependencies with hashes
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --extra postgresql --custom-compile-command "make lock" pyproject.toml -o requirements/base.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --extra postgresql --group test --group check --custom-compile-command "make lock" pyproject.toml -o requirements/dev.txt
