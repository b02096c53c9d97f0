# hotstandby.vrrp: the commands for a checkout. Each target prepares what it needs (see tests/setup.sh).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export ANSIBLE_HOME := $(CURDIR)/.ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.ansible/collections
# Compiled code is kept for all runs, outside of the sources: an agent then starts twice as fast.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/pycache
unexport PYTHONDONTWRITEBYTECODE
LAB := PYTHONPATH=tests $(BIN)/python3 -m lab
ID ?=
BENCH ?=
PAIRS ?= 10
SEED ?=
TARGETS ?=
FIRST ?= 10000
COUNT ?= 1000000

# Tests that mostly wait for timers: this many run at once for each processor.
WORKERS ?= $(shell echo $$((5 * $$(nproc))))
# The unit tests: each process collects all of them, so beside other parts one process takes less of the processors.
PROCESSES ?= $(shell nproc)
PYTEST := $(BIN)/pytest -p no:cacheprovider
PARALLEL := --dist worksteal --numprocesses

# The parts of `make check` and `make test`, in this order. Those joined by + run side by side, the others alone.
# What waits for timers and nodes runs beside what only computes (tests/parts.sh lets this wait for the others).
CHECK ?= lint+unit+simulation
PARTS ?= network+integration+labs+pythons+unit+plays+sanity+lint+simulation timing molecule
# What ansible-test sanity leaves out in `make test`: `make lint` checks it there, in all of the tree. Not yamllint: only that of
# ansible-test finds a key that DOCUMENTATION has twice.
LINTED := $(addprefix --skip-test ,changelog pep8 shellcheck)
SANITY ?=
# The scenarios, the longest first: three run side by side on two processors, and all end at about the same time.
FIRST_SCENARIOS := keepalived update migrate faults change fleet default
SCENARIOS ?= $(FIRST_SCENARIOS) $(filter-out $(FIRST_SCENARIOS),$(patsubst molecule/%/molecule.yml,%,$(wildcard molecule/*/molecule.yml)))
empty :=
space := $(empty) $(empty)

.PHONY: help
help: ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## Install packages, .venv and the link under which Ansible finds this checkout
	@tests/setup.sh

##  To see it

.PHONY: demo
demo: setup ## Deploy a pair, move its address, kill a node, print what a client lost, clean up
	@$(LAB) demo

.PHONY: lab
lab: setup ## Make two fresh nodes to try things on, kept until `make lab-down`
	@$(LAB) up --hints $(if $(ID),--id $(ID))

.PHONY: lab-down
lab-down: setup ## Remove these nodes (ID=... when there are several labs)
	@$(LAB) down $(if $(ID),--id $(ID))

##  To check it

.PHONY: test
test: setup ## Run all tests, with a summary at the end
	@PROCESSES=0 SANITY="$(LINTED)" tests/parts.sh $(PARTS)

.PHONY: check
check: setup ## Run the fast tests: lint, unit, simulation
	@tests/parts.sh $(CHECK)

.PHONY: unit
unit: setup ## Test the library, the modules and the filters, without a network
	@$(PYTEST) $(PARALLEL) $(PROCESSES) -q --ignore=tests/unit/playbooks tests/unit tests/fuzz

.PHONY: plays
plays: setup ## Play the playbooks and the role on nodes that exist only in the inventory
	@$(PYTEST) $(PARALLEL) $$(nproc) -q tests/unit/playbooks

.PHONY: coverage
coverage: setup ## Both, and measure which branches of the library run (.build/coverage/index.html)
	@$(PYTEST) $(PARALLEL) $$(nproc) -q tests/unit tests/fuzz --cov --cov-branch --cov-context=test --cov-report=html
	@PYTHONPATH=tests/unit $(BIN)/python3 tests/coverage_by_module.py

.PHONY: simulation
simulation: setup ## Play 10,000 random failures in virtual time (SEED=1234 plays and shows one)
	@$(if $(SEED),PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/simulation/seed_runner.py --seed $(SEED),$(PYTEST) tests/simulation)

.PHONY: soak
soak: setup ## Play a million of them, about half an hour (COUNT=, FIRST=)
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/simulation/seed_runner.py --first $(FIRST) --count $(COUNT)

.PHONY: testcase
testcase: setup ## Print the record of an agent (RECORD=events-VI_1.jsonl) as a test of the state machine
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/testcase.py $(RECORD)

.PHONY: fuzz
fuzz: setup ## Try random packets, files and control messages, FUZZ_S=12 seconds for each property
	@FUZZ_S="$(or $(FUZZ_S),12)" $(PYTEST) tests/fuzz

.PHONY: pythons
pythons: setup ## Run the unit tests with every other Python of this machine (nodes have 3.9 or later)
	@tests/pythons.sh

.PHONY: network
network: setup ## Test agents and real keepalived in network namespaces, many at the same time
	@$(PYTEST) $(PARALLEL) $(WORKERS) tests/network -m 'not timing'

.PHONY: timing
timing: setup ## The network tests that measure real time: what is lost, how long a takeover takes
	@$(PYTEST) $(PARALLEL) $$((5 * $$(nproc) / 2)) tests/network -m 'timing and not milliseconds and not alone'
	@$(PYTEST) $(PARALLEL) $$(nproc) tests/network -m milliseconds
	@$(PYTEST) tests/network -m alone

.PHONY: matrix
matrix: setup ## Test each combination of daemons, protocol, unicast or multicast, and interface
	@MATRIX=all $(PYTEST) $(PARALLEL) $(WORKERS) tests/network/test_network_matrix.py

.PHONY: moves
moves: setup ## Do every planned move RUNS=20 times with both kinds of peer, and measure what is lost
	@RUNS="$(or $(RUNS),20)" $(PYTEST) tests/network/test_network_planned.py

.PHONY: sanity
sanity: setup ## Run ansible-test sanity
	@tests/sanity.sh $(SANITY)

.PHONY: lint
lint: setup ## Run ansible-lint, yamllint, ruff, mypy --strict; check documentation and changelog
	@tests/lint.sh

.PHONY: format
format: setup ## Format the Python sources
	@ruff check --fix-only --quiet . && ruff format --quiet .

.PHONY: keywords
keywords: setup ## Write what follows from the table of keywords: two pages in docs and the role's argument_specs.yml
	@$(BIN)/python3 tests/keywords.py
	@$(BIN)/python3 tests/keepalived_versions.py
	@$(BIN)/python3 tests/argument_specs.py

.PHONY: manual
manual: setup ## Write what follows from the argument parser: the manual page and the bash completion of the command
	@$(BIN)/python3 tests/manual.py

.PHONY: integration
integration: setup ## ansible-test integration: each module on a systemd node of the lab (TARGETS="vrrp_state")
	@tests/integration.sh $(TARGETS)

.PHONY: picture
picture: setup ## Draw the imports of the library in docs/architecture.md
	@PYTHONPATH=tests $(BIN)/python3 tests/picture.py

.PHONY: labs
labs: setup ## Test the lab itself: two at once, killed ones, what they leave behind
	@$(PYTEST) tests/labs

.PHONY: molecule
molecule: setup ## Run the scenarios on real systemd nodes (SCENARIOS="default tomcat")
	@AT_ONCE=$$((3 * $$(nproc) / 2)) tests/parts.sh $(subst $(space),+,$(strip $(SCENARIOS:%=molecule-%)))

molecule-%: setup
	@tests/scenario.sh $*

.PHONY: bench
bench: setup ## Measure the agent beside keepalived: figures, ratios, a picture (BENCH="--quick")
	@$(BIN)/python3 -c 'import matplotlib' 2>/dev/null \
		|| $(BIN)/pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 benchmarks/run.py $(BENCH)

.PHONY: bench-deploy
bench-deploy: setup ## What a deployment costs, task by task: a pair, and PAIRS=10 of which nothing changes (BENCH="--json FILE")
	@$(BIN)/python3 benchmarks/deployments.py --pairs $(PAIRS) $(BENCH)

.PHONY: bench-fleet
bench-fleet: PAIRS = 50
bench-fleet: setup ## What a play over 1, 10, 25 and PAIRS=50 pairs costs the controller, without nodes (BENCH="--plays status")
	@$(BIN)/python3 benchmarks/fleet.py --pairs 1 10 25 $(PAIRS) $(BENCH)

##  To tidy up

.PHONY: clean
clean: ## Remove all that make made here, and the lab's images
	@if [ -x .venv/bin/python3 ]; then $(LAB) reap; $(LAB) image --remove; fi
	@rm -rf .venv .venv-* .build .ansible .cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
