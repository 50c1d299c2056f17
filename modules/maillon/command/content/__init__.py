"""What the demo is made of: places, people and goods that do not exist.

Barcodes are in the range 952, which GS1 keeps for examples; telephone numbers
in the ranges that the French regulator keeps for fiction; e-mail addresses at
example.org. Composition and prices are rounded sample values.
"""
