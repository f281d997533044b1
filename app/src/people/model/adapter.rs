//! `model register-adapter` and `model deploy`: what was made goes on the record, and is served.

use std::path::PathBuf;

use serde_json::json;
use whence_proto::whence::model::v1::{
    MsgDeployAdapter, MsgDeployAdapterResponse, MsgRegisterAdapter, MsgRegisterAdapterResponse,
};

use super::folder::Folder;
use super::propose;
use crate::people::Desk;

/// An adapter to be recorded.
#[derive(Debug, clap::Args)]
pub(super) struct Register {
    /// The model that it is of.
    #[arg(long)]
    model: u64,
    /// The folder that `whence-inference tune` and `index` wrote.
    #[arg(long)]
    folder: PathBuf,
    /// Its licence, as SPDX id; the one that was proposed when not given.
    #[arg(long)]
    licence: Option<String>,
    /// Where its files can be fetched; may be given again. Its SHA-256 when not given.
    #[arg(long = "uri")]
    uris: Vec<String>,
}

/// Records an adapter.
pub(super) async fn register(desk: &Desk, args: Register) -> anyhow::Result<()> {
    let key = desk.key()?;
    let folder = Folder::read(&args.folder)?;
    let licence = match args.licence {
        Some(licence) => licence,
        None => propose::read(desk, args.model).await?.spec.unwrap_or_default().licence,
    };
    let digest = hex::encode(&folder.training.adapter_digest);
    let index_root = hex::encode(&folder.index.row_root);
    let mut uris = args.uris;
    if uris.is_empty() {
        uris.push(format!("sha256:{digest}"));
    }
    let message = MsgRegisterAdapter {
        developer: key.address().to_string(),
        model_id: args.model,
        files: folder.files,
        training: Some(folder.training),
        index: Some(folder.index),
        licence,
        uris,
    };
    let sent = desk.send::<_, MsgRegisterAdapterResponse>(&key, &message).await?;
    let id = sent.response.adapter_id;
    let line = format!("adapter {id} of model {}: {digest} ({})", args.model, sent.place());
    let fields = json!({
        "adapter_id": id.to_string(),
        "model_id": args.model.to_string(),
        "adapter_digest": digest,
        "index_root": index_root,
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// Says that the signer's provider serves an adapter.
pub(super) async fn deploy(desk: &Desk, adapter_id: u64, provider_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let operator = key.address().to_string();
    let message = MsgDeployAdapter { operator, adapter_id, provider_id };
    let sent = desk.send::<_, MsgDeployAdapterResponse>(&key, &message).await?;
    let line = format!("provider {provider_id} serves adapter {adapter_id} ({})", sent.place());
    let fields = json!({
        "adapter_id": adapter_id.to_string(),
        "provider_id": provider_id.to_string(),
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}
