//! What the module tells: whole answers, and an event for each thing that happened.

use whence_base::Module;
use whence_proto::whence::attribution::v1 as pb;

use crate::world::*;

#[test]
fn queries_answer_and_pages_end() {
    let mut world = World::ready();
    for sequence in 1..=3 {
        world.tx(batch(&[sequence])).unwrap();
    }
    let page: pb::QueryReportsResponse =
        world.ask("Reports", pb::QueryReportsRequest { provider_id: 1, pagination: None }).unwrap();
    assert_eq!(page.reports.iter().map(|r| r.id).collect::<Vec<_>>(), vec![1, 2, 3]);
    let one: pb::QueryReportResponse =
        world.ask("Report", pb::QueryReportRequest { report_id: 2 }).unwrap();
    let digest = world.reported(2).digest.try_into().unwrap();
    let expected = pb::Report {
        id: 2,
        provider_id: 1,
        root: whence_canon::report::root(&[digest]).to_vec(),
        query_count: 1,
        fees: coin(1_000),
        height: 1,
        settlement_height: 21,
        queries: vec![asked(2).signed()],
        ..Default::default()
    };
    assert_eq!(one.report, Some(expected));
    let params: pb::QueryParamsResponse = world.ask("Params", pb::QueryParamsRequest {}).unwrap();
    assert_eq!(params.params, Some(whence_attribution::params::default()));
    let all: pb::QueryProvidersResponse =
        world.ask("Providers", pb::QueryProvidersRequest { pagination: None }).unwrap();
    assert_eq!(all.providers, vec![world.provider(1)]);
    let of_caller: pb::QueryEscrowsByCallerResponse = world
        .ask(
            "EscrowsByCaller",
            pb::QueryEscrowsByCallerRequest { caller: caller().to_string(), pagination: None },
        )
        .unwrap();
    assert_eq!(of_caller.escrows, vec![world.escrow(1)]);
    type Never = std::result::Result<pb::QueryReportResponse, whence_base::Status>;
    let absent: Never = world.ask("Report", pb::QueryReportRequest { report_id: 9 });
    assert!(absent.unwrap_err().message.ends_with("key not found"));
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Asserts the last step's events; `whence.attribution.v1.Event` is left out.
fn told(world: &World, expected: &[String]) {
    let short = |text: String| text.trim_start_matches("whence.attribution.v1.Event").to_owned();
    assert_eq!(world.told().into_iter().map(short).collect::<Vec<_>>(), expected);
}

#[test]
fn each_step_of_a_provider_tells_what_happened() {
    let mut world = World::new();
    let by = operator();
    world.tx(register()).unwrap();
    told(&world, &[format!("ProviderRegistered{{bond=1000000uwhn operator={by} provider_id=1}}")]);
    world.tx(only(|m| m.add_bond = coin(5))).unwrap();
    told(&world, &["ProviderUpdated{provider_id=1}".into()]);
    world.tx(fund(100_000)).unwrap();
    world.tx(batch(&[1])).unwrap();
    let report: pb::QueryReportResponse =
        world.ask("Report", pb::QueryReportRequest { report_id: 1 }).unwrap();
    let (root, digest) = (hex(&report.report.unwrap().root), hex(&world.reported(1).digest));
    let query = "escrow_id=1 fee=1000uwhn report_id=1 sequence=1";
    told(
        &world,
        &[
            format!(
                "QueriesReported{{fees=1000uwhn provider_id=1 query_count=1 report_id=1 \
                 root={root}}}"
            ),
            format!("QueryReported{{adapter_id=1 digest={digest} {query}}}"),
        ],
    );
    world.tx(unbond(operator())).unwrap();
    told(&world, &["ProviderUnbonding{provider_id=1 unbonding_height=101}".into()]);
    world.blocks(21);
    told(&world, &["ReportSettled{fees=1000uwhn report_id=1}".into()]);
    world.blocks(80);
    told(&world, &["ProviderUnbonded{bond=1000005uwhn provider_id=1}".into()]);
    world.set_params(|_| ());
    told(&world, &[format!("ParamsUpdated{{authority={}}}", whence_base::authority())]);
}

#[test]
fn each_step_of_an_escrow_tells_what_happened() {
    let mut world = World::ready();
    let by = caller();
    let funded = "escrow_id=1 provider_id=1";
    told(&world, &[format!("EscrowFunded{{amount=100000uwhn caller={by} {funded}}}")]);
    let (caller, session_key) = (by.to_string(), public(8));
    world.tx(pb::MsgRotateSessionKey { caller, escrow_id: 1, session_key }).unwrap();
    told(&world, &["SessionKeyRotated{escrow_id=1}".into()]);
    world.tx(request(7)).unwrap();
    let asked = "amount=7uwhn escrow_id=1 withdrawal_height=51";
    told(&world, &[format!("WithdrawalRequested{{{asked}}}")]);
    world.blocks(50);
    world.tx(complete()).unwrap();
    told(&world, &["WithdrawalCompleted{amount=7uwhn escrow_id=1}".into()]);
}

#[test]
fn the_module_is_known_by_its_name() {
    let module = attribution();
    let genesis = <pb::GenesisState as prost::Name>::full_name();
    assert_eq!((module.name(), module.genesis_type()), ("attribution", genesis.as_str()));
}
