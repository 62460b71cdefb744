"""What the rules make of a corpus of texts: other links want another name of the rules."""

from archive.linking.known_people import NOBODY
from archive.linking.rules import rules
from tests.archive.linking import golden


def test_the_links_of_the_corpus_are_those_of_these_rules() -> None:
    corpus = golden.read()
    index = golden.index_of(corpus)
    changed = [
        (lines, before, links)
        for lines, before in corpus["texts"]
        if (links := golden.links_of(lines, index)) != before
    ]
    if corpus["rules"] == rules(NOBODY):
        what = "logic changed without a new version: raise VERSION in rules.py, or mend what changed them, and then run"
    else:
        what = "the rules have another name: see whether these links are right, and run"
    told = "\n".join(f"{lines}\n  before {before}\n  now    {links}" for lines, before, links in changed[:5])
    assert not changed, (
        f"{len(changed)} texts have other links: {what} `python -m tests.archive.linking.golden`\n{told}"
    )
