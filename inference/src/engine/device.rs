//! Which device serves: a real GPU when there is one, the CPU otherwise.
//!
//! A broken graphics driver can kill the process that touches it, so adapters are looked at in
//! a child process. A child that crashes, hangs or prints nonsense means that there is no GPU.

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::str::FromStr;
use std::time::Duration;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// How long the child may look for adapters.
const PROBE_TIMEOUT: Duration = Duration::from_secs(20);
/// How often we ask whether the child is done.
const PROBE_POLL: Duration = Duration::from_millis(20);

/// What the operator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DeviceChoice {
    /// A real GPU if there is one.
    #[default]
    Auto,
    /// The CPU.
    Cpu,
    /// A GPU or nothing; this alone accepts an adapter made in software.
    Gpu,
}

impl FromStr for DeviceChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self> {
        match name {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            other => Err(Error::Device(format!("{other:?} is not auto, cpu or gpu"))),
        }
    }
}

/// What kind of thing an adapter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AdapterKind {
    /// A card of its own.
    Discrete,
    /// Part of the processor.
    Integrated,
    /// A real one behind a virtual machine.
    Virtual,
    /// Made in software: slower than our CPU path.
    Software,
    /// The driver does not say.
    Unknown,
}

/// One graphics adapter that the child saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphicsAdapter {
    /// What its driver calls it.
    pub name: String,
    /// What it is.
    pub kind: AdapterKind,
    /// Its place among adapters of its kind.
    pub index: usize,
}

/// A device that was decided on, with the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The GPU, or none for the CPU.
    pub graphics: Option<GraphicsAdapter>,
    /// Why, in words.
    pub reason: String,
}

impl fmt::Display for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.graphics {
            Some(adapter) => write!(f, "gpu {} ({})", adapter.name, self.reason),
            None => write!(f, "cpu ({})", self.reason),
        }
    }
}

impl Chosen {
    /// The CPU, without looking further.
    pub fn cpu() -> Self {
        Self { graphics: None, reason: "asked for".into() }
    }

    /// Opens the device.
    pub fn device(&self) -> Result<Device> {
        match &self.graphics {
            None => Ok(Device::flex()),
            Some(adapter) => graphics_device(adapter),
        }
    }
}

/// Decides; `program` is this sidecar's binary, which is run again as the child that looks.
pub fn choose(choice: DeviceChoice, program: &Path) -> Result<Chosen> {
    if choice == DeviceChoice::Cpu {
        return Ok(Chosen::cpu());
    }
    if !cfg!(feature = "gpu") {
        return decide(choice, Err("built without the gpu feature".into()));
    }
    decide(choice, probe(program, &["probe-device"]))
}

/// The rule, apart from the looking.
pub fn decide(
    choice: DeviceChoice,
    seen: std::result::Result<Vec<GraphicsAdapter>, String>,
) -> Result<Chosen> {
    let on_cpu = |reason: String| match choice {
        DeviceChoice::Gpu => Err(Error::Device(format!("no gpu: {reason}"))),
        DeviceChoice::Auto | DeviceChoice::Cpu => Ok(Chosen { graphics: None, reason }),
    };
    let mut adapters = match (choice, seen) {
        (DeviceChoice::Cpu, _) => return Ok(Chosen::cpu()),
        (_, Err(reason)) => return on_cpu(reason),
        (_, Ok(adapters)) => adapters,
    };
    let order = |adapter: &GraphicsAdapter| match adapter.kind {
        AdapterKind::Discrete => 0,
        AdapterKind::Integrated => 1,
        AdapterKind::Virtual => 2,
        AdapterKind::Unknown => 3,
        AdapterKind::Software => 4,
    };
    adapters.sort_by_key(order);
    let software = |adapter: &GraphicsAdapter| {
        matches!(adapter.kind, AdapterKind::Software | AdapterKind::Unknown)
    };
    match adapters.into_iter().next() {
        None => on_cpu("no graphics adapter".into()),
        Some(adapter) if software(&adapter) && choice != DeviceChoice::Gpu => {
            on_cpu(format!("{} is not a real gpu", adapter.name))
        }
        Some(adapter) => {
            Ok(Chosen { graphics: Some(adapter), reason: "found by the probe".into() })
        }
    }
}

/// Runs a child that prints the adapters as JSON, and never fails because of what it does.
pub fn probe(
    program: &Path,
    arguments: &[&str],
) -> std::result::Result<Vec<GraphicsAdapter>, String> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|why| format!("the probe did not start: {why}"))?;
    let polls = PROBE_TIMEOUT.as_millis() / PROBE_POLL.as_millis();
    for _ in 0..polls {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(PROBE_POLL),
            Ok(Some(status)) if status.success() => {
                let output = child.wait_with_output().map_err(|why| why.to_string())?;
                return serde_json::from_slice(&output.stdout)
                    .map_err(|_| "the probe printed no list of adapters".to_owned());
            }
            Ok(Some(status)) => return Err(format!("the probe died: {status}")),
            Err(why) => return Err(format!("the probe was lost: {why}")),
        }
    }
    let _killed = child.kill();
    let _reaped = child.wait();
    Err(format!("the probe took longer than {} s", PROBE_TIMEOUT.as_secs()))
}

#[cfg(not(feature = "gpu"))]
fn graphics_device(adapter: &GraphicsAdapter) -> Result<Device> {
    Err(Error::Device(format!("{}: built without the gpu feature", adapter.name)))
}

#[cfg(feature = "gpu")]
fn graphics_device(adapter: &GraphicsAdapter) -> Result<Device> {
    use burn::tensor::DeviceKind;
    let kind = match adapter.kind {
        AdapterKind::Discrete => DeviceKind::DiscreteGpu(adapter.index),
        AdapterKind::Integrated => DeviceKind::IntegratedGpu(adapter.index),
        AdapterKind::Virtual => DeviceKind::VirtualGpu(adapter.index),
        AdapterKind::Software => DeviceKind::Cpu,
        AdapterKind::Unknown => DeviceKind::DefaultDevice,
    };
    Ok(Device::vulkan(kind))
}

/// The adapters this process can see; call it only in the child.
#[cfg(not(feature = "gpu"))]
pub fn look() -> Vec<GraphicsAdapter> {
    Vec::new()
}

/// The adapters this process can see; call it only in the child.
#[cfg(feature = "gpu")]
pub fn look() -> Vec<GraphicsAdapter> {
    super::look::adapters()
}

/// Names the arithmetic that makes numbers on this machine's CPU: equal ids, equal bits.
pub fn kernel() -> String {
    #[cfg(target_arch = "x86_64")]
    let width = match () {
        () if std::arch::is_x86_feature_detected!("avx512f") => "avx512",
        () if std::arch::is_x86_feature_detected!("fma") => "avx2-fma",
        () => "scalar",
    };
    #[cfg(not(target_arch = "x86_64"))]
    let width = std::env::consts::ARCH;
    format!("burn-flex-0.22.1/gemm-0.19/{width}")
}
