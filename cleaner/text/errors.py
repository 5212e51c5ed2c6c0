"""Every error the package raises on purpose; the exit code of the command line stands with each.

CleanerError            anything we can explain
├── ConfigError   2     settings or arguments name what is not there, or what must not be
├── InputError    1     one input or record is not what it says: skipped and listed, the run goes on
│   └── EncodingError   its bytes fit no encoding we may assume
├── WriteError    3     the output cannot be written: disk full, read-only, failed fsync
├── RunDirError   4     a run directory is damaged or of another version
├── LockedError   5     another run holds the directory
└── ChangeError         an edit does not fit its text: our fault, never clamped
"""


class CleanerError(Exception):
    """What is wrong, where, the two numbers that disagree, and the way out: one line."""

    code = 1


class ConfigError(CleanerError):
    """A setting, an argument or a path names what is not there."""

    code = 2


class InputError(CleanerError):
    """One input is not what it says; caught per document."""


class EncodingError(InputError):
    """The bytes of an input fit no encoding that may be assumed."""


class WriteError(CleanerError):
    """The output cannot be written."""

    code = 3


class RunDirError(CleanerError):
    """A run directory is damaged, incomplete or of another version."""

    code = 4


class LockedError(CleanerError):
    """Another run holds this directory."""

    code = 5


class ChangeError(CleanerError):
    """An edit does not fit the text it is made for."""
