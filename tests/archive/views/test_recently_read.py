"""What was made lately is kept, within its weight."""

from archive.views.recently_read import RecentlyRead


def test_what_is_asked_for_again_is_not_made_again_and_the_longest_unasked_goes() -> None:
    kept, made = RecentlyRead[str](10), list[str]()

    def ask(key: str, weight: int = 4) -> str:
        def make() -> str:
            made.append(key)
            return key.upper()

        return kept.get(key, weight, make)

    assert [ask("a"), ask("b"), ask("a")] == ["A", "B", "A"]
    assert made == ["a", "b"]
    ask("c")
    assert [ask("a"), ask("c")] == ["A", "C"]
    assert made == ["a", "b", "c"], "b was not asked for since"
    ask("b")
    assert made[3:] == ["b"]
    ask("large", 11)
    ask("large", 11)
    assert made[4:] == ["large", "large"], "what is too much is never kept, and drives nothing out"
    ask("b")
    assert len(made) == 6
