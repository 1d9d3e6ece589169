"""The example assistant, trained once a test process."""

from __future__ import annotations

import pytest

from slackbot.core.builtin import BuiltinCore
from slackbot.dialogue.project import Project, load_project

from .conversations import BISTRO


@pytest.fixture(scope="session")
def bistro_project() -> Project:
    return load_project(BISTRO)


@pytest.fixture(scope="session")
def bistro(bistro_project: Project) -> BuiltinCore:
    return BuiltinCore.train(bistro_project)
