"""Xiaoer 小二: self-hosted customer service for online shops, in 中文 and English."""

import os

__version__ = "0.1.0"

# Only single characters are asked for their sound, and pypinyin's dictionary of phrases tells nothing about those; it takes
# 45 MB and a fifth of a second. It is read at the first import of pypinyin, which comes after this one.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")
