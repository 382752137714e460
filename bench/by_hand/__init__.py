"""The rules written by hand as Polars expressions, to be measured against; a clause is one nullable boolean."""
