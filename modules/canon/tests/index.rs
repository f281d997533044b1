//! Indices, measures, receipts and claims: honest ones stand, every lie falls, no bytes panic.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "tests"
)]

use proptest::prelude::*;
use whence_canon::claim::{Case, Ground, Shown, Verdict};
use whence_canon::index::{
    Calibration, Header, IndexError, Leaf, Settings, leaf_digest, norm, query_hash,
};
use whence_canon::measure::{Measure, excess};
use whence_canon::merkle::{self, Hash};
use whence_canon::receipt::{AnswerReceipt, IndexReceipt, TrainReceipt};
use whence_canon::score::{Bits, Shape, UNIT, Vector, cosine_ppb};

/// An index of two-number rows, an answer, and everything that was committed to.
struct World {
    header: Header,
    leaves: Vec<Vec<u8>>,
    data: Vec<Hash>,
    index: IndexReceipt,
    answer: AnswerReceipt,
    query: Vec<u8>,
    measure: Measure,
}

fn vector(scale: u32, numbers: [i8; 2]) -> Vec<u8> {
    [&scale.to_be_bytes()[..], &numbers.map(i8::cast_unsigned)].concat()
}

fn leaf(shape: &Shape, row: u64, cluster: u64, numbers: [i8; 2]) -> Vec<u8> {
    let bytes = vector(1 << 26, numbers);
    let vector = Vector::parse(shape, &bytes).unwrap();
    let own = vector.product(&vector).unwrap().unsigned_abs();
    let row_hash = [u8::try_from(row).unwrap(); 32];
    let leaf = Leaf { row, row_hash, cluster, self_influence: own, norm: norm(own), vector };
    [&leaf.fixed()[..], &bytes].concat()
}

/// Row `10 k` points at angle `3 k` or so; 21 is in 20's cluster; the query points at the first.
fn world(change: impl FnOnce(&mut Vec<Vec<u8>>)) -> World {
    let shape = Shape::new(vec![2], Bits::Eight).unwrap();
    let rows = [(10, 10, [100, 0]), (20, 20, [90, 50]), (21, 20, [80, 60]), (30, 30, [-50, 90])];
    let mut leaves: Vec<Vec<u8>> =
        rows.iter().map(|(row, cluster, numbers)| leaf(&shape, *row, *cluster, *numbers)).collect();
    change(&mut leaves);
    let settings = Settings {
        method: "test/1".into(),
        base: [1; 32],
        adapter: [2; 32],
        preconditioner: [3; 32],
        damping_ppb: 4,
        checkpoints: 1,
        shape: shape.clone(),
    };
    let gate = 100 * UNIT.unsigned_abs();
    let calibration = Calibration { threshold: UNIT / 10, whole: UNIT, self_influence_max: gate };
    let header = Header { settings, rows: u64::try_from(leaves.len()).unwrap(), calibration };
    let mut data = vec![header.digest()];
    data.extend(leaves.iter().map(|leaf| leaf_digest(leaf)));
    let query = vector(1 << 25, [127, 10]);
    let measure = {
        let query = Vector::parse(&shape, &query).unwrap();
        let weigh = |bytes: &Vec<u8>| {
            let leaf = Leaf::trusted(&shape, bytes).unwrap();
            let listed = whence_canon::measure::Listed::of(&leaf, &query).unwrap();
            (listed, excess(listed.pay, leaf.self_influence, &calibration))
        };
        Measure::of(&leaves.iter().map(weigh).collect::<Vec<_>>(), &calibration).unwrap()
    };
    let index = IndexReceipt {
        training: [5; 32],
        adapter: [2; 32],
        preconditioner: [3; 32],
        damping_ppb: 4,
        bits: 8,
        rows: header.rows,
        row_root: merkle::root(&data),
        span_root: [0; 32],
        retrieval_root: [0; 32],
    };
    let answer = AnswerReceipt {
        index: index.digest(),
        adapter: [2; 32],
        query_commit: [6; 32],
        output: [7; 32],
        sampler_seed: 8,
        activation_commit: [9; 32],
        query_vector: query_hash(&query),
        measure: measure.digest(),
    };
    World { header, leaves, data, index, answer, query, measure }
}

impl World {
    fn path(&self, leaf: usize) -> Vec<Hash> {
        merkle::path(&self.data, leaf).unwrap()
    }

    fn ground(&self) -> Ground {
        Ground::open(&self.index, &self.header.bytes(), &self.path(0)).unwrap()
    }

    /// Commits to another measure, as a provider would that lies from the start.
    fn lie(mut self, change: impl FnOnce(&mut Measure)) -> Self {
        change(&mut self.measure);
        self.answer.measure = self.measure.digest();
        self
    }

    /// Judges with all leaves shown.
    fn judge(
        &self,
        claim: impl FnOnce(&Case<'_>, &[Shown<'_>]) -> Result<bool, IndexError>,
    ) -> Judged {
        let ground = self.ground();
        let bytes = self.measure.bytes();
        let case = Case::open(&ground, (&self.index, &self.answer), &self.query, &bytes)?;
        let paths: Vec<Vec<Hash>> = (1..self.data.len()).map(|leaf| self.path(leaf)).collect();
        let shown = self.leaves.iter().zip(&paths).zip(0u64..);
        let shown: Vec<Shown<'_>> =
            shown.map(|((bytes, path), place)| Shown { place, bytes, path }).collect();
        Verdict::of(claim(&case, &shown))
    }
}

type Judged = Result<Verdict, IndexError>;

#[test]
fn an_honest_answer_stands() {
    let world = world(|_| {});
    assert_eq!(world.measure.listed.iter().map(|row| row.row).collect::<Vec<_>>(), [10, 20, 21]);
    for place in 0..3 {
        let judged = world.judge(|case, shown| case.row_score(&shown[place]));
        assert_eq!(judged, Ok(Verdict::Rejected), "{place}");
    }
    assert_eq!(world.judge(|case, _| Ok(case.misfit())), Ok(Verdict::Rejected));
    assert_eq!(world.judge(|case, shown| case.bucket(0, shown)), Ok(Verdict::Rejected));
    assert_eq!(world.judge(|case, shown| case.omission(&shown[3..])), Ok(Verdict::Rejected));
    let between = world.judge(|case, shown| case.absent(20, (Some(&shown[0]), Some(&shown[1]))));
    assert_eq!(between, Ok(Verdict::Rejected));
    let ground = world.ground();
    let (left, right) = (world.path(1), world.path(2));
    let left = Shown { place: 0, bytes: &world.leaves[0], path: &left };
    let right = Shown { place: 1, bytes: &world.leaves[1], path: &right };
    assert_eq!(ground.unsound(&left), Ok(false));
    assert_eq!(ground.disorder(&left, &right), Ok(false));
    // 100·90 / (100 · √(90² + 50²)) = 0.8742
    assert_eq!(ground.duplicate((&left, &right), 875_000_000), Ok(false));
    assert_eq!(ground.duplicate((&left, &right), 874_000_000), Ok(true));
}

#[test]
fn lies_in_a_measure_fall() {
    let score = world(|_| {}).lie(|measure| measure.listed[0].score += 1);
    assert_eq!(score.judge(|case, shown| case.row_score(&shown[0])), Ok(Verdict::Upheld));
    let cluster = world(|_| {}).lie(|measure| measure.listed[0].cluster = 30);
    assert_eq!(cluster.judge(|case, shown| case.row_score(&shown[0])), Ok(Verdict::Upheld));
    let left_out = world(|_| {}).lie(|measure| measure.listed.truncate(0));
    assert_eq!(left_out.judge(|case, shown| case.omission(&shown[..1])), Ok(Verdict::Upheld));
    assert_eq!(
        left_out.judge(|case, shown| case.row_score(&shown[0])),
        Err(IndexError::Claim("a listed row"))
    );
    let member = world(|_| {}).lie(|measure| measure.listed.truncate(2));
    assert_eq!(member.judge(|case, shown| case.omission(&shown[2..3])), Ok(Verdict::Upheld));
    let bucket = world(|_| {}).lie(|measure| measure.buckets[0] += 1);
    assert_eq!(bucket.judge(|case, shown| case.bucket(0, shown)), Ok(Verdict::Upheld));
    let rest = world(|_| {}).lie(|measure| measure.unattributed_ppb -= 1);
    assert_eq!(rest.judge(|case, _| Ok(case.misfit())), Ok(Verdict::Upheld));
    let invented = world(|_| {}).lie(|measure| measure.listed[1].row = 15);
    let ends =
        |case: &Case<'_>, shown: &[Shown<'_>]| case.absent(15, (Some(&shown[0]), Some(&shown[1])));
    assert_eq!(invented.judge(ends), Ok(Verdict::Upheld));
    let beyond = world(|_| {}).lie(|measure| measure.listed[2].row = 99);
    assert_eq!(
        beyond.judge(|case, shown| case.absent(99, (Some(&shown[3]), None))),
        Ok(Verdict::Upheld)
    );
}

#[test]
fn lies_in_an_index_fall() {
    let judge = |change: fn(&mut Vec<Vec<u8>>),
                 claim: fn(&Ground, &[Shown<'_>]) -> Result<bool, IndexError>| {
        let world = world(change);
        let ground = world.ground();
        let paths: Vec<Vec<Hash>> = (1..world.data.len()).map(|leaf| world.path(leaf)).collect();
        let shown = world.leaves.iter().zip(&paths).zip(0u64..);
        let shown: Vec<Shown<'_>> =
            shown.map(|((bytes, path), place)| Shown { place, bytes, path }).collect();
        Verdict::of(claim(&ground, &shown))
    };
    let upheld = Ok(Verdict::Upheld);
    assert_eq!(
        judge(|leaves| leaves[0][63] ^= 1, |ground, shown| ground.unsound(&shown[0])),
        upheld
    );
    assert_eq!(
        judge(|leaves| leaves[0][48] = 0xff, |ground, shown| ground.unsound(&shown[0])),
        upheld
    );
    assert_eq!(
        judge(|leaves| leaves[0][69] = 0x80, |ground, shown| ground.unsound(&shown[0])),
        upheld
    );
    assert_eq!(
        judge(|leaves| leaves.swap(0, 1), |ground, shown| ground.disorder(&shown[0], &shown[1])),
        upheld
    );
    let copied = |leaves: &mut Vec<Vec<u8>>| {
        let hash = leaves[0][8..40].to_vec();
        leaves[3][8..40].copy_from_slice(&hash);
    };
    assert_eq!(
        judge(copied, |ground, shown| ground.duplicate((&shown[0], &shown[3]), i64::MAX)),
        upheld
    );
}

#[test]
fn an_index_has_the_rows_on_record() {
    let world = world(|_| {});
    let ground = world.ground();
    let paths: Vec<Vec<Hash>> = (1..world.data.len()).map(|leaf| world.path(leaf)).collect();
    let shown = world.leaves.iter().zip(&paths).zip(0u64..);
    let shown: Vec<Shown<'_>> =
        shown.map(|((bytes, path), place)| Shown { place, bytes, path }).collect();
    let (first, last) = (&shown[0], &shown[3]);
    for (row, neighbours, lacks) in [
        (15, (Some(first), Some(&shown[1])), true),
        (20, (Some(first), Some(&shown[1])), false),
        (25, (Some(first), Some(&shown[1])), false),
        (9, (None, Some(first)), true),
        (10, (None, Some(first)), false),
        (31, (Some(last), None), true),
        (30, (Some(last), None), false),
    ] {
        assert_eq!(ground.lacks(row, neighbours), Ok(lacks), "{row}");
    }
    for neighbours in [(None, None), (None, Some(last)), (Some(first), None)] {
        assert!(ground.lacks(15, neighbours).is_err());
    }
    assert!(ground.lacks(15, (Some(first), Some(&shown[2]))).is_err());
    assert_eq!(ground.other_row(first, &[10; 32]), Ok(false));
    assert_eq!(ground.other_row(first, &[11; 32]), Ok(true));
}

#[test]
fn what_is_shown_must_be_what_was_committed_to() {
    let world = world(|_| {});
    let (ground, bytes) = (world.ground(), world.measure.bytes());
    let receipts = (&world.index, &world.answer);
    let other = vector(1 << 25, [127, 11]);
    let opened = Case::open(&ground, receipts, &other, &bytes).map(|_| ());
    assert_eq!(opened, Err(IndexError::Unbound("the query's vector")));
    let mut changed = bytes.clone();
    changed[3] ^= 1;
    let opened = Case::open(&ground, receipts, &world.query, &changed).map(|_| ());
    assert_eq!(opened, Err(IndexError::Unbound("the measure")));
    let mut forged = world.leaves[0].clone();
    forged[69] ^= 1;
    let path = world.path(1);
    let shown = Shown { place: 0, bytes: &forged, path: &path };
    assert_eq!(ground.leaf(&shown).map(|_| ()), Err(IndexError::Unbound("a leaf")));
    let elsewhere = Shown { place: 1, bytes: &world.leaves[0], path: &path };
    assert_eq!(ground.leaf(&elsewhere).map(|_| ()), Err(IndexError::Unbound("a leaf")));
    let mut header = world.header.clone();
    header.calibration.whole += 1;
    let opened = Ground::open(&world.index, &header.bytes(), &world.path(0)).map(|_| ());
    assert_eq!(opened, Err(IndexError::Unbound("the index's header")));
}

fn train() -> TrainReceipt {
    TrainReceipt {
        base: [1; 32],
        datanet_root: [2; 32],
        recipe: [3; 32],
        order_seed: [4; 32],
        checkpoint_root: [5; 32],
        adapter: [6; 32],
        evaluation_root: [7; 32],
    }
}

#[test]
fn receipts_follow_each_other_and_every_byte_counts() {
    let world = world(|_| {});
    assert_eq!(TrainReceipt::parse(&train().bytes()), Ok(train()));
    assert_eq!(IndexReceipt::parse(&world.index.bytes()), Ok(world.index.clone()));
    assert_eq!(AnswerReceipt::parse(&world.answer.bytes()), Ok(world.answer.clone()));
    assert_eq!(world.index.require_header(&world.header, &[1; 32]), Ok(()));
    assert!(world.index.require_header(&world.header, &[2; 32]).is_err());
    assert_eq!(world.answer.require_follows(&world.index), Ok(()));
    assert!(world.index.require_follows(&train()).is_err());
    let follows =
        IndexReceipt { training: train().digest(), adapter: [6; 32], ..world.index.clone() };
    assert_eq!(follows.require_follows(&train()), Ok(()));
    for at in 0..TrainReceipt::BYTES {
        let mut bytes = train().bytes();
        bytes[at] ^= 1;
        assert!(follows.require_follows(&TrainReceipt::parse(&bytes).unwrap()).is_err(), "{at}");
    }
    for at in 0..IndexReceipt::BYTES {
        let mut bytes = world.index.bytes();
        bytes[at] ^= 1;
        let changed = IndexReceipt::parse(&bytes).unwrap();
        assert!(world.answer.require_follows(&changed).is_err(), "{at}");
    }
    let mut digests: Vec<Hash> = (0..AnswerReceipt::BYTES)
        .map(|at| {
            let mut bytes = world.answer.bytes();
            bytes[at] ^= 1;
            AnswerReceipt::parse(&bytes).unwrap().digest()
        })
        .collect();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(
        (digests.len(), digests.contains(&world.answer.digest())),
        (AnswerReceipt::BYTES, false)
    );
}

#[test]
fn a_header_and_a_measure_have_one_form() {
    let world = world(|_| {});
    assert_eq!(Header::parse(&world.header.bytes()), Ok(world.header.clone()));
    assert_eq!(Measure::parse(&world.measure.bytes()), Ok(world.measure.clone()));
    let (header, measure) = (world.header.bytes(), world.measure.bytes());
    (0..header.len()).for_each(|cut| assert!(Header::parse(&header[..cut]).is_err(), "{cut}"));
    (0..measure.len()).for_each(|cut| assert!(Measure::parse(&measure[..cut]).is_err(), "{cut}"));
}

#[test]
fn cosines_are_rounded_down() {
    let one = UNIT.unsigned_abs();
    assert_eq!(cosine_ppb(UNIT, (one, one)), Some(999_999_999));
    assert_eq!(cosine_ppb(-UNIT, (one, one)), Some(-1_000_000_000));
    assert_eq!(cosine_ppb(UNIT, (4 * one, one)), Some(499_999_999));
    assert_eq!(cosine_ppb(UNIT, (4, one)), None);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert_eq!(header.bytes(), bytes.clone());
        }
        if let Ok(measure) = Measure::parse(&bytes) {
            prop_assert_eq!(measure.bytes(), bytes.clone());
            let fits = measure.fits(&world(|_| {}).header);
            prop_assert!(!fits);
        }
        if let Ok(receipt) = AnswerReceipt::parse(&bytes) {
            prop_assert_eq!(receipt.bytes(), bytes.clone());
        }
        let shape = Shape::new(vec![3, 1], Bits::Four).unwrap();
        if let Ok(leaf) = Leaf::parse(&shape, &bytes) {
            prop_assert!(leaf.is_sound().is_ok());
        }
    }

    #[test]
    fn a_changed_header_is_another_header(at in 0usize..1000, bit in 0u8..8) {
        let header = world(|_| {}).header;
        let mut bytes = header.bytes();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = Header::parse(&bytes) {
            prop_assert_ne!(&changed, &header);
            prop_assert_ne!(changed.digest(), header.digest());
        }
    }

    #[test]
    fn the_worst_numbers_do_not_overflow(
        scales in any::<(u32, u32)>(), sign in any::<bool>(), width in 1u32..3000,
    ) {
        let shape = Shape::new(vec![width; 3], Bits::Eight).unwrap();
        let count = usize::try_from(width).unwrap() * 3;
        let peak = if sign { 127i8 } else { -127 };
        let bytes = |scale: u32, number: i8| {
            let scales = [scale.to_be_bytes(); 3].concat();
            [scales, vec![number.cast_unsigned(); count]].concat()
        };
        let (row, query) = (bytes(scales.0, peak), bytes(scales.1, 127));
        let (row, query) = (Vector::parse(&shape, &row).unwrap(), Vector::parse(&shape, &query).unwrap());
        let exact = i128::from(peak) * 127 * i128::try_from(count).unwrap()
            * i128::from(scales.0) * i128::from(scales.1) / i128::from(UNIT);
        let exact = exact.clamp(i128::from(i64::MIN), i128::from(i64::MAX));
        prop_assert_eq!(i128::from(row.score(&query).unwrap()), exact);
    }
}
