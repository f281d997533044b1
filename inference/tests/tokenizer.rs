//! The tokenizer gives the ids that llama.cpp gives, and text comes back whole.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::panic,
    clippy::disallowed_methods,
    missing_docs,
    reason = "tests"
)]

mod common;

use whence_inference::tokenizer::{Message, Role, TextStream};

#[test]
fn ids_equal_those_of_llama_cpp() {
    let fixture = common::fixture("tokens.json");
    let rows = fixture["rows"].as_array().unwrap();
    assert!(rows.len() > 100);
    let mut wrong = Vec::new();
    for row in rows {
        let text = row["text"].as_str().unwrap();
        let ids = common::engine().tokenizer().encode(text).unwrap();
        if serde_json::json!(ids) != row["ids"] {
            wrong.push(format!("{text:?}: {ids:?}, llama.cpp {}", row["ids"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn text_comes_back_whole_and_in_pieces() {
    let tokenizer = common::engine().tokenizer();
    for row in common::fixture("tokens.json")["rows"].as_array().unwrap() {
        let text = row["text"].as_str().unwrap();
        if text.contains("<|") || text.contains("<repo_name>") {
            continue;
        }
        let ids = tokenizer.encode(text).unwrap();
        assert_eq!(tokenizer.decode(&ids).unwrap(), text);
        let mut stream = TextStream::default();
        let mut pieces = String::new();
        for id in ids {
            let piece = stream.push(tokenizer, id).unwrap();
            assert!(!piece.contains('\u{fffd}'), "{text:?} was cut inside a character");
            pieces.push_str(&piece);
        }
        pieces.push_str(&stream.finish(tokenizer).unwrap());
        assert_eq!(pieces, text);
    }
}

#[test]
fn a_chat_is_written_as_the_template_says() {
    let tokenizer = common::engine().tokenizer();
    let plain = tokenizer.prompt(&[Message::user("Hi")]).unwrap();
    assert_eq!(
        plain,
        "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging \
         Face<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    );
    let system = Message { role: Role::System, content: "Be brief.".into() };
    let told = tokenizer.prompt(&[system, Message::user("Hi")]).unwrap();
    assert_eq!(
        told,
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n\
         <|im_start|>assistant\n"
    );
    assert!(tokenizer.prompt(&[]).is_err());
}
