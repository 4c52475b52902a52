"""What a command imports, and nothing more: no thread is running when a process is forked from here."""

import great_expectations  # noqa: F401

import expectations.breaking_rows  # noqa: F401
import pipeline.edges.gx_dialect
import pipeline.flow
import pipeline.hops.listing
import pipeline.hops.looking
import pipeline.hops.publishing  # noqa: F401
