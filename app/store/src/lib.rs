//! The Merkle store over RocksDB.
