"""The people who answer: who they are, how they sign in, take conversations over and hand them back."""
