"""The process that the listing benchmark measures: the step that lists, over the archive that the settings name.

python -m benchmarks._listing_step whole|fast
"""

import sys

from archive.opening.archive import opened
from archive.settings.settings import find, load
from archive.sources import open_source
from archive.steps.listing import list_source


def main() -> None:
    """List the source, and print how many clips it saw and how many were new."""
    settings = load(find(None))
    with opened(settings) as archive:
        listed = list_source(archive, open_source(archive, "voices"), fast=sys.argv[1] == "fast")
    if listed.problem:
        raise RuntimeError(listed.problem)
    print(listed.seen, listed.new)


if __name__ == "__main__":
    main()
