//! Claims that an index or a measure is false, judged from leaves, paths and integers alone.
//!
//! | claim | shows | upheld when |
//! |---|---|---|
//! | [`Ground::unsound`] | a leaf | its norm or self-influence is not that of its vector |
//! | [`Ground::disorder`] | two neighbours | the second's row id is not above the first's |
//! | [`Ground::lacks`] | the neighbours of a row's place | a row on record is in no leaf |
//! | [`Ground::other_row`] | a leaf | its row hash is not the one on record |
//! | [`Ground::duplicate`] | two leaves | hashes are equal, or the cosine is large |
//! | [`Case::misfit`] | nothing more | the measure's own numbers do not fit |
//! | [`Case::row_score`] | a listed row's leaf | score, pay or cluster differ, or an outlier |
//! | [`Case::absent`] | the neighbours of its place | a listed row is not in the index |
//! | [`Case::omission`] | leaves of one cluster | they are not listed and outdo one that is |
//! | [`Case::bucket`] | all leaves of one bucket | their sum differs |
//!
//! What is shown is first bound to what was committed to, by hash or path, and then read. So
//! [`IndexError::Unbound`] and [`IndexError::Claim`] are the claimant's fault, and
//! [`IndexError::Malformed`] is the fault of whoever committed: it upholds a claim, as
//! [`Verdict::of`] says.

use crate::index::{Header, IndexError, Leaf, header_digest, leaf_digest, query_hash};
use crate::measure::{BUCKET_ROWS, Listed, Measure, SHARES_MAX, excess, measure_digest};
use crate::merkle::{self, Hash};
use crate::receipt::{AnswerReceipt, IndexReceipt};
use crate::score::{Shape, Vector, cosine_ppb};

/// What a claim comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Fraud is proven.
    Upheld,
    /// What was claimed is not so.
    Rejected,
}

impl Verdict {
    /// Bytes that were committed to and cannot be read uphold a claim too.
    pub fn of(found: Result<bool, IndexError>) -> Result<Self, IndexError> {
        match found {
            Ok(true) | Err(IndexError::Malformed(_)) => Ok(Self::Upheld),
            Ok(false) => Ok(Self::Rejected),
            Err(fault) => Err(fault),
        }
    }
}

/// A leaf as a claim shows it.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Its place among the rows, from 0.
    pub place: u64,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Siblings from the leaf upwards.
    pub path: &'a [Hash],
}

/// The leaves before and after a place; none at an end of the index.
pub type Neighbours<'a> = (Option<&'a Shown<'a>>, Option<&'a Shown<'a>>);

/// An index that is on record, opened by its header.
#[derive(Clone, Debug)]
pub struct Ground {
    header: Header,
    query_shape: Shape,
    root: Hash,
}

impl Ground {
    /// Opens what a receipt commits to.
    pub fn open(receipt: &IndexReceipt, header: &[u8], path: &[Hash]) -> Result<Self, IndexError> {
        let (root, leaves) = (receipt.row_root, receipt.rows.saturating_add(1));
        if !merkle::verify(&root, (0, leaves), &header_digest(header), path) {
            return Err(IndexError::Unbound("the index's header"));
        }
        let header = Header::parse(header)?;
        let query_shape = header.settings.shape.of_query()?;
        match header.rows == receipt.rows {
            true => Ok(Self { header, query_shape, root }),
            false => Err(IndexError::Malformed("header and receipt have the same rows")),
        }
    }

    /// What the index is.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// How a query's vector is read.
    pub fn query_shape(&self) -> &Shape {
        &self.query_shape
    }

    /// Reads a leaf that is in the index.
    pub fn leaf<'a>(&'a self, shown: &Shown<'a>) -> Result<Leaf<'a>, IndexError> {
        let place = (shown.place.saturating_add(1), self.header.leaves());
        if !merkle::verify(&self.root, place, &leaf_digest(shown.bytes), shown.path) {
            return Err(IndexError::Unbound("a leaf"));
        }
        Leaf::parse(&self.header.settings.shape, shown.bytes)
    }

    /// Claims that a leaf's norm or self-influence is not that of its vector.
    pub fn unsound(&self, shown: &Shown<'_>) -> Result<bool, IndexError> {
        self.leaf(shown)?.is_sound().map(|sound| !sound)
    }

    /// Claims that two neighbours are not in the order of their row ids.
    pub fn disorder(&self, left: &Shown<'_>, right: &Shown<'_>) -> Result<bool, IndexError> {
        require_neighbours(left, right)?;
        Ok(self.leaf(left)?.row >= self.leaf(right)?.row)
    }

    /// Claims that a row is in no leaf: it would be between two neighbours, before the first row
    /// (`None`, first) or after the last (last, `None`). That the row should be there is for the
    /// record to say: it is in the datanet's version, or listed by a measure.
    pub fn lacks(&self, row: u64, (left, right): Neighbours<'_>) -> Result<bool, IndexError> {
        let last = self.header.rows.saturating_sub(1);
        match (left, right) {
            (Some(left), Some(right)) => require_neighbours(left, right)?,
            (None, Some(right)) if right.place == 0 => {}
            (Some(left), None) if left.place == last => {}
            _ => return Err(IndexError::Claim("neighbours, or an end of the index")),
        }
        let below = left.map(|left| self.leaf(left)).transpose()?;
        let above = right.map(|right| self.leaf(right)).transpose()?;
        Ok(below.is_none_or(|leaf| leaf.row < row) && above.is_none_or(|leaf| leaf.row > row))
    }

    /// Claims that a leaf's row hash is not the one that the datanet has on record for its row.
    pub fn other_row(&self, shown: &Shown<'_>, recorded: &Hash) -> Result<bool, IndexError> {
        Ok(self.leaf(shown)?.row_hash != *recorded)
    }

    /// Claims that two rows of different clusters are one: equal hashes, or gradients whose cosine
    /// is at least the threshold, in parts per billion. Which came first is for the record to say.
    pub fn duplicate(
        &self,
        (left, right): (&Shown<'_>, &Shown<'_>),
        threshold_ppb: i64,
    ) -> Result<bool, IndexError> {
        if left.place == right.place {
            return Err(IndexError::Claim("two rows"));
        }
        let (left, right) = (self.leaf(left)?, self.leaf(right)?);
        if left.cluster == right.cluster {
            return Ok(false);
        }
        let own = |leaf: &Leaf<'_>| leaf.vector.product(&leaf.vector);
        let lengths = (own(&left)?.max(0).unsigned_abs(), own(&right)?.max(0).unsigned_abs());
        let cosine = cosine_ppb(left.vector.product(&right.vector)?, lengths);
        Ok(left.row_hash == right.row_hash || cosine.is_some_and(|ppb| ppb >= threshold_ppb))
    }
}

/// An answer's measure that is on record, over an index that is.
#[derive(Clone, Debug)]
pub struct Case<'a> {
    ground: &'a Ground,
    query: Vector<'a>,
    measure: Measure,
}

impl<'a> Case<'a> {
    /// Opens what an answer's receipt commits to: the query's vector and the measure, in bytes.
    pub fn open(
        ground: &'a Ground,
        (index, answer): (&IndexReceipt, &AnswerReceipt),
        query: &'a [u8],
        measure: &[u8],
    ) -> Result<Self, IndexError> {
        answer.require_follows(index)?;
        if index.row_root != ground.root || index.rows != ground.header.rows {
            return Err(IndexError::Unbound("the index"));
        }
        if query_hash(query) != answer.query_vector {
            return Err(IndexError::Unbound("the query's vector"));
        }
        if measure_digest(measure) != answer.measure {
            return Err(IndexError::Unbound("the measure"));
        }
        let query = Vector::parse(&ground.query_shape, query)?;
        Ok(Self { ground, query, measure: Measure::parse(measure)? })
    }

    /// The measure.
    pub fn measure(&self) -> &Measure {
        &self.measure
    }

    /// Claims that the measure's own numbers do not fit each other or the header.
    pub fn misfit(&self) -> bool {
        !self.measure.fits(&self.ground.header)
    }

    /// Claims that a listed row is not what its leaf makes of the query.
    pub fn row_score(&self, shown: &Shown<'_>) -> Result<bool, IndexError> {
        let leaf = self.ground.leaf(shown)?;
        let listed = self.measure.listed.iter().find(|listed| listed.row == leaf.row);
        let listed = listed.ok_or(IndexError::Claim("a listed row"))?;
        let (found, excess) = self.weigh(&leaf)?;
        Ok(found != *listed || excess == 0)
    }

    /// Claims that a listed row is in no leaf, as [`Ground::lacks`] does.
    pub fn absent(&self, row: u64, neighbours: Neighbours<'_>) -> Result<bool, IndexError> {
        match self.measure.listed.iter().any(|listed| listed.row == row) {
            true => self.ground.lacks(row, neighbours),
            false => Err(IndexError::Claim("a listed row")),
        }
    }

    /// Claims that rows of one cluster are left out: the cluster is named without them, or they
    /// alone outdo the least that is named.
    pub fn omission(&self, shown: &[Shown<'_>]) -> Result<bool, IndexError> {
        if !shown.is_sorted_by(|x, y| x.place < y.place) || shown.len() > BUCKET_ROWS {
            return Err(IndexError::Claim("at most 64 rows, each once, by place"));
        }
        let (mut cluster, mut sum) = (None, 0u128);
        for shown in shown {
            let leaf = self.ground.leaf(shown)?;
            if *cluster.get_or_insert(leaf.cluster) != leaf.cluster {
                return Err(IndexError::Claim("rows of one cluster"));
            }
            if self.measure.listed.iter().any(|listed| listed.row == leaf.row) {
                return Err(IndexError::Claim("rows that are not listed"));
            }
            sum = sum.saturating_add(u128::from(self.weigh(&leaf)?.1));
        }
        let Some(cluster) = cluster.filter(|_| sum > 0) else { return Ok(false) };
        let named = self.measure.cluster_sums(&self.ground.header.calibration);
        let outdone =
            |(other, least): (&u64, &u128)| *least < sum || (*least == sum && cluster < *other);
        Ok(named.contains_key(&cluster) || named.len() < SHARES_MAX || named.iter().any(outdone))
    }

    /// Claims that the sum of one bucket is not that of its leaves, which are all shown in order.
    pub fn bucket(&self, bucket: u64, shown: &[Shown<'_>]) -> Result<bool, IndexError> {
        let size = u64::try_from(BUCKET_ROWS).unwrap_or(u64::MAX);
        let first = bucket.saturating_mul(size);
        let end = first.saturating_add(size).min(self.ground.header.rows);
        if first >= end || !shown.iter().map(|shown| shown.place).eq(first..end) {
            return Err(IndexError::Claim("all rows of the bucket, in order"));
        }
        let at = usize::try_from(bucket).unwrap_or(usize::MAX);
        let Some(stated) = self.measure.buckets.get(at) else { return Ok(true) };
        let mut sum = 0u128;
        for shown in shown {
            let leaf = self.ground.leaf(shown)?;
            sum = sum.saturating_add(u128::from(self.weigh(&leaf)?.1));
        }
        Ok(sum != *stated)
    }

    /// What a leaf's row has in the answer, and what counts of it.
    fn weigh(&self, leaf: &Leaf<'_>) -> Result<(Listed, u64), IndexError> {
        let found = Listed::of(leaf, &self.query)?;
        let calibration = &self.ground.header.calibration;
        Ok((found, excess(found.pay, leaf.self_influence, calibration)))
    }
}

fn require_neighbours(left: &Shown<'_>, right: &Shown<'_>) -> Result<(), IndexError> {
    match left.place.checked_add(1) == Some(right.place) {
        true => Ok(()),
        false => Err(IndexError::Claim("neighbours")),
    }
}
