# A real Rasa is far too heavy for the ordinary tests: it gets an environment of its own, and is asked for by name.
PYTHON ?= python3
RASA_PYTHON ?= python3.10
RASA_ENV ?= .rasa

.PHONY: test test-rasa

test:
	$(PYTHON) -m pytest

test-rasa: $(RASA_ENV)/bin/rasa
	STORYTHREAD_TEST_RASA=$(abspath $(RASA_ENV))/bin/rasa $(PYTHON) -m pytest -n0 -m rasa tests/rasa

$(RASA_ENV)/bin/rasa:
	$(RASA_PYTHON) -m venv $(RASA_ENV)
	$(RASA_ENV)/bin/pip install -q rasa==3.6.21 'setuptools<81'
