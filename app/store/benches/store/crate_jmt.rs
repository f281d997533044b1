//! The `jmt` crate over RocksDB with the same settings where they matter: one synced batch per
//! version.

use jmt::storage::{LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch};
use jmt::{KeyHash, OwnedValue, Sha256Jmt, Version};
use rocksdb::{
    BlockBasedOptions, BottommostLevelCompaction, Cache, ColumnFamilyDescriptor, CompactOptions,
    DB, DBCompressionType, Options, WriteBatch, WriteOptions,
};
use sha2::Sha256;
use tempfile::{TempDir, tempdir};

use crate::work::fill_blocks;

const FAMILIES: [&str; 2] = ["nodes", "values"];

pub struct CrateStore {
    _dir: TempDir,
    pub db: DB,
    version: Version,
}

fn node_key(key: &NodeKey) -> Vec<u8> {
    let mut out = key.version().to_be_bytes().to_vec();
    borsh::to_writer(&mut out, key.nibble_path()).unwrap();
    out
}

fn value_key(key: KeyHash, version: Version) -> Vec<u8> {
    [key.0.as_slice(), &version.to_be_bytes()].concat()
}

struct Reader<'a>(&'a DB);

impl TreeReader for Reader<'_> {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        let nodes = self.0.cf_handle("nodes").unwrap();
        let bytes = self.0.get_pinned_cf(nodes, node_key(key))?;
        Ok(bytes.map(|bytes| borsh::from_slice(&bytes)).transpose()?)
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }

    fn get_value_option(
        &self,
        version: Version,
        key: KeyHash,
    ) -> anyhow::Result<Option<OwnedValue>> {
        let values = self.0.cf_handle("values").unwrap();
        let mut iterator = self.0.raw_iterator_cf(values);
        iterator.seek_for_prev(value_key(key, version));
        iterator.status()?;
        let found = iterator.item().filter(|(at, _)| at.starts_with(&key.0));
        Ok(found.map(|(_, value)| value.to_vec()))
    }
}

impl CrateStore {
    pub fn new(keys: u64) -> Self {
        let (dir, cache) = (tempdir().unwrap(), Cache::new_lru_cache(256 << 20));
        let families = FAMILIES.map(|name| {
            let mut table = BlockBasedOptions::default();
            table.set_block_cache(&cache);
            table.set_cache_index_and_filter_blocks(true);
            table.set_bloom_filter(10.0, false);
            let mut options = Options::default();
            options.set_block_based_table_factory(&table);
            options.set_write_buffer_size(32 << 20);
            options.set_compression_type(if name == "nodes" {
                DBCompressionType::None
            } else {
                DBCompressionType::Lz4
            });
            ColumnFamilyDescriptor::new(name, options)
        });
        let mut options = Options::default();
        options.create_if_missing(true);
        options.create_missing_column_families(true);
        options.set_max_background_jobs(2);
        let db = DB::open_cf_descriptors(&options, dir.path(), families).unwrap();
        let mut out = Self { _dir: dir, db, version: 0 };
        for block in fill_blocks(keys) {
            let staged = out.stage(block);
            out.commit(staged);
        }
        out
    }

    pub fn stage(&mut self, rows: Vec<(Vec<u8>, Vec<u8>)>) -> TreeUpdateBatch {
        self.version += 1;
        let reader = Reader(&self.db);
        let rows = rows.into_iter().map(|(key, value)| (KeyHash::with::<Sha256>(key), Some(value)));
        Sha256Jmt::new(&reader).put_value_set(rows, self.version).unwrap().1
    }

    pub fn commit(&mut self, staged: TreeUpdateBatch) {
        let (nodes, values) =
            (self.db.cf_handle("nodes").unwrap(), self.db.cf_handle("values").unwrap());
        let mut batch = WriteBatch::default();
        for (key, node) in staged.node_batch.nodes() {
            batch.put_cf(nodes, node_key(key), borsh::to_vec(node).unwrap());
        }
        for ((version, key), value) in staged.node_batch.values() {
            batch.put_cf(values, value_key(*key, *version), value.clone().unwrap_or_default());
        }
        let mut how = WriteOptions::default();
        how.set_sync(true);
        self.db.write_opt(batch, &how).unwrap();
    }
}

/// Compacts, and says how many bytes the table files take.
pub fn compact(db: &DB) -> u64 {
    let mut how = CompactOptions::default();
    how.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
    for name in FAMILIES {
        let family = db.cf_handle(name).unwrap();
        db.flush_cf(family).unwrap();
        db.compact_range_cf_opt(family, None::<&[u8]>, None::<&[u8]>, &how);
    }
    db.live_files().unwrap().iter().map(|file| file.size as u64).sum()
}
