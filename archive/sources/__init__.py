"""Where clips come from: a file or a folder for each kind of source, behind `contract.py`."""

from archive.errors import SettingsError
from archive.settings.settings import Settings
from archive.settings.source_stanzas import YtdlpSettings
from archive.sources.contract import Source


def open_source(settings: Settings, name: str) -> Source:
    """A source of the settings, by its kind. Raises SettingsError for one that is not there."""
    stanza = settings.sources.get(name)
    if stanza is None:
        known = ", ".join(settings.sources) or "none"
        raise SettingsError([f"{settings.file}: there is no source {name}; there are: {known}"])
    match stanza:
        case YtdlpSettings():
            from archive.sources.ytdlp.source import YtdlpSource  # yt-dlp takes a second to import

            return YtdlpSource(name, stanza)
