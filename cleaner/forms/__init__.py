"""What kind of text every line of a text belongs to. Forbids, and changes nothing: see docs/forms.md.

`form_of` is the one way in; `Form` and its blocks are what comes out. `glance` is its cheap half.
"""

from cleaner.forms.blocks import PARAGRAPHS, Block, Break, Form, Kind
from cleaner.forms.glance import glance
from cleaner.forms.look import form_of, format_named

__all__ = ["PARAGRAPHS", "Block", "Break", "Form", "Kind", "form_of", "format_named", "glance"]
