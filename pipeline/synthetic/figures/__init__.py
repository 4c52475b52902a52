"""Figures the Department for Education publishes (Open Government Licence v3.0), as far as calibration needs them."""
