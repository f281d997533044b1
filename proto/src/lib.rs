//! The wire: generated types of Whence's protos, descriptors and JSON forms.
//!
//! `whence` holds our own messages, `cosmos` the inherited ones; `pool` describes all of them.
//! Generated code lies in `src/gen` and is written by `whence-proto-regenerate`.

pub mod amino;
mod clock;
mod decimal;
mod descriptors;
mod hints;
pub mod json;
pub mod strict;

pub use cosmos_sdk_proto::cosmos;
pub use cosmos_sdk_proto::tendermint;
pub use cosmos_sdk_proto::tendermint::google::protobuf::Duration;
pub use cosmos_sdk_proto::{Any, Timestamp};
pub use descriptors::{DESCRIPTORS, pool};

/// One module for each of our five trades.
#[allow(
    missing_docs,
    unreachable_pub,
    clippy::all,
    clippy::pedantic,
    clippy::restriction,
    rustdoc::all,
    reason = "generated from the .proto files"
)]
pub mod whence {
    /// A community's dataset.
    pub mod datanet {
        pub mod v1 {
            include!("gen/whence.datanet.v1.rs");
        }
    }
    /// Why a model should exist.
    pub mod proposal {
        pub mod v1 {
            include!("gen/whence.proposal.v1.rs");
        }
    }
    /// The record of what was made.
    pub mod model {
        pub mod v1 {
            include!("gen/whence.model.v1.rs");
        }
    }
    /// What each answer owes to whom.
    pub mod attribution {
        pub mod v1 {
            include!("gen/whence.attribution.v1.rs");
        }
    }
    /// Who is paid, and why.
    pub mod reward {
        pub mod v1 {
            include!("gen/whence.reward.v1.rs");
        }
    }
}
