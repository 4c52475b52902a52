"""Published of groups of children: whether any is looked at less, who was ever helped, who is lost, what support changes."""

import polars as pl

from pipeline.tables.schema import Column, Table

from .shared import ALREADY_KNOWN, ELIGIBLE, MISSED, URN, pupils, rate


def _with_interval(name: str, description: str) -> tuple[Column, ...]:
    return (
        rate(f"{name}_rate", description),
        rate(f"{name}_low", "Lower end of its 95 % interval (Wilson)."),
        rate(f"{name}_high", "Upper end of its 95 % interval (Wilson)."),
    )


GROUP_AUDIT = Table(
    name="published.group_audit",
    grain="one row per kind of group and group",
    key=("kind", "group_name"),
    columns=(
        Column(
            "kind", pl.String,
            "sex, ethnic_group, free_school_meals, first_language, birth_season, sen_provision, in_care or phase.",
        ),
        Column("group_name", pl.String, "The group; 'not known' where it was not said."),
        pupils("pupils", "On a roll on the day."),
        ELIGIBLE,
        pupils("listed", "On their school's list."),
        MISSED,
        ALREADY_KNOWN,
        Column(
            "years_pooled", pl.Int64,
            "School years the rates rest on: 1, or more where a year has too few pupils to tell of; then they are told to the nearest 0.05.",
            "years",
        ),
        *_with_interval("eligible", "Eligible over pupils."),
        *_with_interval("listed", "Listed over pupils."),
        *_with_interval("missed", "Missed over pupils."),
    ),
)  # fmt: skip

EVER = Table(
    name="published.ever",
    grain="one row per year group on a roll: what its pupils have ever had, as far back as this home knows",
    key=("nc_year",),
    columns=(
        Column("nc_year", pl.String, "National curriculum year group, or 'not known'."),
        Column("known_since", pl.Date, "The earliest day any of it could be known from.", nullable=True),
        pupils("pupils", "On a roll on the day."),
        pupils("ever_additional_support", "Ever had SEN support, a plan or other support on file."),
        pupils("ever_plan", "Ever had an education, health and care plan."),
        pupils("ever_social_worker", "Ever in care, as far as returns seen here say."),
        rate("ever_additional_support_rate", "Ever had support over pupils."),
        rate("ever_plan_rate", "Ever had a plan over pupils."),
        rate("ever_social_worker_rate", "Ever in care over pupils."),
    ),
)

LOST_CHILDREN = Table(
    name="published.lost_children",
    grain="one row per kind and school, or whole home; of a kind too rare for schools, or that cannot be judged, the home alone",
    key=("kind", "scope", "urn"),
    columns=(
        Column("kind", pl.String, "What happened, see `asks`."),
        Column("scope", pl.String, "school or home."),
        URN,
        pupils("pupils", "Pupils it happened to; null too where it cannot be judged."),
        Column("asks", pl.String, "What happened, and the question for whoever can answer it."),
        Column("judged", pl.Boolean, "Whether what it takes to judge was sent, of a day that tells: where not, there is no count, and no nought."),
        Column("not_judged_because", pl.String, "What was not sent, or since which day no return tells; null where it was judged.", nullable=True),
        Column("goes_to", pl.String, "Who is asked: officer (of a child in care, virtual_school), or virtual_school of all."),
        Column(
            "median_days_to_place", pl.Int64,
            "Of alternative provision, whole home: half of the places begun in the last twelve months came in no more days "
            "than this after the first mark of need; null on too few.", "days", nullable=True,
        ),
    ),
)  # fmt: skip

ALARM = Table(
    name="published.alarm",
    grain="one row per school with a pupil on its roll, and alarm about its lists",
    key=("alarm", "urn"),
    columns=(
        Column("alarm", pl.String, "dismisses_nothing, dismisses_everything, never_returned or waiting_over_ten_school_days."),
        Column("urn", pl.Int32, "School."),
        Column("raised", pl.Boolean, "Null when it cannot be judged: too few decisions or lists yet.", nullable=True),
        Column("says", pl.String, "What is so, where raised.", nullable=True),
        Column("asks", pl.String, "The question to ask of it."),
    ),
)  # fmt: skip

SUPPORT_ATTENDANCE = Table(
    name="published.support_attendance",
    grain="one row per kind of support: attendance in the six school weeks before the week it began, and after",
    key=("kind",),
    columns=(
        Column("kind", pl.String, "sen_support, ehc_plan, attendance_plan or known_to_staff (all others together)."),
        pupils(
            "pupils",
            "Pupils with six school weeks on either side, down to the five below; empty where they are too few to tell of.",
        ),
        rate("absence_rate_before", "Missed over possible, before."),
        rate("absence_rate_after", "Missed over possible, after."),
    ),
)
