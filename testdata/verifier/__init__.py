"""An offline verifier of Entente, written from spec/ and from nothing else.

Only the standard library of Python 3 is used. Each module states which page of
the protocol it follows; where it refuses, it gives the code of that page.
"""
