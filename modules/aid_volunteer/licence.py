"""The driving licences that work may need."""

LICENCES = [
    ('B', "B (car)"),
    ('BE', "BE (car and trailer)"),
    ('C1', "C1 (lorry up to 7.5 t)"),
    ('C', "C (lorry)"),
    ('D', "D (bus)"),
    ('F', "Forklift"),
    ]
