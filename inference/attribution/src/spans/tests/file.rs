//! The file: what was written comes back, anything else is refused.

use super::*;

fn rows() -> Rows {
    vec![(1, vec![3, 1, 3, 1, 2]), (2, vec![1, 3, 1]), (1, vec![0, 0, 0, 3])]
}

proptest! {
    #[test]
    fn comes_back_as_it_was_written(rows in few_rows()) {
        for index in [build(4, &rows), build(70_000, &rows)] {
            prop_assert_eq!(SpanIndex::parse(&index.to_bytes()).unwrap(), index);
        }
    }

    #[test]
    fn random_bytes_and_cut_files_are_refused(
        bytes in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..400,
    ) {
        prop_assert!(SpanIndex::parse(&bytes).is_err());
        let whole = build(4, &rows()).to_bytes();
        if cut < whole.len() {
            prop_assert!(SpanIndex::parse(&whole[..cut]).is_err());
        }
        prop_assert!(SpanIndex::parse(&[whole, vec![0]].concat()).is_err());
    }
}

#[test]
fn every_changed_bit_is_refused() {
    // the wide form is slower to hash: one bit of each byte
    for (vocabulary, step) in [(4, 1), (70_000, 9)] {
        let whole = build(vocabulary, &rows()).to_bytes();
        for at in (0..whole.len() * 8).step_by(step) {
            let mut changed = whole.clone();
            changed[at / 8] ^= 1 << (at % 8);
            assert!(SpanIndex::parse(&changed).is_err(), "bit {at}");
        }
    }
}

#[test]
fn a_wrong_order_is_refused_though_its_root_is_right() {
    let mut index = build(4, &rows());
    index.order.swap(4, 5);
    assert!(SpanIndex::parse(&index.to_bytes()).is_err());
    let mut index = build(4, &rows());
    index.order[4] = index.order[5];
    assert!(SpanIndex::parse(&index.to_bytes()).is_err());
}

#[test]
fn a_wrong_row_table_is_refused_though_its_root_is_right() {
    let mut index = build(4, &rows());
    index.rows[1].start += 1;
    assert!(SpanIndex::parse(&index.to_bytes()).is_err());
    let mut index = build(4, &rows());
    index.rows[1].id = index.rows[0].id;
    assert!(SpanIndex::parse(&index.to_bytes()).is_err());
}
