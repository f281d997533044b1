//! GGUF files, versions 2 and 3: metadata, tensors, dequantisation to f32.
//!
//! Every count and offset in the file is checked against the bytes that are there before
//! anything is allocated or read, so a broken file is an error and never a panic.

mod cursor;
mod dequant;
mod reader;
mod value;

pub use dequant::{Kind, dequantise};
pub use reader::{Gguf, TensorInfo};
pub use value::Value;
