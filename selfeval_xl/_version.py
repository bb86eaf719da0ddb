"""The version, alone so that the build can read it without importing anything."""

__version__ = "0.1.0"
PROGRAM = "selfeval_xl"
SIGNATURE = f"{PROGRAM} {__version__}"
"""What stands in the properties of every workbook and page that is written about a batch; by it the reader knows them again."""
