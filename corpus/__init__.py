"""A made-up return in each format that Comity reads, with the truth about each: for trying any reader of returns."""
