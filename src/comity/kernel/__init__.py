"""The ground: errors, clock, ids, canonical JSON, shapes of documents, text. Imports no other room."""
