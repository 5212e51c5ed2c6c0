"""A run: inputs cleaned, matched and written, and what is kept of it on the way."""
