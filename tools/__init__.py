"""Developer tools that nothing else depends on."""
