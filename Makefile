# Everything a newcomer types. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# So many tests of clusters run at once. Most wait for simulated time, so that more than one fit on a core.
TESTERS ?= 6
# Some images set this; each of the many processes of a test or demo would then compile all modules anew.
unexport PYTHONDONTWRITEBYTECODE
CHART := charts/entra-sync-operator

.DEFAULT_GOAL := help
.PHONY: help demo test test-clusters test-parts test-plugin test-kills test-sandbox test-ecosystem browser check contract chaos soak worlds bench crds golden clean lock audit version released-crds release-check test-python test-kubernetes test-kubernetes-release test-oldest

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-23s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements-dev.lock pyproject.toml
	@echo "==> Installing the locked dependencies into $(VENV) (once, about half a minute)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; say which with: make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## Show the whole story: control plane, Graph simulator, operator, live jobs
	@$(BIN)/python -m control_plane get
	@$(BIN)/python -m demo

# `make test` leaves these to targets of their own, so that it stays short.
PLUGIN_TESTS := tests/unit/kubectl tests/component/kubectl tests/cluster/kubectl tests/cluster/test_demo.py tests/cluster/test_demo_takeover.py
ECOSYSTEM_TESTS := tests/ecosystem tests/cluster/examples tests/cluster/test_first_job.py tests/component/alerts tests/component/chart tests/component/gitops tests/unit/release
SANDBOX_TESTS := tests/unit/graph_simulator tests/unit/control_plane tests/unit/benchmarks tests/unit/support tests/component/graph_simulator tests/component/contract tests/cluster/test_control_plane.py tests/cluster/controllers/test_controllers.py tests/cluster/test_watched_jobs.py
KILL_TESTS := tests/component/kills tests/cluster/crash tests/cluster/application/test_kills.py tests/cluster/replicas
OTHER_TESTS = tests/architecture $(KILL_TESTS) $(PLUGIN_TESTS) $(ECOSYSTEM_TESTS) $(SANDBOX_TESTS)

test: $(STAMP) ## Run the tests of the operator
	@$(BIN)/python -m control_plane get --all
	@$(MAKE) --no-print-directory --jobs=2 test-clusters test-parts

test-clusters: $(STAMP)
	@CHAOS_REPORT=build/chaos.json $(BIN)/python -m pytest --numprocesses=$(TESTERS) tests/cluster $(OTHER_TESTS:%=--ignore=%)

test-kills: $(STAMP) ## End the process at each point of each of its calls; kill real processes in the middle of a write, and leaders of two replicas
	@$(BIN)/python -m control_plane get
	@CHAOS_REPORT=build/chaos.json $(BIN)/python -m pytest --numprocesses=3 $(KILL_TESTS)

test-plugin: $(STAMP) ## Run the tests of kubectl entrasync and of make demo
	@$(BIN)/python -m control_plane get
	@$(BIN)/python -m pytest --numprocesses=3 $(PLUGIN_TESTS)

test-sandbox: $(STAMP) ## Run the tests of what the other tests stand on: the Graph simulator, the control plane, the contract test, the benchmarks
	@$(BIN)/python -m control_plane get
	@$(BIN)/python -m pytest --numprocesses=2 $(SANDBOX_TESTS)

test-ecosystem: $(STAMP) ## Run the tests of the chart, the examples, GitOps, the image and the release, and those with a real Prometheus and a real Chromium
	@$(BIN)/python -m control_plane get --all
	@$(BIN)/python -m pytest --numprocesses=3 $(ECOSYSTEM_TESTS)

BROWSERS := chromium chromium-browser google-chrome google-chrome-stable chrome

browser: ## Install Chromium for make test-ecosystem, if there is none (Debian and Ubuntu, as root)
	@for name in "$$CHROMIUM" $(BROWSERS); do if test -n "$$name" && command -v "$$name" > /dev/null; then exit 0; fi; done; \
		command -v apt-get > /dev/null || { echo "There is no Chromium on the PATH, and no apt-get here. Install Chromium or Chrome, or name it in the variable CHROMIUM."; exit 1; }; \
		test "$$(id -u)" = 0 || { echo "There is no Chromium on the PATH, and only root may install it. Run: sudo make browser"; exit 1; }; \
		echo "==> Installing Debian's package chromium"; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends chromium > /dev/null

# All that needs no cluster: two processes beside the others, for the time that they leave.
test-parts: $(STAMP)
	@mkdir -p build
	@trap 'cat build/test-parts.log' EXIT; CHAOS_REPORT=build/chaos.json nice -n 5 $(BIN)/python -m pytest --numprocesses=2 -o cache_dir=build/test-parts tests --ignore=tests/cluster $(OTHER_TESTS:%=--ignore=%) > build/test-parts.log 2>&1

# What runs in other versions; PARTS may name less.
PARTS ?= tests/unit
KUBERNETES_TESTS := tests/cluster/test_control_plane.py tests/cluster/test_constraints.py tests/cluster/test_field_types.py tests/cluster/test_first_job.py

test-python: ## Run the unit tests in another Python: make test-python PYTHON=python3.14
	@folder=build/python-$$($(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])') \
		&& $(MAKE) --no-print-directory VENV=$$folder $$folder/.installed \
		&& $$folder/bin/python -m pytest -q -p no:cacheprovider $(PARTS)

test-kubernetes: $(STAMP) ## Run the tests of the CRDs on another API server: make test-kubernetes PROGRAMS=folder
	@test -x "$(PROGRAMS)/kube-apiserver" || { echo "PROGRAMS must be a folder that holds kube-apiserver, such as that of an envtest archive."; exit 1; }
	@$(BIN)/python -m control_plane get > /dev/null
	@KUBEBUILDER_ASSETS="$(PROGRAMS)" $(BIN)/python -m pytest -q -p no:cacheprovider $(KUBERNETES_TESTS)

test-kubernetes-release: $(STAMP) ## Build the API server of a release with Go, and run test-kubernetes on it: make test-kubernetes-release RELEASE=1.32.13
	@test -n "$(RELEASE)" || { echo "Say which: make test-kubernetes-release RELEASE=1.32.13"; exit 1; }
	@$(BIN)/python -m control_plane build "$(RELEASE)" --into "build/kubernetes-$(RELEASE)" > /dev/null
	@$(MAKE) --no-print-directory test-kubernetes PROGRAMS="build/kubernetes-$(RELEASE)"

OLDEST := 1.29.15
OLDEST_MODULE := sandbox/control_plane/programs/kubernetes-oldest
# Without these the API server reports version v0.0.0.
OLDEST_STAMPS = $(foreach part,gitVersion=v$(OLDEST) gitMajor=1 gitMinor=29,-X k8s.io/component-base/version.$(part))

test-oldest: $(STAMP) ## Build the oldest supported API server with Go, and run test-kubernetes on it
	@command -v go > /dev/null || { echo "go is not on the PATH. Install Go, or give test-kubernetes an envtest archive."; exit 1; }
	@mkdir -p build/kubernetes-$(OLDEST)
	@cd $(OLDEST_MODULE) && CGO_ENABLED=0 GOWORK=off go build -mod=readonly -trimpath -ldflags "-s -w $(OLDEST_STAMPS)" -o $(CURDIR)/build/kubernetes-$(OLDEST)/ k8s.io/kubernetes/cmd/kube-apiserver
	@$(MAKE) --no-print-directory test-kubernetes PROGRAMS=build/kubernetes-$(OLDEST)

check: $(STAMP) ## Run ruff, mypy, import-linter, hadolint, zizmor and the tests of the architecture; see that generated files are current
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/hadolint Dockerfile
	@$(BIN)/entra-sync-operator crds --check crds
	@diff -r -x '.*' -x '*~' crds $(CHART)/files/crds || { echo "The chart's copy of the CRDs is not current; run: make crds"; exit 1; }
	@$(BIN)/python -m tests.support.chart_readme --check
	@$(BIN)/entra-sync-operator reference --check docs
	@$(BIN)/zizmor --offline --quiet --pedantic --strict-collection .github
	@$(BIN)/python -m pytest -q -p no:cacheprovider tests/architecture

contract: $(STAMP) ## Ask a real tenant whether Graph does what the simulator assumes; says which variables it needs
	@$(BIN)/python -m tests.contract

chaos: $(STAMP) ## Try to double or lose something in every way that there is; count it in build/chaos.json
	@$(BIN)/python -m control_plane get
	@rm -f build/chaos.json
	@CHAOS_REPORT=build/chaos.json TAKEOVERS=50 JOBS_PER_TAKEOVER=6 SOAK_JOBS=30 SOAK_DAYS=0.2 OUTAGE_SECONDS=60 STORM_RESOURCES=5000 QUOTA_RESOURCES=1000 REPLICA_STORM_RESOURCES=300 $(BIN)/python -m pytest -q --numprocesses=$(TESTERS) -m chaos tests
	@$(BIN)/python -m tests.support.tried_table build/chaos.json

soak: $(STAMP) ## Let 500 jobs live three simulated days in a quarter of an hour, in all kinds of trouble
	@$(BIN)/python -m control_plane get
	@SOAK_SEED=$${SOAK_SEED:-random} SOAK_JOBS=$${SOAK_JOBS:-500} SOAK_DAYS=$${SOAK_DAYS:-3} SOAK_RATE=$${SOAK_RATE:-360} \
		$(BIN)/python -m pytest -q --capture=no tests/cluster/soak

worlds: $(STAMP) ## Make 2,000 random worlds, each with other events than the time before
	@RANDOM_WORLDS=2000 $(BIN)/python -m pytest -q tests/unit/reconcile/test_random_worlds.py

bench: $(STAMP) ## Measure every published figure into build/bench.json
	@$(BIN)/python -m control_plane get
	@$(BIN)/python -m benchmarks

crds: $(STAMP) ## Write crds/, the chart's copies, its README and the reference in docs/ anew
	@$(BIN)/entra-sync-operator crds --output crds
	@$(BIN)/entra-sync-operator crds --output $(CHART)/files/crds
	@cp $(CHART)/values.yaml $(CHART)/files/defaults.yaml
	@$(BIN)/python -m tests.support.chart_readme
	@$(BIN)/entra-sync-operator reference --output docs

golden: $(STAMP) ## Write config/ anew, and what the chart is expected to render, and what is made from the scripts for Argo CD; then read the diff
	@$(BIN)/python -m tests.support.golden_chart
	@$(BIN)/python -m tests.support.gitops.argo_cd

release-check: $(STAMP) ## Make what is released in build/release, and check it (TAG=v1.2.3, IMAGE=required, IMAGE_REPOSITORY, REPOSITORY)
	@$(BIN)/python -m release check $(if $(TAG),--tag "$(TAG)") $(if $(IMAGE),--image "$(IMAGE)") $(if $(IMAGE_REPOSITORY),--image-repository "$(IMAGE_REPOSITORY)") $(if $(REPOSITORY),--repository "$(REPOSITORY)")

version: $(STAMP) ## Write VERSION=1.2.3 to pyproject.toml and to each place that repeats it
	@test -n "$(VERSION)" || { echo "Say which version: make version VERSION=1.2.3"; exit 1; }
	@$(BIN)/python -m release version "$(VERSION)"
	@$(MAKE) --no-print-directory golden

released-crds: $(STAMP) ## Record today's CRDs as those of the released version
	@$(BIN)/python -m release record-crds

# A version is taken once it is so old, because most of those that were planted are found within days. For a fix that cannot wait: make lock COOLDOWN="0 days".
COOLDOWN ?= 7 days
RESOLVE = uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --upgrade --exclude-newer "$(COOLDOWN)"

lock: $(STAMP) ## Resolve the dependencies anew into the lock files, each version a week old (needs uv 0.9.17 or newer on the PATH)
	@$(RESOLVE) pyproject.toml -o requirements.lock
	@$(RESOLVE) --group dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@$(RESOLVE) --group build -c requirements-dev.lock -o requirements-build.lock
	@$(RESOLVE) --group simulator -c requirements-dev.lock -o requirements-simulator.lock

audit: ## Ask whether a locked dependency has a known vulnerability (needs pip-audit on the PATH, and the network)
	@command -v pip-audit > /dev/null || { echo "pip-audit is not on the PATH. Install it outside of .venv, for example with: pipx install pip-audit"; exit 1; }
	@pip-audit --strict --disable-pip --require-hashes -r requirements.lock -r requirements-build.lock -r requirements-simulator.lock || { echo "The audit has not passed. It fails also when a dependency cannot be looked up: run it where the advisories of PyPI can be reached."; exit 1; }

clean: ## Remove .venv, build/ and all caches of this folder
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
