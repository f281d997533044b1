//! BM25: rows that share words with a query, rare ones for more.

use std::collections::BTreeMap;

use super::{Method, Query};
use crate::error::{Error, Result};

/// `k₁`: how fast a repeated word stops counting.
const SATURATION: f32 = 1.5;
/// `b`: how much a long row is discounted.
const LENGTH: f32 = 0.75;

/// Okapi BM25 (Robertson and Zaragoza 2009, eq. 3.15) over words given as numbers, with the inverse
/// document frequency `ln(1 + (N − n + ½) / (n + ½))`, which is never negative.
#[derive(Debug, Clone)]
pub struct Bm25 {
    rows: usize,
    /// For each word: rows that have it, and its weight there.
    postings: BTreeMap<u32, Vec<(usize, f32)>>,
}

impl Bm25 {
    /// Over rows' words.
    pub fn new(rows: &[Vec<u32>]) -> Self {
        let total: usize = rows.iter().map(Vec::len).sum();
        let mean = total as f32 / rows.len().max(1) as f32;
        let mut postings: BTreeMap<u32, Vec<(usize, f32)>> = BTreeMap::new();
        for (row, terms) in rows.iter().enumerate() {
            let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
            terms.iter().for_each(|term| *counts.entry(*term).or_default() += 1.0);
            let share = 1.0 - LENGTH + LENGTH * terms.len() as f32 / mean.max(1.0);
            for (term, count) in counts {
                let weight = count * (SATURATION + 1.0) / (count + SATURATION * share);
                postings.entry(term).or_default().push((row, weight));
            }
        }
        for rows_with in postings.values_mut() {
            let with = rows_with.len() as f32;
            let rarity = ((rows.len() as f32 - with + 0.5) / (with + 0.5)).ln_1p();
            rows_with.iter_mut().for_each(|(_, weight)| *weight *= rarity);
        }
        Self { rows: rows.len(), postings }
    }
}

impl Method for Bm25 {
    fn name(&self) -> &'static str {
        "bm25"
    }

    fn scores(&self, query: &Query<'_>) -> Result<Vec<f32>> {
        if query.terms.is_empty() {
            return Err(Error::Setting("this measure needs the query's words".into()));
        }
        let mut scores = vec![0.0; self.rows];
        for (row, weight) in query.terms.iter().filter_map(|term| self.postings.get(term)).flatten()
        {
            scores[*row] += weight;
        }
        Ok(scores)
    }
}
