"""What every check raises when it refuses."""


class Refusal(Exception):
    """A refusal: a stable code of the protocol, and why in words.

    `index` is the leaf, or the position in a run, at which the fault lies,
    where there is one.
    """

    def __init__(self, code, why, index=None):
        super().__init__(why)
        self.code, self.why, self.index = code, why, index

    def __str__(self):
        at = "" if self.index is None else "leaf %d: " % self.index
        return "%s%s [%s]" % (at, self.why, self.code)
