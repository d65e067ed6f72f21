"""What is measured: how well the calculator predicts what real vLLM servers logged."""
