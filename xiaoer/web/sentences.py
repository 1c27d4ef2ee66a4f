"""What FastAPI says about a wrong value, as a sentence in both languages that says what to change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xiaoer.errors import Invalid

_PARTS = ("body", "query", "path", "header", "cookie", "form")
# {name} is the field; the others are what pydantic says about the limit.
_SENTENCES: Mapping[str, tuple[str, str]] = {
    "missing": ("“{name}” is missing.", "缺少“{name}”。"),
    "json_invalid": ("The body is not JSON.", "请求内容不是有效的 JSON。"),
    "model_attributes_type": (
        "The body must be a JSON object sent as application/json.",
        "请求内容应为 application/json 格式的 JSON 对象。",
    ),
    "string_type": ("“{name}” must be text.", "“{name}”应为文本。"),
    "string_too_long": ("“{name}” may have at most {max_length} characters.", "“{name}”最多 {max_length} 个字符。"),
    "string_too_short": ("“{name}” must have at least {min_length} characters.", "“{name}”至少 {min_length} 个字符。"),
    "string_pattern_mismatch": ("“{name}” holds characters that are not allowed.", "“{name}”含有不允许的字符。"),
    "literal_error": ("“{name}” must be {expected}.", "“{name}”应为 {expected}。"),
    "int_parsing": ("“{name}” must be a whole number.", "“{name}”应为整数。"),
    "int_type": ("“{name}” must be a whole number.", "“{name}”应为整数。"),
    "int_from_float": ("“{name}” must be a whole number.", "“{name}”应为整数。"),
    "int_parsing_size": ("“{name}” is too large.", "“{name}”的数值过大。"),
    "greater_than_equal": ("“{name}” must be at least {ge}.", "“{name}”不能小于 {ge}。"),
    "less_than_equal": ("“{name}” may be at most {le}.", "“{name}”不能大于 {le}。"),
    "bool_parsing": ("“{name}” must be true or false.", "“{name}”应为 true 或 false。"),
    "bool_type": ("“{name}” must be true or false.", "“{name}”应为 true 或 false。"),
    "dict_type": ("“{name}” must be a JSON object.", "“{name}”应为 JSON 对象。"),
    "list_type": ("“{name}” must be a list.", "“{name}”应为列表。"),
    "too_long": ("“{name}” may have at most {max_length} entries.", "“{name}”最多 {max_length} 项。"),
    "extra_forbidden": ("“{name}” is not known here.", "不支持“{name}”。"),
}
_OTHERWISE = ("“{name}” is not valid.", "“{name}”不正确。")


def describe(errors: Sequence[Mapping[str, Any]]) -> Invalid:
    """The first thing that is wrong, as an Invalid that names the field. Repeating the value is left out on purpose."""
    first = errors[0]
    name = ".".join(str(one) for one in first.get("loc", ()) if one not in _PARTS)
    en, zh = _SENTENCES.get(str(first.get("type")), _OTHERWISE)
    limits = {key: str(value) for key, value in first.get("ctx", {}).items() if isinstance(value, str | int | float)}
    given = {**limits, "name": name or "body"}
    try:
        return Invalid(en.format(**given), zh.format(**given), field=name or None)
    except KeyError:  # a limit that this version of pydantic does not tell
        return Invalid(_OTHERWISE[0].format(**given), _OTHERWISE[1].format(**given), field=name or None)
