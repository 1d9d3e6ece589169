"""Each addition goes to the file that holds its kind; everything is verified before anything is written."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from slackbot.dialogue.domain import Domain
from slackbot.dialogue.events import (
    ActionExecuted,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
)
from slackbot.dialogue.merge import Conversation, Plan, plan
from slackbot.dialogue.project import load_project
from slackbot.errors import FileError
from tests.dialogue.merge.folders import (
    DOMAIN,
    LISTEN,
    NLU,
    STORIES,
    added_lines,
    content,
    folder_with,
    said,
    talk,
    usual,
)

GREET = ActionExecuted("utter_greet")
ROME = {"start": 3, "end": 7, "value": "Rome", "entity": "city"}


def written(folder: Path, *conversations: Conversation, new_file: str | None = None) -> dict[str, list[str]]:
    """The added lines by file; the project is loaded again, and the same export adds nothing more."""
    before = content(folder)
    name = Path(new_file) if new_file else None
    plan(folder, conversations, name).write()
    after = content(folder)
    load_project(folder)
    assert plan(folder, conversations, name).changes == ()
    return {name: added_lines(before.get(name, b""), data) for name, data in after.items() if data != before.get(name)}


def notes(folder: Path, *conversations: Conversation) -> list[str]:
    return list(plan(folder, conversations).notes)


# -- where things go ---------------------------------------------------------------------------------------------------


def test_each_kind_goes_to_the_file_that_holds_it(tmp_path: Path) -> None:
    events = [said("to Rome", "travel", {**ROME, "entity": "place", "role": "to"}), ActionExecuted("action_go"), LISTEN]
    conversation = talk(*events, said("hey"), ActionExecuted("utter_new"), LISTEN, utter_new="Well: hello")
    assert written(usual(tmp_path), conversation) == {
        "domain.yml": [
            "- travel",
            "- place:",
            "    roles:",
            "    - to",
            "  utter_new:",
            "  - text: 'Well: hello'",
            "- action_go",
        ],
        "data/nlu.yml": [
            "    - hey",
            "- intent: travel",
            "  examples: |",
            '    - to [Rome]{"entity": "place", "role": "to"}',
        ],
        "data/stories.yml": [
            "- story: talk",
            "  steps:",
            "  - intent: travel",
            "    entities:",
            "    - place: Rome",
            "      role: to",
            "  - action: action_go",
            "  - intent: greet",
            "  - action: utter_new",
        ],
    }


def test_the_domain_gains_only_what_it_lacks(tmp_path: Path) -> None:
    events = [said("to Rome", "greet", ROME), GREET, ActionExecuted("action_look"), ActionExecuted("action_restart")]
    events_in_form = [said("what", "nlu_fallback"), ActionExecuted("action_default_fallback")]
    assert "domain.yml" not in written(usual(tmp_path), talk(*events), talk(*events_in_form, name="other"))


def test_an_intents_examples_go_to_the_file_that_has_most_of_them(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        {
            "data/a.yml": NLU.replace("    - hi\n", ""),
            "data/deep/b.yml": "nlu:\n- intent: greet\n  examples: |\n    - d\n    - e\n",
        },
    )
    assert written(folder, talk(said("hey"), said("ciao", "bye"))) == {
        "data/a.yml": ["    - ciao"],
        "data/deep/b.yml": ["    - hey"],
        "data/stories.yml": [
            'version: "3.1"',
            "stories:",
            "- story: talk",
            "  steps:",
            "  - intent: greet",
            "  - intent: bye",
        ],
    }


def test_new_intents_stand_behind_the_last_one_and_before_synonyms(tmp_path: Path) -> None:
    nlu = NLU + "- synonym: a\n  examples: |\n    - b\n"
    folder = usual(tmp_path, data_0_nlu__yml=nlu)
    written(folder, talk(said("x", "new")))
    assert (folder / "data/nlu.yml").read_text() == NLU + "- intent: new\n  examples: |\n    - x\n" + nlu[len(NLU) :]


def test_a_retrieval_intent_goes_to_the_others_of_its_kind(tmp_path: Path) -> None:
    folder = usual(tmp_path, data_0_faq__yml="nlu:\n- intent: faq/a\n  examples: |\n    - a\n")
    (folder / "domain.yml").write_text(DOMAIN.replace("- greet\n", "- greet\n- faq\n"))
    conversation = talk(said("what", "faq", full_retrieval_intent_name="faq/b"))
    added = written(folder, conversation)
    assert added["data/faq.yml"] == ["- intent: faq/b", "  examples: |", "    - what"]
    assert "domain.yml" not in added


def test_files_with_rasas_own_names_are_preferred_to_fuller_ones(tmp_path: Path) -> None:
    more = STORIES + "- story: two\n  steps:\n  - intent: bye\n"
    folder = usual(tmp_path, data_0_a__yml=more, data_0_b__yml=NLU.replace("hello", "hey").replace("bye", "greet"))
    assert list(written(folder, talk(said("x", "new"), GREET))) == ["data/nlu.yml", "data/stories.yml", "domain.yml"]


def test_without_a_file_of_its_kind_a_new_one_is_made(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, {"domain.yml": DOMAIN})
    assert written(folder, talk(said("hi"), GREET)) == {
        "data/nlu.yml": ['version: "3.1"', "nlu:", "- intent: greet", "  examples: |", "    - hi"],
        "data/stories.yml": [
            'version: "3.1"',
            "stories:",
            "- story: talk",
            "  steps:",
            "  - intent: greet",
            "  - action: utter_greet",
        ],
    }


@pytest.mark.parametrize("section", ["stories:\n", "stories: # none yet\n", "# stories\n\nstories:\nrules:\n"])
def test_a_file_with_only_the_name_of_the_kind_takes_it(tmp_path: Path, section: str) -> None:
    folder = folder_with(tmp_path, {"data/nlu.yml": NLU, "data/some.yml": section})
    assert set(written(folder, talk(said("hi"), GREET))) == {"data/some.yml"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "# to do\n",
        'version: "3.1"',
        'version: "3.1"\n',
        "rules:\n",
        "rules:\n- rule: r\n  steps:\n  - intent: greet",
    ],
)
def test_a_file_with_the_kinds_name_takes_it_whatever_it_holds(tmp_path: Path, text: str) -> None:
    folder = folder_with(tmp_path, {"data/nlu.yml": NLU, "data/stories.yml": text})
    added = written(folder, talk(said("hi"), GREET))
    head = [] if "rules" in text or "version" in text else ['version: "3.1"']
    assert added == {
        "data/stories.yml": [
            *head,
            "stories:",
            "- story: talk",
            "  steps:",
            "  - intent: greet",
            "  - action: utter_greet",
        ]
    }
    assert [story.name for story in load_project(folder).stories if story.kind == "story"] == ["talk"]


def test_everything_but_the_domain_goes_to_the_new_file_that_is_named(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    conversation = talk(said("hey"), said("x", "new"), GREET)
    added = written(folder, conversation, new_file="data/deep/taught.yml")
    assert set(added) == {"data/deep/taught.yml", "domain.yml"}
    assert (folder / "data/deep/taught.yml").read_text() == (
        'version: "3.1"\nnlu:\n- intent: greet\n  examples: |\n    - hey\n- intent: new\n  examples: |\n    - x\n'
        "stories:\n- story: talk\n  steps:\n  - intent: greet\n  - intent: new\n  - action: utter_greet\n"
    )


def test_a_new_file_is_found_whatever_way_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual(tmp_path / "project")
    monkeypatch.chdir(tmp_path)
    for folder in ("project", "project/../project", tmp_path / "project"):
        for name in ("data/new/t.yml", "data/../data/new/t.yml", tmp_path / "project/data/new/t.yml"):
            [change] = plan(Path(folder), [talk(said("hey"), GREET)], Path(name)).changes
            assert change.path.resolve() == tmp_path / "project/data/new/t.yml"
            assert "+++ b/data/new/t.yml\n" in plan(Path(folder), [talk(said("hey"))], Path(name)).diff()


def test_a_named_file_that_is_there_is_added_to(tmp_path: Path) -> None:
    folder = usual(tmp_path, data_0_taught__yml="nlu:\n  - intent: bye\n    examples: |\n      - cu\n")
    assert written(folder, talk(said("see you", "bye")), new_file="data/taught.yml") == {
        "data/taught.yml": ["      - see you", "stories:", "  - story: talk", "    steps:", "      - intent: bye"]
    }


@pytest.mark.parametrize(
    "name", ["taught.yml", "../data/taught.yml", "data/../taught.yml", "data/t.json", "data/.t.yml", "/t.yml"]
)
def test_a_new_file_that_rasa_would_not_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileError, match="training data"):
        plan(usual(tmp_path), [talk(said("hey"))], Path(name))


def test_a_domain_of_several_files_gains_each_kind_where_it_is(tmp_path: Path) -> None:
    folder = folder_with(
        tmp_path,
        {
            "domain/a/intents.yml": "intents: [greet]\n",
            "domain/responses.yml": "responses:\n  utter_greet:\n    - text: x\n",
            "data/nlu.yml": NLU.replace("- intent: bye\n  examples: |\n    - bye\n", ""),
        },
    )
    conversation = talk(said("x", "new"), ActionExecuted("utter_new"), ActionExecuted("action_new"), utter_new="Yes")
    plan(folder, [conversation]).write()
    assert content(folder)["domain/a/intents.yml"] == b"intents: [greet, new]\nactions:\n- action_new\n"
    assert content(folder)["domain/responses.yml"].endswith(b"text: x\n  utter_new:\n    - text: 'Yes'\n")


def test_responses_go_to_the_data_files_where_the_domain_has_none(tmp_path: Path) -> None:
    responses = "responses:\n  utter_greet:\n  - text: x\n"
    folder = folder_with(
        tmp_path, {"domain.yml": "intents: [greet]\n", "data/r.yml": responses, "data/nlu.yml": "nlu:\n"}
    )
    added = written(folder, talk(said("hi"), ActionExecuted("utter_new"), utter_new="a\nb"))
    assert added["data/r.yml"] == ["  utter_new:", '  - text: "a\\nb"']


# -- what is written ---------------------------------------------------------------------------------------------------


def test_only_what_still_applies_is_told_one_story_for_each_part_between_restarts(tmp_path: Path) -> None:
    conversation = talk(
        *(said("oops", "bye"), UserUtteranceReverted(), LISTEN, said("hey"), ActionExecuted("action_look")),
        *(ActionReverted(), GREET, SlotSet("x", [1]), LISTEN, Restarted(), LISTEN, said("ciao", "bye"), GREET),
    )
    added = written(usual(tmp_path), conversation)
    assert added["data/nlu.yml"] == ["    - hey", "    - ciao"]
    assert added["data/stories.yml"] == [
        *("- story: talk", "  steps:", "  - intent: greet", "  - action: utter_greet"),
        *("  - slot_was_set:", "    - x:", "      - 1"),
        *("- story: talk_2", "  steps:", "  - intent: bye", "  - action: utter_greet"),
    ]


def test_a_story_that_is_told_already_is_not_told_again(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    assert "data/stories.yml" not in written(folder, talk(said("hey"), GREET))
    twice = [talk(said("cu", "bye"), GREET), talk(said("see you", "bye"), GREET, name="other")]
    assert written(folder, *twice)["data/stories.yml"][0] == "- story: talk"


def test_an_alternative_that_is_told_is_not_told_again(tmp_path: Path) -> None:
    stories = (
        "stories:\n- story: s\n  steps:\n  - or:\n    - intent: bye\n    - intent: greet\n  - action: utter_greet\n"
    )
    folder = usual(tmp_path, data_0_stories__yml=stories)
    assert "data/stories.yml" not in written(folder, talk(said("hey"), GREET), talk(said("ciao", "bye"), GREET))


def test_a_rule_with_the_same_steps_is_no_story(tmp_path: Path) -> None:
    rules = "rules:\n- rule: r\n  steps:\n  - intent: bye\n  - action: utter_greet\n"
    assert "data/stories.yml" in written(usual(tmp_path, data_0_rules__yml=rules), talk(said("ciao", "bye"), GREET))


def test_names_of_stories_do_not_collide(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    added = written(
        folder,
        talk(said("a", "bye"), name="one"),
        talk(said("b", "bye"), GREET, name="one"),
        talk(GREET, said("c"), name="x: y"),
    )
    assert [line for line in added["data/stories.yml"] if "story" in line] == [
        "- story: one_2",
        "- story: one_3",
        "- story: 'x: y'",
    ]


def test_the_text_of_a_new_response_is_what_the_bot_said_unless_it_is_given(tmp_path: Path) -> None:
    events = [
        said("hi"),
        ActionExecuted("utter_a"),
        BotUttered("A"),
        ActionExecuted("utter_b"),
        BotUttered("B"),
        LISTEN,
    ]
    added = written(usual(tmp_path), talk(*events, utter_b="given"))
    assert added["domain.yml"] == ["  utter_a:", "  - text: A", "  utter_b:", "  - text: given"]


def test_a_response_that_is_not_used_is_not_written(tmp_path: Path) -> None:
    undone = talk(said("hey"), ActionExecuted("utter_a"), ActionReverted(), GREET, utter_a="A", utter_b="B")
    assert "domain.yml" not in written(usual(tmp_path), undone)


def test_the_responses_of_a_new_retrieval_intent_are_written(tmp_path: Path) -> None:
    what = said("what", "faq", full_retrieval_intent_name="faq/b")
    added = written(
        usual(tmp_path), talk(what, ActionExecuted("utter_faq"), **{"utter_faq/b": "That", "utter_faq": "x"})
    )
    assert "  utter_faq/b:" in added["domain.yml"]


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        (
            [said("hi"), ActionExecuted("utter_mute")],
            "the domain has no response 'utter_mute', and nobody said its text",
        ),
        ([said("hi"), ActionExecuted("form"), ActiveLoop("form")], "the domain has no form 'form'"),
        ([said("hi"), ActionExecuted("restart")], "it holds what a story's steps can't say"),
        ([said("[a](b)", None), GREET], "it holds what a story's steps can't say"),
    ],
)
def test_a_story_that_cannot_be_told_is_left_out_and_reported(
    tmp_path: Path, events: list[ActionExecuted], problem: str
) -> None:
    folder = usual(tmp_path)
    assert "data/stories.yml" not in written(folder, talk(*events))
    assert any(note.startswith(f"story 'talk': {problem}") for note in notes(folder, talk(*events)))


def test_messages_that_policies_took_as_text_are_told_as_text(tmp_path: Path) -> None:
    added = written(usual(tmp_path), talk(said("to Rome\nnow", None, ROME), GREET))
    assert added["data/stories.yml"] == [
        *("- story: talk", "  steps:", "  - entities:", "    - city: Rome"),
        *("    user: |-", "      to [Rome](city)", "      now", "  - action: utter_greet"),
    ]


def test_roles_that_a_known_entity_lacks_in_the_domain_are_reported(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    assert notes(folder, talk(said("to Rome", "greet", {**ROME, "role": "to"}))) == [
        "the entity 'city' has no role 'to' in the domain; add it there"
    ]


# -- older domains -----------------------------------------------------------------------------------------------------


def test_an_older_domain_is_left_alone_and_what_rasa_3_refuses_is_said(tmp_path: Path) -> None:
    folder = usual(tmp_path, domain__yml=DOMAIN.replace("3.1", "2.0") + "slots:\n  a:\n    type: text\n")
    known = talk(said("hey"), GREET, said("ciao", "bye"))
    new = talk(said("x", "new"), ActionExecuted("action_new"), name="new")
    assert written(folder, known, new) == {
        "data/nlu.yml": ["    - hey", "    - ciao", "- intent: new", "  examples: |", "    - x"],
        "data/stories.yml": [
            *("- story: talk", "  steps:", "  - intent: greet", "  - action: utter_greet", "  - intent: bye"),
        ],
    }
    said_of_it = "\n".join(notes(folder, known, new))
    assert "Rasa 3 would refuse this domain: the domain is in format 2.0" in said_of_it
    assert "the slot 'a' has no mappings" in said_of_it
    assert "story 'new': the domain, which is left as it is, has no action 'action_new'; it was not added" in said_of_it


def test_an_intent_that_an_older_domain_lacks_is_named(tmp_path: Path) -> None:
    folder = usual(tmp_path, domain__yml=DOMAIN.replace("3.1", "2.0"))
    found = notes(folder, talk(said("x Rome", "new", {**ROME, "start": 2, "end": 6, "entity": "place"})))
    assert "the domain, which is left as it is, has no intent 'new'; add it there" in found
    assert "the domain, which is left as it is, has no entity 'place'; add it there" in found


# -- files written in unusual ways -------------------------------------------------------------------------------------


FLOW = "nlu: [{intent: greet, examples: '- hi'}]\n"
FOLDED = 'nlu:\n- intent: greet\n  examples: "- hi\\n- hello"\n- intent: bye\n  examples: |\n    - bye\n'


def test_what_a_file_in_flow_style_cannot_take_goes_to_another(tmp_path: Path) -> None:
    folder = usual(tmp_path, data_0_nlu__yml=FLOW)
    assert written(folder, talk(said("hey"), GREET)) == {
        "data/storythread.yml": ['version: "3.1"', "nlu:", "- intent: greet", "  examples: |", "    - hey"]
    }
    [note] = notes(folder, talk(said("yo"), GREET))
    assert note.startswith(f"{folder / 'data/nlu.yml'}:1: this is written in a way that nothing can be added to")
    assert note.endswith(f"what the file can't take was added to {folder / 'data/storythread.yml'}")
    assert written(folder, talk(said("yo"), GREET)) == {"data/storythread.yml": ["    - yo"]}


@pytest.mark.parametrize("hidden", ["\ufeffnlu:", "'nlu':", "nlu :"])
def test_what_is_taught_does_not_go_where_rasa_would_not_read_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, hidden: str
) -> None:
    """Rasa takes a file for NLU data only where a line begins with ``nlu:``."""
    folder = usual(tmp_path, data_0_nlu__yml=f"{hidden}\n- intent: greet\n  examples: |\n    - hi\n")
    assert written(folder, talk(said("hey"), GREET)) == {
        "data/storythread.yml": ['version: "3.1"', "nlu:", "- intent: greet", "  examples: |", "    - hey"]
    }
    [note] = notes(folder, talk(said("yo"), GREET))
    assert note.startswith(f"{folder / 'data/nlu.yml'}: Rasa doesn't read 'nlu' in this file; begin a line with nlu:")
    assert f"{folder / 'data/nlu.yml'}:1: Rasa doesn't read 'nlu': " in caplog.text


def test_with_a_named_file_there_is_no_other(tmp_path: Path) -> None:
    folder = usual(tmp_path, data_0_nlu__yml=FLOW)
    before = content(folder)
    with pytest.raises(FileError, match=r"nlu\.yml:1"):
        plan(folder, [talk(said("x", "new"))], Path("data/nlu.yml"))
    assert content(folder) == before


def test_an_intent_written_in_an_unusual_way_gets_another_section(tmp_path: Path) -> None:
    folder = usual(tmp_path, data_0_nlu__yml=FOLDED)
    assert written(folder, talk(said("hey"))) == {
        "data/nlu.yml": ["- intent: greet", "  examples: |", "    - hey"],
        "data/stories.yml": ["- story: talk", "  steps:", "  - intent: greet"],
    }


def test_a_domain_that_cannot_be_added_to_is_refused_with_nothing_planned(tmp_path: Path) -> None:
    folder = usual(tmp_path, domain__yml="intents: &i\n- greet\n- bye\nresponses: {utter_greet: [{text: x}]}\n")
    with pytest.raises(FileError, match=r"domain\.yml:1: .*nothing can be added"):
        plan(folder, [talk(said("x", "new"))])


def test_in_a_domain_of_several_files_another_file_takes_it(tmp_path: Path) -> None:
    files = {"domain/a.yml": "intents: &i\n- greet\nresponses: {utter_greet: [{text: x}]}\n", "data/nlu.yml": "nlu:\n"}
    folder = folder_with(tmp_path, files)
    assert written(folder, talk(said("x", "new")))["domain/storythread.yml"] == ['version: "3.1"', "intents:", "- new"]
    assert Domain.load(folder / "domain").intents == ("greet", "new")


def test_texts_that_rasa_would_decode_in_this_file_go_to_another(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    added = written(folder, talk(said("hey"), said(r"C:\users"), name="ascii"))
    assert added["data/nlu.yml"] == ["    - hey"]
    assert added["data/storythread.yml"][-1] == r"    - C:\users"


def test_a_message_that_no_line_can_carry_gets_a_section_of_its_own(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    assert written(folder, talk(said("a\nb"), said(" c ")))["data/nlu.yml"] == [
        *("- intent: greet", "  examples:", '  - text: "a\\nb"', '  - text: "\\x20c\\x20"')
    ]
    assert written(folder, talk(said("d\te\n")))["data/nlu.yml"] == ['  - text: "d\\te\\x0A"']


def test_examples_in_a_list_are_added_to_as_a_list(tmp_path: Path) -> None:
    nlu = "nlu:\n- intent: greet\n  examples:\n  - text: |\n      hi\n    metadata: {a: 1}\n  # more\n- intent: bye\n"
    folder = usual(tmp_path, data_0_nlu__yml=nlu)
    assert written(folder, talk(said("hey"), said("yes")))["data/nlu.yml"] == ["  - text: hey", "  - text: 'yes'"]


# -- writing -----------------------------------------------------------------------------------------------------------


def test_planning_writes_nothing_and_nothing_to_add_is_no_plan(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    before = content(folder)
    changes = plan(folder, [talk(said("hey"), GREET)])
    assert content(folder) == before
    assert (changes.examples, changes.stories) == (1, 0)
    assert plan(folder, []) == Plan(folder, (), 0, 0, (), ())
    assert plan(folder, []).diff() == ""


def test_a_file_that_changed_since_it_was_read_stops_all_writing(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    changes = plan(folder, [talk(said("hey", "new"), GREET)])
    with (folder / "data/stories.yml").open("a") as file:
        file.write("# mine\n")
    before = content(folder)
    with pytest.raises(FileError, match=r"stories\.yml: the file was changed meanwhile"):
        changes.write()
    assert content(folder) == before


def test_a_file_that_cannot_be_written_is_named_and_the_project_stays_whole(tmp_path: Path) -> None:
    folder = usual(tmp_path)
    conversation = talk(said("hey", "new"), GREET)
    too_long = f"data/{'x' * 250}.yml"  # for the temporary file beside it
    with pytest.raises(FileError, match="can't be written"):
        plan(folder, [conversation], Path(too_long)).write()
    assert set(content(folder)) == {"domain.yml", "data/nlu.yml", "data/stories.yml"}
    load_project(folder)
    assert set(written(folder, conversation)) == {"data/nlu.yml", "data/stories.yml"}


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    folder = usual(tmp_path / "project")
    real = (folder / "data/nlu.yml").rename(tmp_path / "nlu.yml")
    (folder / "data/nlu.yml").symlink_to(real)
    written(folder, talk(said("hey")))
    assert (folder / "data/nlu.yml").is_symlink()
    assert real.read_text().endswith("    - bye\n")
    assert "    - hey\n" in real.read_text()


def test_a_project_that_cannot_be_loaded_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such folder"):
        plan(tmp_path / "missing", [])
    with pytest.raises(FileError, match=r"stories\.yml:6: the domain has no action"):
        plan(usual(tmp_path, data_0_stories__yml=STORIES.replace("utter_greet", "utter_gret")), [])


def test_reading_says_each_warning_of_a_project_only_as_often_as_it_must(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    plan(usual(tmp_path, data_0_nlu__yml=NLU + "- intent: empty\n  examples: |\n"), [talk(said("hey"))])
    assert len(caplog.records) == 1
