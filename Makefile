# Developer commands. Each target installs what it needs; only `seed` and a deployment need AWS.

PYTHON ?= python3
VENV := .venv/bin
INSTALL := pip install --quiet --disable-pip-version-check --no-deps --require-hashes

# Standard output is for answers.
MAKEFLAGS += --no-print-directory

# Recipes read these from the environment, where no shell can misread them.
export CALLERS CALLS CASES DRY_RUN EVENT FORMAT HUB INSTANCE MODEL PORT QUERY REGION RUNS SECONDS SEED TABLE TOKEN VERSION
export PYTHONPATH := src

.PHONY: help recommend start invoke check test fuzz audit accuracy load bench bench-first bench-cold bench-warm bench-calculation
.PHONY: scaling vllm-facts format seed setup lock clean

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1 \2/p' Makefile | while read -r name what; do printf '%-18s %s\n' "$$name" "$$what"; done

recommend: .venv/ready ## Print one recommendation: MODEL= INSTANCE= [TOKEN=] [QUERY=] [FORMAT=text] [HUB=live|snapshot]
	@$(VENV)/python -m local.recommend

# Without Node the API is served all the same, and `/` says what the page needs.
start: .venv/ready $(if $(shell command -v npm 2>/dev/null),frontend/dist/index.html) ## Serve the page and the API at http://127.0.0.1:3000 until Ctrl-C: [PORT=] [HUB=live|snapshot]
	@exec $(VENV)/python -m local.server.start

invoke: .venv/ready .venv-sam/ready .venv-runtime/ready ## Build, then run the artifact on an event: EVENT=
	@$(VENV)/python -m local.runtime.invoke "$$EVENT"

check: .venv/ready frontend/node_modules/.ready ## Format, lint, types, the page's checks and the unit tests
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	npm run check --prefix frontend
	$(VENV)/pytest tests/unit --numprocesses auto --quiet

test: .venv/ready .venv-sam/ready .node/ready frontend/node_modules/.ready ## Lint, types and all tests
	@$(MAKE) .venv-runtime/ready || echo "Without it the tests of the built artifact are skipped."
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy
	npm run check --prefix frontend
	$(VENV)/pytest --numprocesses auto --dist loadfile --cov

audit: .venv/ready .venv-audit/ready ## Look for known vulnerabilities and insecure settings
	@$(VENV)/python -m tools.audit

vllm-facts: .venv/ready ## Read a release of vLLM from PyPI into the calculator's facts: VERSION=, or all of them without
	@$(VENV)/python -m tools.vllm_facts

fuzz: .venv/ready ## Try 100,000 strange documents and requests: [CASES=] [SEED=]
	@CASES=$${CASES:-100000} SEED=$${SEED:-$$(date +%s)} $(VENV)/pytest tests/fuzz -p no:schemathesis --numprocesses auto --dist load

load: .venv/ready .venv-sam/ready .venv-runtime/ready ## Ask the front and the artifact as fast as they answer: [SECONDS=] [CALLERS=]
	@$(VENV)/python -m benchmarks.load 2>load.log || { tail -n 20 load.log >&2; exit 1; }

accuracy: .venv/ready ## Compare predictions with what real vLLM servers logged
	@$(VENV)/python -m benchmarks.accuracy --svg docs/accuracy.svg

BENCH_PARTS := .venv/ready .venv-sam/ready .venv-runtime/ready

bench: $(BENCH_PARTS) ## Measure everything and rewrite docs/benchmarks.md and docs/scaling.md
	@$(VENV)/python -m benchmarks.speed.cold --publish
	@$(VENV)/python -m benchmarks.speed.warm --publish
	@$(VENV)/python -m benchmarks.speed.calculation --publish
	@$(VENV)/python -m benchmarks.scaling

bench-first: .venv/ready ## Measure the first answer, with a hub and a table of 100 ms latency
	@POWERTOOLS_LOG_LEVEL=ERROR $(VENV)/python -m benchmarks.speed.first_answer

bench-cold: $(BENCH_PARTS) ## Measure cold starts beside a floor and a plain build: [RUNS=20]
	@$(VENV)/python -m benchmarks.speed.cold

bench-warm: $(BENCH_PARTS) ## Measure warm answers beside an empty function: [CALLS=1000]
	@$(VENV)/python -m benchmarks.speed.warm

bench-calculation: .venv/ready ## Measure the calculation by itself and in large tables
	@$(VENV)/python -m benchmarks.speed.calculation

scaling: .venv/ready ## Reckon cost and scale from the measured latencies, and rewrite docs/scaling.md
	@$(VENV)/python -m benchmarks.scaling

format: .venv/ready frontend/node_modules/.ready ## Put the code into shape
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .
	npm run format --prefix frontend

seed: .venv/ready ## Import EC2's instance types into a table on AWS: TABLE= [REGION=] [DRY_RUN=1]
	@$(VENV)/python -m importer.seed --table "$$TABLE" $${REGION:+--region "$$REGION"} $${DRY_RUN:+--dry-run}

setup: .venv/ready .venv-sam/ready .venv-runtime/ready .venv-audit/ready .node/ready frontend/node_modules/.ready ## Install everything

clean: ## Remove everything that is installed or built
	rm -rf .venv .venv-sam .venv-runtime .venv-audit .venv-lock .node .aws-sam
	rm -rf frontend/node_modules frontend/dist frontend/lib frontend/coverage

# Each environment is done when its `ready` is there. Installers speak on standard error: standard output is
# for answers.

.venv/ready: requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: PYTHON=")'
	@echo "Installing the development packages" >&2
	@$(PYTHON) -m venv --clear .venv >&2
	@$(VENV)/python -m $(INSTALL) -r $< >&2
	@touch $@

.venv-sam/ready: requirements/sam.txt
	@echo "Installing the SAM command line" >&2
	@$(PYTHON) -m venv --clear .venv-sam >&2
	@.venv-sam/bin/python -m $(INSTALL) -r $< >&2
	@touch $@

.venv-audit/ready: requirements/audit.txt
	@echo "Installing the auditors" >&2
	@$(PYTHON) -m venv --clear .venv-audit >&2
	@.venv-audit/bin/python -m $(INSTALL) -r $< >&2
	@touch $@

# The packages of the Lambda runtime, on a Python of the function's own version.
.venv-runtime/ready: requirements/runtime.txt | .venv/ready
	@python=$$($(VENV)/python -m local.runtime.python313) && echo "Installing the Lambda runtime" >&2 \
		&& $$python -m venv --clear .venv-runtime >&2
	@.venv-runtime/bin/python -m $(INSTALL) -r $< >&2
	@touch $@

.node/ready: tests/node/package-lock.json
	@echo "Installing the DynamoDB emulator" >&2
	@mkdir -p .node && cp tests/node/package.json tests/node/package-lock.json .node/
	@npm ci --prefix .node --silent --no-audit --no-fund >&2
	@touch $@

frontend/node_modules/.ready: frontend/package-lock.json
	@echo "Installing what builds the page" >&2
	@npm ci --prefix frontend --loglevel error >&2
	@touch $@

# Folders are among the sources, so that a file that is gone counts too.
frontend/dist/index.html: frontend/node_modules/.ready $(shell find frontend/src frontend/public) \
		frontend/index.html frontend/package.json frontend/vite.config.ts
	@echo "Building the page" >&2
	@npm run build --prefix frontend --silent >&2

# The resolver is not part of what anybody else needs, so it is not locked itself.
LOCK := .venv-lock/bin/uv pip compile --quiet --no-config --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"
lock: ## Resolve requirements/*.in anew
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	$(LOCK) --upgrade --python-version 3.11 requirements/function.in --output-file src/requirements.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/dev.in --output-file requirements/dev.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/sam.in --output-file requirements/sam.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/audit.in --output-file requirements/audit.txt
	$(LOCK) --upgrade --python-version 3.13 requirements/runtime.in --output-file requirements/runtime.txt
