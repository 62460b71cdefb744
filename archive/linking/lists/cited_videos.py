"""The videos that a register's entries cite, as a list of what should be there. Pure."""

from collections.abc import Iterable

from archive.linking.finding.cited.addresses import clips_of, is_of_video
from archive.linking.registers.entries import Entry
from archive.records.expected import Expected


def cited_videos(entries: Iterable[Entry]) -> list[Expected]:
    """Each video that entries cite, once, in the order of the entries; its rows are their numbers.

    A page that is no video's is none of them: entries cite news and reports as well.
    """
    rows: dict[str, list[int]] = {}
    forms: dict[str, tuple[str, tuple[str, ...]]] = {}
    known: dict[str, str | None] = {}
    for entry in entries:
        for form in entry.sources:
            if form not in known:
                clips = clips_of(form)
                key = known[form] = (clips[0] if clips else form) if clips or is_of_video(form) else None
                if key:
                    forms.setdefault(key, (form, clips))
            if key := known[form]:
                numbers = rows.setdefault(key, [])
                if numbers[-1:] != [int(entry.number)]:
                    numbers.append(int(entry.number))
    return [
        Expected(form=form, clips=clips, address=_address(form), rows=tuple(rows[key]))
        for key, (form, clips) in forms.items()
    ]


def _address(form: str) -> str:
    return f"https://{form}" if "/" in form else form
