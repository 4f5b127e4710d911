"""The desk: pages for the people of a node."""
