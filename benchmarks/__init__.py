"""Measurements of the program that are run by hand and, in small, by the tests."""
