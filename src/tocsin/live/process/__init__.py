"""The process itself: tasks that are kept running, the service manager, the kernels."""
