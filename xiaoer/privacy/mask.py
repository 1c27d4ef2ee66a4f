"""Personal data as much of it as somebody needs to recognise it, and no more."""

from __future__ import annotations

import re

_PASSWORD = re.compile(r"(://[^:@/?]*:).*@|([?&]password=)[^&]*")


def mask_phone(phone: str) -> str:
    """+8613800138000 → +86 138****8000; what is too short to mask is hidden whole."""
    digits = phone.removeprefix("+86")
    prefix = "+86 " if phone.startswith("+86") else ""
    return f"{prefix}{digits[:-8]}****{digits[-4:]}" if len(digits) >= 9 else "****"


def mask_email(email: str) -> str:
    """mei.chen@example.com → m***@example.com."""
    name, at, host = email.partition("@")
    return f"{name[:1]}***@{host}" if at and name else "***"


def mask_secret(secret: str) -> str:
    """Nothing of a secret but whether there is one."""
    return "******" if secret else ""


def mask_url(url: str) -> str:
    """A URL without its password; anything else as it is."""
    return _PASSWORD.sub(lambda found: f"{found[1]}******@" if found[1] else f"{found[2]}******", url)
