"""Joins: the fingerprints of sounds, which clips may be one recording, and what people decided of that."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.events import add_events
from archive.ledger.sql_conditions import among
from archive.ledger.transactions import Subject, upsert
from archive.ledger.undoing import undo
from archive.records.event import Event
from archive.records.join import HeldMedia, Join, JoinJudgement

AT_ONCE = 200
"""Fingerprints that one query brings: some 6 MB of clips of a quarter of an hour."""


@dataclass(frozen=True)
class Fingerprint:
    """The sound of a media file: the items of each track, 4 bytes each, lowest first; and how large its picture is."""

    tracks: Mapping[int, bytes]
    pixels: int | None = None


class Joins(Subject):
    """Fingerprints by the sha256 of the media, joins and judgements by their two clips."""

    def keep_fingerprint(self, media: str, made: Fingerprint) -> None:
        """Keep the fingerprint of a media file. It can be made again, so there is no event of it."""
        tracks = json.dumps([[track, len(items) // 4] for track, items in made.tracks.items()])
        values = {"pixels": made.pixels, "tracks": tracks, "items": b"".join(made.tracks.values())}
        with self._writing() as connection:
            upsert(connection, t.fingerprints, {"media": media}, values)

    def fingerprinted(self) -> set[str]:
        """The media of which there is a fingerprint."""
        with self._reading() as connection:
            return set(connection.scalars(sa.select(t.fingerprints.c.media)))

    def fingerprints(self, media: Collection[str]) -> Iterator[tuple[str, Fingerprint]]:
        """The fingerprints of some media, by their sha256, so many at a time as fit into memory."""
        names = sorted(media)
        for start in range(0, len(names), AT_ONCE):
            some = t.fingerprints.c.media.in_(names[start : start + AT_ONCE])
            query = sa.select(t.fingerprints).where(some).order_by(t.fingerprints.c.media)
            with self._reading() as connection:
                rows = connection.execute(query).all()
            for row in rows:
                yield row.media, _fingerprint(row)

    def pixels(self, media: str) -> int | None:
        """The size of a film's picture, so far as it was noted."""
        with self._reading() as connection:
            return connection.scalar(sa.select(t.fingerprints.c.pixels).where(t.fingerprints.c.media == media))

    def held(self, clips: Sequence[str] | None = None) -> dict[str, HeldMedia]:
        """The newest capture of some clips, or of every one, so far as it is compared."""
        newest = sa.select(t.captures.c.clip, sa.func.max(t.captures.c.version).label("version"))
        last = newest.group_by(t.captures.c.clip).subquery()
        same = (t.captures.c.clip == last.c.clip) & (t.captures.c.version == last.c.version)
        query = sa.select(t.captures.c.clip, t.captures.c.body).join(last, same).order_by(t.captures.c.clip)
        if clips is not None:
            query = query.where(among(t.captures.c.clip, clips))
        with self._reading() as connection:
            return {row.clip: self._document(HeldMedia, row.body) for row in connection.execute(query)}

    def propose(
        self,
        clips: Mapping[str, str],
        joins: Sequence[Join],
        *,
        anew: Collection[str] = (),
        events: Sequence[Event | None],
    ) -> None:
        """Keep what was proposed for some clips, and as what each was compared.

        Of those that were compared `anew`, what was proposed before and is no more goes; a join that somebody judged
        stays, and then says so.
        """
        found = {join.id: join for join in joins}
        judged_pairs = sa.select(t.join_judgements.c.one, t.join_judgements.c.other).distinct()
        with self._writing() as connection:
            judged = {(row.one, row.other) for row in connection.execute(judged_pairs)}
            changed = set[str]()
            for before in self._of(connection, sorted(anew)):
                if before.id not in found:
                    changed.update(before.clips)
                    self._give_up(connection, before, judged=before.clips in judged)
            for join in joins:
                if _keep(connection, join):
                    changed.update(join.clips)
            for clip, compared in clips.items():
                upsert(connection, t.done, {"clip": clip, "step": "joins"}, {"body": compared})
            for clip in sorted(changed):
                undo(connection, clip, "join")
            add_events(connection, *events)

    @staticmethod
    def _give_up(connection: sa.Connection, join: Join, *, judged: bool) -> None:
        if judged:
            _keep(connection, join.model_copy(update={"proposed": False}))
        else:
            connection.execute(sa.delete(t.joins).where(t.joins.c.id == join.id))

    def learn(self, joins: Sequence[Join]) -> None:
        """Keep proposals that a target says, where none is known of the two clips."""
        with self._writing() as connection:
            for join in joins:
                known = connection.scalar(sa.select(t.joins.c.id).where(t.joins.c.id == join.id))
                if known is None:
                    _keep(connection, join)

    def pairs(self) -> set[tuple[str, str]]:
        """The two clips of every join."""
        with self._reading() as connection:
            return {(row.one, row.other) for row in connection.execute(sa.select(t.joins.c.one, t.joins.c.other))}

    def of(self, clip: str | None = None) -> list[Join]:
        """The joins of a clip, or all: by their clips."""
        with self._reading() as connection:
            return self._of(connection, None if clip is None else [clip])

    def _of(self, connection: sa.Connection, clips: Sequence[str] | None) -> list[Join]:
        found = dict[str, Join]()
        for some in [None] if clips is None else [clips[n : n + 500] for n in range(0, len(clips), 500)]:
            query = sa.select(t.joins.c.body)
            if some is not None:
                query = query.where(t.joins.c.one.in_(some) | t.joins.c.other.in_(some))
            for body in connection.scalars(query):
                join = self._document(Join, body)
                found[join.id] = join
        return sorted(found.values(), key=lambda join: join.clips)

    def judge(self, judgement: JoinJudgement, *, events: Sequence[Event | None]) -> None:
        """Keep a judgement with its events; nothing is replaced. The same judgement again is kept once."""
        with self._writing() as connection:
            _judge(connection, judgement, events)

    def judge_as_seen(self, judgement: JoinJudgement, *, events: Sequence[Event | None]) -> bool:
        """The same, if the two clips are proposed as the person saw it; else nothing is kept, and it is False."""
        with self._writing() as connection:
            body = connection.scalar(sa.select(t.joins.c.body).where(t.joins.c.id == judgement.join))
            now = self._document(Join, body) if body else None
            if now != judgement.seen:
                return False
            _judge(connection, judgement, events)
        return True

    def judgements(self, clip: str | None = None) -> list[JoinJudgement]:
        """The judgements on a clip and another, or all, in the order in which they were given."""
        query = sa.select(t.join_judgements.c.body).order_by(t.join_judgements.c.seq)
        if clip is not None:
            query = query.where((t.join_judgements.c.one == clip) | (t.join_judgements.c.other == clip))
        with self._reading() as connection:
            return [self._document(JoinJudgement, body) for body in connection.scalars(query)]


def _fingerprint(row: Any) -> Fingerprint:
    tracks, at = dict[int, bytes](), 0
    for track, many in json.loads(row.tracks):
        tracks[track] = row.items[at : at + 4 * many]
        at += 4 * many
    return Fingerprint(tracks, row.pixels)


def _keep(connection: sa.Connection, join: Join) -> bool:
    """Keep a proposal in the place of the one before. Whether it is another one."""
    body = join.model_dump_json()
    if connection.scalar(sa.select(t.joins.c.body).where(t.joins.c.id == join.id)) == body:
        return False
    upsert(connection, t.joins, {"id": join.id}, {"one": join.one, "other": join.other, "body": body})
    return True


def _judge(connection: sa.Connection, judgement: JoinJudgement, events: Sequence[Event | None]) -> None:
    body, j = judgement.model_dump_json(), t.join_judgements
    same = (j.c.one == judgement.one) & (j.c.other == judgement.other) & (j.c.body == body)
    if connection.scalar(sa.select(j.c.seq).where(same)) is None:
        connection.execute(sa.insert(j).values(one=judgement.one, other=judgement.other, body=body))
        add_events(connection, *events)
        for clip in (judgement.one, judgement.other):
            undo(connection, clip, "join")
