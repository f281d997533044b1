//! The file as a whole: header, metadata, and where each tensor lies.

use std::collections::BTreeMap;
use std::path::Path;

use super::cursor::Cursor;
use super::dequant::{Kind, dequantise};
use super::value::Value;
use crate::error::{Error, Result};

/// Tensors have at most this many dimensions in the format.
const DIMENSIONS_MAX: usize = 4;
/// Alignments above this are refused; files use 32.
const ALIGNMENT_MAX: u64 = 1 << 16;
/// Smallest metadata entry: a name's length, a kind, one byte.
const METADATA_BYTES_MIN: usize = 13;
/// Smallest tensor entry: a name's length, dimension count, kind, offset.
const TENSOR_BYTES_MIN: usize = 24;
/// A file beyond this is refused before it is read into memory.
const FILE_BYTES_MAX: u64 = 16 << 30;

/// Where one tensor lies and how it is packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Dimensions, fastest-moving first, as the file has them.
    pub dimensions: Vec<usize>,
    /// How its numbers are packed.
    pub kind: Kind,
    start: usize,
    end: usize,
    elements: usize,
}

/// A parsed file that still holds its bytes.
#[derive(Debug)]
pub struct Gguf {
    /// Format version, 2 or 3.
    pub version: u32,
    metadata: BTreeMap<String, Value>,
    tensors: BTreeMap<String, TensorInfo>,
    bytes: Vec<u8>,
}

impl Gguf {
    /// Reads and checks a file.
    pub fn open(path: &Path) -> Result<Self> {
        let size = std::fs::metadata(path).map_err(|why| Error::io(path, why))?.len();
        if size > FILE_BYTES_MAX {
            return Err(Error::Gguf(format!(
                "{size} bytes are too many: at most {FILE_BYTES_MAX}"
            )));
        }
        Self::parse(std::fs::read(path).map_err(|why| Error::io(path, why))?)
    }

    /// Checks the bytes of a file.
    pub fn parse(bytes: Vec<u8>) -> Result<Self> {
        let mut cursor = Cursor::new(&bytes);
        if cursor.array::<4>()? != *b"GGUF" {
            return Err(Error::Gguf("the file does not start with GGUF".into()));
        }
        let version = cursor.u32()?;
        if !(2..=3).contains(&version) {
            return Err(Error::Gguf(format!("version {version} is not supported: 2 or 3")));
        }
        let tensor_count = cursor.count(TENSOR_BYTES_MIN)?;
        let metadata_count = cursor.count(METADATA_BYTES_MIN)?;
        let metadata = read_metadata(&mut cursor, metadata_count)?;
        let entries = read_entries(&mut cursor, tensor_count)?;
        let data_start = data_start(cursor.position(), &metadata)?;
        let tensors = place_tensors(entries, data_start, bytes.len())?;
        Ok(Self { version, metadata, tensors, bytes })
    }

    /// All metadata by name.
    pub fn metadata(&self) -> &BTreeMap<String, Value> {
        &self.metadata
    }

    /// All tensors by name.
    pub fn tensors(&self) -> &BTreeMap<String, TensorInfo> {
        &self.tensors
    }

    /// The file's bytes, for its digest.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// A metadata entry that must be there.
    pub fn require(&self, name: &str) -> Result<&Value> {
        self.metadata.get(name).ok_or_else(|| Error::Gguf(format!("metadata {name} is missing")))
    }

    /// A metadata entry that must be a count below 2^31.
    pub fn require_count(&self, name: &str) -> Result<usize> {
        let value = self.require(name)?.unsigned().filter(|value| *value < 1 << 31);
        value.map(|value| value as usize).ok_or_else(|| {
            Error::Gguf(format!("metadata {name} is not an unsigned integer below 2^31"))
        })
    }

    /// A tensor's numbers as f32; its dimensions (slowest first) must be `shape`.
    pub fn tensor(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let missing = || Error::Gguf(format!("tensor {name} is missing"));
        let info = self.tensors.get(name).ok_or_else(missing)?;
        if !info.dimensions.iter().rev().eq(shape.iter()) {
            return Err(Error::Gguf(format!(
                "tensor {name} has dimensions {:?}: expected {shape:?} reversed",
                info.dimensions
            )));
        }
        dequantise(info.kind, &self.bytes[info.start..info.end], info.elements)
    }
}

fn read_metadata(cursor: &mut Cursor<'_>, count: usize) -> Result<BTreeMap<String, Value>> {
    let mut metadata = BTreeMap::new();
    for _ in 0..count {
        let name = cursor.string()?;
        let value = Value::read(cursor)?;
        if metadata.insert(name.clone(), value).is_some() {
            return Err(Error::Gguf(format!("metadata {name} is there twice")));
        }
    }
    Ok(metadata)
}

struct Entry {
    name: String,
    dimensions: Vec<usize>,
    kind: Kind,
    offset: u64,
}

fn read_entries(cursor: &mut Cursor<'_>, count: usize) -> Result<Vec<Entry>> {
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count {
        let name = cursor.string()?;
        let rank = cursor.u32()? as usize;
        if rank == 0 || rank > DIMENSIONS_MAX {
            return Err(Error::Gguf(format!(
                "tensor {name} has {rank} dimensions: 1 to {DIMENSIONS_MAX}"
            )));
        }
        let mut dimensions = Vec::with_capacity(rank);
        for _ in 0..rank {
            let size = usize::try_from(cursor.u64()?).ok().filter(|size| *size > 0);
            dimensions.push(
                size.ok_or_else(|| Error::Gguf(format!("tensor {name} has an empty dimension")))?,
            );
        }
        let kind = Kind::from_number(cursor.u32()?)
            .map_err(|why| Error::Gguf(format!("tensor {name}: {why}")))?;
        entries.push(Entry { name, dimensions, kind, offset: cursor.u64()? });
    }
    Ok(entries)
}

fn data_start(header_end: usize, metadata: &BTreeMap<String, Value>) -> Result<usize> {
    let alignment = match metadata.get("general.alignment") {
        None => 32,
        Some(value) => value
            .unsigned()
            .filter(|value| value.is_power_of_two() && *value <= ALIGNMENT_MAX)
            .ok_or_else(|| {
                Error::Gguf(format!("alignment is not a power of two up to {ALIGNMENT_MAX}"))
            })?,
    };
    Ok(header_end.next_multiple_of(alignment as usize))
}

fn place_tensors(
    entries: Vec<Entry>,
    data_start: usize,
    file_size: usize,
) -> Result<BTreeMap<String, TensorInfo>> {
    let mut tensors = BTreeMap::new();
    for entry in entries {
        let Entry { name, dimensions, kind, offset } = entry;
        let wrong = |why: &str| Error::Gguf(format!("tensor {name}: {why}"));
        let elements = dimensions
            .iter()
            .try_fold(1usize, |product, size| product.checked_mul(*size))
            .ok_or_else(|| wrong("its dimensions overflow"))?;
        if dimensions[0] % kind.block_elements() != 0 {
            return Err(wrong("a row is not a whole number of blocks"));
        }
        let size = (elements / kind.block_elements())
            .checked_mul(kind.block_bytes())
            .ok_or_else(|| wrong("its size overflows"))?;
        let start = usize::try_from(offset).ok().and_then(|offset| data_start.checked_add(offset));
        let end = start.and_then(|start| start.checked_add(size));
        let (Some(start), Some(end)) = (start, end.filter(|end| *end <= file_size)) else {
            return Err(wrong("it lies outside the file"));
        };
        let info = TensorInfo { dimensions, kind, start, end, elements };
        if tensors.insert(name.clone(), info).is_some() {
            return Err(wrong("it is there twice"));
        }
    }
    Ok(tensors)
}
