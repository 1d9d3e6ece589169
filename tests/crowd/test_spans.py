"""Entities are agreed on span by span, whatever else people mark in the same text."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from slackbot.crowd.quorum import Agreed, Exhausted, FirstTo, Fixed, Posterior, Rule, Skill
from slackbot.crowd.spans import Span, SpanBallot, span_agreement, span_decide, spans_of, spans_text

ROME = Span(3, 7, "city", value="Rome")
MILAN = Span(16, 21, "city", value="Milan")
PLACE = Span(3, 7, "place", value="Rome")
LONG = Span(0, 7, "city", value="to Rome")

SPANS = st.builds(
    lambda start, size, kind, role, value: Span(start, start + size, kind, role, value=value),
    st.integers(0, 12),
    st.integers(1, 5),
    st.sampled_from(["city", "place"]),
    st.sampled_from(["", "from"]),
    st.sampled_from(["x", "y"]),
)
BALLOTS = st.lists(
    st.builds(SpanBallot, st.sampled_from("uvwxyz"), st.lists(SPANS, max_size=4).map(tuple), st.integers(0, 3)),
    max_size=8,
)
RULES: st.SearchStrategy[Rule] = st.sampled_from([Fixed(2), FirstTo(2, 3), Posterior(0.85, 2, 4)])


def marked(*answers: tuple[Span, ...]) -> list[SpanBallot]:
    """One ballot an answer, each by somebody else."""
    return [SpanBallot(f"person {place}", spans, place) for place, spans in enumerate(answers)]


@given(RULES, BALLOTS, st.randoms())
def test_the_order_of_ballots_makes_no_difference(rule: Rule, ballots: list[SpanBallot], chance: Random) -> None:
    shuffled = list(ballots)
    chance.shuffle(shuffled)
    assert span_decide(rule, shuffled, classes=3, skills={}) == span_decide(rule, ballots, classes=3, skills={})
    assert span_agreement(shuffled) == span_agreement(ballots)


@given(RULES, BALLOTS, st.data())
def test_a_repeated_ballot_changes_nothing(rule: Rule, ballots: list[SpanBallot], data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(ballots), max_size=4)) if ballots else []
    assert span_decide(rule, [*ballots, *again], classes=3, skills={}) == span_decide(
        rule, ballots, classes=3, skills={}
    )


@given(RULES, BALLOTS)
def test_regions_do_not_overlap_and_every_agreed_span_was_marked_by_those_who_agree(
    rule: Rule, ballots: list[SpanBallot]
) -> None:
    verdict = span_decide(rule, ballots, classes=3, skills={})
    supporters = span_agreement(ballots)
    for earlier, later in zip(verdict.regions, verdict.regions[1:], strict=False):
        assert earlier.end <= later.start
    for region in verdict.regions:
        for span in region.spans:
            assert isinstance(region.verdict, Agreed)
            assert set(region.verdict.people) <= set(supporters[span])
            assert region.start <= span.start
            assert span.end <= region.end


def test_what_two_mark_alike_is_agreed_though_they_differ_elsewhere() -> None:
    verdict = span_decide(Fixed(2), marked((ROME, MILAN), (ROME,)), classes=3, skills={})
    assert not verdict.agreed
    assert verdict.spans == (ROME,)
    verdict = span_decide(Fixed(2), marked((ROME, MILAN), (ROME,), (MILAN,)), classes=3, skills={})
    assert verdict.agreed
    assert verdict.spans == (ROME, MILAN), "nobody but the first gave this answer as a whole"


def test_spans_that_overlap_are_alternatives() -> None:
    verdict = span_decide(Fixed(2), marked((ROME,), (PLACE,), (LONG,), (PLACE,)), classes=3, skills={})
    assert verdict.spans == (PLACE,)
    assert len(verdict.regions) == 1


def test_spans_that_only_touch_are_decided_apart() -> None:
    first, second = Span(0, 3, "a"), Span(3, 6, "b")
    verdict = span_decide(Fixed(2), marked((first, second), (first,), (second,)), classes=3, skills={})
    assert [(region.start, region.end) for region in verdict.regions] == [(0, 3), (3, 6)]
    assert verdict.spans == (first, second)


def test_role_and_group_make_another_span_and_the_value_does_not() -> None:
    origin, goal = Span(3, 7, "city", role="from"), Span(3, 7, "city", role="to")
    assert not span_decide(Fixed(2), marked((origin,), (goal,)), classes=3, skills={}).agreed
    lower = Span(3, 7, "city", value="rome")
    verdict = span_decide(Fixed(3), marked((ROME,), (lower,), (ROME,)), classes=3, skills={})
    assert [span.value for span in verdict.spans] == ["Rome"]


def test_to_mark_nothing_is_an_answer_too() -> None:
    verdict = span_decide(Fixed(2), marked((), ()), classes=3, skills={})
    assert (verdict.agreed, verdict.spans, len(verdict.regions)) == (True, (), 1)
    verdict = span_decide(Fixed(2), marked((ROME,), (), ()), classes=3, skills={})
    assert (verdict.agreed, verdict.spans) == (True, ())


def test_a_text_is_exhausted_when_the_regions_without_agreement_are() -> None:
    rule = Posterior(0.85, 2, 3)
    verdict = span_decide(rule, marked((ROME, MILAN), (PLACE, MILAN), (LONG, MILAN)), classes=4, skills={})
    assert verdict.exhausted
    assert verdict.spans == (MILAN,)
    assert isinstance(verdict.regions[0].verdict, Exhausted)
    assert verdict.confidence == 0
    assert not span_decide(rule, marked((ROME,), (PLACE,)), classes=4, skills={}).exhausted


def test_the_word_of_the_skilled_weighs_more() -> None:
    skills = {"person 0": Skill(right=90), "person 1": Skill(wrong=20)}
    verdict = span_decide(Posterior(0.85), marked((ROME,), ()), classes=3, skills=skills)
    assert verdict.spans == (ROME,)
    assert verdict.confidence > 0.85


def test_nothing_is_agreed_before_anybody_has_voted() -> None:
    assert not span_decide(Fixed(1), [], classes=3, skills={}).agreed


@given(st.lists(SPANS, max_size=6))
def test_spans_as_text_are_read_back(spans: list[Span]) -> None:
    assert spans_of(spans_text(spans)) == tuple(sorted(set(spans)))
