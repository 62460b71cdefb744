"""What a language's file holds: every section and key, with what belongs there. Pure.

A list of words is one text with the words parted by spaces, or an array, whose items may have spaces. Endings are the
same, and an item of an array may be `LIST | LIST`: each of the first with each of the second after it, `-` for none.
What `*` and `_` mean is in `patterns`. What a file leaves out is empty.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator


def _words(value: object) -> object:
    return value.split() if isinstance(value, str) else value


def _endings(value: object) -> object:
    if isinstance(value, str):
        return value.split()
    if not isinstance(value, list):
        return value
    return [ending for line in value for ending in (_joined(line) if isinstance(line, str) else (line,))]


def _joined(line: str) -> Iterator[str]:
    places = ([("" if one == "-" else one) for one in place.split()] for place in line.split("|"))
    return ("".join(parts) for parts in product(*places))


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Words = Annotated[tuple[_Text, ...], BeforeValidator(_words)]
Endings = Annotated[tuple[str, ...], BeforeValidator(_endings)]
Character = Annotated[str, StringConstraints(pattern=r"^\w$")]
Characters = Annotated[
    str,
    BeforeValidator(lambda value: "".join(value.split()) if isinstance(value, str) else value),
    StringConstraints(pattern=r"^\w+$"),
]
Kind = Literal[
    "father", "mother", "son", "daughter", "brother", "sister", "husband", "wife", "uncle", "aunt", "nephew", "niece",
    "cousin", "grandfather", "grandmother", "grandson", "granddaughter", "in-law", "relative",
]  # fmt: skip
People = Literal["kazakh", "uyghur", "kyrgyz", "hui", "uzbek", "tatar", "tajik", "mongol", "han"]
Script = Literal["latin", "cyrillic", "arabic"]
Kinds = Mapping[Kind, Words]
Numbers = Mapping[Annotated[int, Field(ge=0)], Words]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Cues(_Section):
    """Phrases of one kind beside a number."""

    strong: bool = Field(description="they speak of the register itself (`entry`), not of any number")
    numbering: bool = Field(False, description="the word for number is among them")
    many: bool = Field(False, description="several numbers may follow")
    ordinary: bool = Field(False, description="they mean a recording too: small numbers and years are not meant")
    dotted: bool = Field(False, description="abbreviations, which only hold with a dot or another mark")
    listing: bool = Field(False, description="plurals that may count (`Victims: 358`): only two numbers are meant")
    file: bool = Field(False, description="courts and offices number theirs too (`case`)")
    own: bool = Field(False, description="the speaker's own (`my number`), which a prisoner has as well")
    phrases: Annotated[tuple[_Text, ...], Field(min_length=1)] = Field(
        description="the words for the first place | those for the second | …; {number} stands for a list of `sets`"
    )


class CueTables(_Section):
    """Words that say that a number is an entry's."""

    sets: Mapping[str, str] = Field({}, description="lists of words that phrases name in braces")
    before: tuple[Cues, ...] = Field((), description="what stands before a number: `entry number`")
    after: tuple[Cues, ...] = Field((), description="what stands after a number: `1358 numaralı kayıt`")
    ordinal: tuple[Cues, ...] = Field((), description="what stands after an ordinal alone: `1358. kayıt`")

    @model_validator(mode="after")
    def _sets_are_there(self) -> "CueTables":
        for cues in (*self.before, *self.after, *self.ordinal):
            for phrase in cues.phrases:
                if not all(place.split() for place in self.spelled(phrase).split("|")):
                    raise ValueError(f"the phrase {phrase!r} has an empty place")
        return self

    def spelled(self, phrase: str) -> str:
        """A phrase with the words of its sets. Raises ValueError for a set that there is none of."""
        try:
            return phrase.format_map(self.sets)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"the phrase {phrase!r} names {error} in braces, and `cues.sets` has none") from error


class Numerals(_Section):
    """Words of numbers in one script."""

    script: Script = Field(description="letters they are written in")
    words: Numbers = Field({}, description="each number with its words, in every case")
    ordinals: Numbers = Field({}, description="ordinals that no ending makes")
    ordinal_stems: Numbers = Field({}, description="stems of ordinals")
    ordinal_stem_endings: Endings = Field((), description="what may follow such a stem")
    ordinal_endings: Endings = Field((), description="endings that make an ordinal of any number's word")
    conjunctions: Words = Field((), description="`and` between parts of a number")
    articles: Words = Field((), description="`a` of `a hundred`")
    teens: Words = Field((), description="a second word that adds ten to the unit before it")
    prefix: str = Field("", description="`and` where it is written together with the next word")
    ten_and_unit: bool = Field(False, description="13 is said `ten three`")
    units_first: bool = Field(False, description="53 is said `three and fifty`")
    hundreds_to: int = Field(9, description="the largest number before the word for hundred")
    joined: bool = Field(False, description="a number may be written as one word")
    hundreds_joined: bool = Field(False, description="300 to 900 are the unit and the word for hundred as one word")


class Digits(_Section):
    """How numbers are written in digits."""

    thousands_by_space: bool = Field(False, description="1358 may be written `1 358`")
    thousands_by_dot: bool = Field(False, description="1358 may be written `1.358` beside any cue")
    ordinals: Endings = Field((), description="what makes an ordinal of digits; ~ is any hyphen, ' any apostrophe")


class Limits(_Section):
    """What beside a number makes it something else than an entry's; `*`: all words that begin so."""

    before: Words = Field((), description="right before a cue: what has numbers of its own (`room`, `passport`)")
    between: Words = Field((), description="may stand between such a word and the cue (`room with number`)")
    streets: Words = Field((), description="make the number part of an address")
    courts: Words = Field((), description="make a case or file near them a court's or an office's")
    things: Words = Field((), description="have numbers, and may stand further before a cue (`her cell was number 15`)")
    usual: Words = Field((), description="may stand before a weak cue and number nothing themselves")
    after: Words = Field((), description="right after a number: count, date or measure, or number a place")
    people: Words = Field((), description="those of `after` that count people")


class Conventions(_Section):
    """How a text says what its numbers are: `the number is the register's entry`; `*`: all words that begin so."""

    numbers: Words = Field((), description="words for number")
    registers: Words = Field((), description="words for the register and its entries")
    links: Words = Field((), description="say that one is the other")
    counting: Words = Field((), description="make a word for number before them no number (`number of`)")
    brackets: Words = Field((), description="say that the numbers stand in brackets")
    before: Words = Field((), description="say that they stand before the name")
    after: Words = Field((), description="say that they stand after the name")


class Lists(_Section):
    """Small words around numbers and names."""

    conjunctions: Words = Field((), description="`and`, `or` between numbers")
    glued_conjunctions: Words = Field((), description="the same, written together with what follows")
    to: Words = Field((), description="between the ends of a range")
    copulas: Words = Field((), description="`is` between a cue and its number")
    abbreviated: Words = Field((), description="abbreviations of number, which need a dot")
    company: Words = Field((), description="`and`, `with`: whom they join to a number is one more")


class Kin(_Section):
    """Words for relatives, by kind."""

    words: Kinds = Field({}, description="forms that do not say whose relative it is")
    stems: Kinds = Field({}, description="stems, to which endings are added")
    own_endings: Endings = Field((), description="make a stem the speaker's own relative")
    others_endings: Endings = Field((), description="make a stem somebody else's relative")
    own: Kinds = Field({}, description="whole forms that say that it is the speaker's own")
    others: Kinds = Field({}, description="whole forms that say that it is somebody else's")
    mine: Words = Field((), description="`my`, `our` before a relative")
    theirs: Words = Field((), description="`his`, `her`, `their` before a relative")
    fill: Words = Field((), description="may stand between a relative and the name (`named`, `is`)")
    describing: Words = Field((), description="may stand between `my` and the relative (`older`)")


class Roles(_Section):
    """What says what somebody is in a testimony; `*`: further letters may follow (see `patterns`)."""

    introduces: Words = Field((), description="before a speaker's own name")
    i: Words = Field((), description="`I` where it alone, with a mark, comes before the own name")
    introduces_after: Words = Field((), description="after a speaker's own name")
    i_am: Endings = Field((), description="endings of a name: `I am`")
    presents: Words = Field((), description="between a number and the name of whom it means")
    fate: Words = Field((), description="what happened to those who are in a register")
    freed: Words = Field((), description="the words of `fate` that are no less true for being denied (`not released`)")
    denied: Words = Field((), description="before a fate that nobody had")
    denied_ending: Words = Field((), description="end of a word that denies what follows (`didn't`)")
    denying: Endings = Field((), description="within a verb: deny it")
    places: Words = Field((), description="where people are held: whoever heads one has an office")
    own_fate: Words = Field((), description="a speaker's own fate; … stands for a word, …2 for up to two")
    passive: Words = Field((), description="after a name: something was done to its bearer")
    possessive: Endings = Field((), description="behind a name whose bearer has something, ' for any apostrophe")
    possessive_within: Endings = Field((), description="those of them that end the name itself")
    of: Words = Field((), description="before a name that only says whose somebody is (`cellmate of`)")
    articles: Words = Field((), description="articles that may stand between")
    meant: Words = Field((), description="words before `of` that are about the name itself (`case of`)")
    offices: Words = Field((), description="those who hold an office: they do what is done to others")
    witnesses: Words = Field((), description="those who ask, write and help")
    plural: str = Field("", description="ending that whole words of `offices` and `witnesses` may have")
    before_calling: Words = Field((), description="may stand before an office or a calling (`the`, `human rights`)")
    speaks: Words = Field((), description="after the name of somebody who speaks of others")
    before_speaks: Words = Field((), description="may stand between (`also`, `has`)")
    on_whose_word: Words = Field((), description="after the name of somebody on whose word something is told")
    on_whose_word_endings: Endings = Field((), description="endings that the name has before such a word")
    spoken_to: Words = Field((), description="before the name of somebody who is thanked, asked or obeyed")
    thanks: Words = Field((), description="thanks that say for what before the name: `thanks …`")
    much: Words = Field((), description="between such thanks and `thanks_for`")
    thanks_for: Words = Field((), description="`for` after such thanks")
    at: Words = Field((), description="before the place of an office (`director of`)")
    called: Words = Field((), description="between a calling and a name (`called`)")
    who: Words = Field((), description="`who`, `he` after a name, before what its bearer is")
    is_a: Words = Field((), description="`is`, `a`, `our` after those")


class Nobody(_Section):
    """Words of one script that name no person: peoples, religions, places, and what stands beside them."""

    script: Script = Field(description="letters they are written in")
    stems: Words = Field(description="words; one of four letters or more takes endings")
    endings: Endings = Field((), description="endings that such a word may have")
    beginnings: Words = Field((), description="what may be written together before it")


class Groups(_Section):
    """Words that name no person."""

    nobody: tuple[Nobody, ...] = Field((), description="tables, one a script")
    names_too: Words = Field((), description="those that people are called as well (`Islam`)")
    holy_cities: Words = Field((), description="Mecca and Medina")


class Clues(_Section):
    """What tells to know a person by; `*2`: up to two further letters."""

    peoples: Mapping[People, Words] = Field({}, description="names of peoples; `!X`: not before X")
    he: Words = Field((), description="say that somebody is a man")
    she: Words = Field((), description="say that somebody is a woman")
    daughters: Words = Field((), description="ends of a woman's name")
    sons: Words = Field((), description="ends of a man's name")
    son_words: Words = Field((), description="the same as a word of its own")
    surnames_of_women: Words = Field((), description="ends of women's surnames, after two letters or more")
    surnames_of_men: Words = Field((), description="ends of men's surnames, after two letters or more")
    female: Words = Field((), description="first letters of a register's word for a woman's gender")
    male: Words = Field((), description="first letters of a register's word for a man's gender")
    born: Words = Field((), description="before a year of birth")
    born_after: Words = Field((), description="after a year of birth")
    years_old: Words = Field((), description="after an age")
    aged: Words = Field((), description="before an age")


class CaseEndings(_Section):
    """Endings of cases that take the same off a name."""

    endings: Endings = Field(description="the endings")
    instead: str = Field("", description="what the name has where the ending is taken off")


class Cases(_Section):
    """Endings that a name may have in a sentence."""

    endings: tuple[CaseEndings, ...] = Field((), description="endings written together with the name")
    after_apostrophe: Endings = Field((), description="endings after an apostrophe")


class Han(_Section):
    """Words of a language that parts none, and is written in Han characters."""

    digits: Annotated[tuple[_Text, ...], Field(min_length=10, max_length=10)] = Field(
        description="the characters for 0, 1, … 9"
    )
    scales: Mapping[Annotated[int, Field(gt=1)], Words] = Field(description="the characters for 10, 100, …")
    ordinal: Character = Field(description="the sign before a number in a row")
    of: Character = Field(description="the sign that says whose")
    plural: Character = Field(description="the sign for several people")
    copulas: Characters = Field(description="signs for `is` beside a number")
    entries: Words = Field(description="an entry, a victim")
    registering: Words = Field(description="registering: a cue before a number, and none after it")
    files: Words = Field(description="a case, a file; courts have such numbers too")
    registers: Words = Field(description="the register")
    within: Words = Field(description="`in`, after the register")
    numbers: Words = Field(description="words for number")
    first_numbers: Words = Field(description="those that are a cue where a sentence begins with them")
    numbers_of_people: Words = Field(description="those of a speaker (`my number`), or of entries")
    number_signs: Words = Field(description="short signs for number")
    own: Words = Field(description="`I`, before a number of the own")
    numbered_things: Characters = Field(description="what follows a number with its sign where a house or day is meant")
    list_signs: Words = Field(description="signs after a number of the register's list")
    usual: Characters = Field(description="signs that may stand right beside a number and name nothing")
    conjunctions: Characters = Field(description="`and` between numbers")
    company: Characters = Field(description="`and`, `with`: whom they join to a number is one more")
    to: Words = Field(description="between the ends of a range")
    counted: Words = Field(description="what counts, dates or measures, right after a number")
    numbering: Words = Field(description="what has numbers of its own, right before a cue")
    before_cue: Words = Field(description="may stand between such a word and the cue")
    courts: Words = Field(description="make a file near them a court's")
    declared_numbers: Words = Field(description="words for number, in a text that says what its numbers are")
    declared_copulas: Characters = Field(description="`is`, `means` in such a text")
    declared_registers: Words = Field(description="words for the register in such a text")
    declared_entries: Words = Field(description="words for an entry in such a text")
    declared_places: Words = Field(description="words for the places of numbers in such a text")
    brackets: Words = Field(description="say that numbers stand in brackets")
    before_names: Words = Field(description="say that numbers stand before the name")
    after_names: Words = Field(description="say that numbers stand after the name")
    me: Character = Field(description="`I`, before a relative or in a tale of one's own fate")
    them: Characters = Field(description="`he`, `she` before a relative")
    kin_described: Characters = Field(description="`older`, `second`, `own` before a relative")
    kin_name: Words = Field(description="`name` between a relative and the name")
    kin_named: Words = Field(description="`is called` between a relative and the name")
    is_kin: Words = Field(description="`is` between a name and whose relative its bearer is")
    passive: Words = Field(description="the passive in a tale of one's own fate")
    done: Characters = Field(description="what was done in such a tale")
    nobody: Words = Field(description="words that name no person: peoples, religions, places")
    beside_nobody: Words = Field(description="what may stand beside those and name nobody with them")
    places: Mapping[str, str] = Field(description="places of the region, each by the first Latin name of `places.py`")
    surnames: Mapping[str, Words] = Field(description="surnames read in their own way; ' parts syllables")
    common_surnames: Characters = Field(description="characters that are a surname by themselves")
    transcribing: Characters = Field(description="characters that write the sounds of foreign names")


class Language(_Section):
    """The words of one language."""

    code: str = Field(pattern=r"^[a-z]{2,3}$", description="ISO 639 code, as the file is called")
    name: str = Field(description="the language in English")
    precedence: int = Field(description="where two languages have a word, the lower number comes first")
    cues: CueTables = CueTables()
    digits: Digits = Digits()
    numerals: tuple[Numerals, ...] = ()
    limits: Limits = Limits()
    conventions: Conventions = Conventions()
    lists: Lists = Lists()
    kin: Kin = Kin()
    roles: Roles = Roles()
    groups: Groups = Groups()
    clues: Clues = Clues()
    cases: Cases = Cases()
    han: Han | None = None
