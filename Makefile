# make run   the demo company in your browser      make test   everything that checks the project
# Needs Python 3.11 or later, make and the package registries. PYTHON=python3.12 chooses another one.

PYTHON ?= python3
VENV   ?= .venv
PY      = $(VENV)/bin/python
PIP     = $(PY) -m pip --disable-pip-version-check install --quiet
WORKERS ?= 2
export PYTHONUNBUFFERED = 1

.DEFAULT_GOAL := help
.PHONY: help run test lint catalogues screenshots bench clean browser fonts

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/run.stamp  ## build the environment and the demo company when they are missing, then serve
	@$(PY) -m cx demo --if-empty
	@$(PY) -m cx serve

test: $(VENV)/test.stamp fonts browser lint  ## ruff, types, and all tests with a real browser
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/test.stamp
	$(PY) -m ruff check .
	$(PY) -m mypy

catalogues: $(VENV)/test.stamp  ## collect the texts into the catalogues of the languages
	$(PY) -m cx.say.catalogues update

screenshots: $(VENV)/test.stamp fonts browser  ## every page, two sizes, two themes, three languages; and the README's picture
	$(PY) -m tests.browser.screenshots --readme .github/trends.png

bench: $(VENV)/test.stamp  ## measure what the README claims (minutes)
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(PY) -m benchmarks.$$(basename $$file .py) || exit 1; done

clean:  ## remove what can be made again; your data in data/home stays
	rm -rf $(VENV) build .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# A stamp is newer than the list that it was installed from, so a second run installs nothing.
$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed, $(PYTHON) is $$($(PYTHON) --version). Try: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making the environment in $(VENV)"
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "python -m venv failed. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/run.stamp: requirements.txt $(VENV)/python.stamp
	@echo "Installing what the product needs"
	@$(PIP) -r requirements.txt
	@touch $@

$(VENV)/test.stamp: requirements-test.txt $(VENV)/run.stamp
	@echo "Installing what the tests need"
	@$(PIP) -r requirements-test.txt
	@touch $@

# A browser: one that is there, else Debian's when we may install it, else Playwright's download.
browser: $(VENV)/test.stamp
	@$(PY) -m tests.browser.chromium >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium </dev/null >/dev/null && \
	    $(PY) -m tests.browser.chromium >/dev/null; } || \
	  { if [ "$$(id -u)" = 0 ]; then $(PY) -m playwright install --with-deps chromium </dev/null; \
	    else $(PY) -m playwright install chromium </dev/null; fi; }

# Fonts with Chinese characters, for the pictures of pages; without them the texts are still tested.
fonts:
	@if command -v fc-list >/dev/null && [ -n "$$(fc-list :lang=zh-tw family)" ]; then :; \
	elif [ "$$(uname)" = Darwin ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq fontconfig fonts-noto-cjk </dev/null >/dev/null; \
	else echo "No Chinese font found: install fonts-noto-cjk, or pictures show boxes."; fi
