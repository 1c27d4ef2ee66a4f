"""Where entries are stored and scored. We tokenise and decide; an engine only finds candidates."""
