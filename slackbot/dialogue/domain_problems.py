"""What Rasa 3 would refuse in a domain that is read here nonetheless, such as one written for Rasa 2."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.slots import REQUESTED_SLOT, SESSION_METADATA_SLOT
from slackbot.dialogue.yamlfile import Variable

#: Sections whose values must have a type. In slots, initial values may be environment variables.
_WITHOUT_VARIABLES = ("intents", "entities", "actions", "responses", "forms", "session_config")


def problems_for_rasa_3(domain: Domain) -> list[str]:
    """One line each, with its remedy, in the domain's order; empty for a domain that Rasa 3 loads."""
    found = [*_version(domain), *_repeated(domain), *_responses(domain), *_slots(domain), *_forms(domain)]
    found += [problem for section in _WITHOUT_VARIABLES for problem in _variables(section, domain.data.get(section))]
    return list(dict.fromkeys(found))


def _version(domain: Domain) -> Iterator[str]:
    version = domain.data.get("version", "3.1")
    if not isinstance(version, str):
        yield f'the version {version} is no text; write version: "3.1"'
    elif not version.startswith("3."):
        yield f'the domain is in format {version}; bring it to version "3.1"'


def _repeated(domain: Domain) -> Iterator[str]:
    for section in ("intents", "entities", "actions"):
        items = domain.data.get(section) or ()
        names = Counter(next(iter(item)) if isinstance(item, dict) else item for item in items)
        for name, times in names.items():
            if times > 1:
                yield f"'{name}' occurs {times} times in '{section}'; keep one"


def _responses(domain: Domain) -> Iterator[str]:
    for name, variations in domain.responses.items():
        if any(variation.get("text") is None and not variation.get("custom") for variation in variations):
            yield f"the response '{name}' has a variation without a text; write its 'text', or a 'custom' payload"


def _variables(section: str, data: object) -> Iterator[str]:
    """Values with environment variables: Rasa checks the types of values before it expands them. Keys may be some."""
    if isinstance(data, Variable):
        yield f"{data!r:.60} stands in '{section}', where Rasa 3 takes no environment variables; write the text itself"
    values = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for value in values:
        yield from _variables(section, value)


def _slots(domain: Domain) -> Iterator[str]:
    for slot in domain.slots.values():
        if slot.name in {REQUESTED_SLOT, SESSION_METADATA_SLOT}:
            continue
        if "mappings" not in slot.data:
            yield f"the slot '{slot.name}' has no mappings; write how it is filled, such as '- type: custom'"
        if slot.declared_type.lower().endswith(("unfeaturized", "unfeaturizedslot")):
            yield f"the slot '{slot.name}' is unfeaturized; write 'type: any'"


def _forms(domain: Domain) -> Iterator[str]:
    if isinstance(domain.data.get("forms"), list):
        yield "'forms' is a list of names; write each form as 'name:' with its required_slots below"
    for name, form in domain.forms.items():
        if not isinstance(form.get("required_slots"), list):
            yield f"the form '{name}' has no list of required_slots; list them, and move their mappings to the slots"
        for slot in domain.required_slots(name):
            if slot not in domain.slots:
                yield f"the form '{name}' asks for '{slot}', which is no slot; add it to 'slots'"
