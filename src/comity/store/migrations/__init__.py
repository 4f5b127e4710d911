"""The revisions of the schema, run by `comity.store.migration`."""
