"""What of clips can be found by its words, and what is asked of them beside those: of many clips at one moment."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.clips import AccessGiven
from archive.ledger.sql_conditions import among
from archive.ledger.transactions import Subject
from archive.records.clip import Capture
from archive.records.link import Judgement, Link
from archive.records.sighting import Sighting
from archive.records.transcript import Correction, TranscriptRef


@dataclass(frozen=True)
class ClipWords:
    """A clip that is held: its newest capture, its transcripts with the texts of their files, and all beside them.

    Corrections are in the order in which they were made, sightings by their beginnings, judgements by link.
    """

    capture: Capture
    access: AccessGiven | None
    transcripts: Sequence[tuple[TranscriptRef, str]]
    corrections: Sequence[Correction]
    sightings: Sequence[Sighting]
    links: Sequence[Link]
    judgements: Mapping[str, Sequence[Judgement]]


class Searchable(Subject):
    """The words of clips, read together."""

    def of(self, clips: Collection[str]) -> dict[str, ClipWords]:
        """Those of some clips that are held, as they are at one moment."""
        with self._reading() as connection:
            captures = {row.clip: row for row in self._rows(connection, t.captures, clips, t.captures.c.version)}
            given = connection.execute(
                sa.select(t.clips).where(among(t.clips.c.id, clips), t.clips.c.access.is_not(None))
            )
            access = {row.id: AccessGiven(row.access, row.access_by, row.access_at) for row in given}
            transcripts = self._each(connection, t.transcripts, clips, t.transcripts.c.name)
            corrections = self._each(connection, t.corrections, clips, t.corrections.c.seq)
            sightings = self._each(connection, t.sightings, clips, t.sightings.c.first, t.sightings.c.id)
            links = self._each(connection, t.links, clips, t.links.c.id)
            judgements = self._each(connection, t.judgements, clips, t.judgements.c.seq)
        return {
            clip: ClipWords(
                capture=self._document(Capture, row.body),
                access=access.get(clip),
                transcripts=[(self._document(TranscriptRef, one.ref), one.body) for one in transcripts[clip]],
                corrections=[self._document(Correction, one.body) for one in corrections[clip]],
                sightings=[Sighting(**{name: getattr(one, name) for name in _SIGHTING}) for one in sightings[clip]],
                links=[self._document(Link, one.body) for one in links[clip]],
                judgements=self._by_link(judgements[clip]),
            )
            for clip, row in captures.items()
        }

    def _by_link(self, rows: Sequence[Any]) -> dict[str, list[Judgement]]:
        found = dict[str, list[Judgement]]()
        for row in rows:
            found.setdefault(row.link, []).append(self._document(Judgement, row.body))
        return found

    @staticmethod
    def _rows(
        connection: sa.Connection, table: sa.Table, clips: Collection[str], *order: sa.ColumnElement[Any]
    ) -> Sequence[Any]:
        return connection.execute(sa.select(table).where(among(table.c.clip, clips)).order_by(*order)).all()

    def _each(
        self, connection: sa.Connection, table: sa.Table, clips: Collection[str], *order: sa.ColumnElement[Any]
    ) -> Mapping[str, list[Any]]:
        found = defaultdict[str, list[Any]](list)
        for row in self._rows(connection, table, clips, *order):
            found[row.clip].append(row)
        return found


_SIGHTING = tuple(Sighting.model_fields)
