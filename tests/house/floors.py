"""The plan of the house as data, for the tests that hold it."""

FLOORS: dict[str, int] = {
    "kernel": 0,
    "events": 1,
    "regimes": 1,
    "courts": 2,
    "notices": 3,
    "documents": 3,
    "jobs": 3,
    "approvals": 4,
    "deadlines": 5,
    "funds": 6,
    "cases": 7,
    "measures": 8,
    "petitions": 9,
    "closing": 9,
    "supervision": 10,
    "desk": 11,
    "portal": 11,
    "api": 11,
    "enforcement": 12,
}
