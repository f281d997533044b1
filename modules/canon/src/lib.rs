//! Pure canonical forms that chain, CLI and sidecar share.
