//! Clusters of duplicates, each with the first to commit as its owner.

use crate::error::{Error, Result, require_size};

/// When a row was committed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commit {
    /// The block of the commit.
    pub height: u64,
    /// The row's id: the lower one is first within a block.
    pub id: u64,
}

/// For each row, the number of the row that owns its cluster: of all rows that pairs connect, the
/// one of the lowest height, then id. A row without duplicates owns itself.
///
/// Union by owner with path halving (Tarjan and van Leeuwen 1984); the order of the pairs is of no
/// consequence.
pub fn clusters(commits: &[Commit], pairs: &[(usize, usize)]) -> Result<Vec<usize>> {
    let mut sorted = commits.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::Setting("two rows have the same height and id".into()));
    }
    let mut owners: Vec<usize> = (0..commits.len()).collect();
    for (first, second) in pairs {
        let last = (*first).max(*second);
        require_size("rows", commits.len(), commits.len().max(last + 1))?;
        let (first, second) = (owner(&mut owners, *first), owner(&mut owners, *second));
        match commits[first] <= commits[second] {
            true => owners[second] = first,
            false => owners[first] = second,
        }
    }
    Ok((0..commits.len()).map(|row| owner(&mut owners, row)).collect())
}

fn owner(owners: &mut [usize], mut row: usize) -> usize {
    while owners[row] != row {
        owners[row] = owners[owners[row]];
        row = owners[row];
    }
    row
}
