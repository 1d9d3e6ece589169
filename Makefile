# A real Rasa is far too heavy for the ordinary tests: it gets an environment of its own, and is asked for by name.
PYTHON ?= python3
# Rasa needs Python 3.8 to 3.10. A python3.10 of pyenv answers only when it is told its version.
RASA_PYTHON ?= $(shell PYENV_VERSION=3.10 python3.10 -c 'import sys; print(sys.executable)' 2>/dev/null \
	|| uv python find 3.10 2>/dev/null)
RASA_ENV ?= .rasa

.PHONY: test test-rasa

test:
	$(PYTHON) -m pytest

test-rasa: $(RASA_ENV)/bin/rasa
	STORYTHREAD_TEST_RASA=$(abspath $(RASA_ENV))/bin/rasa $(PYTHON) -m pytest -n0 -m rasa tests/rasa

$(RASA_ENV)/bin/rasa:
	@test -n "$(RASA_PYTHON)" || { echo "no Python 3.10 is found; name one: make test-rasa RASA_PYTHON=/path/to/python3.10"; exit 1; }
	$(RASA_PYTHON) -m venv $(RASA_ENV)
	$(RASA_ENV)/bin/pip install -q rasa==3.6.21 'setuptools<81'
