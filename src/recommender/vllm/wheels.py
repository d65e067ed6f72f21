"""Which GPUs the released wheels of vLLM run on."""

from recommender.vllm.version import Version

# From this version on the wheels need at least this compute capability: `CMakeLists.txt`, CUDA 13.
WHEEL_VERSION: Version = (0, 20)
WHEEL_CAPABILITY = (7, 5)
