"""An opinion put to the test, on a table of anybody's."""

from collections.abc import Sequence
from pathlib import Path

from models.errors import Unfit
from pipeline.edges.absence_table import read_table
from pipeline.edges.errors import Refused


def appraised_table(path: Path, *, places: int | None, enough: int | None, breaks: Sequence[int], made_up: bool):
    """The appraisal of a file, as JSON and in words. Raises Refused, in one sentence, for what will not do."""
    from models.appraisal import appraised  # here: it takes a second to import, and only this needs it
    from models.examples import examples_of
    from models.labels import ENOUGH
    from models.places import Places
    from models.telling import as_json, in_words

    table = read_table(path)
    try:
        examples = examples_of(table, enough=ENOUGH if enough is None else enough, breaks=breaks)
        done = appraised(examples, Places(fixed=places))
    except Unfit as why:
        raise Refused(f"{path}: {why}") from None
    return as_json(done, made_up=made_up), in_words(done, made_up=made_up)
