//! The node: whenced, and the people's CLI: whence.
