//! GGUF files: what is read, what is refused, and that no broken byte is a panic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

use half::f16;
use proptest::prelude::*;
use whence_inference::gguf::{Gguf, Kind, Value, dequantise};

/// The stable code of a file that cannot be used.
const GGUF: u32 = 2;

/// Writes a file with one metadata entry and the tensors given as (name, dimensions, kind, data).
fn file(version: u32, tensors: &[(&str, &[u64], u32, Vec<u8>)]) -> Vec<u8> {
    let mut out = b"GGUF".to_vec();
    out.extend(version.to_le_bytes());
    out.extend((tensors.len() as u64).to_le_bytes());
    out.extend(2u64.to_le_bytes());
    text(&mut out, "general.architecture");
    out.extend(8u32.to_le_bytes());
    text(&mut out, "llama");
    text(&mut out, "numbers");
    out.extend(9u32.to_le_bytes());
    out.extend(5u32.to_le_bytes());
    out.extend(3u64.to_le_bytes());
    for number in [-1i32, 0, 7] {
        out.extend(number.to_le_bytes());
    }
    let mut offset = 0u64;
    for (name, dimensions, kind, data) in tensors {
        text(&mut out, name);
        out.extend((dimensions.len() as u32).to_le_bytes());
        dimensions.iter().for_each(|size| out.extend(size.to_le_bytes()));
        out.extend(kind.to_le_bytes());
        out.extend(offset.to_le_bytes());
        offset += (data.len() as u64).next_multiple_of(32);
    }
    out.resize(out.len().next_multiple_of(32), 0);
    for (_, _, _, data) in tensors {
        out.extend(data);
        out.resize(out.len().next_multiple_of(32), 0);
    }
    out
}

fn text(out: &mut Vec<u8>, text: &str) {
    out.extend((text.len() as u64).to_le_bytes());
    out.extend(text.as_bytes());
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

fn sample() -> Vec<u8> {
    file(3, &[("a", &[2, 3], 0, floats(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0])), ("b", &[32], 8, q8())])
}

fn q8() -> Vec<u8> {
    let mut block = f16::from_f32(0.5).to_le_bytes().to_vec();
    block.extend((0..32).map(|q: i8| (q - 16) as u8));
    block
}

#[test]
fn a_file_is_read() {
    for version in [2, 3] {
        let bytes = file(version, &[("a", &[2, 1], 0, floats(&[1.5, -2.0]))]);
        let gguf = Gguf::parse(bytes).unwrap();
        assert_eq!(gguf.require("general.architecture").unwrap().text(), Some("llama"));
        let numbers = [-1, 0, 7].map(Value::Signed).to_vec();
        assert_eq!(gguf.require("numbers").unwrap(), &Value::Array(numbers));
        assert_eq!(gguf.tensor("a", &[1, 2]).unwrap(), [1.5, -2.0]);
        assert!(gguf.tensor("a", &[2, 1]).is_err());
        assert!(gguf.tensor("c", &[2, 1]).is_err());
    }
}

#[test]
fn packed_numbers_are_unpacked() {
    let half = |x: f32| f16::from_f32(x).to_le_bytes();
    let nibbles: Vec<u8> = (0..16u8).map(|low| low | ((15 - low) << 4)).collect();
    let q4_0 = [&half(2.0)[..], &nibbles].concat();
    let q4_1 = [&half(2.0)[..], &half(-1.0), &nibbles].concat();
    let want = |weight: fn(f32) -> f32| -> Vec<f32> {
        (0..16).map(|q| q as f32).chain((0..16).rev().map(|q| q as f32)).map(weight).collect()
    };
    assert_eq!(dequantise(Kind::Q4_0, &q4_0, 32).unwrap(), want(|q| 2.0 * (q - 8.0)));
    assert_eq!(dequantise(Kind::Q4_1, &q4_1, 32).unwrap(), want(|q| 2.0 * q - 1.0));
    let eighths: Vec<f32> = (0..32).map(|q| 0.5 * (q as f32 - 16.0)).collect();
    assert_eq!(dequantise(Kind::Q8_0, &q8(), 32).unwrap(), eighths);
    let halves = [half(0.25), half(-3.0)].concat();
    assert_eq!(dequantise(Kind::F16, &halves, 2).unwrap(), [0.25, -3.0]);
    for kind in [Kind::F32, Kind::F16, Kind::Q4_0, Kind::Q4_1, Kind::Q8_0] {
        assert!(dequantise(kind, &[0; 7], 32).is_err());
        assert!(dequantise(kind, &[], usize::MAX).is_err());
    }
}

fn refused(what: &str, file: Vec<u8>, expected: &str) {
    let why = Gguf::parse(file).map(drop).unwrap_err();
    assert_eq!(why.code(), GGUF, "{what}: {why}");
    assert!(why.to_string().contains(expected), "{what}: {why}");
}

#[test]
fn what_cannot_be_is_refused() {
    let with = |at: usize, bytes: &[u8]| {
        let mut file = sample();
        file[at..at + bytes.len()].copy_from_slice(bytes);
        file
    };
    let whole = floats(&[0.0; 8]);
    let table: [(&str, Vec<u8>, &str); 11] = [
        ("not the magic", with(0, b"GGML"), "does not start with GGUF"),
        ("version 1", with(4, &1u32.to_le_bytes()), "version 1"),
        ("version 4", with(4, &4u32.to_le_bytes()), "version 4"),
        ("more tensors than bytes", with(8, &u64::MAX.to_le_bytes()), "cannot fit"),
        ("more metadata than bytes", with(16, &(1u64 << 40).to_le_bytes()), "cannot fit"),
        ("a string beyond the end", with(24, &u64::MAX.to_le_bytes()), "cannot fit"),
        ("too many numbers", file(3, &[("a", &[u64::MAX, 8], 0, whole.clone())]), "overflow"),
        ("beyond the file", file(3, &[("a", &[1 << 20], 0, whole.clone())]), "outside the file"),
        ("half a block", file(3, &[("a", &[33], 8, whole.clone())]), "whole number of blocks"),
        ("an unknown kind", file(3, &[("a", &[8], 99, whole.clone())]), "kind 99"),
        ("twice", file(3, &[("a", &[8], 0, whole.clone()), ("a", &[8], 0, whole)]), "there twice"),
    ];
    for (what, file, expected) in table {
        refused(what, file, expected);
    }
}

#[test]
fn the_program_says_the_code() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("broken.gguf");
    std::fs::write(&file, b"GGML").unwrap();
    let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_whence-inference"));
    program.args(["generate", "--device", "cpu", "--model"]).arg(&file).arg("a question");
    let ended = program.output().unwrap();
    assert_eq!(ended.status.code(), Some(1));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.starts_with(&format!("error {GGUF}: gguf: ")), "{said}");
}

#[test]
fn every_cut_is_an_error() {
    let whole = sample();
    for end in 0..whole.len() - 30 {
        refused(&format!("cut at {end}"), whole[..end].to_vec(), "gguf: ");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn no_mutation_is_a_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)
    ) {
        let mut bytes = sample();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(gguf) = Gguf::parse(bytes) {
            for (name, info) in gguf.tensors() {
                let shape: Vec<usize> = info.dimensions.iter().rev().copied().collect();
                let _numbers = gguf.tensor(name, &shape);
            }
        }
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut file = b"GGUF\x03\0\0\0".to_vec();
        file.extend(bytes);
        let _parsed = Gguf::parse(file);
    }
}
