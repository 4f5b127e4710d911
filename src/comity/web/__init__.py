"""The pages and endpoints of a node."""
