//! A document's tables follow the figures, and a stale one is noticed.

use super::*;

fn figure(id: &str, ours: f64, target: Option<Target>) -> Figure {
    Figure {
        id: id.into(),
        what: "a thing".into(),
        ours,
        error: 0.0125,
        peer: Some(0.8),
        target,
        holds: target.is_none_or(|target| target.holds(ours)),
        seeds: vec![0, 1, 2],
        command: "attribution-bench gaming".into(),
    }
}

#[test]
fn a_line_says_what_was_reached_and_what_was_missed() {
    let reached = line(&figure("lds.digits-lr", 0.858, Some(Target::AtLeast(0.84))));
    let words =
        "| `lds.digits-lr` | a thing | 0.858 ± 0.0125 | 0.8 | ≥ 0.84 | 0, 1, 2 | reached |\n";
    assert_eq!(reached, words);
    assert!(line(&figure("lds.x", 0.5, Some(Target::AtLeast(0.84)))).contains("**missed**"));
    assert!(line(&figure("control.x", 0.5, Some(Target::AtLeast(0.84)))).contains("does not fail"));
    assert!(line(&figure("control.x", 3.0, Some(Target::AtLeast(1.1)))).contains("as it must"));
    assert!(line(&figure("lds.x", 0.5, None)).ends_with("| — | 0, 1, 2 |  |\n"));
}

#[test]
fn controls_come_last_and_commands_once() {
    let all = [figure("control.a", 1.0, None), figure("gaming.a", 1.0, None)];
    let text = tables(&all);
    assert!(text.find("**gaming**") < text.find("**control**"), "{text}");
    assert_eq!(text.matches("attribution-bench gaming").count(), 1);
}

#[test]
fn a_stale_table_is_noticed() {
    let folder = std::env::temp_dir().join(format!("whence-table-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (figures, document) = (folder.join("figures.json"), folder.join("page.md"));
    let keep = |ours| {
        let figures_now = serde_json::to_vec(&[figure("lds.x", ours, None)]).unwrap();
        std::fs::write(&figures, figures_now).unwrap();
    };
    let command = |write: bool| Options {
        figures: figures.clone(),
        write: write.then(|| document.clone()),
        check: (!write).then(|| document.clone()),
    };
    std::fs::write(&document, format!("before\n{START}\n{END}\nafter\n")).unwrap();

    keep(0.5);
    assert!(run(&command(false)).is_err(), "an empty table is stale");
    run(&command(true)).unwrap();
    run(&command(false)).unwrap();
    keep(0.6);
    let stale = run(&command(false)).unwrap_err().to_string();
    assert!(stale.contains("stale"), "{stale}");
    run(&command(true)).unwrap();
    let text = std::fs::read_to_string(&document).unwrap();
    assert!(text.starts_with("before\n") && text.ends_with("after\n") && text.contains("0.6 ±"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_page_of_the_docs_is_fresh() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let options = Options {
        figures: docs.join("figures/attribution.json"),
        write: None,
        check: Some(docs.join("attribution.md")),
    };
    run(&options).unwrap();
}
