"""What the calculator cannot answer.

CalculationError
|-- UnsupportedModel      nothing that `vllm serve` could benchmark, or an architecture not understood
|   `-- UnknownArchitecture
`-- ImplausibleMetadata   the Hub's documents contradict themselves or hold impossible values
"""


class CalculationError(Exception):
    """A model that the calculator has no answer for; the message is a sentence for a person."""


class UnsupportedModel(CalculationError):
    """The repository is not a text generator whose memory use is understood."""


class UnknownArchitecture(UnsupportedModel):
    """Its `model_type` is not one of the architectures whose memory use is understood."""

    def __init__(self, model_id: str, architecture: str, class_name: str) -> None:
        super().__init__(
            f"{model_id} is of the architecture {architecture}, whose memory use is not understood."
        )
        self.model_id = model_id
        self.architecture = architecture
        self.class_name = class_name


class ImplausibleMetadata(CalculationError):
    """A field of config.json or of the model information is missing or has an impossible value."""
