"""Pictures of records, as SVG that stands alone: each with a title and the same in words."""
