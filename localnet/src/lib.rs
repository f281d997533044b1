//! Nets, faults and the demo of a model's whole life.
