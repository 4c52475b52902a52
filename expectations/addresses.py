"""What a row of a census's addresses promises: that it hangs from a pupil. Of the address only the postcode is read."""

from .shared import CENSUS_CHILD_PROMISES

PROMISES = CENSUS_CHILD_PROMISES
