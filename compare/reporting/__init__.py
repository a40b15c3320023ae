"""The report: results, CSV tables, a plot per case, a table in the terminal."""
