//! The same seeded work for both trees.

/// splitmix64.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A key as a module would write it: a prefix byte and 20 bytes of an address.
pub fn key(n: u64) -> Vec<u8> {
    let mut random = Random(n);
    let mut out = vec![2];
    (0..3).for_each(|_| out.extend_from_slice(&random.next().to_be_bytes()));
    out.truncate(21);
    out
}

fn value(random: &mut Random) -> Vec<u8> {
    (0..4).flat_map(|_| random.next().to_be_bytes()).collect()
}

/// Blocks of at most 50,000 new keys.
pub fn fill_blocks(keys: u64) -> impl Iterator<Item = Vec<(Vec<u8>, Vec<u8>)>> {
    let mut random = Random(42);
    (0..keys.div_ceil(50_000)).map(move |block| {
        let range = block * 50_000..((block + 1) * 50_000).min(keys);
        range.map(|n| (key(n), value(&mut random))).collect()
    })
}

/// A block of updates of random keys.
pub fn update_block(random: &mut Random, keys: u64, count: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut rows = std::collections::BTreeMap::new();
    while (rows.len() as u64) < count {
        rows.insert(key(random.below(keys)), value(random));
    }
    rows.into_iter().collect()
}
