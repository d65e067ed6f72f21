"""What the reader should know beside the values: the warnings of an answer."""

from recommender.dtype import Dtype
from recommender.gpu import WHEEL_CAPABILITY, WHEEL_VERSION, Gpu
from recommender.instance import Instance
from recommender.larger import Holder
from recommender.memory import compute_dtype
from recommender.model import Model
from recommender.phrases import hardware_text
from recommender.plan import Plan
from recommender.support import partial_support
from recommender.units import gib_text
from recommender.version import version_text


def advice(model: Model, instance: Instance, gpu: Gpu, plan: Plan, cheaper: Holder | None) -> tuple[str, ...]:
    """What the reader should know beside the values; `cheaper` is an instance that would do as well."""
    dtype, name = compute_dtype(model, gpu), instance.accelerator_name
    found = []
    if plan.quantization is not None and not plan.quantization.at_load:
        label = plan.quantization.label
        found.append(
            f"vLLM cannot quantize to {label} while it loads: run a checkpoint of this model that is already"
            f" quantized to {label}."
        )
    if dtype is Dtype.FLOAT32:
        found.append(
            f"{name} has no BF16 and this model no FP16 mode: vLLM runs it in {dtype.label}, at twice the"
            " memory."
        )
    if dtype is Dtype.FLOAT16 and model.native_dtype is Dtype.BFLOAT16:
        found.append(
            f"{name} has no BF16: vLLM runs this model in {dtype.label}, which takes the same memory but"
            " overflows sooner; look at a few answers before trusting its figures."
        )
    if not gpu.is_known:
        found.append(
            f"{name} is not a GPU with known figures: the plan counts on {gib_text(gpu.visible_bytes)} of"
            f" each GPU of {instance.name} and on no FP8."
        )
    found += _instance_warnings(instance, gpu, plan)
    partial = partial_support(model.class_name, plan.budget.server.rules.version)
    found += [] if partial is None else [partial]
    return (*found, _waste(instance, plan, cheaper)) if cheaper is not None else tuple(found)


def _instance_warnings(instance: Instance, gpu: Gpu, plan: Plan) -> list[str]:
    found = []
    if gpu.compute_capability < WHEEL_CAPABILITY and plan.budget.server.rules.version is None:
        found.append(
            f"The released wheels of vLLM do not run on {instance.accelerator_name} from"
            f" {version_text(WHEEL_VERSION)} on: choose an earlier version."
        )
    if instance.architecture != "x86_64":
        found.append(
            f"{instance.name} has {instance.architecture} processors: vLLM has to be installed for them."
        )
    if not instance.is_listed:
        found.append(f"EC2 no longer lists {instance.name}.")
    return found


def _waste(instance: Instance, plan: Plan, cheaper: Holder) -> str:
    return (
        f"{cheaper.instance.name} ({hardware_text(cheaper.instance)}) gives the same context of"
        f" {plan.max_model_len:,} tokens and concurrency of {plan.concurrency}; {instance.name} has"
        f" {hardware_text(instance)}."
    )
