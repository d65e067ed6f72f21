"""Instance types as the table describes them."""

import dataclasses

from support.instances import instance

from recommender.hardware.instance import Instance


def test_the_memory_of_a_device_is_the_figure_of_ec2() -> None:
    assert instance("g5.12xlarge").device_mib == 22_888


def test_the_memory_of_a_device_is_the_nominal_share_where_ec2_states_none() -> None:
    four = dataclasses.replace(_instance(), accelerator_count=4, accelerator_memory_gib=96)

    assert four.device_mib == 24 * 1024


def test_inferentia_is_an_aws_neuron_device() -> None:
    assert instance("inf2.xlarge").is_neuron
    assert not _instance().is_neuron


def _instance() -> Instance:
    return Instance(
        name="x1.large",
        family="x1",
        accelerator_type="gpu",
        accelerator_name="X1",
        accelerator_count=1,
        accelerator_memory_gib=24,
        vcpus=8,
        memory_gib=64,
    )
