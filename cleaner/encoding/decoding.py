"""Which encoding bytes are in: the user's word, valid UTF-8, as nearly all is, or what the cascade finds.

The cascade goes from what is certain to what is a guess:
magic bytes  →  byte order mark  →  damaged UTF-8  →  UTF-32, UTF-16 without a mark  →  UTF-8 with NUL, or binary
→  GB18030, Big5, Shift_JIS, EUC-JP, EUC-KR  →  UTF-8 in shreds  →  single-byte pages  →  UTF-8 if the text is mostly ASCII
→  EncodingError
"""

import re
from codecs import lookup

from cleaner.encoding.decoded import BOMS, Decoded, beyond_ascii, decode_as, few, strictly
from cleaner.text.errors import ConfigError, EncodingError, InputError

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
NAMED_DAMAGE = 0.10  # bad bytes a character beyond ASCII: the user knows, and without the name there is no way out
NO_CHARSET = {  # codecs of Python that decode no file
    "idna": "host names",
    "punycode": "host names",
    "raw-unicode-escape": "Python source",
    "unicode-escape": "Python source",
    "undefined": "always fails, by design",
}
HEAD = 512  # bytes that a signature may stand in; the one furthest in is tar's, at 257
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


def decode(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of `data`, with the record of how it was read.

    encoding   the user's word, any codec of Python; overrides everything; None: find out
    raises     ConfigError where there is no encoding of this name
               EncodingError where the bytes are not in it, or, without it, in none that can be told
               InputError where the bytes are no text: "binary: PNG image", "compressed: gzip"
               No message has a path: the caller puts it in front.

    >>> decode("今年以来".encode("gb18030")).encoding
    'gb18030'
    """
    if encoding is not None:
        return _as_named(data, encoding)
    return _valid_utf8(data) or _by_cascade(data)


def _valid_utf8(data: bytes) -> Decoded | None:
    """The fast path: one decode. Valid UTF-8 always wins, whatever else the bytes might be."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    if "\0" in text or text.startswith("%PDF-"):
        return None
    if text.startswith(MARK):
        return Decoded(text[1:], "utf-8", "bom", bom=True)
    return Decoded(text, "utf-8", "utf8")


def _by_cascade(data: bytes) -> Decoded:
    """The first reading that fits."""
    refuse_binary(data)
    from cleaner.encoding import pages, universal  # what most processes never load

    for step in (
        universal.marked,
        universal.damaged_utf8,
        universal.wide,
        universal.with_nul,
        pages.east_asian,
        universal.shredded_utf8,
        pages.single_byte,
        universal.mostly_ascii,
    ):
        if (decoded := step(data)) is not None:
            return decoded
    raise EncodingError(f"no encoding fits, the nearest is {pages.nearest_page(data)}; pass --encoding NAME")


def refuse_binary(data: bytes) -> None:
    """Raise InputError where the first bytes say that the file is no text, and what it is.

    >>> refuse_binary("MZ世代".encode("gb18030"))
    >>> refuse_binary(b"\\x1f\\x8b\\x08\\x00")
    Traceback (most recent call last):
    cleaner.text.errors.InputError: compressed: gzip
    """
    for what, signature in SIGNATURES.items():
        if re.match(signature, data[:HEAD], re.DOTALL):
            raise InputError(what)


def _as_named(data: bytes, name: str) -> Decoded:
    """`data` in the encoding that the user names: it overrides every guess, and is told where the bytes disagree."""
    encoding = codec_name(name)
    marks = [mark for mark in BOMS if mark.startswith(encoding) and data.startswith(BOMS[mark])]
    plain = encoding if encoding not in ("utf-16", "utf-32") else f"{encoding}-le"  # the usual order without a mark
    try:
        decoded = decode_as(data, marks[0] if marks else plain, "user", bom=bool(marks))
    except UnicodeError as error:  # stateful codecs cannot escape a byte
        raise _misfit(data, name, error.start if isinstance(error, UnicodeDecodeError) else 0) from None
    if decoded.bad and not few(decoded.bad_count, beyond_ascii(decoded.text), NAMED_DAMAGE):
        raise _misfit(data, name, decoded.bad[0].offset)
    # What someone calls GBK or Latin-1 and is valid UTF-8 nearly always is UTF-8.
    agreed = decoded.encoding == "utf-8" or decoded.bom or (strictly(data) or "").isascii()
    return decoded if agreed else decoded._replace(flags=(*decoded.flags, "encoding-contradicted"))


def codec_name(name: str) -> str:
    """Python's own name of an encoding; utf-8 for utf-8-sig, because the mark is recorded apart.

    raises ConfigError where Python knows none of this name, or none that decodes files

    >>> codec_name("UTF8"), codec_name("windows-1252"), codec_name("GBK")
    ('utf-8', 'cp1252', 'gbk')
    """
    try:
        encoding = lookup(name).name
        "".encode(encoding)  # LookupError: hex, rot13 and their like do not make bytes of text
    except (LookupError, ValueError):
        raise _unknown(name, "Python knows no such encoding") from None
    if encoding in NO_CHARSET:
        raise _unknown(name, f"it is for no file ({NO_CHARSET[encoding]})")
    return encoding.removesuffix("-sig")


def _unknown(name: str, why: str) -> ConfigError:
    return ConfigError(
        f"encoding {ascii(name)[:80]}: {why}; pass for example gb18030, big5, shift_jis, utf-16 or cp1252"
    )


def _misfit(data: bytes, name: str, offset: int) -> InputError:
    """What is wrong, where, and what the bytes are instead."""
    refuse_binary(data)
    wrong = f"byte 0x{data[offset]:02X} at {offset:,} is not {name}"
    try:
        instead = decode(data).encoding
    except InputError as error:
        return EncodingError(f"{wrong}; without the name: {error}")
    return EncodingError(f"{wrong}, the record reads as {instead}; pass --encoding {instead} or leave it out")
