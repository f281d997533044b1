//! The sidecar: one base model, many LoRA adapters, attribution per answer.
