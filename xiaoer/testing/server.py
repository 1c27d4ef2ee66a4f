"""A server in this process that plays another product: it answers on a free port, keeps what it was asked, and fails on demand."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, quote, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked. `path` is decoded; `body` as it came."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; None where there is none."""
        return json.loads(self.body) if self.body else None

    @property
    def lines(self) -> list[Any]:
        """The body as lines of JSON."""
        return [json.loads(line) for line in self.body.splitlines() if line]


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: JSON, or text as it is."""

    status: int
    data: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Trouble:
    """Answers that are given in the place of the next ones, where the request fits."""

    response: Response | None
    times: int
    fits: Callable[[Request], bool]


class PlayedServer:
    """Use it as `with PlayedElasticsearch() as server:`; `server.url` is what a setting would name."""

    scheme = "http"
    path = ""
    headers: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, user: str = "", password: str = "", token: str = "") -> None:
        self.requests: list[Request] = []
        self.lock = threading.RLock()
        self._expected = _expected(user, password, token)
        self._credentials = f"{quote(user, safe='')}:{quote(password, safe='')}@" if user else ""
        self._troubles: list[_Trouble] = []
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """What `XIAOER_INDEX_URL` would say."""
        return f"{self.scheme}://{self._credentials}127.0.0.1:{self._port}{self.path}"

    def start(self) -> None:
        """Listen: on a free port, after a stop on the same one again."""
        self._server = _Listening(("127.0.0.1", self._port), _answering(self))
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        """Refuse connections; what was written stays."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def fail(
        self, response: Response | None, *, times: int = 1, fits: Callable[[Request], bool] = lambda _: True
    ) -> None:
        """Answer the next so many fitting requests with this; None: cut the connection without an answer."""
        self._troubles.append(_Trouble(response, times, fits))

    def respond(self, request: Request) -> Response | None:
        """The answer to a request, or None to cut the connection."""
        with self.lock:
            if self._server is None:  # a connection that was kept open
                return None
            self.requests.append(request)
            for trouble in self._troubles:
                if trouble.times > 0 and trouble.fits(request):
                    trouble.times -= 1
                    return trouble.response
            if self._expected and request.headers.get("authorization") != self._expected:
                return self.refuse(401, "missing authentication credentials")
            return self.answer(request)

    def answer(self, request: Request) -> Response:
        """What the product would answer."""
        raise NotImplementedError

    def refuse(self, status: int, reason: str) -> Response:
        """An error in the product's form."""
        raise NotImplementedError


def _expected(user: str, password: str, token: str) -> str:
    if token:
        return token
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}" if user else ""


class _Listening(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in the middle is what many tests are about."""


def _answering(played: PlayedServer) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _respond(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, unquote(parts.path), dict(parse_qsl(parts.query)), headers, body)
            response = played.respond(request)
            if response is None:
                self.close_connection = True
                return
            is_text = isinstance(response.data, str)
            content = (response.data if is_text else json.dumps(response.data)).encode()
            self.send_response(response.status)
            self.send_header("Content-Type", "text/html" if is_text else "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in {**played.headers, **response.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _respond

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: a test has its own log."""

    return Answering
