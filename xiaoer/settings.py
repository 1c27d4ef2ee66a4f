"""Every setting. Read from the environment (`XIAOER_…`), a `.env` file, then the defaults below; nothing else is configurable.

Only `app` and `cli` import this module.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from xiaoer.errors import ConfigurationError

PREFIX = "XIAOER_"
SHORTEST_SECRET = 32  # characters
ENGINE_URL = re.compile(r"(elasticsearch|opensearch|solr)(\+https)?://[^/\s]")
INDEX_PREFIX = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
SHOP_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")  # it names folders, too


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "xiaoer"


class _Expected(ValueError):
    """A value of the wrong form; what was expected, in both languages."""

    def __init__(self, en: str, zh: str) -> None:
        super().__init__(en)
        self.zh = zh


class Settings(BaseSettings):
    """The settings of one installation."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default_factory=_default_data_dir, description="Folder of everything Xiaoer keeps: database, index, models, uploads."
    )
    database_url: str = Field(
        "", description="Where the records are. Empty: SQLite in the data folder. Or postgresql://user:password@host/name."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8765, ge=0, le=65535, description="Port to listen on; 0 takes a free one.")
    public_url: str = Field("", description="How browsers reach this server, e.g. https://help.example.com. Empty: host and port.")
    secret: SecretStr = Field(
        SecretStr(""), description="Signs staff sessions and visitors' identities. Empty: made once and kept in the data folder."
    )
    allowed_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        ("*",), description="Pages that may embed the widget, as origins separated by commas (https://shop.example). * allows all."
    )
    shop: str = Field("spruce", description="The shop a request is for when it names none.")
    language: Literal["zh", "en"] = Field("zh", description="Language where neither the person nor the browser says one.")
    session_hours: int = Field(12, ge=1, le=720, description="How long a staff sign-in lasts.")
    upload_mb: int = Field(8, ge=1, le=50, description="Largest picture a customer may send.")
    import_mb: int = Field(50, ge=1, le=500, description="Largest file that can be imported into the knowledge.")
    import_private_addresses: bool = Field(
        False, description="Let imports fetch pages from addresses inside this network (an intranet's help centre)."
    )
    messages_per_minute: int = Field(30, ge=1, le=6000, description="Lines one customer may send in a minute.")
    database_pool: int = Field(8, ge=1, le=100, description="Connections to PostgreSQL held by this process.")
    index_url: str = Field(
        "",
        description="Where articles are searched. Empty: in the data folder. Or elasticsearch://user:password@host:9200, "
        "opensearch://host:9200, solr://host:8983; with TLS elasticsearch+https://host.",
    )
    index_prefix: str = Field("xiaoer", description="What the names of our indexes in that engine begin with.")
    index_api_key: SecretStr = Field(
        SecretStr(""), description="API key of Elasticsearch, or bearer token of the others, in place of name and password."
    )
    index_ca: str = Field("", description="File with the certificate (PEM) that signs for the engine. Empty: the system's.")
    index_timeout_s: float = Field(3.0, ge=0.1, le=60, description="How long a question may wait for the engine, in seconds.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="How much is logged to standard error.")
    encoder: str = Field(
        "",
        description="Sentence encoder by its name (`xiaoer encoders list`): trainings add it to the model, and articles are "
        "found by meaning. Empty: none.",
    )
    always_online: bool = Field(
        False, description="Treat staff as online at all hours (the demo does), instead of by the shop's service hours."
    )

    @field_validator("data_dir")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("shop")
    @classmethod
    def _names_a_folder(cls, value: str) -> str:
        if not SHOP_ID.fullmatch(value):
            raise _Expected("expected letters, digits and dashes only", "只能包含字母、数字和短横线")
        return value

    @field_validator("database_url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql:", "postgresql+asyncpg:", "postgres:")):
            raise _Expected(
                "expected sqlite:///path or postgresql://user:password@host/name",
                "应为 sqlite:///路径 或 postgresql://用户:密码@主机/库名",
            )
        return value

    @field_validator("index_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value and not ENGINE_URL.match(value):
            raise _Expected(
                "expected elasticsearch://host:9200, opensearch://host:9200 or solr://host:8983, with +https before :// for TLS",
                "应为 elasticsearch://主机:9200、opensearch://主机:9200 或 solr://主机:8983，使用 TLS 时在 :// 前加 +https",
            )
        return value

    @field_validator("index_prefix")
    @classmethod
    def _engine_takes_it(cls, value: str) -> str:
        if not INDEX_PREFIX.fullmatch(value):
            raise _Expected("expected small letters, digits and dashes, 40 at most", "只能用小写字母、数字和短横线，最多 40 个")
        return value

    @field_validator("allowed_origins", mode="before")
    @classmethod
    def _separated(cls, value: Any) -> Any:
        return tuple(one.strip() for one in value.split(",") if one.strip()) if isinstance(value, str) else value

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < SHORTEST_SECRET:
            raise _Expected(
                f"expected at least {SHORTEST_SECRET} characters, e.g. from: openssl rand -hex 32",
                f"至少需要 {SHORTEST_SECRET} 个字符，可用 openssl rand -hex 32 生成",
            )
        return value

    @property
    def records_url(self) -> str:
        """The database's URL, with the default filled in."""
        return self.database_url or f"sqlite:///{self.data_dir / 'xiaoer.sqlite3'}"


def read_settings(**overrides: Any) -> Settings:
    """The settings, with what the command line gave on top.

    ConfigurationError names the setting, its value and what was expected.
    """
    given = {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise _refused(error, given) from error
    except SettingsError as error:
        raise ConfigurationError(
            f"The settings cannot be read: {error}. Change them in the environment or in .env.",
            f"设置读取失败：{error}。请在环境变量或 .env 中修改。",
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(
            f"The file .env cannot be read: {error}. Make it readable text in UTF-8, or take it away.",
            f"无法读取 .env 文件：{error}。请检查权限并确认为 UTF-8 文本，或将其移走。",
        ) from error
    except RuntimeError as error:  # no home folder
        raise ConfigurationError(
            f"There is no place for the data folder: {error} Set XIAOER_DATA_DIR.",
            f"无法确定数据目录：{error} 请设置 XIAOER_DATA_DIR。",
            field="data_dir",
        ) from error


def _refused(error: ValidationError, given: dict[str, Any]) -> ConfigurationError:
    """The first value that does not fit, where it was given, and what was expected. Secrets are not shown."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "?"
    shown = "***" if name == "secret" else re.sub(r"://.*@|password=[^&]*", "://***@", repr(first.get("input")))
    option = f"--{name.replace('_', '-')}"
    en, zh = (f"at {option}", f"通过 {option}") if name in given else ("in the environment or in .env", "在环境变量或 .env 中")
    return ConfigurationError(
        f"Setting {PREFIX}{name.upper()} is {shown}: {first['msg']}. Change it {en}.",
        f"设置项 {PREFIX}{name.upper()} 的值 {shown} 不正确：{_in_chinese(first)}。请{zh}修改。",
        field=name,
    )


def _in_chinese(first: Any) -> str:
    limits = first.get("ctx", {})
    cause = limits.get("error")
    if isinstance(cause, _Expected):
        return cause.zh
    expected = {
        "int_parsing": "应为整数",
        "bool_parsing": "应为 true 或 false",
        "literal_error": f"应为 {str(limits.get('expected', '')).replace(' or ', ' 或 ')}",
        "less_than_equal": f"不能大于 {limits.get('le')}",
        "greater_than_equal": f"不能小于 {limits.get('ge')}",
    }
    return expected.get(first["type"], str(first["msg"]))


def sources(settings: Settings, overrides: dict[str, Any]) -> dict[str, str]:
    """Where each value came from: command line, environment, .env file or default."""
    in_file = _names_in_env_file()
    found: dict[str, str] = {}
    for name in type(settings).model_fields:
        variable = f"{PREFIX}{name.upper()}"
        if overrides.get(name) is not None:
            found[name] = "command line"
        elif variable in {key.upper() for key in os.environ}:
            found[name] = f"environment {variable}"
        elif variable in in_file:
            found[name] = ".env file"
        else:
            found[name] = "default"
    return found


def _names_in_env_file() -> set[str]:
    path = Path(".env")
    if not path.is_file():
        return set()
    lines = [line.strip().removeprefix("export ") for line in path.read_text("utf-8").splitlines()]
    return {line.partition("=")[0].strip().upper() for line in lines if "=" in line and not line.startswith("#")}
