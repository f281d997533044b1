//! The canonical CPU mode: arithmetic whose bits every verifier gets, and a language model in it.
//!
//! | room | what it is for |
//! |---|---|
//! | [`math`] | `exp`, `ln`, `tanh` and others from the four operations that IEEE 754 fixes |
//! | [`number`] | a number, or a number with its derivative along a direction |
//! | [`matrix`] | matrices and their products, in one order whatever the processor and threads |
//! | [`rotary`] | tables of rotary positions |
//! | [`language`] | a Llama-style decoder with low-rank adapters: losses, gradients, curvature |
//!
//! Only `+ - × ÷ √` of `f32` (and of `f64` for the tables) decide the bits, in a fixed order, never
//! fused. So x86-64 and aarch64, any number of threads, debug and release give the same; a fast
//! backend (a GPU, BLAS) serves users, and this one settles disputes.

pub mod language;
pub mod math;
pub mod matrix;
pub mod number;
mod product;
pub mod rotary;
