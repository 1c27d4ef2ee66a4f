""""Something happened, look again": nudges to open windows. The record holds the truth; a nudge may be lost."""
