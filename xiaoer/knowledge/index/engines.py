"""Which engine a URL names."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

from xiaoer.errors import ConfigurationError
from xiaoer.knowledge.index.access import Access
from xiaoer.knowledge.index.embedded import EmbeddedEngine
from xiaoer.knowledge.index.port import Engine

SCHEMES = tuple(f"{kind}{tls}://" for kind in ("elasticsearch", "opensearch", "solr") for tls in ("", "+https"))


def open_engine(folder: Path, access: Access | None = None) -> Engine:
    """The engine behind the access, or the embedded one in this folder. Nothing is asked yet: it may be down at this moment."""
    if access is None or not access.url:
        return EmbeddedEngine(folder)
    if not access.url.startswith(SCHEMES) or not urlsplit(access.url).hostname:
        raise ConfigurationError(
            f"XIAOER_INDEX_URL begins with {access.url.partition(':')[0]!r}: expected elasticsearch://host:9200, opensearch://… or "
            "solr://…, with +https before :// for TLS.",
            f"XIAOER_INDEX_URL 以 {access.url.partition(':')[0]!r} 开头：应为 elasticsearch://主机:9200、opensearch://… 或 solr://…，"
            "使用 TLS 时在 :// 前加 +https。",
            field="index_url",
        )
    if access.kind == "elasticsearch":
        from xiaoer.knowledge.index.elasticsearch import ElasticsearchEngine  # noqa: PLC0415  # imported only where it is used

        return ElasticsearchEngine(access)
    if access.kind == "opensearch":
        from xiaoer.knowledge.index.opensearch import OpenSearchEngine  # noqa: PLC0415

        return OpenSearchEngine(access)
    from xiaoer.knowledge.index.solr import SolrEngine  # noqa: PLC0415

    return SolrEngine(access)
