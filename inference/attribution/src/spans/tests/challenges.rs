//! Challenges to reports: honest ones stand, each kind of falsehood is shown by one row.

use whence_canon::merkle;

use super::*;

struct Case {
    rows: Rows,
    index: SpanIndex,
    answer: Vec<u32>,
    cited: Vec<Cited>,
    bits: Vec<u64>,
}

impl Case {
    fn new() -> Self {
        let mut rows = distinct();
        let copied = rows[3].1.clone();
        rows.push((60, copied));
        let index = build(2000, &rows);
        let answer: Vec<u32> = (60..75).chain([1999]).chain(100..112).chain(145..150).collect();
        let report = index.spans(&answer, &Settings::default()).unwrap();
        let cite = |span: &Span| Cited { range: span.range.clone(), places: span.places.clone() };
        let cited = report.spans.iter().map(cite).collect();
        let bits = answer.iter().map(|token| index.information(*token)).collect();
        Self { rows, index, answer, cited, bits }
    }

    fn evidence(&self, row: usize) -> Evidence {
        let leaves = self.index.row_leaves();
        let path = merkle::path(&leaves, row).unwrap();
        let (cluster, tokens) = self.rows[row].clone();
        let found = Evidence { row: row as u64, id: 100 + row as u64, cluster, tokens, path };
        assert!(found.is_committed(&merkle::root(&leaves), leaves.len() as u64));
        found
    }

    fn is_refuted(&self, cited: &[Cited], challenge: &Challenge, row: usize) -> bool {
        let chance = self.index.chance(self.answer.len());
        let settings = Settings::default();
        let (answer, bits) = (&self.answer[..], &self.bits[..]);
        let report = Report { answer, bits, chance, settings, cited };
        report.is_refuted(challenge, &self.evidence(row))
    }

    /// Everything that anybody could say against a report.
    fn refuted_by_anything(&self, cited: &[Cited]) -> bool {
        let ranges = (0..self.answer.len())
            .flat_map(|start| (start + 1..=self.answer.len()).map(move |end| start..end));
        let ranges: Vec<_> = ranges.collect();
        (0..self.rows.len()).any(|row| {
            let spans = 0..cited.len();
            spans.clone().any(|span| self.is_refuted(cited, &Challenge::Absent { span }, row))
                || ranges.iter().any(|range| {
                    let found = places_by_hand(&self.rows, &self.answer[range.clone()]);
                    let mut here = found.iter().filter(|place| place.row == row);
                    here.any(|place| {
                        let (range, offset) = (range.clone(), place.offset);
                        let longer =
                            |span| Challenge::Longer { span, range: range.clone(), offset };
                        let uncited = |span| Challenge::Uncited { span, offset };
                        let omitted = Challenge::Omitted { range: range.clone(), offset };
                        self.is_refuted(cited, &omitted, row)
                            || spans.clone().any(|span| {
                                self.is_refuted(cited, &longer(span), row)
                                    || self.is_refuted(cited, &uncited(span), row)
                            })
                    })
                })
        })
    }
}

#[test]
fn nothing_refutes_an_honest_report() {
    let case = Case::new();
    assert_eq!(case.cited.len(), 2);
    assert!(!case.refuted_by_anything(&case.cited));
}

#[test]
fn a_span_that_is_not_where_it_was_cited_is_refuted() {
    let case = Case::new();
    let mut cited = case.cited.clone();
    cited[0].places.get_mut(&3).unwrap().offset += 1;
    assert!(case.is_refuted(&cited, &Challenge::Absent { span: 0 }, 3));
    let mut cited = case.cited.clone();
    cited[1].places = [(9, Place { row: 9, offset: 0 })].into();
    assert!(case.is_refuted(&cited, &Challenge::Absent { span: 1 }, 9));
}

#[test]
fn a_span_cut_short_is_refuted_by_the_longer_one() {
    let case = Case::new();
    let mut cited = case.cited.clone();
    cited[0].range.end -= 1;
    let longer = Challenge::Longer { span: 0, range: 0..15, offset: 0 };
    assert!(case.is_refuted(&cited, &longer, 3));
    assert!(!case.is_refuted(&cited, &longer, 4));
    assert!(!case.is_refuted(&case.cited, &longer, 3));
}

#[test]
fn a_cluster_left_out_is_refuted() {
    let case = Case::new();
    let mut cited = case.cited.clone();
    cited[0].places.remove(&60);
    assert!(case.is_refuted(&cited, &Challenge::Uncited { span: 0, offset: 0 }, 60));
    assert!(!case.is_refuted(&cited, &Challenge::Uncited { span: 0, offset: 1 }, 60));
}

#[test]
fn a_span_left_out_is_refuted_unless_it_is_common() {
    let case = Case::new();
    let omitted = Challenge::Omitted { range: 16..28, offset: 0 };
    assert!(case.is_refuted(&case.cited[..1], &omitted, 5));
    assert!(!case.is_refuted(&case.cited, &omitted, 5));
    let span = &case.answer[0..15];
    let rows = [(case.evidence(3), 0), (case.evidence(60), 0)];
    assert!(is_common(span, &rows, 1));
    assert!(!is_common(span, &rows, 2));
    assert!(!is_common(span, &[(case.evidence(3), 0), (case.evidence(60), 1)], 1));
    assert!(!is_common(span, &[(case.evidence(3), 0), (case.evidence(3), 0)], 1));
}

#[test]
fn any_changed_range_or_citation_is_refuted() {
    let case = Case::new();
    for span in 0..case.cited.len() {
        let range = case.cited[span].range.clone();
        let moved = [
            range.start + 1..range.end,
            range.start..range.end - 1,
            range.start..range.end + 1,
            range.start..case.answer.len() + 1,
        ];
        for range in moved {
            let mut cited = case.cited.clone();
            cited[span].range = range.clone();
            assert!(case.refuted_by_anything(&cited), "span {span} as {range:?}");
        }
        let mut cited = case.cited.clone();
        cited.remove(span);
        assert!(case.refuted_by_anything(&cited), "span {span} left out");
    }
}

#[test]
fn a_row_that_was_not_committed_is_no_evidence() {
    let case = Case::new();
    let leaves = case.index.row_leaves();
    let (root, count) = (merkle::root(&leaves), leaves.len() as u64);
    let honest = case.evidence(3);
    let changed = [
        Evidence { row: 4, ..honest.clone() },
        Evidence { id: 1, ..honest.clone() },
        Evidence { cluster: 4, ..honest.clone() },
        Evidence { tokens: (0..20).collect(), ..honest.clone() },
        Evidence { path: honest.path[1..].to_vec(), ..honest.clone() },
    ];
    assert!(changed.iter().all(|row| !row.is_committed(&root, count)));
}
