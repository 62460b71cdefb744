"""A link in a few lines of 80 columns, as `show` and `entry` print it."""

from collections.abc import Iterable, Sequence

from rich.markup import escape

from archive.linking.deciding.descriptions import evidence, judged, rivals, verdict_in_words, when
from archive.linking.deciding.judgements import joint_verdict
from archive.linking.deciding.quotes import passages
from archive.records.link import Judgement, Link
from archive.records.transcript import TranscriptRef
from flows.cli import console

LABEL = 10
SHOWN = 3
"""Passages and parts of evidence that are printed; `--json` has all."""


def lines(
    link: Link, judgements: Sequence[Judgement], *, label: str, title: str, transcripts: Iterable[TranscriptRef]
) -> list[str]:
    """A link as marked-up lines: how it stands, its seconds, its quote, its evidence, who judged it.

    `transcripts` are those of its clip: seconds are on the clock of a browser that plays the original.
    """
    ahead = {ref.name: ref.starts_at for ref in transcripts}
    told = verdict_in_words(joint_verdict(judgements)) + ("" if link.proposed else ", no longer proposed")
    facts = ", ".join(
        [f"tier {link.tier}", link.method, link.role, f"score {link.score:.2f}", *filter(None, [rivals(link)])]
    )
    places = passages(link)
    at = ", ".join(dict.fromkeys(when(place, ahead.get(place.where, 0.0)) for place in places[:SHOWN]))
    at += f" and {len(places) - SHOWN} more" if len(places) > SHOWN else ""
    parts = evidence(link)
    return [
        f"[bold]{label:>{LABEL}}[/]  {_cut(f'{title}: {told}')}",
        _under(facts),
        _under(f"{at}: “{link.quote}”"),
        *([_under("; ".join(parts[:SHOWN]) + ("; …" if len(parts) > SHOWN else ""))] if parts else []),
        *(_under(line) for line in judged(judgements)),
        *([_under(f"conflict: {link.conflict}", "red")] if link.conflict else []),
        _under(f"link {link.id}"),
    ]


def _under(words: str, style: str = "") -> str:
    text = _cut(words)
    return f"{'':>{LABEL + 2}}" + (f"[{style}]{text}[/]" if style else text)


def _cut(words: str) -> str:
    return escape(console.fit(words, 80 - LABEL - 2))
