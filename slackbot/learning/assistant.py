"""The built-in core of one project, in the newest of its stored models."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Self

from slackbot.core.action_server import ActionServer
from slackbot.core.builtin import BuiltinCore
from slackbot.core.builtin.archive import ArchiveUnfit
from slackbot.core.current import CurrentCore
from slackbot.dialogue.fingerprint import fingerprint
from slackbot.errors import PersonError, WorldError
from slackbot.learning.training import Files, read_files, train
from slackbot.store.models import Model, Models, Training

log = logging.getLogger(__name__)


class Assistant:
    """One process's assistant. Its ``core`` may be asked at any time, while a newer model is put in its place."""

    def __init__(self, files: Files, model: Model, core: BuiltinCore, actions: ActionServer | None) -> None:
        self.model, self.core = model, CurrentCore(core)
        self._files, self._actions = files, actions
        self._seen = model.version

    @classmethod
    def opened(
        cls,
        folder: Path,
        redis_url: str,
        actions: ActionServer | None = None,
        show: Callable[[str], None] = lambda _: None,
    ) -> Self:
        """With the stored model of the project in the folder; it is trained and stored first where there is none.

        ``show`` gets a line before each part of training. Raises FileError, StoreUnavailable.
        """
        files = read_files(folder)
        with Models.at(redis_url) as models:
            model = models.training().latest(files.fingerprint)
            core = _loaded(models, model, files, actions) if model else None
            if model is None or core is None:
                model = train(folder, redis_url, show)
                core = _loaded(models, model, files, actions)
        if core is None or model.fingerprint != files.fingerprint:
            raise WorldError(f"the model of {folder} was replaced while it was being loaded; start again")
        return cls(files, model, core, actions)

    def renew(self, models: Models, training: Training) -> bool:
        """Loads the newest model if there is a newer one that fits the project's files; True if it is in use now.

        Blocks, but not those who ask the core. Raises FileError where the project can't be read any more: once for
        each model.
        """
        newest = training.models[0].version if training.models else 0
        if newest <= self._seen:
            return False
        try:
            renewed = self._renewed(models, training)
        except PersonError:
            self._seen = newest
            raise
        self._seen = newest
        return renewed

    def _renewed(self, models: Models, training: Training) -> bool:
        files = self._files
        if fingerprint(files.project.path) != files.fingerprint:
            files = read_files(files.project.path)
        model = training.latest(files.fingerprint)
        core = _loaded(models, model, files, self._actions) if model and model.version > self.model.version else None
        if model is None or core is None:
            return False
        self._files, self.model, self.core.core = files, model, core
        return True


def _loaded(models: Models, model: Model, files: Files, actions: ActionServer | None) -> BuiltinCore | None:
    """None where it was dropped, or can't be used here."""
    archive = models.archive(model.version)
    if archive is None:
        return None
    try:
        return BuiltinCore.from_archive(archive, files.project, actions, version=model.version)
    except ArchiveUnfit as error:
        log.warning("version %d of the model can't be used: %s", model.version, error)
        return None
