"""The ground floor: edits of a text as values, tables of characters, paragraphs, errors. Knows no document and no file."""
