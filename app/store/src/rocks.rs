//! RocksDB as we use it: column families, tuning, and snapshots that own their database.

use std::path::Path;
use std::sync::Arc;

use rocksdb::{
    BlockBasedOptions, BottommostLevelCompaction, Cache, ColumnFamily, ColumnFamilyDescriptor,
    CompactOptions, DB, DBCompressionType, DBPinnableSlice, DBRawIterator, DBRecoveryMode,
    DataBlockIndexType, LogLevel, ReadOptions, WriteBatch, WriteBufferManager, WriteOptions,
};
use self_cell::self_cell;

use crate::error::Error;
use crate::options::Options;
use rocksdb::statistics::Ticker;

/// The column families.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cf {
    /// One record of where we are, one of the stores' numbers.
    Meta,
    /// The latest value of every key.
    Latest,
    /// Values that newer ones superseded.
    History,
    /// Tree nodes.
    Nodes,
    /// Keys by their hash.
    Preimages,
    /// The root of each height.
    Heights,
    /// What each height superseded.
    Stale,
}

impl Cf {
    pub(crate) const ALL: [Self; 7] = [
        Self::Meta,
        Self::Latest,
        Self::History,
        Self::Nodes,
        Self::Preimages,
        Self::Heights,
        Self::Stale,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Meta => "default",
            Self::Latest => "latest",
            Self::History => "history",
            Self::Nodes => "nodes",
            Self::Preimages => "preimages",
            Self::Heights => "heights",
            Self::Stale => "stale",
        }
    }

    /// Hashes do not compress.
    fn compression(self) -> DBCompressionType {
        match self {
            Self::Nodes => DBCompressionType::None,
            _ => DBCompressionType::Lz4,
        }
    }
}

/// An open database.
pub(crate) struct Rocks {
    db: DB,
    options: rocksdb::Options,
}

impl Rocks {
    pub(crate) fn open(path: &Path, options: &Options) -> Result<Self, Error> {
        let cache = Cache::new_lru_cache(options.cache_bytes);
        let whole = database_options(options, &cache);
        let families = Cf::ALL
            .map(|cf| ColumnFamilyDescriptor::new(cf.name(), family_options(cf, options, &cache)));
        let db = DB::open_cf_descriptors(&whole, path, families)?;
        Ok(Self { db, options: whole })
    }

    pub(crate) fn family(&self, cf: Cf) -> Result<&ColumnFamily, Error> {
        self.db.cf_handle(cf.name()).ok_or(Error::Broken("a column family vanished"))
    }

    pub(crate) fn get(&self, cf: Cf, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, Error> {
        Ok(self.db.get_pinned_cf(self.family(cf)?, key)?)
    }

    /// Writes a batch and waits until it is on the disk.
    pub(crate) fn write_synced(&self, batch: WriteBatch) -> Result<(), Error> {
        let mut how = WriteOptions::default();
        how.set_sync(true);
        Ok(self.db.write_opt(batch, &how)?)
    }

    /// Flushes every family and compacts it, so that sizes on disk can be compared.
    pub(crate) fn compact(&self) -> Result<(), Error> {
        let mut how = CompactOptions::default();
        // The lowest level too, or deleted rows may stay there.
        how.set_bottommost_level_compaction(BottommostLevelCompaction::Force);
        for cf in Cf::ALL {
            let family = self.family(cf)?;
            self.db.flush_cf(family)?;
            self.db.compact_range_cf_opt(family, None::<&[u8]>, None::<&[u8]>, &how);
        }
        Ok(())
    }

    /// The bytes of the table files that are in use; files about to be deleted are not counted.
    pub(crate) fn table_bytes(&self) -> Result<u64, Error> {
        let sizes = self.db.live_files()?.into_iter().map(|file| file.size);
        Ok(sizes.fold(0, |sum, size| sum.saturating_add(u64::try_from(size).unwrap_or(u64::MAX))))
    }

    /// The rows of a family.
    pub(crate) fn count(&self, cf: Cf) -> Result<u64, Error> {
        let mut iterator = self.db.raw_iterator_cf(self.family(cf)?);
        iterator.seek_to_first();
        let mut rows = 0u64;
        while iterator.valid() {
            rows = rows.saturating_add(1);
            iterator.next();
        }
        iterator.status()?;
        Ok(rows)
    }

    /// How often the log was synced, when statistics are on.
    pub(crate) fn log_syncs(&self) -> u64 {
        self.options.get_ticker_count(Ticker::WalFileSynced)
    }
}

type RocksSnapshot<'a> = rocksdb::SnapshotWithThreadMode<'a, DB>;

self_cell!(
    struct Held {
        owner: Arc<Rocks>,
        #[covariant]
        dependent: RocksSnapshot,
    }
);

/// A frozen view of the whole database, which keeps the database open.
pub(crate) struct Snapshot(Held);

impl Snapshot {
    pub(crate) fn new(rocks: Arc<Rocks>) -> Self {
        Self(Held::new(rocks, |rocks| rocks.db.snapshot()))
    }

    pub(crate) fn get(&self, cf: Cf, key: &[u8]) -> Result<Option<DBPinnableSlice<'_>>, Error> {
        let family = self.0.borrow_owner().family(cf)?;
        Ok(self.0.borrow_dependent().get_pinned_cf(family, key)?)
    }

    /// An iterator over `from..to`.
    pub(crate) fn iterate(
        &self,
        cf: Cf,
        from: Vec<u8>,
        to: Vec<u8>,
    ) -> Result<DBRawIterator<'_>, Error> {
        let family = self.0.borrow_owner().family(cf)?;
        let mut how = ReadOptions::default();
        how.set_iterate_lower_bound(from);
        how.set_iterate_upper_bound(to);
        Ok(self.0.borrow_dependent().raw_iterator_cf_opt(family, how))
    }
}

fn database_options(options: &Options, cache: &Cache) -> rocksdb::Options {
    let mut whole = rocksdb::Options::default();
    whole.create_if_missing(true);
    whole.create_missing_column_families(true);
    whole.set_paranoid_checks(true);
    whole.set_wal_recovery_mode(DBRecoveryMode::PointInTime);
    // Write buffers are charged to the block cache, so that one number bounds both.
    let buffers = WriteBufferManager::new_write_buffer_manager_with_cache(
        (options.cache_bytes / 4).max(MIB),
        false,
        cache.clone(),
    );
    whole.set_write_buffer_manager(&buffers);
    whole.set_max_total_wal_size(128 << 20);
    whole.set_max_open_files(options.open_files_max);
    whole.set_max_background_jobs(2);
    whole.set_bytes_per_sync(1 << 20);
    whole.set_keep_log_file_num(4);
    whole.set_max_log_file_size(4 << 20);
    whole.set_log_level(LogLevel::Warn);
    if options.statistics {
        whole.enable_statistics();
    }
    whole
}

const MIB: usize = 1 << 20;

fn family_options(cf: Cf, options: &Options, cache: &Cache) -> rocksdb::Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_cache_index_and_filter_blocks(true);
    table.set_pin_l0_filter_and_index_blocks_in_cache(true);
    table.set_format_version(5);
    table.set_bloom_filter(10.0, false);
    if cf == Cf::Nodes {
        table.set_data_block_index_type(DataBlockIndexType::BinaryAndHash);
    }
    let mut family = rocksdb::Options::default();
    family.set_block_based_table_factory(&table);
    family.set_compression_type(cf.compression());
    family.set_write_buffer_size((options.cache_bytes / 8).clamp(MIB, 32 * MIB));
    family.set_level_compaction_dynamic_level_bytes(true);
    if cf != Cf::Meta {
        // Pruning and queues leave runs of deleted keys; files full of them are compacted soon.
        family.add_compact_on_deletion_collector_factory(4096, 1024, 0.5);
    }
    family
}
