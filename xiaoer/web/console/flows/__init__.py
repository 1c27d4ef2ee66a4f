"""The console's page on the flows: every way in which a goal is worked on, drawn as the engine reads it."""
