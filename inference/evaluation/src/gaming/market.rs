//! Who contributed which rows, when, and what all queries together paid each of them.

/// A contributor, by number.
pub type Owner = usize;

/// One row as it was committed; `C` is what it says.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<C> {
    /// Its content.
    pub content: C,
    /// Who is paid for it.
    pub owner: Owner,
    /// Height of the commit: of equal rows, the lowest is the first.
    pub height: u64,
}

/// All rows, heights rising.
#[derive(Debug, Clone, PartialEq)]
pub struct Market<C> {
    /// The rows in the order of their commits.
    pub rows: Vec<Row<C>>,
}

impl<C: Clone> Market<C> {
    /// Rows shared out to contributors in turn: of `contributors`, row `i` belongs to `i mod n`.
    pub fn in_turn(contents: Vec<C>, contributors: usize) -> Self {
        let row = |(at, content)| Row { content, owner: at % contributors, height: at as u64 };
        Self { rows: contents.into_iter().enumerate().map(row).collect() }
    }

    /// The rows of one contributor.
    pub fn rows_of(&self, owner: Owner) -> Vec<usize> {
        (0..self.rows.len()).filter(|row| self.rows[*row].owner == owner).collect()
    }

    /// What all rows say.
    pub fn contents(&self) -> Vec<C> {
        self.rows.iter().map(|row| row.content.clone()).collect()
    }

    /// Adds rows committed after all others.
    fn append(&mut self, contents: Vec<C>, owner: Owner) {
        let next = self.rows.last().map_or(0, |row| row.height + 1);
        let row = |(at, content)| Row { content, owner, height: next + at as u64 };
        self.rows.extend(contents.into_iter().enumerate().map(row));
    }

    /// `owner` commits every row of `source` again `copies` times, each changed by `rewrite`, which
    /// is told the number of the copy.
    pub fn copied(
        &self,
        (source, owner): (Owner, Owner),
        copies: usize,
        mut rewrite: impl FnMut(&C, usize) -> C,
    ) -> Self {
        let mut attacked = self.clone();
        for copy in 0..copies {
            let rows = self.rows_of(source);
            let rows = rows.into_iter().map(|row| rewrite(&self.rows[row].content, copy)).collect();
            attacked.append(rows, owner);
        }
        attacked
    }

    /// `owner` commits other content in place of each of its rows.
    pub fn rewritten(&self, owner: Owner, mut rewrite: impl FnMut(&C) -> C) -> Self {
        let mut attacked = self.clone();
        for row in attacked.rows.iter_mut().filter(|row| row.owner == owner) {
            row.content = rewrite(&row.content);
        }
        attacked
    }

    /// `owner` hands its rows in turn to itself and accounts from `first` on, `parts` in all.
    pub fn split(&self, owner: Owner, first: Owner, parts: usize) -> Self {
        let mut attacked = self.clone();
        for (at, row) in self.rows_of(owner).into_iter().enumerate() {
            let part = at % parts.max(1);
            attacked.rows[row].owner = if part == 0 { owner } else { first + part - 1 };
        }
        attacked
    }
}

/// What rows are paid over all queries, and to whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pay {
    /// Parts per billion of an answer, summed over queries, by row of the market.
    pub rows: Vec<u64>,
    /// What contributors are paid: the sum of their rows' where pay is additive.
    pub owners: Vec<u64>,
    /// How many queries paid.
    pub queries: usize,
}

impl Pay {
    /// Pay that is additive: an owner's is the sum of the rows'.
    pub fn additive<C>(market: &Market<C>, rows: Vec<u64>, queries: usize) -> Self {
        let mut owners = vec![0; owners(market)];
        for (row, paid) in market.rows.iter().zip(&rows) {
            owners[row.owner] += paid;
        }
        Self { rows, owners, queries }
    }

    /// What one contributor is paid; nothing where it has no rows.
    pub fn of(&self, owner: Owner) -> u64 {
        self.owners.get(owner).copied().unwrap_or_default()
    }

    /// What several contributors are paid together.
    pub fn of_all(&self, owners: impl IntoIterator<Item = Owner>) -> u64 {
        owners.into_iter().map(|owner| self.of(owner)).sum()
    }
}

/// One more than the largest number of a contributor.
pub fn owners<C>(market: &Market<C>) -> usize {
    market.rows.iter().map(|row| row.owner + 1).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn attacks_change_what_they_say_and_nothing_else() {
        let market = Market::in_turn(vec![10, 20, 30, 40, 50], 2);
        assert_eq!(market.rows_of(0), [0, 2, 4]);

        let copied = market.copied((1, 9), 2, |content, copy| content + copy);
        let said: Vec<(usize, usize)> =
            copied.rows[5..].iter().map(|row| (row.content, row.owner)).collect();
        assert_eq!(said, [(20, 9), (40, 9), (21, 9), (41, 9)]);
        assert_eq!(copied.rows[..5], market.rows);
        assert!(copied.rows.windows(2).all(|two| two[0].height < two[1].height));

        let rewritten = market.rewritten(0, |content| content + 1);
        assert_eq!(rewritten.contents(), [11, 20, 31, 40, 51]);

        let split = market.split(0, 2, 2);
        let owners: Vec<Owner> = split.rows.iter().map(|row| row.owner).collect();
        assert_eq!(owners, [0, 1, 2, 1, 0]);
        assert_eq!(split.contents(), market.contents());
    }

    proptest! {
        #[test]
        fn additive_pay_is_the_same_however_an_identity_splits(
            paid in prop::collection::vec(0u64..1 << 40, 1..60), parts in 1usize..12,
        ) {
            let market = Market::in_turn(vec![(); paid.len()], 3);
            let whole = Pay::additive(&market, paid.clone(), 1);
            let split = Pay::additive(&market.split(0, 3, parts), paid, 1);
            prop_assert_eq!(whole.of(0), split.of(0) + split.of_all(3..3 + parts));
        }
    }
}
