"""Evaluating law over facts: columns of values, planes of trits, walks for one row, generated SQL."""
