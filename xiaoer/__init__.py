"""Xiaoer 小二: self-hosted customer service for online shops, in 中文 and English."""

__version__ = "0.1.0"
