//! Commands of the people's CLI as words, and the messages that they send.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

use clap::Parser;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use whence_app::people::datanet::roles::{Roles, Transfer};
use whence_app::people::datanet::withdraw::{Dispute, Withdraw};
use whence_app::people::model::standing::Flag;
use whence_app::people::provider::Update;
use whence_base::{Address, Coin, module_address};
use whence_proto::whence::attribution::v1 as attribution;
use whence_proto::whence::datanet::v1 as datanet;
use whence_proto::whence::model::v1 as model;

/// A command's words alone.
#[derive(Debug, Parser)]
struct Line<A: clap::Args> {
    #[command(flatten)]
    args: A,
}

fn read<A: clap::Args>(words: &str) -> Result<A, String> {
    let words = std::iter::once("whence").chain(words.split_whitespace());
    Line::<A>::try_parse_from(words).map(|line| line.args).map_err(|e| e.to_string())
}

fn signer() -> Address {
    module_address("signer")
}

/// A key ring with two names.
fn names(who: &str) -> anyhow::Result<Address> {
    match who {
        "cara" | "dan" => Ok(module_address(who)),
        other => Address::parse(other).map_err(|e| anyhow::anyhow!("{other}: {e}")),
    }
}

fn text(name: &str) -> String {
    module_address(name).to_string()
}

#[test]
fn roles_are_given_and_taken() {
    let words = format!("3 --role curator --add cara --add {} --remove dan", text("eve"));
    let message = read::<Roles>(&words).unwrap().message(&signer(), &names).unwrap();
    let expected = datanet::MsgUpdateRoles {
        owner: text("signer"),
        datanet_id: 3,
        role: datanet::Role::Curator.into(),
        add: vec![text("cara"), text("eve")],
        remove: vec![text("dan")],
    };
    assert_eq!(message, expected);
    let refused = |words: &str| match read::<Roles>(words) {
        Ok(args) => args.message(&signer(), &names).unwrap_err().to_string(),
        Err(why) => why,
    };
    assert!(refused("3 --role contributor").contains("expected --add or --remove"));
    assert!(refused("3 --role owner --add cara").contains("invalid value 'owner'"));
    assert!(refused("3 --role curator --add nobody").contains("nobody"));
}

#[test]
fn ownership_is_offered_or_the_offer_is_called_off() {
    for (words, new_owner) in [("3 --to cara", text("cara")), ("3 --call-off", String::new())] {
        let message = read::<Transfer>(words).unwrap().message(&signer(), &names).unwrap();
        let owner = text("signer");
        assert_eq!(message, datanet::MsgTransferOwnership { owner, datanet_id: 3, new_owner });
    }
    assert!(read::<Transfer>("3").is_err(), "to nobody by mistake");
    assert!(read::<Transfer>("3 --to cara --call-off").is_err());
}

fn range(first: u64, count: u64) -> datanet::RowRange {
    datanet::RowRange { first, count }
}

#[test]
fn rows_are_named_by_first_and_last() {
    let args = read::<Withdraw>("9 --rows 0-4 --rows 7 --reason asked").unwrap();
    let expected = datanet::MsgWithdrawRows {
        author: text("signer"),
        contribution_id: 9,
        rows: vec![range(0, 5), range(7, 1)],
        reason: "asked".to_owned(),
    };
    assert_eq!(args.message(&signer()), expected);
    let all = read::<Withdraw>("9 --reason asked").unwrap().message(&signer());
    assert!(all.rows.is_empty(), "all of the contribution");
    for wrong in ["4-0", "x", "1-", "-1", "1-2-3", "0-18446744073709551615"] {
        let words = format!("9 --rows={wrong} --reason asked");
        assert!(read::<Withdraw>(&words).unwrap_err().contains("such as 0-4"), "{wrong}");
    }
}

#[test]
fn evidence_goes_on_the_record_as_its_digest() {
    let dir = TempDir::new().unwrap();
    let file = dir.path().join("evidence");
    std::fs::write(&file, "look").unwrap();
    let digest = Sha256::digest("look").to_vec();

    let words = format!("9 --tag pii --rows 2 --evidence {} --uri ipfs://x", file.display());
    let message = read::<Dispute>(&words).unwrap().message(&signer()).unwrap();
    let expected = datanet::MsgOpenDispute {
        opener: text("signer"),
        contribution_id: 9,
        tag: datanet::DisputeTag::Pii.into(),
        rows: vec![range(2, 1)],
        evidence_hash: digest.clone(),
        evidence_uri: "ipfs://x".to_owned(),
    };
    assert_eq!(message, expected);

    let words = format!("5 --kind false-receipt --evidence {} --note false", file.display());
    let message = read::<Flag>(&words).unwrap().message(&signer()).unwrap();
    let expected = model::MsgFlagAdapter {
        flagger: text("signer"),
        adapter_id: 5,
        kind: model::FlagKind::FalseReceipt.into(),
        evidence_hash: digest,
        note: "false".to_owned(),
    };
    assert_eq!(message, expected);

    let absent = dir.path().join("absent").display().to_string();
    let args = read::<Flag>(&format!("5 --kind harm --evidence {absent}")).unwrap();
    assert!(args.message(&signer()).unwrap_err().to_string().contains(&absent));
}

#[test]
fn what_is_not_named_of_a_provider_stays() {
    let coin = |amount| Some(Coin::new("uwhn", amount).to_proto());
    let same = attribution::MsgUpdateProvider {
        operator: text("signer"),
        provider_id: 2,
        ..attribution::MsgUpdateProvider::default()
    };
    let price = attribution::Price {
        per_1k_prompt_tokens: coin(1),
        per_1k_completion_tokens: coin(2),
        min_fee: coin(3),
    };
    let rows = [
        (
            "2 --reporter cara",
            attribution::MsgUpdateProvider { reporter: text("cara"), ..same.clone() },
        ),
        (
            "2 --endpoint https://new",
            attribution::MsgUpdateProvider { endpoint: "https://new".into(), ..same.clone() },
        ),
        (
            "2 --prompt-price 1uwhn --completion-price 2uwhn --min-fee 3uwhn",
            attribution::MsgUpdateProvider { price: Some(price), ..same.clone() },
        ),
        ("2 --add-bond 5uwhn", attribution::MsgUpdateProvider { add_bond: coin(5), ..same }),
    ];
    for (words, expected) in rows {
        let message = read::<Update>(words).unwrap().message(&signer(), &names).unwrap();
        assert_eq!(message, expected, "{words}");
    }
    for (words, why) in [
        ("2", "nothing is to change"),
        ("2 --endpoint ftp://x", "expected http://"),
        ("2 --min-fee 3uwhn", "required arguments"),
        ("2 --add-bond 5", "expected such as"),
    ] {
        let refused = match read::<Update>(words) {
            Ok(args) => args.message(&signer(), &names).unwrap_err().to_string(),
            Err(why) => why,
        };
        assert!(refused.contains(why), "{words}: {refused}");
    }
}
