"""The errors that a user can act on; each carries one sentence that says what happened and what to do."""


class FootnoteError(Exception):
    """Any error of Footnote's own; its text is one sentence for the user."""


class ReadError(FootnoteError):
    """A file that cannot be read as a document."""


class LibraryError(FootnoteError):
    """A document set or a file in it that is not there, or a name that cannot be used."""


class IndexBusy(FootnoteError):
    """Another process is writing this index."""


class IndexUnusable(FootnoteError):
    """An index that has to be rebuilt: damaged, or made with another embedder or by another version of Footnote."""


class StorageError(FootnoteError):
    """The disk, or the system, does not let an index be read or written."""


class ModelError(FootnoteError):
    """A model that cannot be loaded or used."""


class InputError(FootnoteError):
    """A question or an input file that cannot be used."""
