# The same weekly facts and year to date with dplyr, from the mark files: Rscript plain.R TO_FOLDER COUNTS.csv MARKS.csv...
# COUNTS.csv has one row per register code and a column of noughts and ones per count. Read with data.table::fread, for no other reader is as fast.
suppressPackageStartupMessages({
  library(data.table)
  library(dplyr)
})
asked <- commandArgs(trailingOnly = TRUE)
codes <- fread(asked[2], quote = "\"")
read <- function(file) {
  fread(file, select = c("urn", "upn", "date", "code"), colClasses = list(character = c("upn", "code")), quote = "")
}
marks <- as_tibble(rbindlist(lapply(asked[-(1:2)], read)))
counts <- setdiff(names(codes), "code")
# Counting each code first leaves few rows to add up: summing thirteen columns of every mark by week takes many times as long.
counted <- marks |>
  mutate(day = as.integer(date), week_start = as.Date(day - (day + 3L) %% 7L, origin = "1970-01-01")) |>
  count(upn, urn, week_start, code) |>
  inner_join(codes, by = "code") |>
  mutate(across(all_of(counts), \(one) one * n))
weeks <- counted |>
  group_by(upn, urn, week_start) |>
  summarise(across(all_of(counts), sum), .groups = "drop") |>
  filter(possible_sessions > 0)
year <- weeks |>
  group_by(upn) |>
  summarise(across(all_of(counts), sum), part_time_weeks = sum(part_time_sessions > 0)) |>
  mutate(absence_rate = absence_sessions / possible_sessions)
fwrite(weeks, file.path(asked[1], "weeks.csv"))
fwrite(year, file.path(asked[1], "year.csv"))
