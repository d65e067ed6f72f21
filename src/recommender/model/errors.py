"""What the calculator cannot answer.

CalculationError
|-- UnsupportedModel      nothing that `vllm serve` could benchmark, or an architecture not understood
`-- ImplausibleMetadata   the Hub's documents contradict themselves or hold impossible values
"""


class CalculationError(Exception):
    """A model that the calculator has no answer for; the message is a sentence for a person."""


class UnsupportedModel(CalculationError):
    """The repository is not a text generator whose memory use is understood."""


class ImplausibleMetadata(CalculationError):
    """A field of config.json or of the model information is missing or has an impossible value."""
