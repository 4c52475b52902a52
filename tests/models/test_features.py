"""What a model may read, and what it may not, whatever it is called."""

import pytest

from models.errors import Unfit
from models.features import FEATURES, allowed, refused_as
from pipeline.signals.sentences import columns_in
from pipeline.tables.derived import PUPIL_CIRCUMSTANCES, PUPIL_FEATURES, PUPIL_SUPPORT


@pytest.mark.parametrize(
    "name",
    ["sex", "x_gender", "ethnicity", "x_ethnic_group", "fsm_eligible", "x_fsm6", "free_school_meals", "pupil_premium", "language",
     "x_eal", "x_firstLanguage", "postcode", "home_postcode", "birth_month", "x_month_of_birth", "date_of_birth", "sen",
     "sen_provision", "x_sen_type", "ehcp", "is_special_school", "urn", "school", "x_school_id", "school_type", "laestab", "cluster"],
)  # fmt: skip
def test_who_a_child_is_and_which_school_it_is_is_refused(name):
    assert refused_as(name)
    with pytest.raises(Unfit, match=f"The column {name} tells "):
        allowed(["absence_rate_20d", name])


@pytest.mark.parametrize(
    "name", ["absence_rate_20d", "x_absent_sessions", "x_essence", "x_assent", "x_school_days_missed", "x_present", "x_language_free"]
)  # fmt: skip
def test_a_name_is_refused_for_its_words_and_not_for_letters_in_it(name):
    is_refused = name == "x_language_free"
    assert bool(refused_as(name)) == is_refused


def test_every_feature_is_a_column_of_pupil_features_that_may_be_read():
    names = [feature.name for feature in FEATURES]
    assert len(names) == len(set(names)) > 10
    assert set(names) <= set(PUPIL_FEATURES.names)
    assert allowed(names) == tuple(names)
    kept_apart = (set(PUPIL_SUPPORT.names) | set(PUPIL_CIRCUMSTANCES.names)) - {"as_of", "pupil_id", "urn"}
    assert not set(names) & (kept_apart | {"as_of", "pupil_id", "urn", "nc_year", "entry_date", "is_special_school"})


def test_no_schools_own_figure_is_read():
    assert not [feature.name for feature in FEATURES if feature.name.startswith("school_")]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.name)
def test_every_feature_can_be_said_in_words_with_its_numbers(feature):
    assert columns_in(feature.words) and set(columns_in(feature.words)) <= set(PUPIL_FEATURES.names)
    assert "%" not in feature.words
