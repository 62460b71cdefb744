"""The engineer's page is held to the code: what can go stale in it is generated, and its examples run.

`pytest tests/test_engineer_docs.py --regenerate` writes the generated parts anew; read the difference.
"""

import ast
import importlib.util
import inspect
import re
import textwrap
import typing
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel, SecretStr

import storage.contract
import storage.errors
from archive.settings.settings import load
from storage.conformance import conform
from storage.contract import Capabilities, Target
from storage.digests import BLOCK
from storage.errors import Refused, TargetError, Unavailable
from storage.fan_out import MEMORY, WORKERS
from storage.fan_out_limits import PATIENCE
from storage.probing import CHECKS
from storage.shared_reading import WINDOW
from storage.targets import FolderSettings, S3Settings, open_target
from storage.targets.common_settings import CommonSettings, Labels, Price
from storage.targets.folder import FolderTarget
from storage.targets.memory import MemoryTarget
from storage.targets.s3.bucket import S3Target
from storage.targets.s3.uploads import MOST_PARTS
from tests.world import templates
from tests.world.servers import S3Server

PAGE = Path(__file__).parent.parent / "docs" / "how-to" / "engineer.md"
MARKED = re.compile(r"<!-- (\w+): generated -->\n(.*?)<!-- end -->", re.DOTALL)
WIDTH = 120


def wrapped(text: str, *, first: str = "", then: str = "") -> str:
    """One paragraph of Markdown."""
    words = " ".join(text.split())
    return textwrap.fill(
        words, WIDTH, initial_indent=first, subsequent_indent=then, break_on_hyphens=False, break_long_words=False
    )


def table(*rows: tuple[str, ...]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def said(docstring: str | None) -> str:
    assert docstring, "something of the contract says nothing of itself"
    return docstring.strip().rstrip(".")


def contract() -> str:
    """Every attribute and method of Target, Content and Part, with its docstring."""
    tree = ast.parse(inspect.getsource(storage.contract))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    parts = []
    for name in ("Target", "Content", "Part"):
        promises = [
            wrapped(f"- `{signature}`: {promise or 'how errors name it.'}", then="  ")
            for signature, promise in members(classes[name])
        ]
        parts += [wrapped(f"**{name}.** {ast.get_docstring(classes[name])}"), "\n".join(promises)]
    return "\n\n".join(parts) + "\n"


def members(class_: ast.ClassDef) -> Iterator[tuple[str, str | None]]:
    for node, after in zip(class_.body, [*class_.body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign):
            text = after.value if isinstance(after, ast.Expr) else None
            yield ast.unparse(node.target), text.value if isinstance(text, ast.Constant) else None  # type: ignore[misc]
        elif isinstance(node, ast.FunctionDef):
            for argument in (*node.args.args, *node.args.kwonlyargs):
                argument.annotation = None
            node.args.args.pop(0)
            is_property = any(ast.unparse(one) == "property" for one in node.decorator_list)
            promise = ast.get_docstring(node)
            assert promise, f"{class_.name}.{node.name} promises nothing"
            yield node.name if is_property else f"{node.name}({ast.unparse(node.args)})", promise


def settings() -> str:
    """Every setting of a target."""
    parts = []
    for title, model, base in (
        ("Of every kind", CommonSettings, None),
        ('`kind = "s3"`', S3Settings, CommonSettings),
        ('`kind = "folder"`', FolderSettings, CommonSettings),
        ("`labels`", Labels, None),
        ("`price`", Price, None),
    ):
        inherited = base.model_fields if base else {}
        rows = [(f"`{name}`", *setting(model, name)) for name in model.model_fields if name not in {*inherited, "kind"}]
        parts += [wrapped(f"{title}. {model.__doc__}"), table(("setting", "values", "default", "meaning"), *rows)]
    return "\n".join(part if part.endswith("\n") else part + "\n" for part in parts)


def setting(model: type[BaseModel], name: str) -> tuple[str, str, str]:
    """What a setting may be, its default, its meaning."""
    field = model.model_fields[name]
    assert field.description, f"{model.__name__}.{name} has no description"
    kinds = [kind for kind in typing.get_args(field.annotation) or (field.annotation,) if kind is not type(None)]
    if typing.get_origin(field.annotation) is typing.Literal:
        values = ", ".join(f'`"{kind}"`' for kind in kinds)
    elif SecretStr in kinds:
        values = "secret: by environment or `secrets_file`"
    elif kinds[0] in (Labels, Price):
        values = "a table, below"
    else:
        values = {int: "whole number", float: "number", bool: "`true`, `false`", Path: "path"}.get(kinds[0], "text")
        for bound, word in (("ge", "from"), ("gt", "above"), ("le", "to")):
            values += "".join(f" {word} {getattr(one, bound):g}" for one in field.metadata if hasattr(one, bound))
    if field.is_required():
        default = "must be given"
    elif field.default is None or isinstance(field.default, BaseModel):
        default = "none"
    else:
        default = f"`{str(field.default).lower() if isinstance(field.default, bool) else repr(field.default)}`"
    return values, default.replace("'", '"'), field.description


def errors() -> str:
    """The tree of errors, as its module draws it."""
    return f"```\n{(storage.errors.__doc__ or '').partition(chr(10) * 2)[2].strip()}\n```\n"


def checks() -> str:
    """What the conformance suite asks of every kind."""
    return (
        "\n".join(wrapped(f"{number}. {said(check.__doc__)}", then="   ") for number, check in enumerate(CHECKS, 1))
        + "\n"
    )


def templated() -> str:
    """The templates of configs/targets."""
    rows = []
    for name in templates.NAMES:
        tried, _, what = templates.text(name).splitlines()[0].removeprefix("# ").partition(": ")
        rows.append((f"[{name}](../../configs/targets/{name}.toml)", tried.lower(), what))
    return table(("template", "", "what its first line says"), *rows)


def capabilities() -> str:
    """What each kind says that it can do."""
    of_s3 = S3Target.capabilities.fget.__doc__  # type: ignore[attr-defined]
    rows = [
        (kind, *("yes" if getattr(one, field.name) else "no" for field in fields(Capabilities)))
        for kind, one in (("folder", FolderTarget.capabilities), ("memory", MemoryTarget.capabilities))
    ]
    return (
        wrapped(inspect.getdoc(Capabilities) or "")
        + "\n\n"
        + table(("kind", *(f"`{field.name}`" for field in fields(Capabilities))), *rows)
        + "\n"
        + wrapped(f"s3: {of_s3}")
        + "\n"
    )


PARTS: dict[str, Callable[[], str]] = {
    "contract": contract,
    "capabilities": capabilities,
    "errors": errors,
    "settings": settings,
    "checks": checks,
    "templates": templated,
}


def code(language: str, holding: str) -> str:
    """The block of code on the page that holds some words; there must be one."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    (found,) = [block for block in blocks if holding in block]
    return str(found)


@pytest.mark.parametrize("name", PARTS)
def test_a_generated_part_is_what_the_code_says(name: str, pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("regenerate"):
        text = MARKED.sub(
            lambda found: f"<!-- {found[1]}: generated -->\n{PARTS[found[1]]()}<!-- end -->", PAGE.read_text("utf-8")
        )
        PAGE.write_text(text, "utf-8")
    found = dict(MARKED.findall(PAGE.read_text("utf-8")))
    assert set(found) == set(PARTS)
    assert found[name] == PARTS[name](), "run pytest --regenerate and read the difference"


def test_the_tree_of_errors_is_drawn_whole() -> None:
    drawn = re.findall(r"^(?:[├└]── )?(\w+)", errors(), re.MULTILINE)
    raised = [one for one in vars(storage.errors).values() if inspect.isclass(one) and issubclass(one, TargetError)]
    assert sorted(drawn) == sorted(one.__name__ for one in raised)


def test_the_new_provider_is_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stanza = code("toml", "[targets.")
    file = tmp_path / "archive.toml"
    file.write_text('minimum_copies = 1\n\n[targets.disk]\nkind = "folder"\npath = "."\n\n' + stanza, "utf-8")
    for variable, value in re.findall(r"^export (\w+)=(\S+)$", code("sh", "export THIRDCOPY_"), re.MULTILINE):
        monkeypatch.setenv(variable, value)
    targets = load(file).targets
    (name,) = set(targets) - {"disk"}
    chosen = targets[name]
    assert isinstance(chosen, S3Settings)
    assert chosen.access_key
    assert chosen.labels.provider
    open_target(name, chosen)


def example(folder: Path, holding: str = "class SqliteTarget") -> ModuleType:
    """A file of Python that the page shows, as a module."""
    file = folder / "example.py"
    file.write_text(code("python", holding), "utf-8")
    spec = importlib.util.spec_from_file_location("example", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_new_kind_keeps_every_promise(tmp_path: Path) -> None:
    module = example(tmp_path)
    target: Target = module.SqliteTarget("carried", module.SqliteSettings(path=tmp_path / "archive.sqlite"))
    done = conform(target, token="test", large=5 * (1 << 20) + 4321, many=30)
    assert [check for check in done if not check.ok] == []
    assert len(done) == len(CHECKS)
    assert list(target.list("")) == []


def test_the_new_kind_raises_errors_of_ours_alone(tmp_path: Path) -> None:
    module = example(tmp_path)
    (tmp_path / "letter").write_text("Dear reader, this is no database. " * 40)
    for path, error in ((tmp_path / "unmounted" / "archive.sqlite", Unavailable), (tmp_path / "letter", Refused)):
        target = module.SqliteTarget("carried", module.SqliteSettings(path=path))
        for deed in (target.check, lambda target=target: list(target.list("")), lambda target=target: target.open("a")):
            with pytest.raises(error):
                deed()


def test_the_example_of_a_fault_passes(seaweedfs_server: S3Server, tmp_path: Path) -> None:
    module = example(tmp_path, "between.at(")
    module.test_a_tired_store_says_how_long_to_wait(seaweedfs_server, tmp_path)


def test_what_the_page_says_of_the_code_is_there() -> None:
    text = PAGE.read_text("utf-8")
    for path in re.findall(r"`((?:storage|archive|tests|benchmarks|configs)/[\w/.-]+?\.\w+)`", text):
        assert "KIND" in path or (PAGE.parents[2] / path).exists(), path
    for module, name in re.findall(r"`((?:storage|archive)(?:\.[a-z_0-9]+)+)\.([A-Z]\w+)`", text):
        assert hasattr(importlib.import_module(module), name), f"{module}.{name}"


def test_figures_of_memory_and_patience_are_those_of_the_code() -> None:
    text = PAGE.read_text("utf-8")
    for words in (
        f"| {MEMORY // BLOCK} MiB |",
        f"| {WINDOW // BLOCK} MiB, or a part",
        f"| {WORKERS}, each with",
        f"| {PATIENCE:.0f} s; then",
        f"above {MOST_PARTS:,} parts",
    ):
        assert words in text, words


def test_the_sentences_that_the_archivist_looks_up_are_those_of_the_code() -> None:
    page = (PAGE.parent / "archivist.md").read_text("utf-8")
    table = page.partition("Of targets;")[2].partition("## Audits")[0]
    seen = "\n".join(re.findall(r"^\| ([^|]*)\|", table, re.MULTILINE))
    quoted = re.findall('"(.+?)"', seen)
    assert len(quoted) > 10
    files = [file for room in ("storage", "archive") for file in (PAGE.parents[2] / room).rglob("*.py")]
    written = " ".join(file.read_text("utf-8") for file in files)
    for words in quoted:
        assert words.removesuffix("…").strip() in written, words
