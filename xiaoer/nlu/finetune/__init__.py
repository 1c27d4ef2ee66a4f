"""Fine-tune a language model's encoder on a shop's lines (extra [train]); what comes out is an encoder folder with its classifier."""
