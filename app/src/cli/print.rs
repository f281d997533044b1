//! Answers on standard output: JSON in one line, or indented for people.

use clap::ValueEnum;
use serde_json::Value;

/// How to print.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// Indented.
    #[default]
    Text,
    /// One line of JSON.
    Json,
}

/// Prints an answer.
pub fn answer(value: &Value, output: Output) {
    match output {
        Output::Text => println!("{value:#}"),
        Output::Json => println!("{value}"),
    }
}
