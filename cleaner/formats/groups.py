"""Which group a document belongs to, whose pages share their furniture: a folder, a file of records, or a host. Compares nothing."""

import json
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import urlsplit

from cleaner.formats.carrier import STRAY, UTF8

# Members that hold the address of a page, the first that holds one counts; also inside INSIDE.
# NOT here: id (mostly no address), image and thumbnail (of other hosts), referrer (of the page before).
ADDRESSES = {
    "url": "most corpora that have one at all",
    "source_url": "corpora in which url is something else",
    "page_url": "crawlers",
    "link": "RSS, and crawlers of news",
    "uri": "web archives",
    "warc_target_uri": "web archives, as their header is written in JSON",
    "WARC-Target-URI": "the same as it stands in the archive",
}
INSIDE = ("metadata", "meta", "warc_headers")  # members that hold these, one step down
_SIGNS = tuple(f'"{name}"'.encode() for name in ADDRESSES)
_HASH = 8  # bytes


def group_of(name: str, shell: tuple[bytes, bytes] | None) -> str:
    """The group of a document in this input: the folder of a file, the host of a record that has an address, else its file.

    shell  what stands in a line on either side of its text; None for a file that is one document

    >>> group_of("web/news/a.txt", None), group_of("web/a.jsonl", (b'{"text":', b"}"))
    ('web/news/', 'web/a.jsonl')
    >>> group_of("web/a.jsonl", (b'{"url": "https://www.port.example/7", "text": ', b"}"))
    '//www.port.example'
    """
    if shell is None:
        return name[: name.rfind("/") + 1]
    host = _host(*shell) if any(sign in shell[0] or sign in shell[1] for sign in _SIGNS) else ""
    return f"//{host}" if host else name


@lru_cache(1 << 16)
def group_key(group: str) -> int:
    """A group as a number, never 0; 64 bits with a sign."""
    digest = blake2b(group.encode(UTF8, "surrogatepass"), digest_size=_HASH).digest()
    return int.from_bytes(digest, "little", signed=True) or 1


def _host(before: bytes, after: bytes) -> str:
    try:
        record = json.loads((b'%b""%b' % (before, after)).decode(UTF8, STRAY))
    except ValueError:
        return ""
    places = [record, *(record.get(name) for name in INSIDE)] if isinstance(record, Mapping) else []
    values = (place.get(name) for place in places if isinstance(place, Mapping) for name in ADDRESSES)
    return next(filter(None, map(_host_in, values)), "")


def _host_in(address: object) -> str:
    try:
        return urlsplit(address).hostname or "" if isinstance(address, str) and "//" in address else ""
    except ValueError:  # brackets that are no address of version 6
        return ""
