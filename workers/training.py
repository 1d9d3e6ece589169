"""Training in a worker: how it is asked for, and what is done then."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

from slackbot import clock
from slackbot.errors import StoreUnavailable, StorythreadError
from slackbot.learning.training import train
from slackbot.settings import Settings, example_assistant
from slackbot.store.models import TRAINING_BOUND, Failure, Models
from workers.queue import answering_queue, enqueue_once, job_id_for

log = logging.getLogger(__name__)

#: How much the training gives way to whatever else the machine does, the app's answers first of all.
_NICENESS = 10
#: Characters of an unforeseen failure that people are shown.
_LONGEST_PROBLEM = 500


def enqueue_training(redis_url: str) -> None:
    """Enqueues the training that comes after the latest model.

    So its id is the same for all who ask before that model is there, and another one as soon as it is: whoever asks
    while a training runs is served by the look that the job takes when it is done. Raises StoreUnavailable.
    """
    with answering_queue(redis_url) as queue:
        job_id = job_id_for("train", Models(queue.connection).latest_version())
        enqueue_once(queue, "workers.training.train_again", job_id=job_id, timeout=TRAINING_BOUND, keep_result=False)


def train_again() -> None:
    """Trains the assistant of the settings, and sees to it that what was corrected meanwhile is learned too.

    The settings, and REDIS_URL, come from the environment. What fails is noted for people, and not tried again before
    something new is taught: the files must be mended first.
    """
    url = os.environ["REDIS_URL"]
    with suppress(OSError):
        os.nice(_NICENESS)
    settings = Settings.from_environment(os.environ)
    folder = settings.assistant or example_assistant()
    with Models.at(url) as models:
        while not _trained(folder, url, models):
            if not models.training().is_due:
                return
        if models.training().is_due:
            enqueue_training(url)


def _trained(folder: Path, url: str, models: Models) -> bool:
    """False where training failed, which is noted."""
    wanted = models.training().wanted
    try:
        train(folder, url, log.info)
    except StoreUnavailable:
        raise
    except StorythreadError as error:
        problem = str(error)
    except Exception as error:
        log.exception("training failed")
        problem = f"{type(error).__name__}: {error}"[:_LONGEST_PROBLEM]
    else:
        return True
    log.warning("training failed, the model stays as it is: %s", problem)
    models.failed(Failure(problem, clock.now(), wanted))
    return False
