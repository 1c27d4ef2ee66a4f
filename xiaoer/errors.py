"""Every error that Xiaoer raises on purpose.

    XiaoerError                 .code is public API, .status is HTTP; the docstring says what to do about it
    ├── CallerError             4xx: Invalid NotSignedIn NotAllowed NotFound Conflict TooMany
    ├── UnavailableError        503, worth retrying: ModelUnavailable IndexUnavailable ShopUnavailable ChannelUnavailable
    │                           RecordsUnavailable
    ├── BadAnswerError          502: a dependency answered nonsense
    └── ConfigurationError      at start only: names the setting, the value, what was expected; exit 2

An error carries its sentence in both languages; `web` and `cli` show the one that the reader speaks.
"""

from __future__ import annotations


class XiaoerError(Exception):
    """The root. Catch it to show `.text(language)`; anything else that escapes is a defect of ours."""

    code = "error"
    status = 500

    def __init__(self, en: str, zh: str | None = None, *, field: str | None = None) -> None:
        """`en` and `zh` say what is wrong and what to change; `field` names the input that was wrong."""
        super().__init__(en)
        self.en = en
        self.zh = zh or en
        self.field = field

    def text(self, language: str) -> str:
        """The sentence in "zh" or "en"."""
        return self.zh if language == "zh" else self.en


class CallerError(XiaoerError):
    """The request cannot be done as it was sent. Change the request; repeating it will not help."""

    code = "bad_request"
    status = 400


class Invalid(CallerError):
    """A value has the wrong form. `field` names it and the sentence says what is expected."""

    code = "invalid"
    status = 422


class NotSignedIn(CallerError):
    """Nobody is signed in, or the session ran out. Sign in and send the request again."""

    code = "not_signed_in"
    status = 401


class NotAllowed(CallerError):
    """Signed in, but without the right to do this. Ask a team lead."""

    code = "not_allowed"
    status = 403


class NotFound(CallerError):
    """There is no such thing, or it is not yours to see; which of the two is not told."""

    code = "not_found"
    status = 404


class Conflict(CallerError):
    """Somebody else was faster, or the thing changed meanwhile. Read it again, then decide."""

    code = "conflict"
    status = 409


class TooMany(CallerError):
    """Too many requests, or too large a one. Wait `retry_after_s` seconds or send less."""

    code = "too_many"
    status = 429

    def __init__(self, en: str, zh: str | None = None, *, retry_after_s: int = 1, field: str | None = None) -> None:
        super().__init__(en, zh, field=field)
        self.retry_after_s = retry_after_s


class UnavailableError(XiaoerError):
    """Something that Xiaoer leans on does not answer. Worth retrying; nothing was lost."""

    code = "unavailable"
    status = 503


class ModelUnavailable(UnavailableError):
    """The intent model or the language model does not answer. Look at `xiaoer settings` and the log."""

    code = "model_unavailable"


class IndexUnavailable(UnavailableError):
    """The knowledge index does not answer. It can be rebuilt at any time from the database."""

    code = "index_unavailable"


class ShopUnavailable(UnavailableError):
    """The shop system behind the connector does not answer. Nothing was done there."""

    code = "shop_unavailable"


class ChannelUnavailable(UnavailableError):
    """A message could not be sent out on its channel. It stays queued and is sent again."""

    code = "channel_unavailable"


class RecordsUnavailable(UnavailableError):
    """The database cannot be written or read just now (full disk, lost server). Nothing was stored in part."""

    code = "records_unavailable"


class BadAnswerError(XiaoerError):
    """A dependency answered something that cannot be right. The answer was thrown away."""

    code = "bad_answer"
    status = 502


class ConfigurationError(XiaoerError):
    """Xiaoer cannot start like this. The sentence names the setting, its value and what was expected."""

    code = "configuration"
    status = 500
