"""Engine, unit of work, blobs, migrations: the only room that knows SQL's dialects."""
