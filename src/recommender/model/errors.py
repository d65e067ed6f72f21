"""Errors for models without a recommendation.

CalculationError
|-- UnsupportedModel      nothing that `vllm serve` could benchmark, or an unsupported architecture
|   `-- UnknownArchitecture
`-- ImplausibleMetadata   the Hub's documents contradict themselves or contain impossible values
"""


class CalculationError(Exception):
    """There is no recommendation for a model; the message is a sentence for the caller."""


class UnsupportedModel(CalculationError):
    """The repository is not a text generator whose memory use can be calculated."""


class UnknownArchitecture(UnsupportedModel):
    """Its `model_type` is not one of the supported architectures."""

    def __init__(
        self, model_id: str, architecture: str, class_name: str, *, reason: str | None = None
    ) -> None:
        """`reason` completes the sentence: why there is no estimate either."""
        why = f": {reason.removesuffix('.')}" if reason is not None else ""
        super().__init__(f"{model_id} has the architecture {architecture}, which is not supported{why}.")
        self.model_id = model_id
        self.architecture = architecture
        self.class_name = class_name


class ImplausibleMetadata(CalculationError):
    """A field of config.json or of the model information is missing or has an impossible value."""
