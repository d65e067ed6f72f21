# Developer commands. Each target installs what it needs; only `seed` needs AWS.

PYTHON ?= python3
VENV := .venv/bin
INSTALL := pip install --quiet --disable-pip-version-check --no-deps --require-hashes

# Standard output is for results.
MAKEFLAGS += --no-print-directory

# Recipes read these from the environment, so that no shell interprets them.
export CALLERS CALLS CASES DRY_RUN EVENT FORMAT HUB INSTANCE INSTANCES MODEL PORT QUERY REGION RUNS SECONDS SEED STRICT TABLE VERSION
export PYTHONPATH := src

.PHONY: help recommend compare start invoke check test format audit fuzz load accuracy vllm-facts seed setup lock clean
.PHONY: bench bench-first bench-cold bench-warm bench-calculation bench-comparison scaling

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1 \2/p' Makefile | while read -r name what; do printf '%-18s %s\n' "$$name" "$$what"; done

recommend: .venv/ready ## Print one recommendation: MODEL= INSTANCE= [QUERY=] [FORMAT=text] [HUB=live|snapshot], and HF_TOKEN in the environment
	@$(VENV)/python -m local.recommend

compare: .venv/ready ## Compare all GPU instances for a model: MODEL= [QUERY=] [FORMAT=text|csv|json] [INSTANCES=a,b] [HUB=live|snapshot]
	@$(VENV)/python -m local.compare

# Without Node the API is still served, and `/` says what the page needs.
start: .venv/ready $(if $(shell command -v npm 2>/dev/null),frontend/dist/index.html) ## Serve the page and the API at http://127.0.0.1:3000 until Ctrl-C: [PORT=] [HUB=live|snapshot]
	@exec $(VENV)/python -m local.start

invoke: .venv/ready .venv-sam/ready .venv-runtime/ready ## Build the function and invoke it with an event: EVENT=
	@$(VENV)/python -m local.invoke "$$EVENT"

check: .venv/dev-ready frontend/node_modules/.ready ## Format, lint, types, the page's checks and the unit tests
	@$(MAKE) --jobs 2 --output-sync=target lint check-page check-units

test: .venv/dev-ready .venv-sam/ready .node/ready frontend/node_modules/.ready ## Everything in `check`, and all other tests
	@$(MAKE) .venv-runtime/ready || echo "Without it the tests of the built function are skipped."
	@$(MAKE) --jobs 2 --output-sync=target lint check-page
	$(VENV)/pytest --numprocesses auto --dist loadfile --no-loadscope-reorder --cov

.PHONY: lint check-page check-units
lint:
	$(VENV)/ruff format --check .
	$(VENV)/ruff check .
	$(VENV)/mypy

check-page:
	npm run check --prefix frontend

check-units:
	$(VENV)/pytest tests/unit --numprocesses auto --quiet

format: .venv/dev-ready frontend/node_modules/.ready ## Format the code and apply automatic fixes
	$(VENV)/ruff format .
	$(VENV)/ruff check --fix .
	npm run format --prefix frontend

audit: .venv/ready .venv-audit/ready ## Look for known vulnerabilities and insecure settings: [STRICT=1]
	@$(VENV)/python -m tools.audit

fuzz: .venv/dev-ready ## Test 100,000 malformed documents and requests: [CASES=] [SEED=]
	@CASES=$${CASES:-100000} SEED=$${SEED:-$$(date +%s)} $(VENV)/pytest tests/fuzz -p no:schemathesis --numprocesses auto --dist load

load: .venv/ready .venv-sam/ready .venv-runtime/ready ## Measure the local server and the built function under load: [SECONDS=] [CALLERS=]
	@$(VENV)/python -m benchmarks.load 2>load.log || { tail -n 20 load.log >&2; exit 1; }

accuracy: .venv/ready ## Compare predictions with the logs of real vLLM servers
	@$(VENV)/python -m benchmarks.accuracy --svg docs/accuracy.svg --predictions benchmarks/accuracy/predictions.tsv \
		--evidence docs/memory-model.md

BENCH_ENVIRONMENTS := .venv/ready .venv-sam/ready .venv-runtime/ready

bench: $(BENCH_ENVIRONMENTS) ## Measure speed and rewrite docs/benchmarks.md and docs/scaling.md
	@$(VENV)/python -m benchmarks.speed.cold --publish
	@$(VENV)/python -m benchmarks.speed.warm --publish
	@$(VENV)/python -m benchmarks.speed.calculation --publish
	@$(VENV)/python -m benchmarks.speed.comparison --publish
	@$(VENV)/python -m benchmarks.scaling

bench-first: .venv/ready ## Measure the first response, with 100 ms latency of the Hub and the table
	@POWERTOOLS_LOG_LEVEL=ERROR $(VENV)/python -m benchmarks.speed.first_answer

bench-cold: $(BENCH_ENVIRONMENTS) ## Measure cold starts, and those of a minimal function and a plain build: [RUNS=20]
	@$(VENV)/python -m benchmarks.speed.cold

bench-warm: $(BENCH_ENVIRONMENTS) ## Measure warm responses, and those of an empty function: [CALLS=1000]
	@$(VENV)/python -m benchmarks.speed.warm

bench-calculation: .venv/ready ## Measure the calculation alone, and with large tables
	@$(VENV)/python -m benchmarks.speed.calculation

bench-comparison: .venv/ready ## Measure comparisons of all instances, and with large tables
	@$(VENV)/python -m benchmarks.speed.comparison

scaling: .venv/ready ## Calculate cost and scale from the measured latencies and rewrite docs/scaling.md
	@$(VENV)/python -m benchmarks.scaling

vllm-facts: .venv/dev-ready ## Read a vLLM release from PyPI into the calculator's facts: VERSION= (every release without it)
	@$(VENV)/python -m tools.vllm_facts

seed: .venv/ready ## Import EC2's instance types into a table on AWS: TABLE= [REGION=] [DRY_RUN=1]
	@$(VENV)/python -m importer.seed --table "$$TABLE" $${REGION:+--region "$$REGION"} $${DRY_RUN:+--dry-run}

setup: .venv/dev-ready .venv-sam/ready .venv-runtime/ready .venv-audit/ready .node/ready frontend/node_modules/.ready ## Install everything

clean: ## Remove everything that was installed or built
	rm -rf .venv .venv-sam .venv-runtime .venv-audit .venv-lock .node .aws-sam
	rm -rf frontend/node_modules frontend/dist frontend/lib frontend/coverage

# An environment is complete when its `ready` exists. Installers write to standard error, because standard output
# is for results. `.venv` holds what runs the service; `dev-ready` adds what the tests and checks need.

.venv/ready: requirements/run.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: PYTHON=")'
	@echo "Installing the packages that run the service" >&2
	@$(PYTHON) -m venv --clear .venv >&2
	@$(VENV)/python -m $(INSTALL) -r $< >&2
	@touch $@

.venv/dev-ready: requirements/dev.txt .venv/ready
	@echo "Installing the packages that tests and checks need" >&2
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

# The packages of the Lambda runtime, on a Python of the function's version.
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
	@echo "Installing the packages that build the page" >&2
	@npm ci --prefix frontend --loglevel error >&2
	@touch $@

# Folders are among the sources, so that a deleted file counts too.
frontend/dist/index.html: frontend/node_modules/.ready $(shell find frontend/src frontend/public) \
		frontend/index.html frontend/package.json frontend/vite.config.ts
	@echo "Building the page" >&2
	@npm run build --prefix frontend --silent >&2

# The resolver is used here only, so it is not locked.
LOCK := .venv-lock/bin/uv pip compile --quiet --no-config --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --custom-compile-command "make lock"
lock: ## Resolve requirements/*.in and update the locks
	@$(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv
	$(LOCK) --upgrade --python-version 3.11 requirements/function.in --output-file src/requirements.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/run.in --output-file requirements/run.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/dev.in --output-file requirements/dev.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/sam.in --output-file requirements/sam.txt
	$(LOCK) --upgrade --python-version 3.11 requirements/audit.in --output-file requirements/audit.txt
	$(LOCK) --upgrade --python-version 3.13 requirements/runtime.in --output-file requirements/runtime.txt
