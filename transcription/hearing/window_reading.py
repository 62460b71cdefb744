"""Reading one window of a track: batch after batch of speech chunks, each in its own language.

What a batch does depends only on the window and on what was heard before, so a batch that is known from a checkpoint
need not be read again, and what follows comes out the same.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from types import MappingProxyType

from transcription.engines.engine import Encoded, Engine, Written
from transcription.engines.repetition import compression_ratio, loops
from transcription.hearing.chunks import Chunk, next_chunks
from transcription.hearing.gaps import Left
from transcription.hearing.hidden_languages import HiddenLanguages
from transcription.hearing.language_by_reading import Words
from transcription.hearing.language_choice import SURE, Odds, decide, settled, shares
from transcription.hearing.second_opinion import Opinion, doubted
from transcription.hearing.segments import Said, marks_of, segments_of
from transcription.hearing.speech_spans import Span, Window, holes, within
from transcription.hearing.speech_spans import settled as settle
from transcription.languages import Languages
from transcription.records import LanguageBy, Options, Record, Segment

TOO_SHORT_MS = 100
"""Whisper answers `en` at 0.5 to a blink of sound: that is no language."""

ALONE = 0.9
"""Probability, among all the model's languages, of the only one that is allowed: below it a pack is read apart."""

UNWRITTEN_MS = 1000
"""A stretch of speech of this length or more that the model passed over within a chunk is read again by itself.

Whisper ends early, or leaps, where several voices or sentences share its 30 seconds: on shuffled English clips a third
of all words was lost so, in chunks of their own most of them were there."""

UNDETERMINED = "und"
"""The language of a chunk that the main model may write nothing of (ISO 639-2), until reading decides."""

MEMORY_OF_CHUNKS = 12
"""Chunks before this one that decide whether a language has settled."""


class HeardChunk(Record):
    """What is remembered of a chunk: its language, the probabilities of the allowed ones, its seconds."""

    language: str
    odds: dict[str, float]
    probability: float
    seconds: float


class Batch(Record):
    """What came of a batch: how many stretches of speech it took, how many of the next are to be read apart."""

    took: int
    apart: int
    heard: tuple[HeardChunk, ...]
    segments: tuple[Segment, ...]
    translated: tuple[Segment, ...]
    left: tuple[Left, ...]


def sure_of(language: str, odds: Odds, allowed: Collection[str], heard: Sequence[HeardChunk]) -> bool:
    """Whether a packed chunk is in one language throughout; if not, its stretches are read apart.

    Where several languages are allowed, the others' odds tell. Where one is, all the model's languages do: a chunk that
    is less sure than `ALONE` may hold another language, unless this recording has been no surer stretch by stretch.
    """
    if len(allowed) > 1:
        return shares(odds, allowed)[language] >= SURE
    usual = sum(chunk.probability for chunk in heard) / len(heard) if heard else 1.0
    return odds.get(language, 0.0) >= min(ALONE, usual)


class Reader:
    """Reads windows with a model; `own_model` gives the model of a language that has one, loaded when first asked.

    `words` are those known of languages that the main model lacks, by which reading decides between them and others.
    """

    def __init__(
        self,
        model: Engine,
        own_model: Callable[[str], Engine],
        options: Options,
        languages: Languages,
        words: Words = MappingProxyType({}),
    ) -> None:
        self._model = model
        self._own_model = own_model
        self._options = options
        self._languages = languages
        hides = bool(languages.ears) and not languages.forced
        self._hidden = HiddenLanguages(own_model, options, languages, words) if hides else None

    def batch(self, window: Window, spans: Sequence[Span], heard: Sequence[HeardChunk], apart: int) -> Batch:
        """Read the next chunks of `spans`, all that is left of a window's speech. `heard` are the chunks before."""
        options, allowed = self._options, self._languages.allowed
        possible = allowed | self._languages.ears
        before = [(chunk.language, chunk.odds, chunk.seconds) for chunk in heard]
        forced = self._languages.forced
        language = forced or settled(before, possible)
        if language not in (forced, *allowed):
            language = None  # the detector cannot tell whether a pack is in it throughout
        longest = options.pack_seconds * 1000 if language and self._packs(language) else None
        chunks = next_chunks(spans, options.at_once, apart=apart, longest=longest)
        model = self._own_model(forced) if forced else self._model
        encoded = model.encode([chunk.sound(window) for chunk in chunks])
        odds = model.hear(encoded)
        unsure = [
            n
            for n, chunk in enumerate(chunks)
            if language and len(chunk.pieces) > 1 and not forced and not sure_of(language, odds[n], allowed, heard)
        ]
        kept = unsure[0] if unsure else len(chunks)
        again = len(chunks[kept].pieces) if unsure else max(0, apart - sum(len(c.pieces) for c in chunks))
        chunks, odds = chunks[:kept], odds[:kept]
        took = sum(len(chunk.pieces) for chunk in chunks)
        if not chunks:
            return Batch(took=0, apart=again, heard=tuple(heard), segments=(), translated=(), left=())
        rows = encoded.rows(range(kept))
        last = heard[-1].language if heard else None
        found = self._named(odds, chunks, before=last)
        said = self._write(window, chunks, odds, rows, found, model)
        if self._hidden:
            said = self._hidden.found(window, said, before=last)
        remembered = [
            HeardChunk(
                language=one.language,
                odds=dict(shares(one.heard or one.odds, possible)),
                probability=one.odds.get(one.language, 0.0),
                seconds=one.chunk.seconds,
            )
            for one in said
        ]
        said = self._again(window, said)
        segments: list[Segment] = []
        translated: list[Segment] = []
        left: list[Left] = []
        for one in said:
            made, aid, gone = segments_of(window, one, options, self._languages)
            segments += made
            translated += aid
            left += gone
        return Batch(
            took=took,
            apart=again,
            heard=(*heard, *remembered)[-MEMORY_OF_CHUNKS:],
            segments=tuple(sorted(segments, key=lambda s: s.start)),
            translated=tuple(sorted(translated, key=lambda s: s.start)),
            left=tuple(left),
        )

    def _packs(self, language: str) -> bool:
        """Whether stretches of speech in a settled language are read as one, by whatever may be asked to read them."""
        return all(map(self._options.packs, (language, *self._languages.ears_behind(language))))

    def _named(self, odds: Sequence[Odds], chunks: Sequence[Chunk], *, before: str | None) -> list[str]:
        """The language of each chunk among those that the main model may write; undetermined where that is none."""
        languages = self._languages
        if languages.forced or languages.closed:
            return [languages.forced or UNDETERMINED] * len(chunks)
        return decide(odds, [chunk.seconds for chunk in chunks], languages.allowed, before=before)

    def _write(
        self,
        window: Window,
        chunks: Sequence[Chunk],
        odds: Sequence[Odds],
        encoded: Encoded,
        languages: Sequence[str],
        model: Engine,
    ) -> list[Said]:
        """Write each chunk by the model of its language."""
        options = self._options
        said: dict[int, Said] = {}
        routes = [(language, options.of(language).model is not None) for language in languages]
        for route in sorted(set(routes)):
            rows = [n for n, one in enumerate(routes) if one == route]
            language, own = route
            if language == UNDETERMINED:
                nothing = Written((), (), 0.0, None)
                said |= {n: Said(chunks[n], language, odds[n], nothing, model, None, guessed=False) for n in rows}
                continue
            writer, part = model, encoded.rows(rows)
            twice = own and model is self._model and self._reads_twice(language)
            own = own and not (twice and options.stands_first == "main")
            if own and model is self._model:
                writer = self._own_model(language)
                part = writer.encode([chunks[n].sound(window) for n in rows])
            mine = [options.of(language).token or language if own else language] * len(rows)
            prompts = [options.of(language).prompt] * len(rows)
            written = writer.write(part, mine, prompts=prompts, words=options.word_times)
            aids: list[Written | None] = [None] * len(rows)
            if options.translate and language != "en" and "translation" not in writer.lacks:
                aids = list(writer.write(part, mine, translate=True))
            for n, text, aid in zip(rows, written, aids, strict=True):
                name = writer.name if own else None
                by = self._by(language, odds[n])
                said[n] = Said(chunks[n], language, odds[n], text, writer, name, guessed=False, translated=aid, by=by)
            if twice:
                said |= self._second(window, {n: said[n] for n in rows}, encoded)
        return [said[n] for n in range(len(chunks))]

    def _reads_twice(self, language: str) -> bool:
        """Whether speech in a language may be read by its own model and by the main one."""
        return self._options.second_opinion != "off" and language in self._model.languages

    def _second(self, window: Window, said: Mapping[int, Said], encoded: Encoded) -> dict[int, Said]:
        """Chunks of one language, read by the other of its two engines too: all, or those that are doubtful."""
        options = self._options
        every = options.second_opinion == "all"
        asked = [n for n, one in said.items() if every or doubted(marks_of(one, options, self._languages))]
        if not asked:
            return {}
        first = said[asked[0]]
        if first.own:
            engine, part, told = self._model, encoded.rows(asked), first.language
        else:
            engine = self._own_model(first.language)
            part = engine.encode([said[n].chunk.sound(window) for n in asked])
            told = options.of(first.language).token or first.language
        prompts = [options.of(first.language).prompt] * len(asked)
        written = engine.write(part, [told] * len(asked), prompts=prompts)
        return {
            n: replace(said[n], second=Opinion(model=engine.name, text=one.text))
            for n, one in zip(asked, written, strict=True)
        }

    def _again(self, window: Window, said: Sequence[Said]) -> list[Said]:
        """What was written, and what comes of reading again, by itself, the speech that the model passed over.

        A packed chunk in which the model lost its way is read stretch by stretch instead. What is written at last of a
        stretch that was passed over is kept where the model did not go round in circles.
        """
        kept: list[Said] = []
        spans: list[tuple[Said, Span]] = []
        instead: set[Span] = set()
        for one in said:
            lost = len(one.chunk.pieces) > 1 and self._lost(one)
            if lost:
                instead.update(one.chunk.pieces)
            else:
                kept.append(one)
            spans += ((one, span) for span in (one.chunk.pieces if lost else self._unwritten(one)))
        for some in self._batches(spans):
            chunks = [Chunk((span,)) for _, span in some]
            model = some[0][0].engine if self._languages.forced else self._model
            encoded = model.encode([chunk.sound(window) for chunk in chunks])
            odds = model.hear(encoded)
            found = [
                self._named([heard], [chunk], before=one.language)[0]
                for (one, _), chunk, heard in zip(some, chunks, odds, strict=True)
            ]
            written = self._write(window, chunks, odds, encoded, found, model)
            if self._hidden:
                pairs = zip(written, some, strict=True)
                written = [self._hidden.found(window, [new], before=one.language)[0] for new, (one, _) in pairs]
            kept += (one for one in written if one.chunk.span in instead or not self._lost(one))
        return kept

    def _batches(self, spans: Sequence[tuple[Said, Span]]) -> Iterator[Sequence[tuple[Said, Span]]]:
        """Short stretches apart from longer ones: a batch is encoded as long as its longest chunk asks for."""

        def reach(found: tuple[Said, Span]) -> int:
            return self._model.reach(found[1].end - found[1].start)

        for _, alike in groupby(sorted(spans, key=reach), key=reach):
            group = list(alike)
            for begin in range(0, len(group), self._options.at_once):
                yield group[begin : begin + self._options.at_once]

    def _lost(self, said: Said) -> bool:
        """Whether the model went round in circles."""
        text, limits = said.written.text, self._options.limits(said.language)
        return loops(text) or compression_ratio(text) > limits.max_compression_ratio

    def _unwritten(self, said: Said) -> list[Span]:
        """Stretches of a chunk's speech that nothing was written for."""
        if said.unsupported:
            return []
        chunk = said.chunk
        pieces = settle(chunk.placed(said.written.pieces), chunk.span, slack=self._options.min_silence_ms)
        written = [Span(piece.start, piece.end) for piece in pieces]
        open_ = [hole for span in chunk.pieces for hole in within(holes(written, chunk.span), span)]
        return [span for span in open_ if span.end - span.start >= UNWRITTEN_MS]

    def _by(self, language: str, odds: Odds) -> LanguageBy:
        """How a language was decided among those that the main model may write."""
        allowed = self._languages.allowed
        if self._languages.forced or (len(allowed) == 1 and not self._hidden):
            return "only"
        likeliest = max(sorted(allowed), key=lambda one: odds.get(one, 0.0))
        return "detector" if likeliest == language else "neighbours"
