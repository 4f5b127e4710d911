"""The node's append-only Merkle log: events, checkpoints, proofs."""
