"""The error tree. No error knows HTTP; `web/errors.py` maps each class to a status.

GeoTrackerError
├── InputError                what a person or file brought cannot be used
│   ├── UnusableArchiveError      not a zip, damaged, or without a layer inside
│   ├── UnusableLayerError        no geometry, no rows, no CRS, damaged file
│   ├── UnusableTableError        not a workbook, or a needed column is missing
│   ├── UnreadableFileError       reading it failed in a way nobody foresaw
│   ├── TooHeavyError             reading it takes more time or memory than is allowed
│   ├── AlreadyImportedError      the very same file was imported before
│   ├── FieldsError               some fields of a form cannot be used; says of each why
│   └── WrongPasswordError        the password given is not the account's
├── NotFoundError             no such village, import, job …
├── DamagedFileError          a stored file is gone, or no longer what was stored
├── NotAllowedError           the user's role does not permit it
├── ClosedPeriodError         what is changed lies in a closed period, and nobody said why
├── UnreachableError          another machine that is needed does not answer as it should
└── ConflictError             the record's state no longer permits it
    ├── ChangedMeanwhileError     somebody else was faster
    └── RepeatedVisitError        the same place was visited within a short time
"""

from collections.abc import Mapping
from typing import Any

from geo_tracker.language import N_, Message, translate


class GeoTrackerError(Exception):
    """An error whose text is a translatable message with its values apart.

    Parameters
    ----------
    text : str
        English source text with ``%(name)s`` placeholders, marked with ``N_``.
    **values
        What fills the placeholders; may come from users and files.
    """

    def __init__(self, text: str, **values: Any) -> None:
        self.message = Message(text, values)
        super().__init__(translate(self.message, "en"))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as it is: what ``__init__`` takes differs from class to class."""
        return _as_it_was, (type(self), self.args, self.__dict__)


def _as_it_was(
    kind: type[GeoTrackerError], args: tuple[Any, ...], state: dict[str, Any]
) -> GeoTrackerError:
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(state)
    return error


class InputError(GeoTrackerError):
    """What a person or a file brought cannot be used."""


class UnusableArchiveError(InputError):
    """Not a zip, damaged, or without a layer inside."""


class UnusableLayerError(InputError):
    """A vector layer without geometry, rows or CRS, or damaged."""


class UnusableTableError(InputError):
    """Not a workbook, or a needed column is missing."""


class UnreadableFileError(InputError):
    """Reading a file failed in a way nobody foresaw."""


class TooHeavyError(InputError):
    """Reading a file takes more time or memory than is allowed."""


class AlreadyImportedError(InputError):
    """The very same file was imported before."""

    def __init__(self, text: str, *, import_id: int, **values: Any) -> None:
        super().__init__(text, **values)
        self.import_id = import_id


class FieldsError(InputError):
    """Some fields of a form cannot be used; ``fields`` tells by name why."""

    def __init__(self, fields: Mapping[str, Message]) -> None:
        super().__init__(N_("Some of what was typed cannot be used; it says why beside it."))
        self.fields = dict(fields)


class WrongPasswordError(InputError):
    """The password given is not the account's."""


class NotFoundError(GeoTrackerError):
    """No such record."""


class DamagedFileError(GeoTrackerError):
    """A stored file is gone, or no longer what was stored."""


class NotAllowedError(GeoTrackerError):
    """The user's role does not permit it."""


class ClosedPeriodError(GeoTrackerError):
    """What would be changed lies in a period that is closed, and no reason was given."""


class UnreachableError(GeoTrackerError):
    """Another machine that is needed does not answer as it should."""


class ConflictError(GeoTrackerError):
    """The record's state no longer permits it."""


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed the record since it was shown."""


class RepeatedVisitError(ConflictError):
    """The same place was or will be visited within a short time; ``visit_ids`` tells by which."""

    def __init__(self, text: str, *, visit_ids: tuple[int, ...], **values: Any) -> None:
        super().__init__(text, **values)
        self.visit_ids = visit_ids
