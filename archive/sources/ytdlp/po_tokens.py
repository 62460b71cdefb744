"""The program that gives YouTube's clients their tokens: a server beside us, asked by one plugin of yt-dlp's.

yt-dlp has a framework for such providers and none of its own, so one comes as a plugin alone. Plugins stay off, since
whatever lies in a folder would be run; this one package is imported by its name, and only where the settings name its
server.
"""

import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from typing import Final
from urllib.parse import urlsplit

from archive.errors import SettingsError

PACKAGE: Final = "bgutil-ytdlp-pot-provider"
_MODULE: Final = "yt_dlp_plugins.extractor.getpot_bgutil_http"
"""Of its version 2; it registers itself as it is imported."""
ARGUMENTS: Final = "youtubepot-bgutilhttp"
"""The name of its arguments among those of extractors."""


def load_provider(source: str, address: str) -> tuple[str, int]:
    """Load the plugin: the host and the port that it asks. Raises SettingsError where it is not installed."""
    try:
        _place(Path(str(distribution(PACKAGE).locate_file(""))))
        import_module(_MODULE)
    except (PackageNotFoundError, ImportError):
        raise SettingsError(
            [
                f"source {source}: po_token_provider needs version 2 of the package {PACKAGE} beside thirdcopy: "
                "install it, or leave the key out"
            ]
        ) from None
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _place(site: Path) -> None:
    """Let plugins be imported from where this package lies, and from no other folder: yt-dlp's finder is off."""
    folder, _, _ = _MODULE.rpartition(".")
    names = folder.split(".")
    for depth in range(1, len(names) + 1):
        package = ModuleType(".".join(names[:depth]))
        package.__path__ = [str(site.joinpath(*names[:depth]))]
        sys.modules.setdefault(package.__name__, package)
