//! Changes of every field, in their bytes: one more and less, every bit, zeros, ones, another's;
//! and of lists: an element dropped, doubled, swapped, added.

use std::ops::Range;

use anyhow::{Context, Result};
use rand_chacha::ChaCha8Rng;
use whence_canon::index::{Header, Leaf};
use whence_canon::measure::{Listed, Measure, excess, left_of_billion, measure_digest};
use whence_canon::receipt::{AnswerReceipt, IndexReceipt, TrainReceipt};
use whence_canon::score::Vector;

use super::world::Published;
use crate::random;

/// One change and what is published then; nothing where it cannot be read at all.
pub(super) struct Change {
    pub(super) object: &'static str,
    pub(super) field: String,
    pub(super) mode: &'static str,
    pub(super) result: Option<Published>,
}

/// Bits that are flipped of a field that has more.
const FLIPS_MAX: usize = 256;
/// Leaves, and listed rows, that are changed.
const DRAWN: usize = 3;

/// Every change of everything that is published of an answer; `other` is another honest answer.
pub(super) fn all(
    honest: &Published,
    other: &Published,
    stream: &mut ChaCha8Rng,
) -> Result<Vec<Change>> {
    let mut changes = Vec::new();
    receipts(honest, other, stream, &mut changes);
    headers(honest, stream, &mut changes)?;
    leaves(honest, stream, &mut changes)?;
    leaf_lists(honest, stream, &mut changes)?;
    measures(honest, other, stream, &mut changes)?;
    Ok(changes)
}

type Named = (String, Range<usize>);
/// A change of a list, with its name.
type Way<'a, T> = (&'static str, &'a dyn Fn(&mut Vec<T>));

/// Fields that follow each other.
fn fields(widths: &[(&str, usize)]) -> Vec<Named> {
    let mut start = 0;
    let place = |(name, width): &(&str, usize)| {
        let range = start..start + width;
        start = range.end;
        ((*name).to_owned(), range)
    };
    widths.iter().map(place).collect()
}

/// A field's changes: the whole object's bytes with it changed.
fn ways(bytes: &[u8], at: &Range<usize>, other: &[u8], stream: &mut ChaCha8Rng) -> Vec<Vec<u8>> {
    let with = |field: Vec<u8>| [&bytes[..at.start], &field, &bytes[at.end..]].concat();
    let field = &bytes[at.clone()];
    let mut changed = vec![added(field, 1), added(field, 255)];
    changed.extend([vec![0; field.len()], vec![255; field.len()]]);
    changed.extend(other.get(at.clone()).map(<[u8]>::to_vec));
    let bits = field.len() * 8;
    let flipped = match bits <= FLIPS_MAX {
        true => (0..bits).collect(),
        false => random::subset(stream, bits, FLIPS_MAX),
    };
    for bit in flipped {
        let mut field = field.to_vec();
        field[bit / 8] ^= 1 << (bit % 8);
        changed.push(field);
    }
    changed.into_iter().filter(|new| new != field).map(with).collect()
}

/// A big-endian number plus one, or (adding 255 everywhere) minus one.
fn added(field: &[u8], number: u8) -> Vec<u8> {
    let (mut out, mut carry) = (field.to_vec(), number == 1);
    for byte in out.iter_mut().rev() {
        let (sum, over) = byte.overflowing_add(if number == 1 { u8::from(carry) } else { 255 });
        let (sum, again) = match number {
            1 => (sum, false),
            _ => sum.overflowing_add(u8::from(carry)),
        };
        (*byte, carry) = (sum, over || again);
    }
    out
}

fn receipts(honest: &Published, other: &Published, stream: &mut ChaCha8Rng, out: &mut Vec<Change>) {
    const TRAIN: [&str; 7] =
        ["base", "datanet root", "recipe", "order seed", "checkpoints", "adapter", "evaluation"];
    let train = TRAIN.map(|name| (name, 32));
    let index = [("training", 32), ("adapter", 32), ("preconditioner", 32), ("damping", 8)];
    let index = [&index[..], &[("bits", 1), ("rows", 8), ("row root", 32)]].concat();
    let index = [&index[..], &[("span root", 32), ("retrieval root", 32)]].concat();
    let answer = [("index", 32), ("adapter", 32), ("question", 32), ("output", 32)];
    let answer = [&answer[..], &[("sampler seed", 8), ("activations", 32)]].concat();
    let answer = [&answer[..], &[("query vector", 32), ("measure", 32)]].concat();
    let objects = [
        ("train", fields(&train), honest.train.bytes(), other.train.bytes()),
        ("index", fields(&index), honest.index.bytes(), other.index.bytes()),
        ("answer", fields(&answer), honest.answer.bytes(), other.answer.bytes()),
    ];
    for (kind, fields, bytes, other) in objects {
        // The field that follows is another's of the same kind: two fields swapped half.
        let turned = [&other[32..], &other[..32]].concat();
        for (field, at) in fields {
            let mut changed = ways(&bytes, &at, &other, stream);
            changed.extend(ways(&bytes, &at, &turned, stream).into_iter().skip(4).take(1));
            changed.extend([bytes[..bytes.len() - 1].to_vec(), [&bytes[..], &[0]].concat()]);
            for changed in changed {
                for mode in ["alone", "forged"] {
                    let result = receipt(honest, kind, &changed, mode == "forged");
                    let field = format!("{kind}.{field}");
                    out.push(Change { object: "receipt", field, mode, result });
                }
            }
        }
    }
}

/// Publishes another receipt; a forger makes every later digest anew.
fn receipt(honest: &Published, kind: &str, bytes: &[u8], forged: bool) -> Option<Published> {
    let mut published = honest.clone();
    match kind {
        "train" => published.train = TrainReceipt::parse(bytes).ok()?,
        "index" => published.index = IndexReceipt::parse(bytes).ok()?,
        _ => published.answer = AnswerReceipt::parse(bytes).ok()?,
    }
    if forged && kind == "train" {
        published.index.training = published.train.digest();
    }
    if forged && kind != "answer" {
        published.answer.index = published.index.digest();
    }
    if forged {
        published.recorded = published.answer.digest();
    }
    Some(published)
}

fn headers(honest: &Published, stream: &mut ChaCha8Rng, out: &mut Vec<Change>) -> Result<()> {
    let header = Header::parse(&honest.header)?;
    let widths = 4 * header.settings.shape.widths().len();
    let before = [("method length", 2), ("method", header.settings.method.len()), ("base", 32)];
    let between = [("adapter", 32), ("preconditioner", 32), ("damping", 8), ("checkpoints", 2)];
    let shape = [("bits", 1), ("blocks", 4), ("widths", widths), ("rows", 8)];
    let after = [("threshold", 8), ("whole", 8), ("largest self-influence", 8)];
    for (field, at) in fields(&[&before[..], &between, &shape, &after].concat()) {
        for changed in ways(&honest.header, &at, &[], stream) {
            for mode in ["alone", "forged"] {
                let mut published = honest.clone();
                published.header.clone_from(&changed);
                let result = Some(reindexed(published, mode == "forged")?);
                out.push(Change { object: "header", field: field.clone(), mode, result });
            }
        }
    }
    Ok(())
}

fn leaves(honest: &Published, stream: &mut ChaCha8Rng, out: &mut Vec<Change>) -> Result<()> {
    let header = Header::parse(&honest.header)?;
    let scales = 4 * header.settings.shape.widths().len();
    let numbers = header.settings.shape.bytes() - scales;
    let fixed = [("row", 8), ("row hash", 32), ("cluster", 8), ("self-influence", 8), ("norm", 8)];
    let vector = [("scales", scales), ("numbers", numbers)];
    let fields = fields(&[&fixed[..], &vector].concat());
    for _ in 0..DRAWN {
        let place = random::below(stream, honest.leaves.len());
        let another = &honest.leaves[(place + 1) % honest.leaves.len()];
        for (field, at) in &fields {
            for changed in ways(&honest.leaves[place], at, another, stream) {
                for mode in ["alone", "forged"] {
                    let mut published = honest.clone();
                    published.leaves[place].clone_from(&changed);
                    let result = Some(reindexed(published, mode == "forged")?);
                    out.push(Change { object: "leaf", field: field.clone(), mode, result });
                }
            }
        }
    }
    Ok(())
}

fn leaf_lists(honest: &Published, stream: &mut ChaCha8Rng, out: &mut Vec<Change>) -> Result<()> {
    for _ in 0..10 * DRAWN {
        let count = honest.leaves.len();
        let (at, to) = (random::below(stream, count), random::below(stream, count));
        let ways: [Way<'_, Vec<u8>>; 5] = [
            ("dropped", &|leaves| leaves.truncate(count - 1)),
            ("dropped within", &|leaves| drop(leaves.remove(at))),
            ("doubled", &|leaves| leaves.insert(at, leaves[at].clone())),
            ("swapped", &|leaves| leaves.swap(at, to)),
            ("copied as new", &|leaves| leaves.push(copied(leaves, at))),
        ];
        for (field, change) in ways {
            let mut published = honest.clone();
            change(&mut published.leaves);
            if published.leaves == honest.leaves {
                continue;
            }
            for mode in ["alone", "forged"] {
                let result = Some(reindexed(published.clone(), mode == "forged")?);
                out.push(Change { object: "index", field: field.to_owned(), mode, result });
            }
        }
    }
    Ok(())
}

/// A row's leaf again under a new id of its own cluster, as a copycat would have it.
fn copied(leaves: &[Vec<u8>], at: usize) -> Vec<u8> {
    let mut leaf = leaves[at].clone();
    let id = [255, 255, 255, 255, 255, 255, 255, at as u8];
    leaf[..8].copy_from_slice(&id);
    leaf[40..48].copy_from_slice(&id);
    leaf
}

/// A forger's index has its own root and number of rows, and an answer that follows from it.
fn reindexed(mut published: Published, forged: bool) -> Result<Published> {
    // What is shown comes with the paths that its own tree has.
    published.tree = Published::tree_of(&published.header, &published.leaves);
    if !forged {
        return Ok(published);
    }
    if let Ok(mut header) = Header::parse(&published.header) {
        let rows = published.leaves.len() as u64;
        // Dropped or added rows are counted, unless the count itself is what is changed.
        if header.rows == published.index.rows && header.rows != rows {
            header.rows = rows;
            published.header = header.bytes();
            published.index.rows = rows;
        }
        published.tree = Published::tree_of(&published.header, &published.leaves);
        if let Some(measure) = measured(&header, &published) {
            published.answer.measure = measure.digest();
            published.measure = measure.bytes();
        }
    }
    published.index.row_root = published.tree.root().context("a tree has a root")?;
    published.answer.index = published.index.digest();
    published.recorded = published.answer.digest();
    Ok(published)
}

/// The measure that the published leaves give, where they can be read.
fn measured(header: &Header, published: &Published) -> Option<Measure> {
    let shape = header.settings.shape.of_query().ok()?;
    let query = Vector::parse(&shape, &published.query).ok()?;
    let weigh = |bytes: &Vec<u8>| {
        let leaf = Leaf::parse(&header.settings.shape, bytes).ok()?;
        let listed = Listed::of(&leaf, &query).ok()?;
        Some((listed, excess(listed.pay, leaf.self_influence, &header.calibration)))
    };
    let rows = published.leaves.iter().map(weigh).collect::<Option<Vec<_>>>()?;
    Measure::of(&rows, &header.calibration).ok()
}

fn measures(
    honest: &Published,
    other: &Published,
    stream: &mut ChaCha8Rng,
    out: &mut Vec<Change>,
) -> Result<()> {
    let measure = Measure::parse(&honest.measure)?;
    let (buckets, listed) = (measure.buckets.len(), measure.listed.len());
    let mut named = fields(&[("buckets", 4), ("bucket sums", 16 * buckets), ("listed", 4)]);
    let start = 8 + 16 * buckets;
    for _ in 0..DRAWN {
        let at = start + 32 * random::below(stream, listed);
        let row = fields(&[("row", 8), ("cluster", 8), ("score", 8), ("pay", 8)]);
        named.extend(row.into_iter().map(|(name, r)| (name, at + r.start..at + r.end)));
    }
    let rest = start + 32 * listed;
    named.push(("unattributed".to_owned(), rest..rest + 4));
    for (field, at) in named {
        for changed in ways(&honest.measure, &at, &other.measure, stream) {
            remeasured(honest, &field, &changed, out)?;
        }
    }
    for _ in 0..10 * DRAWN {
        for (field, changed) in lists(&measure, stream) {
            remeasured(honest, field, &changed.bytes(), out)?;
        }
    }
    Ok(())
}

/// A measure's list with a row dropped, doubled, swapped, invented, or two scores exchanged.
fn lists(measure: &Measure, stream: &mut ChaCha8Rng) -> Vec<(&'static str, Measure)> {
    let count = measure.listed.len();
    let (at, to) = (random::below(stream, count), random::below(stream, count));
    let ways: [Way<'_, Listed>; 5] = [
        ("list: dropped", &|listed| listed.truncate(at)),
        ("list: dropped one", &|listed| drop(listed.splice(at..=at, []))),
        ("list: doubled", &|listed| listed.insert(at, listed[at])),
        ("list: swapped", &|listed| listed.swap(at, to)),
        ("list: invented", &|listed| listed.push(Listed { row: u64::MAX, ..listed[at] })),
    ];
    let mut changed: Vec<(&str, Measure)> = ways
        .map(|(field, change)| {
            let mut changed = measure.clone();
            change(&mut changed.listed);
            (field, changed)
        })
        .into();
    let mut exchanged = measure.clone();
    let (x, y) = (measure.listed[at], measure.listed[to]);
    exchanged.listed[at] = Listed { row: x.row, cluster: x.cluster, ..y };
    exchanged.listed[to] = Listed { row: y.row, cluster: y.cluster, ..x };
    changed.push(("list: exchanged", exchanged));
    changed.retain(|(_, changed)| changed != measure);
    changed
}

fn remeasured(
    honest: &Published,
    field: &str,
    changed: &[u8],
    out: &mut Vec<Change>,
) -> Result<()> {
    let header = Header::parse(&honest.header)?;
    let mut push = |mode, bytes: Vec<u8>, forged: bool| {
        let mut published = honest.clone();
        published.measure = bytes;
        if forged {
            published.answer.measure = measure_digest(&published.measure);
            published.recorded = published.answer.digest();
        }
        let (object, field, result) = ("measure", field.to_owned(), Some(published));
        out.push(Change { object, field, mode, result });
    };
    push("alone", changed.to_vec(), false);
    push("forged", changed.to_vec(), true);
    // A cleverer liar makes the rest of the measure fit what was changed.
    if let Ok(mut fitted) = Measure::parse(changed) {
        fitted.listed.sort_by_key(|listed| listed.row);
        fitted.listed.dedup_by_key(|listed| listed.row);
        fitted.unattributed_ppb = left_of_billion(&fitted.shares(&header.calibration));
        let bytes = fitted.bytes();
        if bytes != honest.measure {
            push("to fit", bytes, true);
        }
    }
    Ok(())
}
