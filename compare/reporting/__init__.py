"""What a run leaves for its reader: results, CSV tables, a plot a case, a table in the terminal."""
