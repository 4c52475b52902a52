"""The spellings in which a made-up authority can be written. What each does is in `synthetic.respelling`."""

MARKS_AS = ("plain", "renamed", "arbor", "bromcom", "wonde", "sims")
CENSUS_AS = ("collect", "xml")
