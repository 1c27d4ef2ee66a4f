"""For whoever writes an adapter or tries one out: the contracts that adapters keep, and servers that are played."""
