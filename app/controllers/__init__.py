"""Each controller introduces one part of the core to the window; none of them knows another."""
