"""The Convention, treaties and national law as facts that know their source; pure: no SQL, no web."""
