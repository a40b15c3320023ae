"""What a run leaves for its reader: CSV tables, a plot a case, a table in the terminal."""
