# Everything that is made lies in this checkout; `make` alone lists the targets.

UV = 0.13.9
SETUP = sh .ci/setup
# deno, rclone and weed are found on PATH, as the installed console script finds them.
RUN = PATH="$(CURDIR)/.venv/bin:$$PATH" .venv/bin/python
# Files of tests side by side, one more than there are processors, since some wait for servers and disks; four at most:
# each starts servers of its own. The model takes one thread in each; more would wait for one another.
PROCESSORS = $$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN)
WORKERS = -n $$(n=$(PROCESSORS); echo $$((n < 4 ? n + 1 : 4))) --dist loadscope --no-loadscope-reorder
BESIDE = OMP_NUM_THREADS="$${OMP_NUM_THREADS:-1}" TMPDIR="$${TMPDIR:-$(ROOMY)}"
# What tests write lies in memory where there is room, unless TMPDIR says otherwise: they sync thousands of files.
ROOMY = $$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8 * 1024 ^ 2 { found = 1 } END { print found ? "/dev/shm" : "/tmp" }')
BENCHMARKS = $(patsubst benchmarks/%.py,%,$(wildcard benchmarks/[a-z]*.py))
BENCHMARK = $(filter $(subst -,_,$(firstword $(NAME))),$(BENCHMARKS))

# Tests start some hundred Pythons, and each would compile the project anew.
unexport PYTHONDONTWRITEBYTECODE

# Each stamp lies in what it vouches for, so that deleting a folder is enough to have it made again.
TOOLS = .tools/uv-$(UV)
TEST = .venv/.thirdcopy-test
DEMO = .venv/.thirdcopy-demo
OCFL = tests/ocfl/.venv/.thirdcopy
SWIFT = tests/swift/.venv/.thirdcopy

.DEFAULT_GOAL = help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help setup demo demo-up test kernels lint tamper bench map clean system stores

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*  ## /  make \1 @/p' Makefile | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

demo: $(DEMO) $(OCFL)  ## a whole archive on this machine, from a made-up channel; see demo/
	@$(RUN) -m tests.world.demo

demo-up: $(DEMO) $(OCFL)  ## the same, and leave its servers running to look around
	@$(RUN) -m tests.world.demo --up

test: lint $(OCFL) $(SWIFT) stores  ## every check: lint, types, walls between rooms, tests
	@$(BESIDE) $(RUN) -m pytest -q $(WORKERS)

kernels: $(TEST) $(OCFL)  ## the tests of the speech model under each int8 kernel of this processor; a table
	@$(RUN) -m tests.kernels $(TESTS)

lint: $(TEST)  ## ruff, mypy --strict and import-linter alone
	@mkdir -p .cache; failed=0; \
	check() { \
	    name=$$1; shift; \
	    if "$$@" >.cache/lint.log 2>&1; then echo "ok: $$name"; else failed=1; cat .cache/lint.log; echo "FAILED: $$name"; fi; \
	}; \
	check "ruff check" .venv/bin/ruff check --extend-exclude .tools; \
	check "ruff format" .venv/bin/ruff format --check --extend-exclude .tools; \
	check "mypy --strict" .venv/bin/mypy; \
	check "import-linter" .venv/bin/lint-imports; \
	exit $$failed

tamper: $(TEST)  ## 1,000 targets that lie, each in one field; CASES=n, SEED=n or ONLY=n for others
	@$(RUN) -m tests.tampering $(if $(ONLY),--only $(ONLY),--cases $(or $(CASES),1000) --seed $(or $(SEED),1))

bench: $(if $(BENCHMARK),$(TEST) $(OCFL) $(SWIFT) stores)  ## NAME=x runs benchmarks/x; its last line is one JSON object
ifeq ($(BENCHMARK),)
	@echo 'make bench NAME=x, where x is one of: $(subst _,-,$(BENCHMARKS))' >&2; exit 2
else
	@$(RUN) -m benchmarks.$(BENCHMARK)
endif

map: $(TEST)  ## docs/pictures/rooms.svg anew, from what the rooms import
	@$(RUN) -m docs.pictures.rooms

setup: $(TEST) $(OCFL) $(SWIFT) stores  ## make the environments of test and demo, and run nothing

clean:  ## remove all that the other targets made, demo/ too
	@rm -rf .venv .tools .cache tests/ocfl/.venv tests/swift/.venv demo dist .*_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

system:
	@$(SETUP) system

# Of tests and benchmarks alone: the demo needs none of them.
stores:
	@$(SETUP) stores

$(TOOLS): | system
	@$(SETUP) uv $(UV)
	@touch $@

$(TEST): pyproject.toml uv.lock $(TOOLS) | system
	@$(SETUP) sync test
	@touch $@

# The test group holds the demo group: an environment that was made for tests stays one.
$(DEMO): pyproject.toml uv.lock $(TOOLS) | system
	@$(SETUP) sync $(if $(wildcard $(TEST)),test,demo)
	@touch $@

$(OCFL): tests/ocfl/pyproject.toml tests/ocfl/uv.lock $(TOOLS) | system
	@$(SETUP) ocfl
	@touch $@

$(SWIFT): tests/swift/pyproject.toml tests/swift/uv.lock $(TOOLS) | system
	@$(SETUP) swift
	@touch $@
