"""What the API server refuses in objects that fit its schema: fields that need, exclude or bound each other.

Each rule gets an object of one type, whole and well typed, and yields its breaches with paths below the object. Types
inside it have rules of their own. Source: the validation of the API server, which the tests ask about every rule.
"""
