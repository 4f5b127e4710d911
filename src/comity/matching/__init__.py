"""Matching: which cases of this node share identifiers, by keyed postings; a link is work for a person, not a conclusion."""
