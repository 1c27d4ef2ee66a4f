"""Where an engine over the network is, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Access:
    """Where an engine is and how it is reached. `ca_file` names who signs for TLS.

    `timeout_s` is what one question may wait. After the engine did not answer, it is left alone for `rest_s`: customers are
    told at once and not made to wait.
    """

    url: str
    prefix: str = "xiaoer"
    api_key: str = ""
    ca_file: str = ""
    timeout_s: float = 3.0
    rest_s: float = 5.0

    @property
    def kind(self) -> str:
        """elasticsearch, opensearch or solr."""
        return urlsplit(self.url).scheme.partition("+")[0]

    @property
    def base(self) -> str:
        """The address as HTTP, without credentials."""
        parts = urlsplit(self.url)
        scheme = "https" if parts.scheme.endswith("+https") else "http"
        host = parts.netloc.rpartition("@")[2]
        return f"{scheme}://{host}{parts.path.rstrip('/')}"

    @property
    def user(self) -> tuple[str, str] | None:
        """Name and password out of the URL."""
        parts = urlsplit(self.url)
        return (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
