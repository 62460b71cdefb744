"""Runs: what was taken into the index at once, and how several become one.

Runs of like size are merged when there are several, so that a word stands in few places and a new clip costs no more
than itself (O'Neil and others, The log-structured merge-tree, 1996).
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from archive.searching import index_tables as t
from archive.searching.index_places import among, insert, values
from archive.searching.postings import Numbers, decode, encode
from archive.searching.sound_keys import Heard

TOGETHER = 8
"""Runs of like size that are merged into one; and how many times larger the next size is."""

BLOCK = 1 << 19
"""Segments of a run that is merged with no other: where too many are to be read, the last runs are."""

AT_ONCE = 20_000
"""Words that are looked up or merged at once, which bounds the memory."""

Written = list[tuple[int, int, bytes]]
"""Words by number, each with how often it stands and its postings."""


class Runs:
    """The runs within one transaction that writes; `counts` are the index's own, and are counted up."""

    def __init__(self, connection: sa.Connection, counts: dict[str, int]) -> None:
        self._connection, self._counts = connection, counts

    def write(self, shelf: int, base: int, many: int, parts: Iterable[Written], heard: Heard) -> None:
        """Write a run of `many` segments, which its postings count from `base`."""
        run, found = self._counts["run"], list[int]()
        self._counts["run"] += 1
        for part in parts:
            insert(self._connection, t.postings, [(word, run, count, body) for word, count, body in part])
            found += [word for word, _, _ in part]
        words = zlib.compress(np.diff(np.array(found, np.int64), prepend=0).astype(np.uint32).tobytes())
        insert(self._connection, t.runs, [(run, shelf, base, many, words, heard.to_bytes())])

    def merge(self) -> bool:
        """Merge runs of like size where there are several. Whether there were."""
        sizes = defaultdict[tuple[int, int], list[Any]](list)
        for row in self._all():
            sizes[row.shelf, int(np.log(max(1, row.segments)) / np.log(TOGETHER))].append(row)
        groups = [rows for rows in sizes.values() if len(rows) >= TOGETHER and rows[0].segments < BLOCK]
        for rows in groups:
            self._merge(rows)
        return bool(groups)

    def merge_all(self) -> None:
        """Merge all runs, but into none of more than a block, and forget what is gone."""
        blocks = list[list[Any]]()
        for row in self._all():
            last = blocks[-1] if blocks else []
            if last and last[0].shelf == row.shelf and sum(one.segments for one in last) + row.segments <= BLOCK:
                last.append(row)
            else:
                blocks.append([row])
        for rows in blocks:
            if len(rows) > 1 or self._counts["gone"]:
                self._merge(rows)
        self._connection.execute(sa.delete(t.pages).where(t.pages.c.gone))
        self._counts["gone"] = 0

    def _all(self) -> Sequence[Any]:
        return self._connection.execute(sa.select(t.runs).order_by(t.runs.c.shelf, t.runs.c.base)).all()

    def _merge(self, rows: Sequence[Any]) -> None:
        shelf, base, numbers = rows[0].shelf, min(row.base for row in rows), [row.run for row in rows]
        bases = {row.run: row.base for row in rows}
        words = np.unique(np.concatenate([_words(row.words) for row in rows]))
        gone = self._connection.execute(
            sa.select(t.pages.c.first, t.pages.c.many).where(t.pages.c.gone).order_by(t.pages.c.first)
        ).all()
        starts = np.array([row.first for row in gone], np.int64)
        ends = starts + np.array([row.many for row in gone], np.int64)

        def parts() -> Iterable[Written]:
            for start in range(0, len(words), AT_ONCE):
                some = words[start : start + AT_ONCE].tolist()
                yield self._merged(some, numbers, bases, base, (starts, ends))

        heard = Heard.together([Heard.from_bytes(bytes(row.sounds)) for row in rows])
        self.write(shelf, base, sum(row.segments for row in rows), parts(), heard)
        self._connection.execute(sa.delete(t.runs).where(t.runs.c.run.in_(numbers)))

    def _merged(
        self, words: list[int], runs: list[int], bases: dict[int, int], base: int, gone: tuple[Numbers, Numbers]
    ) -> Written:
        given = {"words": values(self._connection, words), "runs": values(self._connection, runs)}
        which = f"{among(self._connection, 'word', 'words')} AND {among(self._connection, 'run', 'runs')}"
        query = sa.text(f"SELECT word, run, many, body FROM search_postings WHERE {which} ORDER BY word, run")  # noqa: S608
        rows = self._connection.execute(query, given).all()
        self._connection.execute(sa.text(f"DELETE FROM search_postings WHERE {which}"), given)  # noqa: S608
        there = decode([(bases[row.run], row.many, bytes(row.body)) for row in rows])
        standing = np.repeat(np.array([row.word for row in rows], np.int64), [row.many for row in rows])
        starts, ends = gone
        if len(starts):
            page = np.searchsorted(starts, there.segments, side="right") - 1
            lost = (page >= 0) & (there.segments < ends[page])
            standing, segments, places = standing[~lost], there.segments[~lost], there.places[~lost]
        else:
            segments, places = there
        order = np.lexsort((places, segments, standing))
        return encode(standing[order], segments[order], places[order], base)


def _words(written: bytes) -> Numbers:
    return np.cumsum(np.frombuffer(zlib.decompress(written), np.uint32).astype(np.int64))
