"""The papers of a model, written from the very record that runs: model card, algorithmic transparency record, DPIA pre-fill.

What only a person can say is a blank, and says so; a live home learns nothing until its settings fill it. Headings follow Mitchell et
al. 2019 (model cards), the Algorithmic Transparency Recording Standard's tiers, and the ICO's DPIA template.
"""

from collections.abc import Mapping

from pipeline.tables.derived import PUPIL_FEATURES

from .gate import TERMS
from .groups import LONGER, MARGIN
from .labels import ENOUGH, LABEL_WEEKS
from .never_read import NEVER
from .recipe import CANDIDATES, LEARNED
from .telling import MADE_UP

BLANKS = {
    "lawful_basis": "Article 6 lawful basis, and the function in law it rests on",
    "article_9_condition": "Article 9 condition, and the Schedule 1 condition of the Data Protection Act 2018",
    "automated_decisions": "how Articles 22A to 22D of the UK GDPR (as amended in 2025) are met: who decides, and how a person can disagree",
    "dpia_signed_by": "who signed the data protection impact assessment, and when",
    "families_told": "how pupils and parents were told, and when",
}
"""By setting: what a person must say before a live home learns."""

BLANK = "**To be filled in by a person: {}.**"

_MEANING = {column.name: column.description for column in PUPIL_FEATURES.columns}

_NOT_FOR = "penalty notices, prosecution, exclusion, admissions, funding or judging staff"


def blanks(said: Mapping[str, str]) -> tuple[str, ...]:
    """The settings not yet filled."""
    return tuple(name for name in BLANKS if not said.get(name, "").strip())


def papers(record: Mapping, said: Mapping[str, str], *, controller: str) -> dict[str, str]:
    """By file name. `record` is what is kept of a learning; `said` has what settings say of `BLANKS`."""
    return {
        "model_card.md": _card(record, controller),
        "transparency_record.md": _transparency(record, said, controller),
        "dpia_prefill.md": _dpia(record, said, controller),
    }


def _card(record: Mapping, controller: str) -> str:
    appraisal, verdict = record["appraisal"], record["appraisal"]["verdict"]
    return _page(
        f"Model card: {record['name']}",
        record,
        f"Of {controller}. Written from the record that runs; never edited.",
        "## What it does",
        f"It orders pupils whom rules have already found worth a look, so that a school's places go first to those likeliest to go "
        f"on missing school. It estimates who {appraisal['label']}. It never says who has additional needs, makes nobody eligible, "
        "and no number of it is shown on any list.",
        f"For offering support; not for {_NOT_FOR}.",
        "## Who orders now, and why",
        verdict["because"],
        appraisal["calibration"],
        "## How it was made",
        f"Tried: {'; '.join(one.words for one in CANDIDATES)}. Learned orders: "
        f"{', '.join(one.name for one in CANDIDATES if one.kind == LEARNED)}; the one judged, {record['candidate'] or 'none'}, was chosen "
        f"on earlier periods. Seed {record['seed']}; {_versions(record)}.",
        f"Rows need {ENOUGH} possible sessions before and in the {LABEL_WEEKS} school weeks after; leavers are censored. Periods are "
        f"{LABEL_WEEKS} school weeks apart, pupils are on one side of a fit only, and nothing is learned across August 2024 or "
        "2019/20 to 2021/22.",
        "## What it reads",
        *(f"- `{name}`: {_MEANING[name]}" for name in record["features"]),
        f"It never reads {', '.join(NEVER)}. Those are kept for the audit below.",
        "## How good it is",
        f"At each school's own places ({appraisal['places']}), the {TERMS} later periods together:",
        "| order | precision | 95% interval by school | recall | AUC | verdict |",
        "|---|---|---|---|---|---|",
        *(_row(one) for one in appraisal["candidates"]),
        "## Whom it misses",
        f"Missed need: of those who went on to miss a tenth or more, the share no list named. A group may be found less by at most "
        f"{MARGIN:.0%} of what the places could find, at places and on lists {LONGER} times as long; more than that counts where chance "
        "would not put any of the groups so far.",
        "| group | pupils | listed | precision | missed need | interval | by the plain order | judged |",
        "|---|---|---|---|---|---|---|---|",
        *(_group_row(one) for one in appraisal["groups"] if one["list"] == "places"),
        *_reviews(appraisal.get("reviews")),
        "## When it stops",
        "It suspends itself, and the rule orders, where a feature is no longer spread as it was (population stability index over 0.25, "
        "and half as far again as between the terms fitted on), or where of ten placed first last term far more or fewer came true "
        "than expected. A changed list of features or another version of scikit-learn or skops is not loaded.",
    )


def _reviews(said: Mapping | None) -> tuple[str, ...]:
    if said is None:
        return ()
    return ("## What reviews found", said["words"], said["learned_from_reviews"]["words"])


def _transparency(record: Mapping, said: Mapping[str, str], controller: str) -> str:
    return _page(
        "Algorithmic transparency record",
        record,
        "In the shape of the Algorithmic Transparency Recording Standard.",
        "## Tier 1",
        f"- **Name**: Attendance to need, the opinion ({record['name']}).",
        "- **Description**: orders, for a SENCo, pupils whom published rules found worth a look, by how likely each is to go on missing school.",
        "- **Website and contact**: " + BLANK.format("where a reader can ask"),
        "## Tier 2: owner and responsibility",
        f"- **Owner**: {controller}.",
        f"- **How pupils and parents were told**: {_said(said, 'families_told')}",
        "## Tier 2: description and rationale",
        f"- **How it works**: {record['candidate'] or 'no learned order'} of {len(record['features'])} measures of attendance; see the model card.",
        f"- **Alternatives considered**: {'; '.join(one.words for one in CANDIDATES)}. {record['appraisal']['verdict']['because']}",
        "## Tier 2: decision-making process",
        "- **Process**: rules make a pupil eligible; the order decides who is seen first; a person looks, decides and may disagree.",
        f"- **Articles 22A to 22D**: {_said(said, 'automated_decisions')}",
        "## Tier 2: data",
        "- **Read**: " + ", ".join(f"`{name}`" for name in record["features"]) + ".",
        f"- **Never read**: {', '.join(NEVER)}.",
        f"- **Lawful basis**: {_said(said, 'lawful_basis')}",
        f"- **Special category data**: {_said(said, 'article_9_condition')} Groups are read for the audit, and for nothing else.",
        "## Tier 2: risks and mitigations",
        f"- **Some children found less than others**: audited by group, refused beyond {MARGIN:.0%}. Served worse now: "
        f"{', '.join(record['appraisal']['verdict']['groups_worse']) or 'no group that could be judged'}.",
        "- **Trusted too much**: no number is shown; what moved the order is said in words; the rule orders wherever the model is not better.",
        f"- **Impact assessment**: {_said(said, 'dpia_signed_by')}",
    )


def _dpia(record: Mapping, said: Mapping[str, str], controller: str) -> str:
    return _page(
        "Data protection impact assessment: what can be filled in beforehand",
        record,
        f"Of {controller}. Profiling of children calls for one (ICO). A person finishes and signs it.",
        "## 1. Why one is needed",
        "Pupils are profiled by their attendance to decide in which order a person looks at them.",
        "## 2. The processing",
        f"- **Nature**: {len(record['features'])} measures of attendance per pupil, once a night; a likelihood used for order, kept in no table.",
        f"- **Scope**: pupils on a roll of the home's schools; {record.get('fitted_on_rows', 0):,} rows were learned from.",
        "- **Retention**: likelihoods are not kept; the model, its appraisal and its approval are one record.",
        f"- **Purpose**: for offering support; not for {_NOT_FOR}.",
        "## 3. Consultation",
        f"- {_said(said, 'families_told')}",
        "## 4. Necessity and proportionality",
        f"- **Lawful basis**: {_said(said, 'lawful_basis')}",
        f"- **Special category condition**: {_said(said, 'article_9_condition')}",
        f"- **Articles 22A to 22D**: {_said(said, 'automated_decisions')}",
        f"- **Does it help at all**: {record['appraisal']['verdict']['because']}",
        "## 5. Risks",
        "| risk | what is done | left over |",
        "|---|---|---|",
        f"| a group is missed more | {BLANK_FREE['group']} | a person to judge |",
        f"| a child is treated by a number | {BLANK_FREE['number']} | a person to judge |",
        f"| it grows stale | {BLANK_FREE['stale']} | a person to judge |",
        "## 6. Signed",
        f"- {_said(said, 'dpia_signed_by')}",
    )


BLANK_FREE = {
    "group": "audited by group before it may be approved; refused beyond the margin",
    "number": "nobody is shown one; rules alone make eligible; a person decides",
    "stale": "suspends itself on drift; is learned and approved anew each term",
}


def _said(said: Mapping[str, str], name: str) -> str:
    return said.get(name, "").strip() or BLANK.format(BLANKS[name])


def _page(title: str, record: Mapping, *paragraphs: str) -> str:
    warning = [f"**{MADE_UP}**"] if record["demo"] else []
    lines, before = [f"# {title}"], ""
    for one in [*warning, *paragraphs]:
        is_listed = one[:1] in "|-" and before[:1] == one[:1]
        lines += [one] if is_listed else ["", one]
        before = one
    return "\n".join(lines) + "\n"


def _versions(record: Mapping) -> str:
    return ", ".join(f"{name} {version}" for name, version in record["versions"].items())


def _row(one: Mapping) -> str:
    interval = "-" if one["interval"] is None else "{:.3f} to {:.3f}".format(*one["interval"])
    cells = [_cell(one[name]) for name in ("precision_at_places", "recall_at_places", "auc")]
    return (
        f"| {one['words']} | {cells[0]} | {interval} | {cells[1]} | {cells[2]} | {one['verdict'].replace('_', ' ')} |"
    )


def _group_row(one: Mapping) -> str:
    name = f"{one['column'].removeprefix('g_')}: {one['group']}" + (" (reference)" if one["is_reference"] else "")
    if one["too_few_to_judge"]:
        return f"| {name} | | | | | | | too few to judge |"
    interval = "-" if one["missed_need_interval"] is None else "{:.3f} to {:.3f}".format(*one["missed_need_interval"])
    judged = "found less" if one["is_worse"] else "within the margin"
    shares = [_cell(one[key]) for key in ("flag_rate", "precision", "missed_need_rate", "missed_need_rate_of_baseline")]
    return f"| {name} | {one['pupils']:,} | {shares[0]} | {shares[1]} | {shares[2]} | {interval} | {shares[3]} | {judged} |"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
