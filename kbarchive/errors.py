"""What kbarchive raises: one root, one class for each cause, every message with what to do about it.

An odd article is no error: it gives a record with diagnostics.
"""


class KbArchiveError(Exception):
    """The root of all errors that kbarchive raises on purpose."""


class SourceError(KbArchiveError):
    """A source, or a member of an archive, cannot be read."""


class TargetError(KbArchiveError):
    """A target cannot be written, or exists and is not ours to replace."""


class FormatError(KbArchiveError):
    """No writer goes by the format asked for, or by the target's name."""


class MissingExtraError(KbArchiveError):
    """A package is not installed that only some people need."""


class RecordError(KbArchiveError):
    """A record is no JSON, or not of the record's schema."""


class SearchIndexError(KbArchiveError):
    """An index cannot be built, found, opened or trusted."""


class DamagedIndexError(SearchIndexError):
    """An index is not what was written. `what` tells what is damaged."""

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what


class UnknownArticleError(KbArchiveError):
    """No article of the index has the id or key asked for."""


class ResourceError(KbArchiveError):
    """A grammar or the bundled corpus is missing from the installation."""
