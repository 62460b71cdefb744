"""Settings: every error names its file, its key and the nearest right one; no secret shows anywhere."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.errors import SettingsError
from archive.settings.settings import Settings, find, load
from archive.settings.source_stanzas import YtdlpSettings
from tests.world.model import SHA256 as BASE
from transcription.records import Options

SECRET = "canary-7f3a9c-do-not-show"
BUCKET = """
[targets.s3]
kind = "s3"
endpoint = "https://store.example.org"
bucket = "archive"
"""
DISK = """
[targets.my-disk]
kind = "folder"
path = "disk"
"""
SOURCE = """
[sources.voices-one]
url = "https://tube.example.org/c/voices"
"""
Load = Callable[..., Settings]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("THIRDCOPY_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Write the files, set the variables, load."""

    def run(toml: str, secrets: str | None = None, mode: int = 0o600, **environment: str) -> Settings:
        file = tmp_path / "archive.toml"
        file.write_text(toml, encoding="utf-8")
        if secrets is not None:
            (tmp_path / "secrets.toml").write_text(secrets, encoding="utf-8")
            (tmp_path / "secrets.toml").chmod(mode)
        for name, value in environment.items():
            monkeypatch.setenv(f"THIRDCOPY_{name}", value)
        return load(file)

    return run


ONE = "minimum_copies = 1\n"


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (
            ONE + DISK + "[transcription]\nlanguages = ['kz', 'ru']",
            "archive.toml: transcription.languages.0: 'kz' is no code of a language; did you mean 'kk'?",
        ),
        (ONE + DISK + "[transcription]\nlanguages = ['Uighur']", "did you mean 'ug'?"),
        (ONE + DISK + "[transcription.per_language.xx]\nprompt = 'a'", "'xx' is no code of a language"),
        (ONE + DISK + SOURCE + "languages = ['zz']", "sources.voices-one.languages.0: 'zz' is no code of a language"),
        (
            ONE + DISK + SOURCE + "languages = ['kk', 'de']",
            "sources.voices-one.languages: de is none of transcription.languages (kk, ug,",
        ),
        ("mnimum_copies = 1", "archive.toml: mnimum_copies is no setting; did you mean minimum_copies?"),
        ("[Targets.disk]\npath = 'x'", "archive.toml: Targets is no setting; did you mean targets?"),
        ("_env_file = 'x'", "archive.toml: _env_file is no setting; did you mean secrets_file?"),
        (ONE + BUCKET + SOURCE + "acess = 'public'", "sources.voices-one.acess is no setting; did you mean access?"),
        (ONE + BUCKET + "buckt = 'x'", "targets.s3.buckt is no setting; did you mean bucket?"),
        (
            ONE + "[targets.folder]\nkind = 'folder'\npath = 'x'\nprefx = ''",
            "targets.folder.prefx is no setting; did you mean prefix?",
        ),
        (ONE + DISK + "[queue]\nnewest = true", "queue.newest is no setting; did you mean newest_first?"),
        (
            ONE + DISK + "[queue]\nfirst = ['new', 'endangred']",
            "archive.toml: queue.first.1: 'endangred' is no kind of clip that waits; did you mean 'endangered'?",
        ),
        (ONE + BUCKET + "[transcription]\nbeam = 5", "transcription.beam is no setting; did you mean beam_size?"),
        (
            ONE + BUCKET + f"[transcription]\nmeasured = ['{'0' * 64}', 'sha256 {'AB' * 32}']",
            f"archive.toml: transcription.measured.1: 'sha256 {'AB' * 32}' is no sha256 of a model's weights, "
            f"64 digits of 0 to 9 and a to f; did you mean {'ab' * 32}?",
        ),
        (
            ONE + BUCKET + f"[transcription]\nmeasured = '{BASE[:-1]}'",
            f"transcription.measured.0: '{BASE[:-1]}' is no sha256 of a model's weights, 64 digits of 0 to 9 and "
            f"a to f; did you mean {BASE}?",
        ),
        (
            ONE + BUCKET + "[transcription]\nmeasured = ['small']",
            "a to f; `thirdcopy models check FOLDER --measure RECORDINGS` prints that of a model",
        ),
        (ONE + BUCKET + "[transcription]\nmeasure = []", "transcription.measure is no setting; did you mean measured?"),
        (ONE + BUCKET + "[registers.main]\nfiel = 'x'", "registers.main.fiel is no setting; did you mean file?"),
        (ONE + BUCKET + "[registers.main]", "registers.main.file is missing"),
        (
            ONE + BUCKET + "[registers.main]\nfile = 'x'\ncolumns = { Nmae = 'Name' }",
            "registers.main.columns: 'Nmae' is no field of an entry; did you mean",
        ),
        (
            ONE + BUCKET + "[registers.main]\nfile = 'x'\ncolumns = { Age = 'a', age = 'b' }",
            "registers.main.columns: 'Age' is named twice; put its columns in one list",
        ),
        (
            ONE + BUCKET + "[registers.main]\nfile = 'x'\ncolumns = { Age = [] }",
            "registers.main.columns: 'Age' names no column; take it out, or name one",
        ),
        (ONE + BUCKET + "[prefect]\nbatches = 5", "prefect.batches is no setting; did you mean batch?"),
        (
            ONE + BUCKET + "[prefect]\napi_url = 'http://192.0.2.7:4200/api'",
            "prefect.api_url: is plain http to another machine, 192.0.2.7, which would read the password on the way: "
            'put a reverse proxy with TLS before that server, and write "https://192.0.2.7/api"',
        ),
        (
            ONE + BUCKET + "[prefect]\napi_url = 'http://prefect.lan/api'",
            "is plain http to another machine, pre",
        ),
        (ONE + BUCKET + "[prefect]\napi_url = 'http://[2001:db8::7]:42/api'", 'and write "https://[2001:db8::7]/api"'),
        (ONE + BUCKET + "[prefect]\napi_url = 'prefect.lan:4200/api'", "prefect.api_url: is no address of an API"),
        (
            ONE + BUCKET + f"[prefect]\napi_url = 'https://me:{SECRET}@prefect.lan/api'",
            "prefect.api_url: holds a name or a password: take it out, and set THIRDCOPY_PREFECT__PASSWORD",
        ),
        (
            ONE + BUCKET + "[prefect]\ndatabase_password = 'x'",
            "prefect.database_password is a secret: put it in the environment as THIRDCOPY_PREFECT__DATABASE_PASSWORD",
        ),
        (
            ONE + BUCKET + "[prefect]\ndatabase = 'postgresql://prefect@192.0.2.7/prefect'",
            "prefect.database: leads to another machine, 192.0.2.7, and does not check whose it is",
        ),
        (ONE + BUCKET + "[pools]\nfetsh = 2", "pools.fetsh is no setting; did you mean fetch?"),
        (
            ONE + BUCKET + "[pools]\nfetch = 2",
            "machines ask: set [ledger] url and [prefect] api_url, or",
        ),
        (ONE + BUCKET.replace("bucket =", "# bucket ="), "targets.s3.bucket is missing"),
        (ONE + BUCKET.replace('"archive"', '""'), "targets.s3.bucket: it is blank"),
        (ONE + BUCKET.replace('"s3"', '"s4"'), "targets.s3.kind is no kind of target; did you mean s3?"),
        (ONE + BUCKET.replace("kind =", "# kind ="), "targets.s3.kind is missing; there are: folder, s3"),
        (ONE + SOURCE + "kind = 'ytdl'", "sources.voices-one.kind is no kind of source; did you mean ytdlp?"),
        (
            ONE + BUCKET + "[sources.a]\nkind = 'folder'\npath = 'x'\n[sources.b]\nkind = 'folder'\npath = 'x'\n",
            "sources.a and sources.b are one folder",
        ),
        (ONE + "[sources.a]\nkind = 'folder'\n", "sources.a.path is missing"),
        (ONE + SOURCE + "kind = 'disk'", "sources.voices-one.kind is no kind of source; there are: folder, ytdlp"),
        (ONE + SOURCE + "kind = 5", "sources.voices-one.kind is no kind of source; there are: folder, ytdlp"),
        (ONE + SOURCE + "sleep_seconds = -1", "sources.voices-one.sleep_seconds: Input should be greater than or equ"),
        (ONE + "[sources]\nvoices-one = 'x'", "sources.voices-one: Input should be a valid dictionary"),
        (ONE + BUCKET.replace("https", "http"), "targets.s3.endpoint: the endpoint must be https"),
        (ONE + BUCKET.replace("store.", f"me:{SECRET}@store."), "targets.s3.endpoint: the endpoint holds a user name"),
        (ONE + SOURCE.replace("tube.", f"me:{SECRET}@tube."), "sources.voices-one.url: a login does not belong"),
        (BUCKET + DISK, "minimum_copies is 3, and there are 2 targets: add [targets.NAME] stanzas or set minimum_copi"),
        ("minimum_copies = 0" + BUCKET, "minimum_copies: Input should be greater than or equal to 1"),
        ("access = 'publik'\n" + ONE + BUCKET, "access: Input should be 'restricted', 'readers' or 'public'"),
        (ONE + BUCKET + "[schedule]\naudit = '0 3 * * JANUARY'", "schedule.audit: the weekday"),
        (ONE + BUCKET + "[schedule]\nrun = '0 3 * *'", "schedule.run: a cron line has five fields"),
        (ONE + BUCKET + "[schedule]\nfast = '61 * * * *'", "schedule.fast: the minute of a cron line is 0 to 59"),
        (ONE + BUCKET + "[schedule]\naudit = '0 3 * 1,13 *'", "schedule.audit: the month of a cron line is 1 to 12"),
        (ONE + BUCKET + "[schedule]\naudit = 'at three o clock sharp'", "schedule.audit: the minute"),
        (ONE + BUCKET + "[targets.'My Disk']\nkind = 'folder'\npath = 'x'", "names are lower-case letters and digits"),
        (ONE + BUCKET + "[schedule]\naudit = '0 3 * * fri-mon'", "schedule.audit: the weekday of the cron line"),
        (
            ONE + BUCKET + "[schedule]\naudit = '0 3 30 2 *'",
            "schedule.audit: the day of the cron line '0 3 30 2 *' never",
        ),
        (ONE + BUCKET + "part_size_mib = 65", "targets.s3.part_size_mib: Input should be less than or equal to 64"),
        (ONE + BUCKET + "checksum = 'md5'", "targets.s3.checksum: Input should be 'probed', 'sha256', 'signed-sha256'"),
        (ONE + BUCKET + "read_back = 0", "targets.s3.read_back: Input should be greater than 0"),
        (ONE + BUCKET + "read_back = 1.5", "targets.s3.read_back: Input should be less than or equal to 1"),
        (ONE + BUCKET + "bandwidth_mib_s = 0", "targets.s3.bandwidth_mib_s: Input should be greater than 0"),
        (ONE + BUCKET + "stale_uploads_days = 0", "targets.s3.stale_uploads_days: Input should be greater than or eq"),
        (ONE + BUCKET + "labels = {contry = 'DE'}", "targets.s3.labels.contry is no setting; did you mean country?"),
        (ONE + DISK + "labels = {keyholder = 'A'}", "my-disk.labels.keyholder is no setting; did you mean key_holder?"),
        (ONE + DISK + "labels = {provider = ' '}", "targets.my-disk.labels.provider: String should have at least 1"),
        (ONE + DISK + "price = {read = 1}", "targets.my-disk.price.read is no setting; did you mean read_gb?"),
        (ONE + DISK + "price = {read_gb = -1}", "targets.my-disk.price.read_gb: Input should be greater than or equal"),
        (ONE + BUCKET + "[distinct]\nproviders = 2", "distinct.providers is no setting; did you mean provider?"),
        (ONE + BUCKET + "[distinct]\ncountry = 0", "distinct.country: Input should be greater than or equal to 1"),
        (ONE + BUCKET + "[audit]\nfration = 1", "audit.fration is no setting; did you mean fraction?"),
        (ONE + BUCKET + "[audit]\nchallenges = -1", "audit.challenges: Input should be greater than or equal to 0"),
        ("name = [unfinished", "archive.toml: not TOML"),
        ("targets = 3", "archive.toml: targets: "),
        ("sources = ['x']", "archive.toml: sources: "),
        (f"[[targets]]\nsecret_key = '{SECRET}'", "archive.toml: targets: "),
        ("targets = {s3 = 1}", "archive.toml: targets.s3: "),
    ],
)
def test_wrong_settings_are_named(settings: Load, toml: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(toml)
    assert caught.value.exit_code == 2
    assert said in str(caught.value)
    assert all("archive.toml" in problem for problem in caught.value.problems)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)


@pytest.mark.parametrize("share", ["0", "-0.5", "1.5", "31/30", "1/0", "'1/0'", "'a bit'", "''", "true", "nan", "[1]"])
def test_share_that_is_none(settings: Load, share: str) -> None:
    value = f"'{share}'" if share in ("31/30", "1/0") else share
    with pytest.raises(SettingsError, match=r'audit\.fraction: a share is above 0 and at most 1, .*such as "1/30"'):
        settings(ONE + BUCKET + f"[audit]\nfraction = {value}")


def test_share_is_a_number_or_a_fraction(settings: Load) -> None:
    for share, value in (("1", 1), ("0.25", 0.25), ("'1/30'", 1 / 30), ("'1 / 4'", 0.25), ("'0.5'", 0.5)):
        assert settings(ONE + BUCKET + f"[audit]\nfraction = {share}").audit.fraction == value
    assert settings(ONE + BUCKET, AUDIT__FRACTION="1/7").audit.fraction == 1 / 7
    assert settings(ONE + BUCKET, AUDIT__CHALLENGES="3").audit.challenges == 3


def test_targets_that_do_not_count_do_not_make_enough(settings: Load) -> None:
    with pytest.raises(SettingsError) as caught:
        settings("minimum_copies = 2\n" + BUCKET + DISK + "counts_as_copy = false")
    assert str(caught.value).endswith(
        "archive.toml: minimum_copies is 2, and only 1 of 2 targets count: add [targets.NAME] stanzas, "
        "take counts_as_copy = false out of targets.my-disk or set minimum_copies = 1"
    )
    with pytest.raises(SettingsError, match=r"only 0 of 1 targets count: .* out of targets\.my-disk$"):
        settings(ONE + DISK + "counts_as_copy = false")
    assert list(settings(ONE + BUCKET + DISK + "counts_as_copy = false").counting) == ["s3"]


def test_spread_that_no_copies_could_have_is_refused(settings: Load) -> None:
    here, there = "labels = {provider = 'Cloud', country = 'DE'}\n", "labels = {provider = 'cloud'}\n"
    wanted = "[distinct]\nprovider = 2\ncountry = 3"
    with pytest.raises(SettingsError) as caught:
        settings(ONE + BUCKET + here + DISK + there + wanted)
    said = str(caught.value)
    assert "distinct.provider is 2, and the targets that count have 1 different provider: write labels = {" in said
    assert "distinct.country is 3, and the targets that count have 2 different country, those without the label" in said
    assert said.endswith("or set country = 2 under [distinct]")
    spread = settings(ONE + BUCKET + here + DISK + there + "[distinct]\ncountry = 2")  # unknown is a value of its own
    assert spread.counting["s3"].country == "DE"
    with pytest.raises(SettingsError, match="country is 2, and the targets that count have 1 different country"):
        settings(ONE + BUCKET + here + DISK + there + "counts_as_copy = false\n[distinct]\ncountry = 2")


def test_every_problem_is_named_at_once(settings: Load) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(ONE + BUCKET + "buckt = 'x'\npart_size_mib = 1\n[transcription]\nbatch_size = 0")
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize(
    ("second", "overlap"),
    [
        ("[targets.b]\nkind = 'folder'\npath = 'disk'", True),
        ("[targets.b]\nkind = 'folder'\npath = './else/../disk/'", True),
        ("[targets.b]\nkind = 'folder'\npath = 'disk'\nprefix = 'deep/er'", True),
        ("[targets.b]\nkind = 'folder'\npath = 'disk/below'", True),
        ("[targets.b]\nkind = 'folder'\npath = 'link'", True),
        ("[targets.b]\nkind = 'folder'\npath = 'link/below'", True),
        ("[targets.b]\nkind = 'folder'\npath = '.'", True),
        ("[targets.b]\nkind = 'folder'\npath = 'disk2'", False),
        (BUCKET + BUCKET.replace("s3]", "again]"), True),
        (BUCKET + BUCKET.replace("s3]", "again]").replace("store.", "STORE.").replace("org", "org:443/"), True),
        (BUCKET + BUCKET.replace("s3]", "again]") + "prefix = 'below'", True),
        (BUCKET + BUCKET.replace("s3]", "again]").replace('"archive"', '"archive2"'), False),
        (BUCKET + "prefix = 'one'\n" + BUCKET.replace("s3]", "again]") + "prefix = 'two'", False),
    ],
)
def test_two_targets_at_one_address(settings: Load, tmp_path: Path, second: str, overlap: bool) -> None:
    (tmp_path / "disk/below").mkdir(parents=True)
    (tmp_path / "disk2").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    if not overlap:
        assert len(settings(ONE + DISK + second).targets) >= 2
        return
    with pytest.raises(
        SettingsError, match=r"archive\.toml: targets\.[a-z0-9]+ and targets\.[a-z0-9-]+ have one addre"
    ):
        settings(ONE + DISK + second)


@pytest.mark.parametrize(
    ("toml", "variable"),
    [
        (BUCKET + f"secret_key = '{SECRET}'", "THIRDCOPY_TARGETS__S3__SECRET_KEY"),
        (BUCKET.replace("s3]", "my-store]") + f"access_key = '{SECRET}'", "THIRDCOPY_TARGETS__MY_STORE__ACCESS_KEY"),
        (SOURCE + f"proxy = 'http://me:{SECRET}@proxy'", "THIRDCOPY_SOURCES__VOICES_ONE__PROXY"),
    ],
)
def test_secret_in_the_settings_is_refused_and_goes_by_the_variable_that_is_named(
    settings: Load, toml: str, variable: str
) -> None:
    with pytest.raises(SettingsError, match=f"is a secret: put it in the environment as {variable} or") as caught:
        settings(ONE + toml)
    assert SECRET not in str(caught.value)
    clean = "\n".join(line for line in toml.splitlines() if SECRET not in line)
    key = variable.removeprefix("THIRDCOPY_")
    value = f"http://me:{SECRET}@proxy:8080" if key.endswith("PROXY") else SECRET
    halves = {key.replace("ACCESS", "SECRET"): value, key.replace("SECRET_", "ACCESS_"): value}
    loaded = settings(ONE + DISK + clean, **halves)
    assert SECRET in "".join(_opened(loaded))
    for shown in (loaded, loaded.sources, loaded.targets, loaded.model_dump(), loaded.model_dump_json()):
        assert SECRET not in f"{shown} {shown!r}"


def _opened(loaded: Settings) -> list[str]:
    """The secrets of settings, in the open."""
    stanzas = [*loaded.sources.values(), *loaded.targets.values()]
    found = [
        getattr(stanza, name, None)
        for stanza in stanzas
        for name in ("proxy", "secret_key", "access_key", "session_token")
    ]
    return [secret.get_secret_value() for secret in found if secret]


def test_a_session_token_is_a_secret_too(settings: Load) -> None:
    with pytest.raises(SettingsError, match="THIRDCOPY_TARGETS__S3__SESSION_TOKEN") as caught:
        settings(ONE + BUCKET + f"session_token = '{SECRET}'")
    assert SECRET not in str(caught.value)
    keys = {f"TARGETS__S3__{name}": value for name, value in (("ACCESS_KEY", "me"), ("SECRET_KEY", "of-me"))}
    loaded = settings(ONE + BUCKET, **keys, TARGETS__S3__SESSION_TOKEN=SECRET)
    assert _opened(loaded) == ["of-me", "me", SECRET]
    assert SECRET not in f"{loaded} {loaded.model_dump_json()}"
    with pytest.raises(SettingsError, match=r"targets\.s3\.session_token: it ends in a carriage return") as caught:
        settings(ONE + BUCKET, **keys, TARGETS__S3__SESSION_TOKEN=SECRET + "\r")
    assert SECRET not in str(caught.value)


def test_secret_of_digits_alone_stays_a_text(settings: Load) -> None:
    loaded = settings(
        ONE + BUCKET, TARGETS__S3__ACCESS_KEY="12345678", TARGETS__S3__SECRET_KEY="1e5", TARGETS__S3__BUCKET="2024"
    )
    assert _opened(loaded) == ["1e5", "12345678"]
    assert loaded.targets["s3"].model_dump()["bucket"] == "2024"


def test_environment_overrides_the_file(settings: Load) -> None:
    loaded = settings(
        ONE + DISK + BUCKET + SOURCE,
        MINIMUM_COPIES="2",
        TARGETS__MY_DISK__PREFIX="deep",
        SOURCES__VOICES_ONE__ACCESS="public",
        SOURCES__VOICES_ONE__LANGUAGES='["kk", "ru"]',
        SOURCES__VOICES_ONE__CAPTIONS="false",
        TARGETS__S3__PART_SIZE_MIB="64",
        TRANSCRIPTION__LANGUAGES='["kk", "ru", "en"]',
    )
    assert loaded.minimum_copies == 2
    assert set(loaded.targets) == {"my-disk", "s3"}
    assert loaded.targets["my-disk"].prefix == "deep"
    source = loaded.sources["voices-one"]
    assert isinstance(source, YtdlpSettings)
    assert (source.access, source.languages, source.captions) == ("public", ("kk", "ru"), False)
    assert loaded.transcription.languages == ("kk", "ru", "en")
    assert loaded.access_of("voices-one") == "public"
    assert loaded.access_of("unheard-of") == loaded.access_of(None) == "restricted"


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"MINIMUM_COPYS": "2"}, "environment: THIRDCOPY_MINIMUM_COPYS is no setting; did you mean THIRDCOPY_MINIMUM"),
        ({"TARGETS__S4__SECRET_KEY": SECRET}, "environment: targets.s4 is no stanza of the settings; did you mean s3?"),
        ({"REGISTERS__X__SHEET": "one"}, "environment: registers.x is no stanza of the settings; there are: none"),
        ({"TARGETS__S3__SECRT_KEY": SECRET}, "targets.s3.secrt_key is no setting; did you mean secret_key?"),
        ({"TARGETS__S3__SECRET_KEY": SECRET}, "access_key and secret_key go together"),
        ({"TARGETS": SECRET}, "targets: "),
        ({"TARGETS": "{" + SECRET}, "environment: a THIRDCOPY_… variable begins like JSON and is none"),
        ({"MINIMUM_COPIES": SECRET}, "minimum_copies: "),
    ],
)
def test_wrong_variable_is_named_without_its_value(settings: Load, variables: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        settings(ONE + BUCKET, **variables)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


def test_file_of_secrets(settings: Load, tmp_path: Path) -> None:
    toml = f"secrets_file = '{tmp_path}/secrets.toml'\n" + ONE + BUCKET
    secrets = f"[targets.s3]\naccess_key = 'me'\nsecret_key = '{SECRET}'\n"
    assert _opened(settings(toml, secrets)) == [SECRET, "me"]
    assert _opened(settings(toml, secrets, TARGETS__S3__ACCESS_KEY="another")) == [SECRET, "another"]
    for mode in (0o640, 0o604, 0o644):
        with pytest.raises(SettingsError, match=r"secrets\.toml: others can read this file of secrets: chmod 600 "):
            settings(toml, secrets, mode)
    with pytest.raises(SettingsError, match=r"secrets\.toml: targets\.s33 is no stanza .* did you mean s3\?"):
        settings(toml, secrets.replace("s3]", "s33]"))
    with pytest.raises(SettingsError, match=r"secrets\.toml: not TOML") as caught:
        settings(toml, f"secret_key = {SECRET}")
    assert SECRET not in str(caught.value)
    (tmp_path / "secrets.toml").unlink()
    with pytest.raises(SettingsError, match=r"secrets\.toml: cannot be read: No such file"):
        settings(toml)


def test_file_of_secrets_in_the_home_folder(settings: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    secrets = f"[targets.s3]\naccess_key = 'me'\nsecret_key = '{SECRET}'\n"
    assert _opened(settings("secrets_file = '~/secrets.toml'\n" + ONE + BUCKET, secrets)) == [SECRET, "me"]


def test_paths_are_relative_to_the_file(settings: Load, tmp_path: Path) -> None:
    loaded = settings(ONE + DISK + "[registers.main]\nfile = 'register.csv'\n" + SOURCE + "cookies_file = '/abs/c.txt'")
    assert loaded.state == tmp_path / "state"
    assert loaded.targets["my-disk"].model_dump()["path"] == tmp_path / "disk"
    assert loaded.registers["main"].file == tmp_path / "register.csv"
    assert loaded.sources["voices-one"].model_dump()["cookies_file"] == Path("/abs/c.txt")
    assert loaded.file == tmp_path / "archive.toml"


def test_paths_of_the_environment_are_relative_to_the_file_too(settings: Load, tmp_path: Path) -> None:
    loaded = settings(ONE + DISK, STATE="elsewhere", TARGETS__MY_DISK__PATH="other-disk")
    assert loaded.state == tmp_path / "elsewhere"
    assert loaded.targets["my-disk"].model_dump()["path"] == tmp_path / "other-disk"


@pytest.mark.parametrize("host", ["127.0.0.1:8333", "localhost", "[::1]:9000"])
def test_http_is_for_this_machine_alone(settings: Load, host: str) -> None:
    assert settings(ONE + BUCKET.replace("https://store.example.org", f"http://{host}")).targets
    with pytest.raises(SettingsError, match=r"targets\.s3\.endpoint: the endpoint must be https"):
        settings(ONE + BUCKET.replace("https://store.example.org", "http://127.0.0.1.example.org"))


def test_settings_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "one/two").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "one/two")
    with pytest.raises(SettingsError, match=r"no archive\.toml in .* or above it: `thirdcopy init` writes one"):
        find()
    (tmp_path / "archive.toml").touch()
    (tmp_path / "other.toml").touch()
    assert find() == tmp_path / "archive.toml"
    monkeypatch.setenv("THIRDCOPY_CONFIG", str(tmp_path / "other.toml"))
    assert find() == tmp_path / "other.toml"
    monkeypatch.setenv("THIRDCOPY_CONFIG", "elsewhere")
    assert find(tmp_path / "other.toml") == tmp_path / "other.toml"
    with pytest.raises(SettingsError, match="no such settings file"):
        find(tmp_path / "missing.toml")


def test_cron_lines_that_are_good(settings: Load) -> None:
    for line in ("*/15 * * * *", "0 3 * * *", "0,30 1-5 1,15 JAN-MAR Mon-Fri", "5 4 * 12 7"):
        assert settings(ONE + BUCKET + f"[schedule]\nrun = '{line}'").schedule.run == line


def test_a_field_may_be_made_of_one_column_or_of_several(settings: Load) -> None:
    loaded = settings(
        ONE + BUCKET + "[registers.main]\nfile = 'x'\ncolumns = { entry = 'No', \"victim’s name\" = ['Name', 'Alias'] }"
    )
    assert loaded.registers["main"].columns == {"Entry": ("No",), "Victim's Name": ("Name", "Alias")}
    assert loaded.registers["main"].secret == ("ID no.",)


ADDRESS = f"mailto://me:{SECRET}@mail.example.org"


def test_addresses_of_alerts_are_secrets_by_the_environment_or_a_file(settings: Load, tmp_path: Path) -> None:
    plain = "minimum_copies = 1\n" + DISK
    with pytest.raises(
        SettingsError, match=r"alerts\.addresses is a secret: .* as THIRDCOPY_ALERTS__ADDRESSES"
    ) as caught:
        settings(plain + f"[alerts]\naddresses = ['{ADDRESS}']")
    assert SECRET not in str(caught.value)
    with pytest.raises(SettingsError, match=r"alerts\.ping is a secret: .* as THIRDCOPY_ALERTS__PING"):
        settings(plain + f"[alerts]\nping = 'https://ping.example.org/{SECRET}'")

    one = settings(plain, ALERTS__ADDRESSES=ADDRESS, ALERTS__PING=f"https://ping.example.org/{SECRET}")
    assert [address.get_secret_value() for address in one.alerts.addresses] == [ADDRESS]
    assert SECRET not in repr(one) + one.model_dump_json()
    several = settings(plain, ALERTS__ADDRESSES=f'["{ADDRESS}", "ntfys://{SECRET}"]')
    assert [address.get_secret_value() for address in several.alerts.addresses] == [ADDRESS, f"ntfys://{SECRET}"]
    kept = f"secrets_file = '{tmp_path}/secrets.toml'\n" + plain
    os.environ.pop("THIRDCOPY_ALERTS__ADDRESSES")
    by_file = settings(kept, f"[alerts]\naddresses = ['{ADDRESS}']")
    assert [address.get_secret_value() for address in by_file.alerts.addresses] == [ADDRESS]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ALERTS__ADDRESSES": SECRET}, "alerts.addresses: address 1 of 1 is none: apprise writes them as mailto://"),
        ({"ALERTS__ADDRESSES": f'["{ADDRESS}", "{SECRET}"]'}, "address 2 of 2 is none"),
        ({"ALERTS__ADDRESSES": f"{ADDRESS}, ntfys://{SECRET}"}, "address 1 of 1 is none"),
        ({"ALERTS__ADDRESSES": f'["{ADDRESS}'}, "begins like JSON and is none"),
        ({"ALERTS__ADDRESSES": f'{{"{SECRET}": 1}}'}, "alerts.addresses: "),
        ({"ALERTS__ADDRESSES": f'[["{SECRET}"]]'}, "alerts.addresses.0: "),
        ({"ALERTS__PING": f"ftp://{SECRET}.example.org"}, "alerts.ping: the address to ping begins with https://"),
        ({"ALERTS__PING": f"https://{SECRET}:port"}, "alerts.ping: the address to ping begins with https://"),
        ({"ALERTS__PINGS": f"https://{SECRET}"}, "alerts.pings is no setting; did you mean ping?"),
        ({"ALERTS__RUN_HOURS": f'"{SECRET}"'}, "alerts.run_hours: "),
    ],
)
def test_a_wrong_address_of_alerts_is_told_by_its_number(
    settings: Load, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        settings("minimum_copies = 1\n" + DISK, **environment)
    assert said in str(caught.value)
    assert SECRET not in str(caught.value)


def test_the_same_keys_elsewhere_are_no_secrets(settings: Load) -> None:
    with pytest.raises(SettingsError, match=r"targets\.my-disk\.ping is no setting"):
        settings(ONE + DISK + "ping = 'x'\n")


def test_limits_of_alerts(settings: Load) -> None:
    for line in ("run_hours = -1", "debt_days = 40000", "reminder_hours = 0", "damaged_copies = 0.5", "disk_gib = nan"):
        with pytest.raises(SettingsError, match=rf"alerts\.{line.split()[0]}: "):
            settings(ONE + DISK + f"[alerts]\n{line}\n")


URL = "postgresql://keeper@db.example.org:6432/ledger?sslmode=verify-full&sslrootcert=/etc/ours.pem"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://keeper@localhost/ledger", r"ledger\.url: is no address of PostgreSQL: write postgresql://"),
        (f"postgresql://keeper:{SECRET}@localhost/ledger", r"holds a password: take it out"),
        (f"postgresql://keeper@localhost/ledger?password={SECRET}", r"holds a password: take it out"),
        ("postgresql://keeper@db.example.org/ledger", r"does not check whose it is: add \?sslmode=verify-full"),
        ("postgresql://keeper@192.0.2.7/ledger?sslmode=require", r"does not check whose it is"),
        ("postgresql://keeper@localhost/ledger?sslmode=sure", r"asks for sslmode=sure, which there is not"),
        ("postgresql://keeper@localhost/ledger?options=-c", r"'options', which is none of what may follow"),
        ("postgresql://localhost/ledger", r"names no user, no host or no database"),
        ("postgresql://keeper@localhost", r"names no user, no host or no database"),
        ("postgresql://keeper@one,two/ledger", r"names no user, no host or no database"),
        ("postgresql://keeper@localhost:many/ledger", r"is no address"),
    ],
)
def test_address_of_the_ledger_that_cannot_be_used_is_said(settings: Load, url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        settings(f'{ONE}{DISK}[ledger]\nurl = "{url}"\n')
    assert SECRET not in str(error.value)


@pytest.mark.parametrize(
    "url",
    [
        URL,
        "postgresql://keeper@localhost/ledger",
        "postgresql://keeper@[::1]/ledger",
        "postgresql://k@127.1.2.3/l",
        "postgresql://keeper@x/ledger?host=/run/postgresql",
    ],
)
def test_address_of_the_ledger_is_taken_with_its_password_from_the_environment(settings: Load, url: str) -> None:
    found = settings(f'{ONE}{DISK}[ledger]\nurl = "{url}"\n', LEDGER__PASSWORD=SECRET)
    assert found.ledger.url == url
    assert found.ledger.password
    assert SECRET not in repr(found)
    with pytest.raises(SettingsError, match=r"ledger\.password is a secret"):
        settings(f'{ONE}{DISK}[ledger]\nurl = "{url}"\npassword = "{SECRET}"\n')


def test_models_that_read_quickly_are_no_option_of_a_transcript(settings: Load) -> None:
    told = settings(f"{ONE}{DISK}[transcription]\nbeam_size = 3\nmeasured = ['{BASE}', '{'0' * 64}']").transcription
    assert told.measured == (BASE, "0" * 64)
    assert told.options == Options(beam_size=3)
    assert type(told.options) is Options
    assert settings(f"{ONE}{DISK}[transcription]\nmeasured = '{BASE}'").transcription.measured == (BASE,)
    assert settings(ONE + DISK).transcription.options == Options()
