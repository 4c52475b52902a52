"""THE OPINION'S STORY: a table or a home's own past is appraised, a model fitted, a person approves it or the rule stays."""

from pathlib import Path


def appraise_table(path: Path, **how) -> tuple[dict, str]:
    """What an order of the list would be worth on a table of anybody's, as JSON and in words. Keeps nothing."""
    from pipeline.hops.appraising import appraised_table

    return appraised_table(path, **how)
