"""The classes of vLLM's registry of which not even an upper bound is known, and why.

Classes that are neither here nor in `generator_classes` are estimated from the keys of config.json. Source:
`vllm/model_executor/models/registry.py` of 0.33 and the modules that it names.
"""

from collections.abc import Mapping

_SPEECH = "it recognizes speech, and does not answer text"
_ACTIONS = "it predicts actions of robots"
_DIFFUSION = "it generates text by diffusion"
_CROSS = "its decoder attends to another encoder, whose cache is not modelled"
_COMPRESSED = "its layers cache compressed keys and values of several rates, which is not modelled"
_STATES_AND_MORE = "its layers keep recurrent states next to caches of several kinds, which is not modelled"
_OWN_STATES = "its recurrent states are of a kind that is not modelled"
_LOOPS = "its layers run several times with a cache for each, which is not modelled"
_SEVERAL_CACHES = "its layers have several caches each, which config.json does not show"
_NO_TEXT = "it does not generate text"

WHY_REFUSED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "CohereAsrForConditionalGeneration",
            "FireRedASR2ForConditionalGeneration",
            "FireRedLIDForConditionalGeneration",
            "FunASRForConditionalGeneration",
            "GlmAsrForConditionalGeneration",
            "MossTranscribeDiarizeForConditionalGeneration",
            "Qwen3ASRForConditionalGeneration",
            "Qwen3ASRRealtimeGeneration",
            "VibeVoiceAsrForConditionalGeneration",
            "VoxtralRealtimeGeneration",
            "WhisperForConditionalGeneration",
        ),
        _SPEECH,
    ),
    **dict.fromkeys(
        (
            "Alpamayo2Super",
            "OpenVLAForActionPrediction",
        ),
        _ACTIONS,
    ),
    "DiffusionGemmaForBlockDiffusion": _DIFFUSION,
    **dict.fromkeys(
        (
            "DonutForConditionalGeneration",
            "NemotronParseForConditionalGeneration",
            "RadioMBartPrefixForCausalLM",
        ),
        _CROSS,
    ),
    **dict.fromkeys(
        (
            "DeepseekV41ForCausalLM",
            "DeepseekV4ForCausalLM",
            "DeepseekV4ForConditionalGeneration",
            "Glm5NextForCausalLM",
            "Glm5NextForConditionalGeneration",
            "MuseSparkForConditionalGeneration",
            "Step5ForCausalLM",
            "Step5ForConditionalGeneration",
        ),
        _COMPRESSED,
    ),
    **dict.fromkeys(
        (
            "InklingForCausalLM",
            "InklingForConditionalGeneration",
            "Phi4FlashForCausalLM",
            "Qwen4ExpForCausalLM",
            "Qwen4ExpForConditionalGeneration",
        ),
        _STATES_AND_MORE,
    ),
    **dict.fromkeys(
        (
            "BailingMoeV2_5ForCausalLM",
            "BailingMoeV3ForCausalLM",
            "BailingMoeV3VLForConditionalGeneration",
            "InternS2MobiusForConditionalGeneration",
            "Plamo2ForCausalLM",
        ),
        _OWN_STATES,
    ),
    **dict.fromkeys(
        (
            "DoryForCausalLM",
            "OuroForCausalLM",
        ),
        _LOOPS,
    ),
    "LongcatFlashNgramForCausalLM": _SEVERAL_CACHES,
    **dict.fromkeys(
        (
            "ErnieForSequenceClassification",
            "ErnieForTokenClassification",
            "ErnieModel",
            "PrithviGeoSpatialMAE",
        ),
        _NO_TEXT,
    ),
}
