"""Product texts in and out: files, a table, Samenwerkende Catalogi, and from an Open Product.

Every import goes the same way: a source is read into candidates and refusals, a plan says what would change, and only
a plan is applied, in one transaction.
"""
