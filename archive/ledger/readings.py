"""What was read out of clips: transcripts and people's corrections, links and people's judgements on them."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import lacks
from archive.ledger.events import add_events
from archive.ledger.sql_conditions import among
from archive.ledger.transactions import Subject, upsert
from archive.ledger.undoing import undo
from archive.records.event import Event
from archive.records.link import Judgement, Link
from archive.records.transcript import Correction, Declaration, TranscriptRef

AT_A_TIME = 500
"""Links that one query names."""


class Readings(Subject):
    """Declared languages, transcripts, corrections, links and judgements of clips."""

    def declare(self, clip: str, declaration: Declaration, *, event: Event | None) -> None:
        """Keep what a person says is spoken in a clip, with its event.

        Nothing is replaced, and the same one again is kept once.
        """
        with self._writing() as connection:
            if declaration not in self.declarations(clip):
                values = {"clip": clip, "body": declaration.model_dump_json()}
                connection.execute(sa.insert(t.declarations).values(**values))
                add_events(connection, event)
                undo(connection, clip, "declaration")

    def declarations(self, clip: str) -> list[Declaration]:
        """What people said is spoken in a clip, in the order in which they said it, not that of being learnt of."""
        query = sa.select(t.declarations.c.body).where(t.declarations.c.clip == clip).order_by(t.declarations.c.seq)
        with self._reading() as connection:
            said = [self._document(Declaration, body) for body in connection.scalars(query)]
        return sorted(said, key=lambda declaration: declaration.at)

    def declared(self) -> list[str]:
        """Clips for which somebody declared languages, or took that back."""
        with self._reading() as connection:
            return list(connection.scalars(sa.select(t.declarations.c.clip).distinct()))

    def newest_declarations(self) -> dict[str, Declaration]:
        """Clip → what somebody declared last of it, or took back, of all clips, as the last of `declarations` is."""
        query = sa.select(t.declarations.c.clip, t.declarations.c.body).order_by(t.declarations.c.seq)
        found = dict[str, Declaration]()
        with self._reading() as connection:
            for clip, body in connection.execute(query):
                said = self._document(Declaration, body)
                if clip not in found or said.at >= found[clip].at:
                    found[clip] = said
        return found

    def add_transcript(self, clip: str, ref: TranscriptRef, body: str, *, event: Event | None) -> None:
        """Keep a transcript, its reference and the exact text of its file, with the event that it was made."""
        with self._writing() as connection:
            values = {"ref": ref.model_dump_json(), "body": body}
            upsert(connection, t.transcripts, {"clip": clip, "name": ref.name}, values)
            add_events(connection, event)
            undo(connection, clip, "transcript")

    def transcripts(self, clip: str) -> list[tuple[TranscriptRef, str]]:
        """The transcripts of a clip with the text of their files, by name."""
        query = sa.select(t.transcripts).where(t.transcripts.c.clip == clip).order_by(t.transcripts.c.name)
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return [(self._document(TranscriptRef, row.ref), row.body) for row in rows]

    def refs(self, clip: str) -> list[TranscriptRef]:
        """The references of a clip's transcripts, by name."""
        query = sa.select(t.transcripts.c.ref).where(t.transcripts.c.clip == clip).order_by(t.transcripts.c.name)
        with self._reading() as connection:
            return [self._document(TranscriptRef, ref) for ref in connection.scalars(query)]

    def with_empty_transcripts(self, clips: Collection[str]) -> list[str]:
        """Those of some clips that have a transcript of a track without any sound."""
        if not clips:
            return []
        query = sa.select(t.transcripts.c.clip, t.transcripts.c.ref).where(among(t.transcripts.c.clip, clips))
        with self._reading() as connection:
            rows = connection.execute(query).all()
        refs = ((row.clip, self._document(TranscriptRef, row.ref)) for row in rows)
        return sorted({clip for clip, ref in refs if ref.kind == "whisper" and not (ref.segments or ref.gaps)})

    def count_transcripts(self) -> int:
        """How many transcripts there are."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(t.transcripts)) or 0

    def correct(
        self,
        clip: str,
        corrections: Sequence[Correction],
        *,
        events: Sequence[Event | None],
        known: int | None = None,
    ) -> bool:
        """Keep corrections, with their events; nothing is replaced, and the same one again is kept once.

        Where all of them are known already there is no event.

        With `known`, so many of the clip must be there already: else somebody corrected it meanwhile, nothing is kept,
        and the answer is False.
        """
        mine = t.corrections.c.clip == clip
        with self._writing() as connection:
            there = list(connection.scalars(sa.select(t.corrections.c.body).where(mine)))
            if known is not None and len(there) != known:
                return False
            bodies = [correction.model_dump_json() for correction in corrections]
            new = [(one, body) for one, body in zip(corrections, bodies, strict=True) if body not in there]
            for correction, body in new:
                values = {"clip": clip, "transcript": correction.transcript, "body": body}
                connection.execute(sa.insert(t.corrections).values(**values))
                undo(connection, clip, "correction in conflict" if correction.conflict else "correction")
            add_events(connection, *(events if new else ()))
        return True

    def corrections(self, clip: str) -> list[Correction]:
        """The corrections of a clip's transcripts, in the order in which they were made."""
        query = sa.select(t.corrections.c.body).where(t.corrections.c.clip == clip).order_by(t.corrections.c.seq)
        with self._reading() as connection:
            return [self._document(Correction, body) for body in connection.scalars(query)]

    def corrected(self) -> list[str]:
        """Clips with a correction."""
        with self._reading() as connection:
            return list(connection.scalars(sa.select(t.corrections.c.clip).distinct().order_by(t.corrections.c.clip)))

    def set_links(
        self,
        clip: str,
        links: list[Link],
        state_of: Callable[[Link], str | None] = lambda link: link.entry_sha256,
        *,
        event: Event | None,
    ) -> None:
        """Keep what was proposed for a clip, with the event of it.

        A link that somebody judged stays also when it is proposed no more, and then says so; `state_of` gives the
        digest of its entry as that is now.
        """
        with self._writing() as connection:
            judged = sa.select(t.judgements.c.link).where(t.judgements.c.clip == clip)
            connection.execute(sa.delete(t.links).where(t.links.c.clip == clip, t.links.c.id.not_in(judged)))
            kept = [self._document(Link, body) for body in connection.scalars(_bodies(clip=clip))]
            gone = [link.model_copy(update={"proposed": False, "entry_sha256": state_of(link)}) for link in kept]
            for link in [*gone, *links]:
                values = {"clip": clip, "entry": link.entry, "body": link.model_dump_json()}
                upsert(connection, t.links, {"id": link.id}, values)
            add_events(connection, event)
            undo(connection, clip, "links")

    def links(self, clip: str | None = None, *, entry: str | None = None) -> list[Link]:
        """The links of a clip, of an entry of any register, or all: surest first."""
        return self._links(_bodies(clip=clip, entry=entry))

    def judged_links(self) -> list[Link]:
        """The links of which somebody judged, surest first."""
        return self._links(_bodies().where(t.links.c.id.in_(sa.select(t.judgements.c.link))))

    def _links(self, query: sa.Select[tuple[str]]) -> list[Link]:
        with self._reading() as connection:
            found = [self._document(Link, body) for body in connection.scalars(query)]
        return sorted(found, key=lambda link: (link.clip, link.tier, -link.score, link.entry, link.id))

    def count_links(self) -> int:
        """How many links there are."""
        with self._reading() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(t.links)) or 0

    def disagreeing(self) -> set[str]:
        """Links whose proposal itself says that something disagrees."""
        query = sa.select(t.links.c.id).where(lacks(t.links.c.body, t.AGREED))
        with self._reading() as connection:
            return set(connection.scalars(query))

    def judge(self, clip: str, judgement: Judgement, *, event: Event | None) -> None:
        """Keep a judgement, with its event; nothing is replaced. The same judgement again is kept once."""
        with self._writing() as connection:
            _judge(connection, [(clip, judgement, event)])

    def judge_as_seen(self, given: Sequence[tuple[Link, Judgement, Event]]) -> list[str]:
        """Keep judgements with their events, all or none: each with the link as the person saw it.

        Where a link is another one by now, or gone, nothing is kept, and the answer has the ids of those.
        """
        with self._writing() as connection:
            rows = _of_links(
                connection, sa.select(t.links.c.id, t.links.c.body), t.links.c.id, (link.id for link, _, _ in given)
            )
            now = {row.id: self._document(Link, row.body) for row in rows}
            changed = [link.id for link, _, _ in given if now.get(link.id) != link]
            if not changed:
                _judge(connection, [(link.clip, judgement, event) for link, judgement, event in given])
        return changed

    def judgements(self, clip: str | None = None, *, link: str | None = None) -> list[Judgement]:
        """The judgements on a clip's links, on one link, or all, in the order in which they were given."""
        query = sa.select(t.judgements.c.body).order_by(t.judgements.c.seq)
        if clip is not None:
            query = query.where(t.judgements.c.clip == clip)
        if link is not None:
            query = query.where(t.judgements.c.link == link)
        with self._reading() as connection:
            return [self._document(Judgement, body) for body in connection.scalars(query)]

    def judgements_by_link(
        self, clip: str | None = None, *, links: Collection[str] | None = None
    ) -> dict[str, list[Judgement]]:
        """The judgements on some links, on a clip's, or all, by link, in the order in which they were given."""
        if links is None:
            given = self.judgements(clip)
        else:
            query = sa.select(t.judgements.c.body).order_by(t.judgements.c.seq)
            with self._reading() as connection:
                rows = _of_links(connection, query, t.judgements.c.link, links)
            given = [self._document(Judgement, row.body) for row in rows]
        found = dict[str, list[Judgement]]()
        for judgement in given:
            found.setdefault(judgement.link, []).append(judgement)
        return found


def _bodies(*, clip: str | None = None, entry: str | None = None) -> sa.Select[tuple[str]]:
    query = sa.select(t.links.c.body)
    if clip is not None:
        query = query.where(t.links.c.clip == clip)
    return query if entry is None else query.where(t.links.c.entry == entry)


def _of_links(
    connection: sa.Connection, query: sa.Select[Any], link: sa.Column[str], links: Iterable[str]
) -> list[Any]:
    """The rows of a query that are of some links, asked for so many at a time as any database takes."""
    names = sorted(set(links))
    parts = (names[start : start + AT_A_TIME] for start in range(0, len(names), AT_A_TIME))
    return [row for part in parts for row in connection.execute(query.where(link.in_(part)))]


def _judge(connection: sa.Connection, given: Sequence[tuple[str, Judgement, Event | None]]) -> None:
    """Keep judgements of clips' links with their events; those that are known already are left out."""
    judged = (judgement.link for _, judgement, _ in given)
    j = t.judgements.c
    known = {(row.link, row.body) for row in _of_links(connection, sa.select(j.link, j.body), j.link, judged)}
    rows, events = list[dict[str, str]](), list[Event | None]()
    for clip, judgement, event in given:
        row = {"link": judgement.link, "clip": clip, "verdict": judgement.verdict, "body": judgement.model_dump_json()}
        if (row["link"], row["body"]) not in known:
            known.add((row["link"], row["body"]))
            rows.append(row)
            events.append(event)
    if rows:
        connection.execute(sa.insert(t.judgements), rows)
        add_events(connection, *events)
        for clip in dict.fromkeys(row["clip"] for row in rows):
            undo(connection, clip, "judgement")
