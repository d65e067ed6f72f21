"""What the released wheels and images are built for: `docker/Dockerfile`."""

import re

from tools.vllm_facts.sources import Sources

_DOCKERFILES = ("docker/Dockerfile", "Dockerfile")


def wheel(sources: Sources) -> dict[str, object] | None:
    """The version of CUDA and the compute capabilities; `None` where the distribution has no Dockerfile."""
    if not any(sources.has(path) for path in _DOCKERFILES):
        return None
    text = sources.text(*_DOCKERFILES)
    cuda = re.search(r"^ARG CUDA_VERSION=([\d.]+)$", text, re.MULTILINE)
    capabilities = re.search(r"^ARG torch_cuda_arch_list='([\d. ]+)(?:\+PTX)?'$", text, re.MULTILINE)
    if cuda is None or capabilities is None:
        sources.fail(_DOCKERFILES[0], "ARG CUDA_VERSION and ARG torch_cuda_arch_list")
    return {"cuda": cuda[1], "compute_capabilities": capabilities[1].split()}
