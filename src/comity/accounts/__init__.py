"""The people of a node: who they are, what they may do, which cases they know of, and how they sign in."""
