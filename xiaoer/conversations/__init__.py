"""The record: who said what and when, who holds a conversation, and the trace of every turn."""
