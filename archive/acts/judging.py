"""Judge: what a person decides about links. Every judgement is kept at once, with its event."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archive.errors import ChangedMeanwhile, WrongFile
from archive.linking.deciding import review_sheet
from archive.linking.deciding.judgements import moment_after, verdict_of
from archive.linking.deciding.novelty import pieces
from archive.linking.deciding.review_sheet import Returned
from archive.linking.deciding.safe_csv import SheetError
from archive.masks import mask
from archive.opening.archive import Archive
from archive.records.event import METADATA, Event
from archive.records.link import Decision, Judgement, Link
from archive.records.object_ids import ObjectId

TAKEN_BACK = "taken back"


def judge(archive: Archive, link: Link, decision: Decision, *, by: str, why: str | None = None) -> Judgement:
    """Keep what a person decides about a link as they saw it. Raises ChangedMeanwhile if it is another by now."""
    (judgement,) = judge_all(archive, [(link, decision, why)], by=by)
    return judgement


def judge_all(archive: Archive, decided: Sequence[tuple[Link, Decision, str | None]], *, by: str) -> list[Judgement]:
    """Keep what a person decides about several links, all or none; with each what it replaces, and what was seen.

    Raises ChangedMeanwhile if one of the links is another by now, or gone; nothing is kept then.
    """
    readings = archive.ledger.readings
    with archive.ledger.at_once():
        before = readings.judgements_by_link(links=[link.id for link, _, _ in decided])
        judgements = [
            _judgement(link, decision, by, why, before.get(link.id, ()), archive.clock())
            for link, decision, why in decided
        ]
        given = [(one[0], made, _event(one[0].clip, made)) for one, made in zip(decided, judgements, strict=True)]
        changed = readings.judge_as_seen(given)
    if changed:
        raise ChangedMeanwhile(
            f"{', '.join(changed)}: proposed anew since it was looked at, so nothing was kept; look again"
        )
    return judgements


def take_in(archive: Archive, data: bytes, *, by: str, partial: bool = False, dry_run: bool = False) -> Returned:
    """Keep the verdicts of a spreadsheet that came back: all of them, or none if a row is at fault, unless `partial`.

    A verdict that the person has given already, with the same reason, adds nothing: `given` of the answer are those
    that are new. Raises WrongFile if the file as a whole cannot be read, and ChangedMeanwhile as `judge_all`.
    """
    readings = archive.ledger.readings
    try:
        found = review_sheet.read_verdicts(data, {link.id: link for link in readings.links()})
    except SheetError as error:
        raise WrongFile(f"{error}; nothing was kept") from error
    before = readings.judgements_by_link()
    new = tuple(one for one in found.given if not _said(before.get(one.link.id, ()), by, one.decision, one.why))
    if not dry_run and (partial or not found.faults):
        judge_all(archive, [(one.link, one.decision, one.why) for one in new], by=by)
    return replace(found, given=new)


def _said(judgements: Sequence[Judgement], by: str, decision: Decision, why: str | None) -> bool:
    """Whether a person's newest judgement says the same already; nobody withdraws what they never gave."""
    mine = [one for one in judgements if one.by == by]
    if not mine:
        return decision == "withdrawn"
    newest = max(enumerate(mine), key=lambda pair: (pair[1].at, pair[0]))[1]
    return (newest.verdict, newest.why) == (decision, mask(why) if why else None)


def take_back(archive: Archive, clip: str, judgement: Judgement) -> Judgement:
    """Undo a person's newest judgement of a link by adding one: their verdict before as it was, or `withdrawn`.

    It is possible also when the link was proposed anew since: a judged link is never gone.
    """
    readings, by = archive.ledger.readings, judgement.by
    with archive.ledger.at_once():
        before = readings.judgements(link=judgement.link)
        older = [one for one in before if one.by == by and one.at < judgement.at and one.verdict == judgement.was]
        seen = older[-1] if judgement.was else judgement
        made = Judgement(
            link=judgement.link,
            verdict=judgement.was or "withdrawn",
            by=by,
            at=moment_after(before, by, archive.clock()),
            why=TAKEN_BACK,
            was=verdict_of(before, by),
            entry_sha256=seen.entry_sha256,
            evidence=seen.evidence,
        )
        readings.judge(clip, made, event=_event(clip, made))
    return made


def _judgement(
    link: Link, decision: Decision, by: str, why: str | None, before: Sequence[Judgement], now: datetime
) -> Judgement:
    return Judgement(
        link=link.id,
        verdict=decision,
        by=by,
        at=moment_after(before, by, now),
        why=mask(why) if why else None,
        was=verdict_of(before, by),
        entry_sha256=link.entry_sha256,
        evidence=tuple(pieces(link)),
    )


def _event(clip: str, judgement: Judgement) -> Event:
    detail = f"link {judgement.link} judged {judgement.verdict}"
    return Event(object=ObjectId.work_of(clip), type=METADATA, at=judgement.at, agent=judgement.by, detail=detail)
