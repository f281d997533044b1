//! The ports of one node and its sidecar.

use std::net::TcpListener;

use anyhow::{Context, Result};

/// Ports on the loopback interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ports {
    /// CometBFT's RPC.
    pub rpc: u16,
    /// CometBFT's p2p.
    pub p2p: u16,
    /// gRPC.
    pub grpc: u16,
    /// The sidecar's HTTP.
    pub sidecar: u16,
    /// The gateway's HTTP.
    pub gateway: u16,
}

impl Ports {
    /// Cosmos' usual ones.
    pub fn usual() -> Self {
        Self { rpc: 26657, p2p: 26656, grpc: 9090, sidecar: 8080, gateway: 8081 }
    }

    /// Ports that are free now.
    pub fn free() -> Result<Self> {
        let mut held = Vec::new();
        for _ in 0..5 {
            held.push(TcpListener::bind(("127.0.0.1", 0)).context("no free port")?);
        }
        let mut ports = Vec::new();
        for listener in &held {
            ports.push(listener.local_addr()?.port());
        }
        Ok(Self {
            rpc: ports[0],
            p2p: ports[1],
            grpc: ports[2],
            sidecar: ports[3],
            gateway: ports[4],
        })
    }

    /// CometBFT's RPC as an address.
    pub fn rpc_address(&self) -> String {
        format!("tcp://127.0.0.1:{}", self.rpc)
    }

    /// The node's gRPC as an address.
    pub fn grpc_address(&self) -> String {
        format!("http://127.0.0.1:{}", self.grpc)
    }
}
