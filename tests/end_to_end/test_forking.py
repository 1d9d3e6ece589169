"""A branch in Slack: it begins before an earlier turn, in a thread of its own, and both are taken home."""

from __future__ import annotations

from pathlib import Path

from slackbot.blocks.values import SessionChoice
from slackbot.dialogue.events import UserUttered
from slackbot.dialogue.merge import Conversation as Taught
from slackbot.dialogue.merge import plan
from slackbot.dialogue.yamlfile import parse_yaml
from slackbot.learning.export import export_files
from slackbot.learning.provenance import Provenance
from slackbot.learning.turns import turns_of
from tests.end_to_end.menu import choose, pick_turn
from tests.end_to_end.stage import Scene, Stage, shown
from tests.end_to_end.test_controls import undo


async def fork(scene: Scene, by: str, option: str) -> Scene:
    """The branch."""
    known = parents(scene)
    person = await pick_turn(scene, by, "Fork…", option)
    assert await person.submit() == {"response_action": "clear"}
    (ts,) = await scene.until(lambda _: parents(scene) - known)
    await scene.stage.slack.wait_for(lambda: any(ts.replace(".", "") in told["text"] for told in person.ephemerals))
    return Scene(scene.stage, ts, scene.channel)


def parents(scene: Scene) -> set[str]:
    """ts of the messages in the channel that are in nobody's thread."""
    messages = scene.stage.slack.messages(scene.channel)
    return {message["ts"] for message in messages if message.get("thread_ts", message["ts"]) == message["ts"]}


async def texts(scene: Scene) -> list[str | None]:
    conversation = await scene.stage.conversation(scene)
    return [turn.message.text for turn in turns_of(conversation.tracker)]


async def files(scene: Scene) -> dict[str, str]:
    conversation = await scene.stage.conversation(scene)
    session, domain = conversation.session, scene.stage.teaching.loop.core.domain
    return export_files(conversation.tracker, session.additions, domain, f"slack_{conversation.id}")


async def test_a_branch_begins_before_an_earlier_turn_and_both_are_taken_home(stage: Stage, tmp_path: Path) -> None:
    scene = await stage.teach()
    for text in ("hi", "I'm doing great", "bye"):
        await scene.teach_turn(text)
    branch = await fork(scene, "ada", "2. “I'm doing great”")
    await branch.settled()
    await scene.settled()
    address = (await stage.teaching.slack.permalink(scene.channel, scene.ts), "another conversation")
    assert f"A branch of <{'|'.join(address)}>, from before turn 2.\n1. “hi” → `utter_greet`" in shown(branch.parent)
    link = await stage.teaching.slack.permalink(branch.channel, branch.ts)
    assert f"Branches of this conversation: <{link}|before turn 2>." in shown(scene.parent)
    await branch.teach_turn("bye")
    assert await texts(branch) == ["hi", "bye"]
    assert await texts(scene) == ["hi", "I'm doing great", "bye"]
    both = [await stage.conversation(one) for one in (scene, branch)]
    names = [parse_yaml((await files(one))["stories.yml"], tmp_path)["stories"][0]["story"] for one in (scene, branch)]
    assert names == [f"slack_{one.id}" for one in both]
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / "domain.yml").write_text((await files(scene))["domain.yml"])
    planned = plan(project, [Taught(f"slack_{one.id}", tuple(one.tracker.events)) for one in both])
    assert (planned.stories, planned.examples, planned.conflicts) == (2, 3, ())


async def test_what_stands_behind_the_shared_turns_is_still_known(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.teach_turn("hi", "cleo")
    await scene.teach_turn("bye")
    branch = await fork(scene, "ada", "2.")
    await branch.teach_turn("bye", "dan")
    old, new = await stage.conversation(scene), await stage.conversation(branch)
    provenance = Provenance(stage.teaching.store)
    taught = await provenance.taught(new.id)
    assert taught is not None
    origins = [
        await provenance.origin(taught, event, [old.id]) for event in taught.events if isinstance(event, UserUttered)
    ]
    assert [(one and one.conversation, one and list(one.closed.votes)) for one in origins] == [
        (old.id, [stage.cleo.id]),
        (new.id, [stage.dan.id]),
    ]


async def test_slack_delivering_a_fork_twice_opens_one_branch(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.teach_turn("hi")
    person = await pick_turn(scene, "ada", "Fork…", "1.")
    assert person.view is not None
    position = turns_of((await stage.conversation(scene)).tracker)[0].position
    choice = SessionChoice(str(position), (await stage.conversation(scene)).id, 0)
    for _ in range(3):
        await stage.teaching.forking.fork(stage.ada.id, choice, person.view["id"])
    await person.submit()
    await scene.told("ada", "in a thread of its own")
    await scene.settled()
    assert len((await stage.conversation(scene)).session.branches) == 1
    assert len(parents(scene)) == 2


async def test_a_branch_crosses_a_restart_and_can_be_forked_itself(stage: Stage) -> None:
    scene = await stage.teach()
    await scene.teach_turn("hi")
    await scene.settled()
    await scene.press("ada", "Restart")
    await scene.teach_turn("bye")
    await scene.teach_turn("hi")
    branch = await fork(scene, "ada", "3.")
    await branch.settled()
    assert "from before turn 3.\n1. “hi” → `utter_greet`\n_(restarted)_\n2. “bye”" in shown(branch.parent)
    again = await fork(branch, "ada", "1.")
    await again.settled()
    assert "Nothing had been said yet." in shown(again.parent)
    await again.teach_turn("bye")
    assert await texts(again) == ["bye"]
    await undo(again)
    assert len(again.open_cards) == 1


async def test_only_owner_and_speaker_fork_and_only_where_something_was_said(stage: Stage) -> None:
    scene = await stage.teach()
    await choose(scene, "ada", "Fork…")
    await scene.told("ada", "There is no turn to fork before yet.")
    await scene.teach_turn("hi")
    await choose(scene, "ben", "Fork…")
    await scene.told("ben", f"Only <@{stage.ada.id}> may do this.")
