"""Files that are not text and say so in their first bytes."""

import re

from cleaner.text.errors import InputError

HEAD = 512  # bytes looked at; the one signature further in is tar's, at 257
SIGNATURES = {  # what is spelt in letters needs a control byte beside it: GIF89a and MZ also begin sentences
    "binary: PNG image": rb"\x89PNG\r\n\x1a\n",
    "binary: JPEG image": rb"\xff\xd8\xff[\xc0-\xff]",
    "binary: GIF image": rb"GIF8[79]a(?=.{0,64}\x00)",
    "binary: TIFF image": rb"II\*\x00|MM\x00\*",
    "binary: RIFF file (WebP, WAV or AVI)": rb"RIFF.{4}(?:WEBP|WAVE|AVI )",
    "binary: MP4 or HEIC media": rb"\x00\x00\x00.ftyp",
    "binary: MP3 audio": rb"ID3[\x02-\x04]\x00",
    "binary: Ogg media": rb"OggS\x00",
    "binary: PDF document; extract its text first": rb"%PDF-[12]\.\d",
    "binary: OLE document (doc, xls, ppt); save it as text first": rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    "binary: SQLite database": rb"SQLite format 3\x00",
    "binary: ELF program": rb"\x7fELF[\x01\x02]",
    "binary: Windows program": rb"MZ(?=.{0,64}\x00)",
    "binary: Java class or Mach-O program": rb"\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe",
    "binary: WebAssembly": rb"\x00asm\x01",
    "binary: Parquet file": rb"PAR1(?=.{0,64}\x00)",
    "compressed: gzip": rb"\x1f\x8b\x08",
    "compressed: zip (also docx, xlsx, epub)": rb"PK(?:\x03\x04|\x05\x06|\x07\x08)",
    "compressed: zstd": rb"\x28\xb5\x2f\xfd",
    "compressed: xz": rb"\xfd7zXZ\x00",
    "compressed: bzip2": rb"BZh[1-9]1AY&SY",
    "compressed: 7z": rb"7z\xbc\xaf\x27\x1c",
    "compressed: rar": rb"Rar!\x1a\x07",
    "compressed: lz4": rb"\x04\x22\x4d\x18",
    "compressed: tar archive": rb".{257}ustar[\x00 ]",
}
_SIGNATURE = re.compile(b"|".join(b"(%s)" % pattern for pattern in SIGNATURES.values()), re.DOTALL)
_REASONS = tuple(SIGNATURES)


def kind(data: bytes) -> str | None:
    """What the first bytes say the file is, or None.

    >>> kind(b"\\x1f\\x8b\\x08\\x00"), kind("MZ世代".encode("gb18030"))
    ('compressed: gzip', None)
    """
    hit = _SIGNATURE.match(data[:HEAD])
    return _REASONS[hit.lastindex - 1] if hit and hit.lastindex else None


def refuse(data: bytes) -> None:
    """Raise InputError where the first bytes belong to no text."""
    if reason := kind(data):
        raise InputError(reason)
