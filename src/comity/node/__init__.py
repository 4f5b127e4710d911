"""Settings become a wired node of one party; the demonstration runs several of them."""
