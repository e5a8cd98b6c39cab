# Everything below creates the environment first if it is missing: `make run`, `make test`.

PYTHON ?= python3
CORES ?= $(shell $(PYTHON) -c "import os; print(os.cpu_count())")
VENV ?= .venv
# EXTRAS=torch adds PyTorch, for the learner NN_TORCH alone. Its hash depends on the build, so the lock leaves
# it out. Where pip would take the build with CUDA (gigabytes), point it at PyTorch's own CPU index
# with PIP_TORCH_OPTIONS.
EXTRAS ?=
TORCH ?= torch==2.13.0
PIP_TORCH_OPTIONS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_FOR_TESTS := $(VENV)/.ready-for-tests
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# uv does in seconds what takes pip minutes; where it cannot (a certificate, a proxy), pip does the same. With
# pip alone: make environment UV=false
UV ?= $(BIN)/uv
# certificates of the machine, if it has any, as those of an institution's proxy
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem),1,0)
# Snakemake and uv need a folder for their caches, also where there is no home folder, as in some containers
ifneq ($(shell test -w "$$HOME" && echo yes),yes)
export XDG_CACHE_HOME ?= $(CURDIR)/.snakemake/cache
endif
define install
$(UV) pip install --quiet --python $(BIN)/python --no-deps --require-hashes --compile-bytecode -r $(1) || \
	$(PIP) install --no-deps --require-hashes -r $(1)
endef

.PHONY: run test test-slow check participants study environment test-environment format lint docs lock clean

run: environment
	$(BIN)/snakemake --cores $(CORES)

check: environment
	$(BIN)/snakemake check --cores $(CORES) --keep-going

participants: environment
	$(BIN)/snakemake participants --cores $(CORES)

# Files to start a study with: make study DIR=folder [SOURCE=dicom|bids|derivatives|maps]; nothing is overwritten.
SOURCE ?= dicom
study:
	@$(PYTHON) presets/study/new_study.py "$(DIR)" --source "$(SOURCE)" --snakemake "$(abspath $(BIN))/snakemake"

test: test-environment
	$(BIN)/ruff check scripts tests benchmarks envs presets docs
	$(BIN)/ruff format --check scripts tests benchmarks envs presets docs
	$(BIN)/snakefmt --check Snakefile rules
	$(BIN)/codespell
	$(BIN)/python -m pytest -m "not slow and not workflow" -n 2
	$(BIN)/python -m pytest -m "workflow and not slow" -n 2 --dist loadfile

# Whole runs under faults, on Slurm, of other sources; CI runs both.
test-slow: test-environment
	$(BIN)/python -m pytest -m slow -n 2 --dist loadfile --durations 30

environment: $(READY)

$(READY): requirements.lock requirements-uv.lock envs/check_python.py envs/check_environment.py Makefile
	@$(PYTHON) envs/check_python.py
	rm -rf $(VENV)
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --no-deps --require-hashes -r requirements-uv.lock
	$(call install,requirements.lock)
ifneq ($(filter torch,$(EXTRAS)),)
	$(PIP) install $(PIP_TORCH_OPTIONS) $(TORCH)
endif
	$(BIN)/python -m pip check
	$(BIN)/python envs/check_environment.py
	touch $@

# What tests and style checks need beside a run, in the same environment.
test-environment: $(READY_FOR_TESTS)

$(READY_FOR_TESTS): requirements-test.lock $(READY)
	$(call install,requirements-test.lock)
	$(BIN)/python -m pip check
	touch $@

format: test-environment
	$(BIN)/ruff check --fix scripts tests benchmarks envs presets docs
	$(BIN)/ruff format scripts tests benchmarks envs presets docs
	$(BIN)/snakefmt Snakefile rules

lint: environment
	$(BIN)/snakemake --lint

# The pages of docs/ as a site, in DOCS_BUILD/html. It needs an environment of its own, and none of a run: the API is read
# from the sources without importing them. Nothing is downloaded once that is installed.
VENV_DOCS ?= .venv-docs
DOCS_BUILD ?= docs/_build
READY_FOR_DOCS := $(VENV_DOCS)/.ready
docs: $(READY_FOR_DOCS)
	$(VENV_DOCS)/bin/python -m sphinx --fail-on-warning --keep-going --jobs 1 --quiet --doctree-dir "$(DOCS_BUILD)/doctrees" docs "$(DOCS_BUILD)/html"
	@echo "Written: $(DOCS_BUILD)/html/index.html"

$(READY_FOR_DOCS): requirements-docs.lock envs/check_python.py
	@$(PYTHON) envs/check_python.py
	rm -rf $(VENV_DOCS)
	$(PYTHON) -m venv $(VENV_DOCS)
	$(VENV_DOCS)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes -r requirements-docs.lock
	$(VENV_DOCS)/bin/python -m pip --disable-pip-version-check check
	touch $@

# Rewrites the lock files for Linux and macOS, Python 3.11 to 3.13; versions stay unless a requirement asks for
# others. Needs the registry.
COMPILE := $(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header
lock:
	$(PYTHON) -m venv $(VENV)-lock
	$(VENV)-lock/bin/python -m pip install --quiet --require-hashes -r requirements-uv.lock
	$(COMPILE) --output-file requirements.lock requirements.in
	$(COMPILE) --output-file requirements-test.lock requirements-test.in
	$(COMPILE) --output-file requirements-docs.lock requirements-docs.in
	rm -rf $(VENV)-lock

clean:
	find results -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
