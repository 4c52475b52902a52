"""What a model may read, and what it may not, whatever it is called."""

import pytest

from models.errors import Unfit
from models.features import FEATURES, allowed
from models.never_read import refused_as
from pipeline.signals.sentences import columns_in
from pipeline.tables.derived import PUPIL_CIRCUMSTANCES, PUPIL_FEATURES, PUPIL_SUPPORT


@pytest.mark.parametrize(
    "name",
    ["sex", "x_gender", "x_girls", "x_isMale", "ethnicity", "x_ethnic_group", "x_white_british", "x_black_caribbean", "x_traveller", "fsm_eligible",
     "x_fsm6", "x_FSMeligible", "x_everfsm", "x_fsmever6", "free_school_meals", "x_freemeals", "pupil_premium", "x_pupilpremium", "x_imd_decile",
     "language", "x_eal", "x_ealstatus", "x_firstLanguage", "x_home_lang", "x_mother_tongue", "postcode", "home_postcode", "x_homepostcode",
     "x_ward", "birth_month", "x_month_of_birth", "date_of_birth", "x_dateofbirth", "x_yob", "x_age_months", "sen", "sen_provision", "x_sen_type",
     "x_SENtype", "x_senstatus", "x_senk", "x_primary_need", "x_need_type", "x_autistic", "x_asd", "ehcp", "x_ehcplan", "is_special_school",
     "x_in_care", "x_foster", "urn", "school", "x_school_id", "x_school1", "x_school_12", "x_schoolA", "x_is_school_7", "x_school_mean",
     "school_type", "laestab", "cluster", "x_academy", "x_upn", "x_pupil", "x_surname"],
)  # fmt: skip
def test_who_a_child_is_and_which_school_it_is_is_refused(name):
    assert refused_as(name)
    with pytest.raises(Unfit, match=f"The column {name} tells "):
        allowed(["absence_rate_20d", name])


@pytest.mark.parametrize(
    "name",
    ["absence_rate_20d", "x_absent_sessions", "x_essence", "x_assent", "x_school_days_missed", "x_present", "x_signal", "x_sentiment",
     "x_special_leave", "x_send_home_days", "x_address_changes", "x_looked_at_before", "x_late_marks", "x_needs_met_sessions", "x_feature_1",
     "x_late", "x_risk", "x_prior_absence", "x_days_since_school_start", "x_moves", "x_half_terms_before", "x_noise", "x1", "x_a"],
)  # fmt: skip
def test_a_name_is_refused_for_its_words_and_not_for_letters_in_it(name):
    assert refused_as(name) is None


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
