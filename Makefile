# hotstandby.vrrp: everything one does with a checkout. Each target prepares what it needs (see tests/setup.sh).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
export ANSIBLE_HOME := $(CURDIR)/.ansible
export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.ansible/collections
# Compiled once for all runs, and not beside the sources: an agent that starts is twice as fast.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/pycache
unexport PYTHONDONTWRITEBYTECODE
LAB := PYTHONPATH=tests $(BIN)/python3 -m lab
ID ?=
BENCH ?=
PAIRS ?= 10
SEED ?=
FIRST ?= 10000
COUNT ?= 1000000

# Tests that mostly wait for timers: so many at once for each processor.
WORKERS ?= $(shell echo $$((4 * $$(nproc))))
PYTEST := $(BIN)/pytest -p no:cacheprovider
PARALLEL := --dist worksteal --numprocesses

# The parts of `make check` and `make test`, in this order. Those joined by + run side by side, the others alone.
CHECK ?= lint+unit+simulation
PARTS ?= pythons+sanity+lint+unit+simulation network timing labs+molecule
# The two that mostly wait first: side by side they leave the processors to the nodes.
FIRST_SCENARIOS := faults keepalived
SCENARIOS ?= $(FIRST_SCENARIOS) $(filter-out $(FIRST_SCENARIOS),$(patsubst molecule/%/molecule.yml,%,$(wildcard molecule/*/molecule.yml)))
empty :=
space := $(empty) $(empty)

.PHONY: help
help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: setup
setup: ## Packages, .venv, the link under which Ansible finds this checkout
	@tests/setup.sh

##  To see it

.PHONY: demo
demo: setup ## A pair is deployed, moved, killed; says what a client lost; cleans up
	@$(LAB) demo

.PHONY: lab
lab: setup ## A pair of fresh nodes to play with, kept until `make lab-down`
	@$(LAB) up --hints $(if $(ID),--id $(ID))

.PHONY: lab-down
lab-down: setup ## Remove the lab (ID=... when there are several)
	@$(LAB) down $(if $(ID),--id $(ID))

##  To check it

.PHONY: test
test: setup ## All checks, with a summary at the end
	@tests/parts.sh $(PARTS)

.PHONY: check
check: setup ## What tells soonest: lint, unit, simulation
	@tests/parts.sh $(CHECK)

.PHONY: unit
unit: setup ## The library, the modules and the filter, without a network
	@$(PYTEST) $(PARALLEL) $$(nproc) -q tests/unit tests/fuzz

.PHONY: coverage
coverage: setup ## The same, and which branches of the library it takes (.build/coverage/index.html)
	@$(PYTEST) $(PARALLEL) $$(nproc) -q tests/unit tests/fuzz --cov --cov-branch --cov-report=term --cov-report=html

.PHONY: simulation
simulation: setup ## 10,000 seeds of failures in virtual time (SEED=1234 plays and shows one)
	@$(if $(SEED),PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/simulation/seed_runner.py --seed $(SEED),$(PYTEST) tests/simulation)

.PHONY: soak
soak: setup ## A million seeds, about half an hour (COUNT=, FIRST=)
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/simulation/seed_runner.py --first $(FIRST) --count $(COUNT)

.PHONY: testcase
testcase: setup ## Print the record of an agent (RECORD=events-VI_1.jsonl) as a test of the state machine
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 tests/testcase.py $(RECORD)

.PHONY: fuzz
fuzz: setup ## What must never break, FUZZ_S=12 seconds for each property: packets, files, control messages
	@FUZZ_S="$(or $(FUZZ_S),12)" $(PYTEST) tests/fuzz

.PHONY: pythons
pythons: setup ## The same with every other Python of this machine: nodes have any from 3.9 on
	@tests/pythons.sh

.PHONY: network
network: setup ## Agents and real keepalived in network namespaces, many side by side
	@$(PYTEST) $(PARALLEL) $(WORKERS) tests/network -m 'not timing'

.PHONY: timing
timing: setup ## The same where real time is measured: what is lost, how long a takeover takes
	@$(PYTEST) $(PARALLEL) 2 tests/network -m 'timing and not alone'
	@$(PYTEST) tests/network -m alone

.PHONY: matrix
matrix: setup ## Every cell of the interop matrix: each kind of pair, protocol, cast and interface
	@MATRIX=all $(PYTEST) $(PARALLEL) $(WORKERS) tests/network/test_network_matrix.py

.PHONY: moves
moves: setup ## Every planned move RUNS=20 times, against both kinds of peer: how much is lost
	@RUNS="$(or $(RUNS),20)" $(PYTEST) tests/network/test_network_planned.py

.PHONY: sanity
sanity: setup ## ansible-test sanity
	@tests/sanity.sh

.PHONY: lint
lint: setup ## ansible-lint, yamllint, ruff, mypy --strict, the collection's documentation and changelog
	@tests/lint.sh

.PHONY: format
format: setup ## Put the Python sources into the form that lint asks for
	@ruff check --fix-only --quiet . && ruff format --quiet .

.PHONY: keywords
keywords: setup ## Write what follows from the table of keywords: docs/keywords.md and the role's argument_specs.yml
	@$(BIN)/python3 tests/keywords.py
	@$(BIN)/python3 tests/argument_specs.py

.PHONY: labs
labs: setup ## The lab itself: two at once, killed ones, what they leave behind
	@$(PYTEST) tests/labs

.PHONY: molecule
molecule: setup ## The scenarios on real systemd nodes, side by side (SCENARIOS="default tomcat")
	@tests/parts.sh $(subst $(space),+,$(strip $(SCENARIOS:%=molecule-%)))

molecule-%: setup
	@tests/scenario.sh $*

.PHONY: bench
bench: setup ## Side by side with keepalived: figures, ratios, a picture (BENCH="--quick")
	@$(BIN)/python3 -c 'import matplotlib' 2>/dev/null \
		|| $(BIN)/pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt
	@PYTHONPATH=tests:plugins/module_utils $(BIN)/python3 benchmarks/run.py $(BENCH)

.PHONY: bench-deploy
bench-deploy: setup ## What a deployment costs, task by task: a pair, and PAIRS=10 of which nothing changes (BENCH="--json FILE")
	@$(BIN)/python3 benchmarks/deployments.py --pairs $(PAIRS) $(BENCH)

##  To tidy up

.PHONY: clean
clean: ## Remove what make made here, and the lab's images
	@if [ -x .venv/bin/python3 ]; then $(LAB) reap; $(LAB) image --remove; fi
	@rm -rf .venv .venv-* .build .ansible .cache .ruff_cache .pytest_cache .hypothesis
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
