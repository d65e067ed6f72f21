"""The classes of vLLM's registry that are not modelled, and why.

Together with `generator_classes` it names every class of `_TEXT_GENERATION_MODELS`, `_MULTIMODAL_MODELS`,
`_TRANSFORMERS_SUPPORTED_MODELS` and `_PREVIOUSLY_SUPPORTED_MODELS` of vLLM 0.33,
`vllm/model_executor/models/registry.py`.
"""

from collections.abc import Mapping

_SPEECH = "it recognizes or understands speech, whose encoder is not modelled"
_SPEECH_TOO = "it takes speech next to text and images, and its encoder of speech is not modelled"
_ACTIONS = "it predicts actions of robots"
_IMAGES_OUT = "it generates images too, with parts that are not modelled"
_DIFFUSION = "it generates text by diffusion"
_CROSS = "its decoder attends to another encoder, whose cache is not modelled"
_COMPRESSED = "its layers cache compressed keys and values of several rates, which is not modelled"
_STATES_AND_MORE = "its layers keep recurrent states next to caches of several kinds, which is not modelled"
_OWN_STATES = "its recurrent states are of a kind that is not modelled"
_LOOPS = "its layers run several times with a cache for each, which is not modelled"
_WINDOWS = "each of its layers has a window of its own, which is not modelled"
_UNEVEN = "its layers differ in what they cache or hold, which is not modelled"
_UNREAD = "the keys of its language model are not read"
_NO_TEXT = "it does not generate text"

WHY_NOT_MODELLED: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "AudioFlamingo3ForConditionalGeneration",
            "CohereAsrForConditionalGeneration",
            "FireRedASR2ForConditionalGeneration",
            "FireRedLIDForConditionalGeneration",
            "FunASRForConditionalGeneration",
            "FunAudioChatForConditionalGeneration",
            "GlmAsrForConditionalGeneration",
            "GraniteSpeechForConditionalGeneration",
            "GraniteSpeechPlusForConditionalGeneration",
            "MiDashengLMModel",
            "MoonshotKimiaForCausalLM",
            "MossAudioModel",
            "MossTranscribeDiarizeForConditionalGeneration",
            "MusicFlamingoForConditionalGeneration",
            "Qwen2AudioForConditionalGeneration",
            "Qwen3ASRForConditionalGeneration",
            "Qwen3ASRRealtimeGeneration",
            "UltravoxModel",
            "VibeVoiceAsrForConditionalGeneration",
            "VoxtralForConditionalGeneration",
            "VoxtralRealtimeGeneration",
            "WhisperForConditionalGeneration",
        ),
        _SPEECH,
    ),
    **dict.fromkeys(
        (
            "Cosmos3EdgeForConditionalGeneration",
            "Cosmos3ForConditionalGeneration",
            "Dots3NoteForCausalLM",
            "Gemma4UnifiedForConditionalGeneration",
            "MiMoV2OmniForCausalLM",
            "MiniCPMO",
            "NemotronH_Nano_Omni_Reasoning_V3",
            "NemotronH_Nano_VL_V2",
            "NemotronH_Omni_Reasoning_V3",
            "NemotronH_Super_Omni_Reasoning_V3",
            "Qwen2_5OmniForConditionalGeneration",
            "Qwen2_5OmniModel",
            "Qwen3OmniMoeForConditionalGeneration",
        ),
        _SPEECH_TOO,
    ),
    **dict.fromkeys(
        (
            "Alpamayo2Super",
            "OpenVLAForActionPrediction",
        ),
        _ACTIONS,
    ),
    **dict.fromkeys(
        (
            "BagelForConditionalGeneration",
            "ChameleonForConditionalGeneration",
            "Cheers",
            "CheersForConditionalGeneration",
            "Emu3ForConditionalGeneration",
        ),
        _IMAGES_OUT,
    ),
    "DiffusionGemmaForBlockDiffusion": _DIFFUSION,
    **dict.fromkeys(
        (
            "DonutForConditionalGeneration",
            "MllamaForConditionalGeneration",
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
            "InternS2PreviewForConditionalGeneration",
            "MiniCPMV4_6ForConditionalGeneration",
            "MiniCPMV4_7ForConditionalGeneration",
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
    **dict.fromkeys(
        (
            "DomynEdgeForCausalLM",
            "MuseGlimmerForCausalLM",
            "MuseGlimmerForConditionalGeneration",
            "Plamo3ForCausalLM",
            "Rnj1ForCausalLM",
        ),
        _WINDOWS,
    ),
    **dict.fromkeys(
        (
            "FlintForCausalLM",
            "K2HorizonForCausalLM",
            "LongcatFlashNgramForCausalLM",
            "NemotronHPuzzleForCausalLM",
            "PanguProMoEV2ForCausalLM",
        ),
        _UNEVEN,
    ),
    **dict.fromkeys(
        (
            "ArcticForCausalLM",
            "CohereCompassForConditionalGeneration",
            "Ernie4_5_VLMoeForConditionalGeneration",
            "FuyuForCausalLM",
            "GlmOcrForConditionalGeneration",
            "Granite4VisionForConditionalGeneration",
            "Grok1ForCausalLM",
            "Grok1ModelForCausalLM",
            "HfMoondream",
            "HunYuanVLForConditionalGeneration",
            "InternLM2VEForCausalLM",
            "InternS1ProForConditionalGeneration",
            "JAISLMHeadModel",
            "MantisForConditionalGeneration",
            "MiniCPMOcrForConditionalGeneration",
            "MiniMaxVL01ForConditionalGeneration",
            "Moondream3ForCausalLM",
            "MotifForCausalLM",
            "Phi3SmallForCausalLM",
            "Phi4MultimodalForCausalLM",
            "QianfanOCRForConditionalGeneration",
            "QwenVLForConditionalGeneration",
            "RForConditionalGeneration",
            "Tarsier2ForConditionalGeneration",
            "UnlimitedOCRForCausalLM",
        ),
        _UNREAD,
    ),
    **dict.fromkeys(
        (
            "ErnieForSequenceClassification",
            "ErnieForTokenClassification",
            "ErnieModel",
            "GritLM",
            "PrithviGeoSpatialMAE",
        ),
        _NO_TEXT,
    ),
}
