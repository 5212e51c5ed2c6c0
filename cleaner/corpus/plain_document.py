"""A document from a plain JSON line, and its record where no stage touches it, without the objects that others need.

Nearly all lines are plain, and in many corpora most documents stay as they are.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from cleaner.corpus.jsonl import literal_bytes
from cleaner.corpus.plain_line import PlainText
from cleaner.corpus.record import VERSION, Origin, dumped
from cleaner.corpus.source import Source
from cleaner.document import Document


class PlainDocument(msgspec.Struct, frozen=True):
    """A document in a line of JSON in UTF-8 with nothing odd about it.

    number  of the line, from 1
    line    without its end; `end` is what ended it
    """

    source: Source
    number: int
    line: bytes
    end: str
    found: PlainText

    @property
    def doc(self) -> Document:
        """The document to which nothing has happened yet."""
        source, number = self.source, self.number
        return Document.of(self.found.text, f"{source.name}:{number}", {"path": source.path, "record": number})

    @property
    def origin(self) -> Origin:
        """Where it came from."""
        source, line = self.source, self.line
        sha, shell = sha256(line).hexdigest(), self.found.shell(line)
        return Origin(source.path, source.name, self.number, len(line), sha, shell=shell, end=self.end)

    def untouched(self, text: bytes) -> bytes:
        """The record that `record_of` makes where nothing was found, with a line feed; `text` in UTF-8."""
        number, line, found = str(self.number), self.line, self.found
        head, place = _frame(self.source.path, self.source.name)
        before = line[: found.start]
        at = found.start if before.isascii() else len(before.decode())
        ended = "" if self.end == "\n" else f',"end":{dumped(self.end).decode()}'
        return (
            f'{head}{number}{place}{number},"bytes":{len(line)},"sha256":"{sha256(line).hexdigest()}",'
            f'"encoding":"utf-8","bom":false{ended}}},"clean":{{"path":null,"record":null,"chars":{len(found.text)},'
            f'"sha256":"{sha256(text).hexdigest()}","kept":true}},"findings":[],"back":[],'
            f'"shell":{{"at":{at}{_ASCII if found.ascii else ""}}}}}\n'
        ).encode()


class Untouched(NamedTuple):
    """The staged record of such a document, taken apart.

    head     its bytes in front of what it says of the clean text
    content  sha256 of the text
    before   what stands in front of the literal of the text in its line, in bytes, `after` behind it
    """

    head: bytes
    content: str
    before: bytes
    after: bytes

    def told(self, told: Mapping[str, Any], *, kept: bool) -> bytes:
        """The record, with a line feed, of the document after what is told of it, as by `record.told`."""
        at, before, after = len(self.before), self.before.decode(), self.after.decode()
        shell = {"at": at} if kept else {"before": before, "after": after}
        return b'%b%b,"shell":%b}\n' % (self.head, dumped(told)[1:-1], dumped(shell))

    def line(self, text: str) -> bytes:
        """The line, with a line feed, with this text."""
        return b"%b%b%b\n" % (self.before, literal_bytes(text), self.after)


def untouched_in(record: bytes, text: str, line: bytes) -> Untouched | None:
    """What `untouched` made, if it did; `line` is the document's clean line."""
    found = _UNTOUCHED.search(record)
    if found is None or not line[: (at := int(found["at"]))].isascii():  # beyond ASCII it is no number of bytes
        return None
    literal = literal_bytes(text)
    end = at + len(literal)
    if not line.startswith(literal, at):
        return None
    return Untouched(record[: found.start("clean")], found["content"].decode(), line[:at], line[end:-1])


_UNTOUCHED = re.compile(
    rb'"encoding":"utf-8","bom":false(?:,"end":"[^"]*")?\},'
    rb'(?P<clean>"clean":)\{"path":null,"record":null,"chars":\d+,"sha256":"(?P<content>[0-9a-f]{64})","kept":true\},'
    rb'"findings":\[\],"back":\[\],"shell":\{"at":(?P<at>\d+)\}\}\n\Z'
)
_ASCII = ',"ascii":true'


@lru_cache
def _frame(path: str, name: str) -> tuple[str, str]:
    """What stands in front of the number of a line in its record, and between that and the same number again."""
    identity, *quoted = (dumped(one).decode() for one in (f"{name}:", path, name))
    return f'{{"v":{VERSION},"id":{identity[:-1]}', '","source":{{"path":{},"name":{},"record":'.format(*quoted)
