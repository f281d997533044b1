//! The integer index: the same numbers as exact fractions give, whoever computes and in how many
//! threads; files that are not whole are refused.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    missing_docs,
    reason = "tests"
)]

use proptest::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};
use whence_canon::index::Settings;
use whence_canon::merkle;
use whence_canon::score::{Bits, Shape, Vector};
use whence_influence::integers::file::unfinished;
use whence_influence::integers::preconditioner::{Basis, Preconditioner};
use whence_influence::integers::tree::{Edges, Tree};
use whence_influence::integers::{Index, Row, Writer, calibrate, quantise, quantise_query};

const WIDTHS: [u32; 4] = [3, 5, 8, 16];
const ROWS: usize = 150;
const UNIT: f64 = 4_294_967_296.0;

/// A closed form that make_integers.py has too; exact in `f32`.
fn blocks(row: usize) -> Vec<Vec<f32>> {
    let number = |block: usize, at: usize| {
        let mixed = row * 7919 + block * 104_729 + at * 1_299_709 + row * at * 31;
        ((mixed % 2003) as i64 - 1001) as f32 * (1 + row % 7) as f32 / 65536.0
    };
    let block = |(block, width): (usize, &u32)| {
        (0..*width as usize).map(|at| number(block, at)).collect::<Vec<f32>>()
    };
    WIDTHS.iter().enumerate().map(block).collect()
}

fn settings(bits: Bits) -> Settings {
    Settings {
        method: "fixture/1".into(),
        base: [1; 32],
        adapter: [2; 32],
        preconditioner: [3; 32],
        damping_ppb: 1_000_000_000,
        checkpoints: 2,
        shape: Shape::new(WIDTHS.to_vec(), bits).unwrap(),
    }
}

fn append(writer: &mut Writer<Vec<u8>>, rows: std::ops::Range<usize>) {
    let vectors: Vec<_> = rows.clone().map(blocks).collect();
    let row = |(at, blocks)| Row {
        id: 10 * at as u64,
        hash: [at as u8; 32],
        cluster: 10 * (at - usize::from(at % 3 == 2)) as u64,
        self_influence: if at % 10 == 0 { 0.25 } else { 0.0 },
        blocks,
    };
    let rows: Vec<Row<'_>> = rows.zip(vectors.iter().map(Vec::as_slice)).map(row).collect();
    writer.append(&rows).unwrap();
}

fn written(bits: Bits, rows: usize) -> Vec<u8> {
    let mut writer = Writer::create(settings(bits), Vec::new()).unwrap();
    append(&mut writer, 0..rows);
    let (settings, leaves) = unfinished(writer.sink()).unwrap();
    let calibration = calibrate(&settings, leaves).unwrap();
    writer.finish(calibration).unwrap().0
}

fn fixtures() -> Vec<(Bits, Value)> {
    let text = include_str!("../fixtures/integers.json");
    let cases: Vec<Value> = serde_json::from_str(text).unwrap();
    let bits = |case: &Value| Bits::parse(case["bits"].as_u64().unwrap() as u8).unwrap();
    cases.into_iter().map(|case| (bits(&case), case)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[test]
fn every_number_is_that_of_exact_fractions() {
    for (bits, case) in fixtures() {
        let bytes = written(bits, ROWS);
        let index = Index::parse(&bytes).unwrap();
        let calibration = index.header().calibration;
        assert_eq!(case["threshold"], calibration.threshold);
        assert_eq!(case["whole"], calibration.whole);
        assert_eq!(case["gate"], calibration.self_influence_max);
        assert_eq!(case["root"], hex(&index.root()));
        assert_eq!(case["file_sha256"], hex(&Sha256::digest(&bytes)));
        let asked: Vec<Vec<f32>> =
            blocks(1000).iter().map(|block| block.iter().map(|x| 12.0 * x).collect()).collect();
        let shape = index.query_shape().unwrap();
        let query = quantise(&shape, &asked).unwrap();
        assert_eq!((case["query"].as_str().unwrap(), query.clipped), (&*hex(&query.bytes), 0));
        let query = Vector::parse(&shape, &query.bytes).unwrap();
        assert_eq!(case["scores"], serde_json::json!(index.scores(&query).unwrap()));
        let measure = index.measure(&query).unwrap();
        let shares: Vec<(u64, u32)> =
            measure.shares(&calibration).iter().map(|share| (share.cluster, share.ppb)).collect();
        assert_eq!(case["shares"], serde_json::json!(shares));
        assert_eq!(case["unattributed"], measure.unattributed_ppb);
        assert_eq!(case["measure"], hex(&measure.digest()));
    }
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let bytes = written(Bits::Eight, ROWS);
            let index = Index::parse(&bytes).unwrap();
            let shape = index.query_shape().unwrap();
            let query = quantise_query(&index.header().settings.shape, &blocks(7)).unwrap();
            let query = Vector::parse(&shape, &query.bytes).unwrap();
            let scores = index.scores(&query).unwrap();
            let measured = index.measure(&query).unwrap().digest();
            (scores, measured, index.root())
        })
    };
    assert_eq!(with(1), with(2));
}

#[test]
fn rows_added_later_give_the_file_of_all_rows() {
    for at in [1, 2, 63, 64, 65, 149] {
        let old = written(Bits::Eight, at);
        let index = Index::parse(&old).unwrap();
        let kept = old[..index.rows_end()].to_vec();
        let mut writer = Writer::resume(&index, kept);
        append(&mut writer, at..ROWS);
        let whole = written(Bits::Eight, ROWS);
        let calibration = Index::parse(&whole).unwrap().header().calibration;
        let (grown, done) = writer.finish(calibration).unwrap();
        assert_eq!(grown, whole, "{at}");
        assert_eq!((done.rows, done.root), (ROWS as u64, Index::parse(&whole).unwrap().root()));
        let (old_leaves, new) = (index.leaf_bytes(), Index::parse(&grown).unwrap());
        assert!(old_leaves.zip(new.leaf_bytes()).all(|(old, new)| old == new));
    }
}

#[test]
fn rows_must_rise() {
    let mut writer = Writer::create(settings(Bits::Eight), Vec::new()).unwrap();
    append(&mut writer, 3..5);
    let vector = blocks(1);
    let row = |id| Row { id, hash: [0; 32], cluster: 1, self_influence: 0.0, blocks: &vector };
    assert!(writer.append(&[row(40)]).is_err(), "the last was 40");
    assert!(writer.append(&[row(39)]).is_err());
    assert!(writer.append(&[row(41)]).is_ok());
}

#[test]
fn every_flipped_bit_and_every_cut_is_refused() {
    for bits in [Bits::Eight, Bits::Four] {
        let whole = written(bits, 9);
        assert!(Index::parse(&whole).is_ok());
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Index::parse(&flipped).is_err(), "bit {bit}");
        }
        (0..whole.len()).for_each(|cut| assert!(Index::parse(&whole[..cut]).is_err(), "{cut}"));
        assert!(Index::parse(&[&whole[..], &[0]].concat()).is_err());
    }
}

#[test]
fn huge_sizes_are_refused_before_anything_is_held() {
    let mut whole = written(Bits::Eight, 3);
    let at = whole.len() - 64;
    whole[at..at + 8].copy_from_slice(&u64::MAX.to_be_bytes());
    assert!(Index::parse(&whole).is_err());
    whole[8..12].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(Index::parse(&whole).is_err());
}

#[test]
fn a_tree_that_grows_has_the_root_and_paths_of_the_whole() {
    let data: Vec<[u8; 32]> = (0..70u8).map(|at| [at; 32]).collect();
    let mut edges = Edges::default();
    for count in 1..=data.len() {
        let tree = Tree::new(&data[..count]);
        let root = merkle::root(&data[..count]);
        assert_eq!((tree.root(), edges.root(&data[0])), (Some(root), root), "{count}");
        for place in 0..count {
            assert_eq!(tree.path(place), merkle::path(&data[..count], place), "{place} of {count}");
        }
        assert_eq!(tree.path(count), None);
        if let Some(next) = data.get(count) {
            edges.push(next);
        }
    }
}

#[test]
fn outliers_are_cut_and_counted() {
    let shape = Shape::new(vec![2], Bits::Eight).unwrap();
    let cut = quantise(&shape, &[vec![1e9, -1e9]]).unwrap();
    assert_eq!((cut.clipped, &cut.bytes[..]), (2, &[255, 255, 255, 255, 127, 129][..]));
    assert_eq!(quantise(&shape, &[vec![0.0, 0.0]]).unwrap().bytes, [0; 6]);
    assert!(quantise(&shape, &[vec![f32::NAN, 0.0]]).is_err());
    assert!(quantise(&shape, &[vec![1.0]]).is_err());
    assert!(quantise_query(&shape, &[vec![0.0, 0.0]]).is_err());
}

/// The formula, number by number in `i128`.
fn slow(shape: &Shape, row: &[Vec<i8>], query: &[Vec<i8>], scales: &[(u32, u32)]) -> i64 {
    assert_eq!(shape.widths().len(), scales.len());
    let mut sum = 0i128;
    for ((row, query), (a, b)) in row.iter().zip(query).zip(scales) {
        let dot: i128 = row.iter().zip(query).map(|(x, q)| i128::from(*x) * i128::from(*q)).sum();
        sum += dot * i128::from(*a) * i128::from(*b);
    }
    (sum / (1 << 32)).clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

fn encode(scales: impl Iterator<Item = u32>, numbers: &[Vec<i8>], bits: Bits) -> Vec<u8> {
    let mut out: Vec<u8> = scales.flat_map(u32::to_be_bytes).collect();
    for block in numbers {
        match bits {
            Bits::Eight => out.extend(block.iter().map(|x| *x as u8)),
            Bits::Four => {
                let half = block.len().div_ceil(2);
                let low = |at: usize| block[at] as u8 & 15;
                let high = |at: usize| block.get(at + half).map_or(0, |x| (*x as u8) << 4);
                out.extend((0..half).map(|at| low(at) | high(at)));
            }
        }
    }
    out
}

proptest! {
    #[test]
    fn a_score_is_the_formula_of_any_numbers(
        four in any::<bool>(),
        blocks in prop::collection::vec(
            (prop::collection::vec((-127i8..=127, -127i8..=127), 1..70), any::<(u32, u32)>()), 1..9),
    ) {
        let bits = if four { Bits::Four } else { Bits::Eight };
        let widths = blocks.iter().map(|(block, _)| block.len() as u32).collect();
        let shape = Shape::new(widths, bits).unwrap();
        let small = |x: i8| if four { x % 8 } else { x };
        let row: Vec<Vec<i8>> =
            blocks.iter().map(|(block, _)| block.iter().map(|(x, _)| small(*x)).collect()).collect();
        let query: Vec<Vec<i8>> =
            blocks.iter().map(|(block, _)| block.iter().map(|(_, q)| *q).collect()).collect();
        let scales: Vec<(u32, u32)> = blocks.iter().map(|(_, scales)| *scales).collect();
        let row_bytes = encode(scales.iter().map(|(a, _)| *a), &row, bits);
        let query_bytes = encode(scales.iter().map(|(_, b)| *b), &query, Bits::Eight);
        let asked = shape.of_query().unwrap();
        let x = Vector::parse(&shape, &row_bytes).unwrap();
        let q = Vector::parse(&asked, &query_bytes).unwrap();
        prop_assert_eq!(x.score(&q).unwrap(), slow(&shape, &row, &query, &scales));
        let own: Vec<(u32, u32)> = scales.iter().map(|(a, _)| (*a, *a)).collect();
        prop_assert_eq!(x.product(&x).unwrap(), slow(&shape, &row, &row, &own));
    }

    #[test]
    fn integer_scores_follow_the_floats(
        x in prop::collection::vec(-0.1f32..0.1, 64),
        y in prop::collection::vec(-0.1f32..0.1, 64),
    ) {
        let shape = Shape::new(vec![24, 40], Bits::Eight).unwrap();
        let vector = |x: &[f32]| quantise(&shape, &[x[..24].to_vec(), x[24..].to_vec()]).unwrap();
        let (a, b) = (vector(&x), vector(&y));
        let score = Vector::parse(&shape, &a.bytes).unwrap()
            .score(&Vector::parse(&shape, &b.bytes).unwrap()).unwrap() as f64 / UNIT;
        let exact: f64 = x.iter().zip(&y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
        // Each number is off by at most half a unit of 0.1 / 127.
        prop_assert!((score - exact).abs() <= 64.0 * 2.0 * 0.1 * 0.05 / 127.0 * 1.01);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let named = [b"WHINDEX\x02", &bytes[..]].concat();
        prop_assert!(Index::parse(&bytes).is_err() && Index::parse(&named).is_err());
        // Settings may by chance be well formed: it only must not panic.
        prop_assert!(unfinished(&named).map_or(true, |(settings, _)| !settings.method.is_empty()));
    }

    #[test]
    fn a_file_that_is_changed_anywhere_is_refused(
        at in 0usize..2000, value in any::<u8>(), cut in 0usize..40, extra in any::<Vec<u8>>(),
    ) {
        let whole = written(Bits::Four, 12);
        let mut changed = whole.clone();
        let at = at % whole.len();
        changed[at] = value;
        changed.splice(at.saturating_sub(cut)..at, extra);
        prop_assert_eq!(Index::parse(&changed).is_ok(), changed == whole);
    }
}

fn preconditioner() -> Preconditioner {
    let basis = |(inputs, kept): (usize, usize)| {
        let matrix = (0..inputs * kept).map(|at| (at as f32 - 3.5) / 8.0).collect();
        Basis { inputs, kept, rest: 0.5, matrix }
    };
    let bases = [(3, 2), (1, 1), (4, 3)].map(basis).into();
    Preconditioner { damping_ppb: 1_000_000_000, bases }
}

#[test]
fn a_preconditioner_comes_back_and_every_bit_of_it_is_hashed() {
    let mut bytes = Vec::new();
    preconditioner().write(&mut bytes).unwrap();
    assert_eq!(Preconditioner::parse(&bytes).unwrap(), preconditioner());
    let hash = preconditioner().hash().unwrap();
    let whole = Sha256::new().chain_update("whence/preconditioner/v2").chain_update(&bytes);
    assert_eq!(hash[..], whole.finalize()[..]);
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        let other = Preconditioner::parse(&flipped).and_then(|changed| changed.hash());
        assert_ne!(other.ok(), Some(hash), "bit {bit}");
    }
    (0..bytes.len()).for_each(|cut| assert!(Preconditioner::parse(&bytes[..cut]).is_err()));
    assert!(Preconditioner::parse(&[&bytes[..], &[0]].concat()).is_err());
    bytes[16..20].copy_from_slice(&u32::MAX.to_be_bytes());
    assert!(Preconditioner::parse(&bytes).is_err());
}

proptest! {
    #[test]
    fn any_bytes_are_a_preconditioner_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let named = [b"WHPRECO\x02", &bytes[..]].concat();
        if let Ok(read) = Preconditioner::parse(&named) {
            let mut again = Vec::new();
            read.write(&mut again).unwrap();
            prop_assert_eq!(again, named);
        }
    }
}
