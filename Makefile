# Everything below creates the environment first if it is missing: `make run`, `make test`.

PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count())")
VENV ?= .venv
# The CPU build is enough. Where pip would take the build with CUDA (gigabytes), point it at PyTorch's
# own CPU index with PIP_TORCH_OPTIONS. Its hash differs between the two, so the lock leaves torch out.
TORCH ?= torch==2.13.0
PIP_TORCH_OPTIONS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check participants environment format lint lock clean

run: environment
	$(BIN)/snakemake --cores $(CORES)
	@echo
	@echo "Tables:  results/tables/"
	@ls results/tables/table?_*.tsv results/tables/table?_*.docx | grep -v provenance | sed 's/^/         /'
	@echo "Figures: results/figures/"
	@ls results/figures/figure* | sed 's/^/         /'
	@echo "Report:  results/report.html (open it in a browser)"

check: environment
	$(BIN)/snakemake --cores $(CORES) --keep-going check

participants: environment
	$(BIN)/snakemake --cores $(CORES) participants

test: environment
	$(BIN)/ruff check scripts tests benchmarks
	$(BIN)/ruff format --check scripts tests benchmarks
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/codespell
	$(BIN)/python -m pytest

environment: $(READY)

$(READY): requirements.lock Makefile
	$(PYTHON) -c "import sys; assert sys.version_info >= (3, 11), 'Python 3.11 or newer is needed'"
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(PIP_TORCH_OPTIONS) $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip check
	touch $@

format: environment
	$(BIN)/ruff check --fix scripts tests benchmarks
	$(BIN)/ruff format scripts tests benchmarks
	$(BIN)/snakefmt Snakefile rules

lint: environment
	$(BIN)/snakemake --lint

# Rewrites requirements.lock from requirements.in; needs the registry.
lock: environment
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet pip-tools==7.6.2
	$(VENV)-lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
		--no-emit-options --unsafe-package torch --output-file requirements.lock requirements.in
	rm -rf $(VENV)-lock

clean:
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
