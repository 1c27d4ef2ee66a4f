"""What was done in whose name (audit), and how personal data is masked."""
