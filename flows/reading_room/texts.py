"""The room's texts: catalogues of gettext messages, the language of a request, dates and numbers by locale."""

import io
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale, dates, negotiate_locale, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from starlette.requests import Request

from archive.linking.deciding.descriptions import moment as clock

FOLDER = Path(__file__).parent / "catalogues"
SPOKEN = ("en", "ru")
"""The languages of the pages, the usual one first."""
COOKIE = "language"
UNITS = ("MiB", "GiB")
"""Of sizes, in English."""


@cache
def translations(language: str) -> NullTranslations:
    """The messages in a language; English ones stand in the pages themselves."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def language_of(request: Request) -> str:
    """The language in which a request is answered: the one that was chosen, else the best of those it accepts."""
    chosen = request.cookies.get(COOKIE)
    if chosen in SPOKEN:
        return chosen
    return negotiate_locale(_accepted(request.headers.get("accept-language", "")), SPOKEN, sep="-") or SPOKEN[0]


def _accepted(header: str) -> Sequence[str]:
    """The languages of an Accept-Language header (RFC 9110, section 12.5.4), the preferred ones first."""
    weighed = list[tuple[float, str]]()
    for part in header[:200].split(","):
        language, _, weight = part.partition(";q=")
        try:
            weighed.append((-float(weight or 1), language.strip()))
        except ValueError:
            continue
    return [language for _, language in sorted(weighed, key=lambda one: one[0]) if language]


class Words:
    """Dates, numbers, sizes and names of languages as they are written in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = Locale.parse(language)

    def date(self, value: datetime | str | None) -> str:
        """A day; a platform's `YYYYMMDD` too."""
        if isinstance(value, str):
            if len(value) != 8 or not value.isdigit():
                return value
            try:
                value = datetime.strptime(value, "%Y%m%d")
            except ValueError:
                return str(value)
        return dates.format_date(value, "long", self._locale) if value else ""

    def moment(self, value: datetime | None) -> str:
        """A day with the time, in UTC."""
        if value is None:
            return ""
        return f"{dates.format_datetime(value, 'long', locale=self._locale)}".replace("\u202f", " ")

    def number(self, value: float) -> str:
        """A number with its thousands apart."""
        return numbers.format_decimal(value, locale=self._locale)

    def percent(self, value: float) -> str:
        """A share of 0 to 1 as a percentage."""
        return numbers.format_percent(value, locale=self._locale)

    def size(self, value: int) -> str:
        """Bytes, as MiB or GiB."""
        unit, amount = ("GiB", value / 2**30) if value >= 2**30 else ("MiB", value / 2**20)
        written = numbers.format_decimal(amount, format="#,##0.0", locale=self._locale)
        return f"{written} {translations(self.language).gettext(unit)}"

    def clock(self, seconds: float) -> str:
        """Seconds as a player shows them."""
        return clock(seconds)

    def language_name(self, code: str | None) -> str:
        """What a language is called, its code where nobody knows."""
        if not code or code == "und":
            return ""
        return str(self._locale.languages.get(code, code))
