"""Our networks and samplers against numbers that the official code of each system produced."""
