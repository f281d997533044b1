//! JSON text, written by hand so that every byte is known.

use std::fmt::Write;

/// An object under way; the caller puts the keys in order.
#[derive(Default)]
pub(super) struct Object {
    text: String,
}

impl Object {
    pub(super) fn put(&mut self, key: &str, value: &str) {
        self.text.push(if self.text.is_empty() { '{' } else { ',' });
        self.text.push_str(&quote(key));
        self.text.push(':');
        self.text.push_str(value);
    }

    pub(super) fn close(mut self) -> String {
        if self.text.is_empty() {
            self.text.push('{');
        }
        self.text.push('}');
        self.text
    }
}

/// A string with the escapes of Go's `json.Marshal`: HTML's characters and line separators too.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => escape(&mut out, c),
            c if u32::from(c) < 0x20 => escape(&mut out, c),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn escape(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    write!(out, "\\u{:04x}", u32::from(c)).unwrap_or_default();
}
