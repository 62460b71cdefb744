"""Where clips come from: a file or a folder for each kind of source, behind `contract.py`."""

from pathlib import Path

from archive.errors import SettingsError
from archive.opening.archive import Archive
from archive.settings.settings import Settings
from archive.settings.source_stanzas import FolderSettings, YtdlpSettings
from archive.sources.contract import Source
from archive.sources.host_clocks import HOSTS, HostClocks, HostTimes
from storage.targets import FolderSettings as TargetFolder


def open_source(archive: Archive, name: str) -> Source:
    """A source of the settings, by its kind. Raises SettingsError for one that is not there."""
    settings = archive.settings
    stanza = settings.sources.get(name)
    if stanza is None:
        known = ", ".join(settings.sources) or "none"
        raise SettingsError([f"{settings.file}: there is no source {name}; there are: {known}"])
    match stanza:
        case YtdlpSettings():
            from archive.sources.ytdlp.source import YtdlpSource  # yt-dlp takes a second to import

            return YtdlpSource(name, stanza, hosts=_hosts(archive))
        case FolderSettings():
            from archive.sources.folder.folder_source import FolderSource

            return FolderSource(
                name,
                stanza,
                archive.ledger.disks,
                leave_out=folders_of_ours(settings),
                progress=archive.progress,
                clock=archive.clock,
            )


def _hosts(archive: Archive) -> HostClocks:
    """The clocks by which hosts are asked: of all workers, where there may be several."""
    if not archive.ledger.several:
        return HOSTS
    hosts = archive.ledger.hosts(HostTimes)
    hosts.forget(lambda times, now: not times.says_something(now))
    return HostClocks(hosts)


def folders_of_ours(settings: Settings) -> list[Path]:
    """The folders of the archive itself, which no source is made of though they lie on its disk."""
    return [settings.state, *(one.path for one in settings.targets.values() if isinstance(one, TargetFolder))]
