"""`settings.toml` as `a2n init` writes it: every line with its default, and what it is for."""

from textwrap import wrap

from pipeline.vocabulary.feeds import FAMILIES, FEEDS

from .basis_told import SAYS

GATEWAYS = {True: "Made up, as all else here", False: ""}
NAMES = {True: "A made-up authority", False: "Name of the data controller"}

SETTINGS = """\
# One data controller's home. Every line may be left out; the values shown are the defaults.

[home]
name = "{name}"
demo = {demo}                # a demo home says so on every output

[lists]
places = 10               # pupils a SENCo can look at in a fortnight; never more than one in fifty on roll, never under 3

every_days = 14           # a list goes out on the first night, and then every so many days; nights between only update figures
first_list_on = ""        # or count those days from this one, as in "2026-09-14"
words_come_back = false   # true only where the school itself, or its trust, is the controller: the strengths, pupils' and
                          # parents' words of returned lists are then kept, beside the names, and printed on the next
printables = "changed"    # a page to print of each pupil whose row changed since the list before; or "all", or "on demand": then
                          # only `a2n print` makes them

[lists.places_by_school]
# 100001 = 8              # URN = places

[words]                   # what this home calls the two levels of support, as lists print them
sen_support = "SEN support"
plan = "EHC plan"

[drawn]                   # places given by lot to pupils eligible and not listed, or missing 5 to 10 %, and marked as such:
places = 0                # so that what lists miss can be known. Of each school's places, never more than one in five
approved_by = ""          # who approved it; without a name none are given

[signals]                 # lines of signals this home draws for itself, each said on its lists; `a2n describe signals` has all
# many_spells = 5         # spells of absence begun in a term, where the usual is 4

[history]
lag_days = 1              # history taken in late: a mark is taken to have been known this many days after its date

[inbox]
move_taken = false        # move each file taken in from inbox/ to taken/

[deliveries]
attendance_marks = "changes"  # or "full": each file has every mark of its schools on each day of which it has any, and a
                          # mark it lacks is withdrawn; only where the school's own system exports them so

[reconciliation]
tolerance = 0.01          # registers may differ from the totals a school's own system gives by this share
roll_tolerance = 0.05     # share of a roll that may be without marks, or differ from the school's census
days_missing = 5          # days of a term without a mark, of those on which most other schools were open; a fortnight
                          # more where three around do not tell, and weekdays outside the long holidays are counted
not_taken = 0.05          # share of the last 20 school days' sessions without a mark
days_late = 5             # school days since the last register received, told in the same two ways

[suppression]
fewest_shown = 5          # counts from 1 to one under this are hidden
smallest_base = 20        # rates on fewer pupils are hidden

[specialists]             # days a term there is somebody to look, by kind of next step: figures hold unmet looks against them.
# health = 20             # whole home; kinds: family_support, health, learning_and_communication, emotional_wellbeing,
                          # inclusion_and_provision, in_school

# [specialists.areas."North"]  # of those, in an area, named as the schools register names it
# health = 6

[care]
own_authority = []        # this authority's codes, as in ["209", "E09000023"]: they tell a placement out of area by PL_LA
own_postcode_districts = []  # as in ["SE4", "SE23"]: they tell it where PL_LA is not sent; list all that are ours

[agencies]                # early help and school nursing, who send names and no UPN: refused until the gateway is named
gateway = "{gateway}"              # the law by which they may share, and the agreement, in words
services = ["early help", "school nursing"]
use_from = 0.99           # from this probability on, a row is taken to be of a pupil
ask_from = 0.80           # from this one on, a person is asked
unlinked_days = 31        # days that a row nobody is linked to is kept, in case a roll comes that has the child

[retention]               # how long each kind of record is kept; of each feed [feeds.NAME] retention_months says it. Months are counted
                          # from the end of the school year a record is of; what is due goes at the end of each night
score_days = 14           # points, signals and reasons of a listed pupil, after the decision on them: as long as a family may ask why. Of
                          # one nobody decides on, and of everybody else, until the next lists are out
checks_months = 12        # what registers were held to, school by school: no child is in it
answers_months = 36       # who was on which list, decisions and what came of them: a decision holds for a year, and an order of lists
                          # is learned from the terms gone by
words_months = 12         # strengths, pupils' and parents' words: they are printed on the next list
names_days = 31           # names of whom nothing else is held: a row set aside may come again in the month
set_aside_days = 92       # what is said in set_aside/ of each file: a term to put it right
outbox_days = 31          # lists, pages and worklists that newer ones have taken the place of: their answers may still be on the way
delivered_days = 31       # files in inbox/ and taken/, once taken in: they hold all again, with names
snapshots_days = 31       # figures published before: for readers who compare
models_months = 36        # models, after they were learned: lists made with one can be made again as long as it is there
trail_years = 6           # who saw what, by calendar year: as long as a claim may be brought
audit_months = 12         # which rows were set aside or noted: figures of this school year count them

[dashboard]
sign_in = "none"          # made-up data alone; or "openid", or "proxy": a proxy on this machine that signs people in. Who may see which
                          # schools is in access.toml: whoever is not in it sees nothing
sign_in_header = ""       # of a proxy: the one header that names whoever signed in, as in "X-Forwarded-Email"
address = ""              # where readers find it, as in "https://figures.example.gov.uk"
issuer = ""               # of OpenID Connect: the provider's address
client_id = ""            # and what it calls us; its secret is in openid.key or A2N_OPENID_SECRET
static_pages = false      # write the pages as files too, to pages/, at the end of each night

[opinion]                 # a live home learns no order of its lists before a person, with the data protection officer, fills these
# lawful_basis = ""       # Article 6, and the function in law
# article_9_condition = ""  # and the Schedule 1 condition of the Data Protection Act 2018
# automated_decisions = ""  # Articles 22A to 22D of the UK GDPR: who decides, how a person can disagree
# dpia_signed_by = ""     # who signed the data protection impact assessment, and when
# families_told = ""      # how pupils and parents were told, and when

[machine]
memory_limit = "1GB"      # for DuckDB; what does not fit is spilled, encrypted, to scratch/

{feeds}"""

_NONE_NEEDED = """\
# [feeds.NAME] sections say why each feed may be held, by law. None is needed here: nobody in a made-up home is real. A live home takes
# in nothing of a feed until its section is filled in.
"""

_ABOUT_FEEDS = """\
# Why each feed may be held. A live home takes in nothing of a feed, and looks at nothing it has of it, until every line of the feed's
# section is filled in, with your data protection officer. A section is of a family of feeds; [feeds.NAME] of one feed alone is
# written in the same way, and what it leaves out is as the family has it. A feed that you do not receive may stay empty. A family
# filled in reads like this; the words are an example and no advice:
#
# [feeds.registers]
# function = "To find pupils whose absence nobody has looked at, and to offer support: Education Act 1996, sections 13A, 19 and 436A"
# lawful_basis = "Article 6(1)(e), a task in the public interest laid down by that Act; section 8 of the Data Protection Act 2018"
# article_9_condition = "Article 9(2)(g), substantial public interest: reasons for absence tell of health"
# schedule_1_condition = "Paragraph 6, statutory and government purposes; our appropriate policy document of 14 September 2026"
# agreement = "Data sharing agreement with our schools, of 1 September 2026"
# dpia_date = "2026-09-14"  # the day it was signed: one still to come does not count, and after three years you are reminded
# retention_months = 24     # after the end of the school year it is of
#
# `a2n papers --home DIR --to FOLDER` writes an impact assessment, a policy document, a sharing agreement and a privacy notice from
# these lines, to be finished by a person. Data of the police and of youth justice are refused, whatever is said here.
"""


def feeds_written(*, demo: bool) -> str:
    """The sections of feeds: for a live home one a family, each line empty."""
    return _NONE_NEEDED if demo else "\n".join([_ABOUT_FEEDS, *map(_family, FAMILIES)])


def _family(family: str) -> str:
    titles = wrap("; ".join(feed.title for feed in FEEDS if feed.family == family) + ".", 118)
    lines = [f"{f'{line} = {_EMPTY.get(line, _NOTHING)}':<25} # {says}" for line, says in SAYS.items()]
    return "\n".join([f"[feeds.{family}]", *(f"# {title}" for title in titles), *lines, ""])


_NOTHING, _EMPTY = '""', {"retention_months": "0"}
