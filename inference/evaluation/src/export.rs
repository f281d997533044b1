//! What was measured, as NumPy's files: programs of others read it and answer the same question.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use rayon::prelude::*;
use serde_json::Value;
use whence_influence::objective::Objective;

/// Numbers of an array, row by row.
#[derive(Debug, Clone, Copy)]
pub enum Values<'a> {
    /// `<f4`.
    Single(&'a [f32]),
    /// `|u1`.
    Bytes(&'a [u8]),
    /// `<u4`.
    Words(&'a [u32]),
}

impl Values<'_> {
    fn kind(&self) -> (&'static str, usize, Vec<u8>) {
        match self {
            Self::Single(all) => {
                ("<f4", all.len(), all.iter().flat_map(|x| x.to_le_bytes()).collect())
            }
            Self::Bytes(all) => ("|u1", all.len(), all.to_vec()),
            Self::Words(all) => {
                ("<u4", all.len(), all.iter().flat_map(|x| x.to_le_bytes()).collect())
            }
        }
    }
}

/// One setting and seed of a comparison with retraining. `peers/README.md` lists its files.
#[allow(missing_debug_implementations, reason = "borrowed from a measure that goes on")]
pub struct Comparison<'a> {
    /// The model at its trained parameters; rows that were trained on come first.
    pub objective: &'a dyn Objective,
    /// The trained parameters.
    pub theta: &'a [f32],
    /// Rows that were trained on.
    pub trained: usize,
    /// The queries' numbers.
    pub queries: &'a [usize],
    /// For each retrained model, how much each trained row counted: 0 or 1.
    pub subsets: &'a [Vec<f32>],
    /// For each retrained model, each query's loss.
    pub losses: &'a [Vec<f32>],
    /// Our scores by method: for each query, each trained row's; larger means that the row helped.
    pub scores: &'a [(&'a str, &'a [Vec<f32>])],
}

/// A folder of arrays.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder, made where it is missing.
    pub fn new(path: &Path) -> Result<Self> {
        std::fs::create_dir_all(path.join("scores")).context("the folder of an export")?;
        Ok(Self { path: path.to_owned() })
    }

    /// Writes `<name>.npy`.
    pub fn array(&self, name: &str, shape: &[usize], values: Values<'_>) -> Result<()> {
        let bytes = array(shape, values).with_context(|| format!("array {name}"))?;
        std::fs::write(self.path.join(name).with_extension("npy"), bytes).context("an array")
    }

    /// Writes `<name>.json`.
    pub fn json(&self, name: &str, value: &Value) -> Result<()> {
        let text = serde_json::to_string_pretty(value)? + "\n";
        std::fs::write(self.path.join(name).with_extension("json"), text).context("an export")
    }

    /// Writes what peers need of a comparison, with the settings that our methods ran with.
    pub fn comparison(&self, comparison: &Comparison<'_>, settings: &Value) -> Result<()> {
        let Comparison { objective, theta, trained, queries, .. } = *comparison;
        let layout = serde_json::to_value(objective.layout())?;
        let about = serde_json::json!({
            "layout": layout, "trained": trained, "queries": queries, "settings": settings,
        });
        self.json("about", &about)?;
        self.array("parameters", &[theta.len()], Values::Single(theta))?;
        let rows: Vec<usize> = (0..trained).chain(queries.iter().copied()).collect();
        let gradients = rows.par_iter().map(|row| {
            let mut gradient = vec![0.0; theta.len()];
            objective.gradient(theta, *row, 1.0, &mut gradient);
            gradient
        });
        self.matrix("gradients", &gradients.collect::<Vec<_>>())?;
        self.matrix("subsets", comparison.subsets)?;
        self.matrix("losses", comparison.losses)?;
        comparison
            .scores
            .iter()
            .try_for_each(|(method, scores)| self.matrix(&format!("scores/{method}"), scores))
    }

    fn matrix(&self, name: &str, rows: &[Vec<f32>]) -> Result<()> {
        let width = rows.first().map_or(0, Vec::len);
        self.array(name, &[rows.len(), width], Values::Single(&rows.concat()))
    }
}

/// The bytes of a `.npy` file, version 1.0 (NumPy Enhancement Proposal 1).
fn array(shape: &[usize], values: Values<'_>) -> Result<Vec<u8>> {
    let (kind, count, numbers) = values.kind();
    ensure!(shape.iter().product::<usize>() == count, "{count} numbers for the shape {shape:?}");
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    // A tuple of one keeps its comma, longer ones lose the last, as NumPy writes them.
    let sizes = match shape.len() {
        1 => sizes.trim_end().to_owned(),
        _ => sizes.trim_end_matches(", ").to_owned(),
    };
    let mut header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({sizes}), }}");
    // Magic, version and length take 10 bytes; the numbers begin at a multiple of 64, after a
    // newline.
    let end = (10 + header.len() + 1).next_multiple_of(64);
    header.push_str(&" ".repeat(end - 10 - header.len() - 1));
    header.push('\n');
    let length = u16::try_from(header.len()).context("a header of 64 KiB")?;
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(&numbers);
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.save` of NumPy 2.4.6 wrote these headers; it pads them to 64 bytes less 10, or 128.
    #[test]
    fn arrays_are_what_numpy_writes() {
        let bytes = array(&[2, 3], Values::Single(&[0.0, 0.25, 0.5, 0.75, 1.0, 1.25])).unwrap();
        let head =
            b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }";
        assert_eq!((&bytes[..head.len()], bytes.len(), bytes[127]), (&head[..], 128 + 24, b'\n'));
        let tail =
            b"\x00\x00\x00\x00\x00\x00\x80>\x00\x00\x00?\x00\x00@?\x00\x00\x80?\x00\x00\xa0?";
        assert_eq!(&bytes[128..], tail);
        let bytes = array(&[3], Values::Bytes(&[1, 0, 1])).unwrap();
        let head =
            b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }";
        assert_eq!((&bytes[..head.len()], &bytes[128..]), (&head[..], &[1, 0, 1][..]));
        assert!(array(&[2, 2], Values::Words(&[1, 2, 3])).is_err());
    }
}
