"""Play a search server until Ctrl-C: `python -m xiaoer.testing elasticsearch|opensearch|solr`. Its URL is the first line."""

from __future__ import annotations

import signal
import sys

from xiaoer.testing.search_api import PlayedElasticsearch, PlayedOpenSearch
from xiaoer.testing.server import PlayedServer
from xiaoer.testing.solr import PlayedSolr

_PLAYED: dict[str, type[PlayedServer]] = {
    "elasticsearch": PlayedElasticsearch,
    "opensearch": PlayedOpenSearch,
    "solr": PlayedSolr,
}


def main() -> None:
    """Serve the one that was named."""
    if len(sys.argv) != 2 or sys.argv[1] not in _PLAYED:
        raise SystemExit(f"usage: python -m xiaoer.testing {'|'.join(_PLAYED)}")
    with _PLAYED[sys.argv[1]]() as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
