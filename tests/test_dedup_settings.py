"""Settings are checked at the door, and cost nothing to import."""

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest

from cleaner.duplicates.settings import Dedup
from cleaner.text.errors import ConfigError

POLICIES = "it must be one of 'first', 'last', 'longest', 'newest', 'none', 'field:NAME'"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"threshold": 0.49}, "dedup: threshold is 0.49, it must lie between 0.5 and 1"),
        ({"threshold": 80}, "dedup: threshold is 80, it must lie between 0.5 and 1"),
        ({"threshold": float("nan")}, "dedup: threshold is nan, it must lie between 0.5 and 1"),
        ({"threshold": "0.8"}, "dedup: threshold is '0.8', it must be a number"),
        ({"shortest": 0}, "dedup: shortest is 0, it must be at least 1"),
        ({"shortest": 2.5}, "dedup: shortest is 2.5, it must be a whole number"),
        ({"seed": -1}, "dedup: seed is -1, it must lie between 0 and 4294967295"),
        ({"seed": True}, "dedup: seed is True, it must be a whole number"),
        ({"near": "no"}, "dedup: near is 'no', it must be true or false"),
        ({"keep": "oldest"}, f"dedup: keep is 'oldest', {POLICIES}"),
        ({"keep": "field:"}, f"dedup: keep is 'field:', {POLICIES}"),
        (
            {"priority": "books/"},
            "dedup: priority is 'books/', it must be a list of beginnings of ids, like ['books/', 'web/']",
        ),
        (
            {"priority": ("",)},
            "dedup: priority is ('',), it must be a list of beginnings of ids, like ['books/', 'web/']",
        ),
        ({"priority": ("books/", "web/", "books/")}, "dedup: priority has 'books/' twice"),
        (
            {"priority": ("books/", "books/new/")},
            "dedup: priority has 'books/new/' behind 'books/', which every such id begins with as well; "
            "put 'books/new/' first",
        ),
        ({"recall": "all"}, "dedup: recall is 'all', it must be one of 'normal', 'thorough'"),
        ({"units": "line"}, "dedup: units is 'line', it must be one of 'both', 'document', 'paragraph'"),
        ({"scope": "file"}, "dedup: scope is 'file', it must be one of 'corpus', 'document'"),
        (
            {"scope": "document", "units": "document"},
            "dedup: scope is 'document', where only paragraphs are compared, and units is 'document'; "
            "set units to 'paragraph', or scope to 'corpus'",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_both_numbers(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Dedup(**wrong)
    assert str(raised.value) == message


def test_the_limit_is_the_number_that_was_written() -> None:
    assert Dedup(threshold=0.7).limit == Fraction(7, 10)
    assert Dedup(threshold=1).limit == 1


def test_settings_import_nothing_heavy() -> None:
    program = """
import sys
import cleaner.duplicates.settings
print(sorted({"numpy", "scipy", "datasketch", "opencc"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_matching_needs_no_converter_at_run_time() -> None:
    program = """
import sys
from cleaner.duplicates.settings import Dedup
from cleaner.duplicates.units import units_of
units_of(["圖書館後面的小樹林裡，有幾隻烏鴉，冬天也不走，天天在那裡叫。"], Dedup())
print("opencc" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
