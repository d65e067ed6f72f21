"""Pipeline-parallel stages of a model. Some logged runs use them; the service never recommends them."""

from dataclasses import replace

from recommender.model import AttentionLayers, Model
from recommender.vllm.engine_args import EngineArgs


def stage(model: Model, stages: int) -> Model:
    """The largest stage of `stages`: most layers, and one of the two embeddings.

    Source: `vllm/distributed/utils.py`, `get_pp_indices`.
    """
    shape, weights = model.shape, model.weights
    share = -(-shape.layers // stages) / shape.layers
    embedding = shape.vocabulary * shape.hidden_size
    layers_alone = weights.float_values - model.embedding_parameters
    return replace(
        model,
        shape=replace(shape, layers=round(shape.layers * share)),
        attention=tuple(_share(layers, share) for layers in model.attention),
        weights=replace(
            weights,
            float_values=int(layers_alone * share) + embedding,
            packed_bytes=int(weights.packed_bytes * share),
        ),
    )


def of_first_stage(engine_args: EngineArgs) -> EngineArgs:
    """Settings of the first stage: the sampler runs on the last one."""
    runner = replace(engine_args.behavior.model_runner_v1, sampler_bytes_per_logit=0)
    return replace(engine_args, behavior=replace(engine_args.behavior, model_runner_v1=runner))


def of_last_stage(engine_args: EngineArgs) -> EngineArgs:
    """Settings of the last stage: the input embedding, copied by a first start, is on the first one."""
    return replace(engine_args, behavior=replace(engine_args.behavior, copies_embedding="never"))


def _share(layers: AttentionLayers, share: float) -> AttentionLayers:
    return replace(layers, count=round(layers.count * share))
