"""What runs in Jupyter's server, beside the kernels: messages without delay, and kernels of lessons that are let go."""
