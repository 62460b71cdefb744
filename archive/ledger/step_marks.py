"""The marks of steps, asked of all clips at once: which forms they have, and which clips have none of some forms.

There are very many clips and few forms of marks: a step looks at the forms, and the database finds the clips.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from archive.ledger import tables as t
from archive.ledger.column_types import Words
from archive.ledger.sql_conditions import among, not_among
from archive.ledger.transactions import Subject, upsert
from archive.ledger.undoing import Step


class Marks(Subject):
    """What `Clips.mark_done` kept, of every clip.

    A form is a mark without the sha256 of its clip's newest media, of which many marks name one.
    """

    def forms(self, step: Step) -> list[str]:
        """The forms of a step's marks, of clips that are held."""
        return self._forms(_done(step))

    def forms_by_source(self, step: Step) -> dict[str, list[str]]:
        """The forms of a step's marks, of clips that are held, by the source of their newest capture."""
        media, done = _media(), _done(step)
        query = sa.select(media.c.source, _form(done, media)).join_from(media, done, done.c.clip == media.c.clip)
        found = defaultdict[str, list[str]](list)
        with self._reading() as connection:
            for source, form in connection.execute(query.where(media.c.source.is_not(None)).distinct()):
                found[source].append(form)
        return dict(found)

    def forms_of_declared(self, step: Step) -> list[tuple[str, str | None, str]]:
        """Of each held clip of which somebody declared something, and that has a mark: clip, its source, the form."""
        media, done = _media(), _done(step)
        query = sa.select(media.c.clip, media.c.source, _form(done, media))
        query = query.join_from(media, done, done.c.clip == media.c.clip)
        some = sa.exists().where(t.declarations.c.clip == media.c.clip)
        with self._reading() as connection:
            return [(clip, source, form) for clip, source, form in connection.execute(query.where(some))]

    def forms_without(self, step: Step, words: str, *, or_with: Collection[str]) -> list[str]:
        """Those forms of which some mark lacks words, or has one of others.

        The words come first: few marks are of interest, and making a form takes ten times as long as looking for words.
        There is an index of the marks that were not read in the form of today (`tables.READ`), for `status` asks often.
        """
        d, some = t.done.c, t.not_as_today(step, words, or_with)
        with self._reading() as connection:
            if not connection.scalar(sa.select(sa.func.count()).select_from(t.done).where(some)):
                return []  # mostly, and then no clip's media are asked for
        return self._forms(sa.select(d.clip, d.body).where(some).subquery())

    def _forms(self, done: sa.Subquery) -> list[str]:
        media = _media()
        query = sa.select(_form(done, media)).join_from(media, done, done.c.clip == media.c.clip).distinct()
        with self._reading() as connection:
            return list(connection.scalars(query))

    def of_forms(self, step: Step, forms: Collection[str]) -> list[str]:
        """Clips that are held and whose mark of a step is of one of some forms."""
        media, done = _media(), _done(step)
        query = sa.select(media.c.clip).join(done, done.c.clip == media.c.clip)
        return self._clips(query.where(among(_form(done, media), forms)).order_by(media.c.clip))

    def from_sources(self, step: Step, forms: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
        """Source → clips that it lists, whose newest capture is of it, and whose mark is of one of its `forms`."""
        media, done, listed = _media(), _done(step), t.listings.c
        alike = defaultdict[frozenset[str], list[str]](list)
        for source, some in forms.items():
            alike[frozenset(some)].append(source)
        wanted = [
            among(media.c.source, names) & among(_form(done, media), sorted(some)) for some, names in alike.items()
        ]
        is_listed = sa.exists().where(listed.source == media.c.source, listed.clip == media.c.clip)
        query = sa.select(media.c.source, media.c.clip).join_from(media, done, done.c.clip == media.c.clip)
        found = defaultdict[str, list[str]](list)
        with self._reading() as connection:
            for source, clip in connection.execute(query.where(sa.or_(sa.false(), *wanted), is_listed)):
                found[source].append(clip)
        return dict(found)

    def without(self, step: Step, forms: Collection[str]) -> dict[str, str]:
        """Clip → the sha256 of its newest media, of clips that are held and whose mark is of none of some forms."""
        media, done = _media(), _done(step)
        query = sa.select(media.c.clip, media.c.media).outerjoin(done, done.c.clip == media.c.clip)
        lacking = done.c.body.is_(None) | not_among(_form(done, media), forms)
        with self._reading() as connection:
            return {row.clip: row.media for row in connection.execute(query.where(lacking).order_by(media.c.clip))}

    def behind(self, step: Step) -> list[str]:
        """Clips whose mark is not the number of their newest capture."""
        newest, done = _newest(), _done(step)
        query = sa.select(newest.c.clip).outerjoin(done, done.c.clip == newest.c.clip)
        other = done.c.body.is_(None) | (done.c.body != sa.cast(newest.c.version, Words))
        return self._clips(query.where(other).order_by(newest.c.clip))

    def unlike(self, step: Step, body: str) -> list[str]:
        """Clips that are held and whose mark of a step is not this one: the fewer they are, the less it takes."""
        held, d = sa.select(t.captures.c.clip).distinct().subquery(), t.done.c
        marked = sa.exists().where(d.clip == held.c.clip, d.step == step, d.body == body)
        return self._clips(sa.select(held.c.clip).where(~marked).order_by(held.c.clip))

    def put(self, step: Step, clips: Collection[str], body: str) -> None:
        """Keep one mark of a step for several clips."""
        with self._writing() as connection:
            for clip in clips:
                upsert(connection, t.done, {"clip": clip, "step": step}, {"body": body})

    def turn(self, step: Step, clips: Collection[str], was: str, now: str | None) -> None:
        """Change the marks of those of some clips that still have the one mark into another; None takes them away.

        So a step that puts a mark of its own before it reads is marked as done only where nothing changed meanwhile.
        """
        mine = (t.done.c.step == step) & (t.done.c.body == was) & among(t.done.c.clip, clips)
        with self._writing() as connection:
            if now is None:
                connection.execute(sa.delete(t.done).where(mine))
            else:
                connection.execute(sa.update(t.done).where(mine).values(body=now))

    def bodies(self, step: Step) -> list[str]:
        """The marks of a step that differ."""
        query = sa.select(t.done.c.body).where(t.done.c.step == step).distinct()
        with self._reading() as connection:
            return list(connection.scalars(query))

    def worth_linking(self, marks: Collection[str]) -> list[str]:
        """Clips with words, transcribed or captions, whose mark of linking is none of some."""
        return self._lacking("link", marks, _READ, t.transcripts.c.clip == t.clips.c.id)

    def worth_sealing(self, marks: Collection[str]) -> list[str]:
        """Clips of which something is known beside their evidence, and whose mark of sealing that is none of some.

        That is that they were transcribed, or cannot be; a transcript, an access level, a declaration, a join.
        """
        joins, judged, clip = t.joins.c, t.join_judgements.c, t.clips.c.id
        unread = (t.failures.c.clip == clip) & (t.failures.c.step == "transcribe")
        named = (column == clip for column in (joins.one, joins.other, judged.one, judged.other))
        known = (t.transcripts.c.clip == clip, t.declarations.c.clip == clip, *named)
        return self._lacking("work", marks, _READ, unread, *known, or_else=t.clips.c.access.is_not(None))

    def _lacking(
        self,
        step: Step,
        marks: Collection[str],
        *worth: sa.ColumnElement[bool],
        or_else: sa.ColumnElement[bool] | None = None,
    ) -> list[str]:
        """Those of all clips without a mark, for which there is some row that makes them worth it: few are asked."""
        clip, done = t.clips.c.id, _done(step)
        unmarked = done.c.body.is_(None) | not_among(done.c.body, marks)
        first = sa.select(clip).outerjoin(done, done.c.clip == clip).where(unmarked)
        lacking = first.cte("lacking").prefix_with("MATERIALIZED")  # before anything is asked of them
        known = () if or_else is None else (or_else,)
        some = sa.or_(*known, *(sa.exists().where(one).correlate(t.clips) for one in worth))
        return self._clips(sa.select(clip).join(lacking, lacking.c.id == clip).where(some).order_by(clip))

    def _clips(self, query: sa.Select[tuple[str]]) -> list[str]:
        with self._reading() as connection:
            return list(connection.scalars(query))


def _done(step: Step) -> sa.Subquery:
    return sa.select(t.done.c.clip, t.done.c.body).where(t.done.c.step == step).subquery()


_READ = (t.done.c.clip == t.clips.c.id) & (t.done.c.step == "transcribe")


def _newest() -> sa.Subquery:
    c = t.captures.c
    return sa.select(c.clip, sa.func.max(c.version).label("version")).group_by(c.clip).subquery()


def _media() -> sa.Subquery:
    """Each clip with its newest media and the source of that, by an index alone: a capture's row is large."""
    c, later = t.captures.c, t.captures.alias().c
    newer = sa.exists().where(later.clip == c.clip, later.version > c.version)
    return sa.select(c.clip, c.media, c.source).where(~newer).subquery()


def _form(done: sa.Subquery, media: sa.Subquery) -> sa.ColumnElement[str]:
    return sa.func.replace(done.c.body, media.c.media, "", type_=Words())
