"""What the shop learns from its own work: knowledge that contradicts itself, questions that nobody answered."""
