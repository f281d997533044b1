//! `datanet roles`, `transfer`, `accept`: who may do what in a datanet, and whose it is.

use anyhow::ensure;
use clap::ValueEnum;
use serde_json::json;
use whence_base::Address;
use whence_proto::whence::datanet::v1::{
    self as pb, MsgAcceptOwnership, MsgAcceptOwnershipResponse, MsgTransferOwnership,
    MsgTransferOwnershipResponse, MsgUpdateRoles, MsgUpdateRolesResponse,
};

use crate::people::Desk;
use crate::people::desk::Names;

/// A role, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Reviews contributions.
    Curator,
    /// May contribute where not everybody may.
    Contributor,
}

impl From<Role> for pb::Role {
    fn from(word: Role) -> Self {
        match word {
            Role::Curator => Self::Curator,
            Role::Contributor => Self::Contributor,
        }
    }
}

/// Whose role changes.
#[derive(Debug, clap::Args)]
pub struct Roles {
    /// The datanet's id.
    datanet: u64,
    /// The role that is given and taken.
    #[arg(long, value_enum)]
    role: Role,
    /// Who gets it: an address or a key's name; may be given again.
    #[arg(long = "add")]
    add: Vec<String>,
    /// Who loses it; may be given again.
    #[arg(long = "remove")]
    remove: Vec<String>,
}

impl Roles {
    /// The message of a datanet's owner.
    pub fn message(&self, owner: &Address, names: &Names<'_>) -> anyhow::Result<MsgUpdateRoles> {
        let nobody = self.add.is_empty() && self.remove.is_empty();
        ensure!(!nobody, "expected --add or --remove");
        let all = |who: &[String]| -> anyhow::Result<Vec<String>> {
            who.iter().map(|who| Ok(names(who)?.to_string())).collect()
        };
        Ok(MsgUpdateRoles {
            owner: owner.to_string(),
            datanet_id: self.datanet,
            role: pb::Role::from(self.role).into(),
            add: all(&self.add)?,
            remove: all(&self.remove)?,
        })
    }
}

/// Who is to own a datanet.
#[derive(Debug, clap::Args)]
pub struct Transfer {
    /// The datanet's id.
    datanet: u64,
    /// Who is to own it, and must accept: an address or a key's name.
    #[arg(long, required_unless_present = "call_off")]
    to: Option<String>,
    /// Call a waiting transfer off.
    #[arg(long, conflicts_with = "to")]
    call_off: bool,
}

impl Transfer {
    /// The message of a datanet's owner.
    pub fn message(
        &self,
        owner: &Address,
        names: &Names<'_>,
    ) -> anyhow::Result<MsgTransferOwnership> {
        ensure!(self.to.is_some() != self.call_off, "expected --to or --call-off");
        let new_owner =
            self.to.as_deref().map(|who| Ok::<_, anyhow::Error>(names(who)?.to_string()));
        Ok(MsgTransferOwnership {
            owner: owner.to_string(),
            datanet_id: self.datanet,
            new_owner: new_owner.transpose()?.unwrap_or_default(),
        })
    }
}

/// Gives and takes a role.
pub(super) async fn update(desk: &Desk, args: Roles) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address(), &|who| desk.address(who))?;
    let sent = desk.send::<_, MsgUpdateRolesResponse>(&key, &message).await?;
    let (id, added, removed) = (args.datanet, message.add.len(), message.remove.len());
    let role = format!("{:?}", args.role).to_lowercase();
    let line = format!("datanet {id}: {added} more and {removed} fewer {role}s ({})", sent.place());
    let fields = json!({
        "datanet_id": id.to_string(),
        "role": role,
        "added": message.add,
        "removed": message.remove,
    });
    desk.say(&line, &sent.json(fields));
    Ok(())
}

/// Offers a datanet to its next owner, or calls that off.
pub(super) async fn transfer(desk: &Desk, args: Transfer) -> anyhow::Result<()> {
    let key = desk.key()?;
    let message = args.message(&key.address(), &|who| desk.address(who))?;
    let sent = desk.send::<_, MsgTransferOwnershipResponse>(&key, &message).await?;
    let (id, to) = (args.datanet, &message.new_owner);
    let line = match to.is_empty() {
        true => format!("datanet {id} stays with its owner ({})", sent.place()),
        false => format!("datanet {id} is offered to {to}, who must accept ({})", sent.place()),
    };
    desk.say(&line, &sent.json(json!({ "datanet_id": id.to_string(), "new_owner": to })));
    Ok(())
}

/// Takes a datanet that was offered.
pub(super) async fn accept(desk: &Desk, datanet_id: u64) -> anyhow::Result<()> {
    let key = desk.key()?;
    let new_owner = key.address().to_string();
    let message = MsgAcceptOwnership { new_owner: new_owner.clone(), datanet_id };
    let sent = desk.send::<_, MsgAcceptOwnershipResponse>(&key, &message).await?;
    let line = format!("datanet {datanet_id} belongs to {new_owner} ({})", sent.place());
    let fields = json!({ "datanet_id": datanet_id.to_string(), "owner": new_owner });
    desk.say(&line, &sent.json(fields));
    Ok(())
}
