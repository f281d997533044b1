//! The device: a real GPU or the CPU, whatever the graphics driver does.
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

use std::path::Path;

use whence_inference::engine::device::{AdapterKind, GraphicsAdapter, decide, probe};
use whence_inference::engine::{Chosen, DeviceChoice};

fn adapter(kind: AdapterKind) -> GraphicsAdapter {
    GraphicsAdapter { name: format!("{kind:?}"), kind, index: 0 }
}

#[test]
fn software_is_never_chosen_by_itself() {
    use AdapterKind::{Discrete, Integrated, Software, Unknown, Virtual};
    use DeviceChoice::{Auto, Cpu, Gpu};
    let table: [(DeviceChoice, &[AdapterKind], Option<AdapterKind>); 9] = [
        (Auto, &[], None),
        (Auto, &[Software], None),
        (Auto, &[Unknown], None),
        (Auto, &[Software, Discrete], Some(Discrete)),
        (Auto, &[Virtual, Integrated, Software], Some(Integrated)),
        (Auto, &[Virtual], Some(Virtual)),
        (Cpu, &[Discrete], None),
        (Gpu, &[Software], Some(Software)),
        (Gpu, &[Software, Virtual], Some(Virtual)),
    ];
    for (choice, seen, expected) in table {
        let seen = seen.iter().copied().map(adapter).collect();
        let chosen = decide(choice, Ok(seen)).unwrap();
        assert_eq!(chosen.graphics.map(|found| found.kind), expected, "{choice:?}");
    }
}

#[test]
fn no_gpu_is_an_error_only_when_one_was_asked_for() {
    for seen in [Ok(Vec::new()), Err("the probe died".to_owned())] {
        assert!(decide(DeviceChoice::Gpu, seen.clone()).is_err());
        assert_eq!(decide(DeviceChoice::Auto, seen).unwrap().graphics, None);
    }
}

#[test]
fn a_probe_that_crashes_or_babbles_means_no_gpu() {
    let shell = |script: &str| probe(Path::new("/bin/sh"), &["-c", script]);
    let good = r#"echo '[{"name":"card","kind":"discrete","index":0}]'"#;
    assert_eq!(shell(good).unwrap()[0].kind, AdapterKind::Discrete);
    for script in ["kill -SEGV $$", "exit 3", "echo nonsense", "true"] {
        let seen = shell(script);
        assert!(seen.is_err(), "{script}");
        let chosen = decide(DeviceChoice::Auto, seen).unwrap();
        assert_eq!(chosen.graphics, None);
        assert!(chosen.device().is_ok());
    }
    assert!(probe(Path::new("/nowhere/at/all"), &[]).is_err());
}

#[test]
fn the_program_prints_a_list_that_the_probe_reads() {
    let program = Path::new(env!("CARGO_BIN_EXE_whence-inference"));
    let seen = probe(program, &["probe-device"]).unwrap();
    assert!(cfg!(feature = "gpu") || seen.is_empty());
}

#[test]
fn names_are_parsed() {
    for (name, choice) in
        [("auto", DeviceChoice::Auto), ("cpu", DeviceChoice::Cpu), ("gpu", DeviceChoice::Gpu)]
    {
        assert_eq!(name.parse::<DeviceChoice>().unwrap(), choice);
    }
    assert!("tpu".parse::<DeviceChoice>().is_err());
    assert_eq!(Chosen::cpu().to_string(), "cpu (asked for)");
}
