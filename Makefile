# cogmap: demo, test, check, bench. Each sets itself up the first time.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PARTS := runtime memory sim nodes launch bench
SYSTEM_PACKAGES := libusb-1.0-0 libgl1 libegl1 libx11-6 libgomp1

.PHONY: demo test check bench audit setup system clean

demo: setup  ## A simulated apartment, mapped live and asked, and another one explored; EPISODE=path for a recording, DETECTOR=model.onnx
ifdef EPISODE
	$(BIN)/cogmap replay '$(EPISODE)' --view $(if $(DETECTOR),--detector '$(DETECTOR)')
else
	$(BIN)/cogmap up demo
endif
	$(BIN)/cogmap quiz
ifndef EPISODE
	$(BIN)/cogmap up explore --go 'find the kettle' --go explore --go 'come back'
endif

test: setup  ## All tests
	$(BIN)/pytest -q

check: setup types  ## Formatting, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

bench: setup  ## All measurements, and the tables in docs/measured.md and README.md
	$(BIN)/cogmap bench

audit: setup  ## Known weaknesses of the pinned versions; needs a network
	$(BIN)/python -m venv $(VENV)/audit && $(VENV)/audit/bin/pip install --quiet pip-audit
	$(VENV)/audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip \
	  || { echo "audit: not all is known to be good, see above; a package that was skipped was not looked up"; exit 1; }

setup: system $(VENV)/.done

# mypy looks for the package under its import name.
.PHONY: types
types: setup
	@mkdir -p build/types/cogmap
	@for part in $(PARTS); do ln -sfn ../../../$$part build/types/cogmap/$$part; done
	cd build/types && MYPYPATH=. ../../$(BIN)/mypy --config-file ../../pyproject.toml $(addprefix -p cogmap.,$(PARTS))

$(VENV)/.done: pyproject.toml constraints.txt
	test -x $(BIN)/pip || $(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $@

# What Open3D loads from the system, and what Debian keeps apart from Python.
system:
	@command -v $(PYTHON) >/dev/null || { echo "cogmap needs Python 3.11 or 3.12; install it, or say make PYTHON=..."; exit 1; }
	@packages="$(SYSTEM_PACKAGES)"; \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || packages="$$packages $(notdir $(PYTHON))-venv"; \
	missing=""; for package in $$packages; do \
	  dpkg -s $$package >/dev/null 2>&1 || missing="$$missing $$package"; done; \
	if [ -z "$$missing" ]; then exit 0; \
	elif [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing; \
	else echo "System libraries are missing. Type: sudo apt-get install -y$$missing"; exit 1; fi

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache
