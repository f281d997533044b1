//! The stable code of each refusal, found by its sentence.

/// How a refusal of ours begins, and its code.
const OURS: [(&str, u32); 35] = [
    ("unknown datanet", 2),
    ("only the datanet's owner may do this", 3),
    ("no transfer of ownership to the signer waits", 4),
    ("field cannot be used", 5),
    ("licence is not accepted", 6),
    ("curators cannot be used", 7),
    ("bond is too small", 8),
    ("author is not a contributor of the permissioned datanet", 9),
    ("unknown commit", 10),
    ("only the author may do this", 11),
    ("already revealed", 12),
    ("deadline has passed", 13),
    ("what is shown is not what was committed to", 14),
    ("batch has no rows", 15),
    ("too many rows", 16),
    ("unknown contribution", 17),
    ("only a curator of the datanet may do this", 18),
    ("curators do not judge their own contributions", 19),
    ("the curator has judged already", 20),
    ("contribution is not under review", 21),
    ("no review was committed", 22),
    ("too early", 23),
    ("row proof does not verify", 24),
    ("the original must have been committed before the duplicate", 25),
    ("row was revoked or withdrawn already", 26),
    ("unknown row", 27),
    ("no accepted rows to publish", 28),
    ("too many contributions for one version", 29),
    ("contribution is not accepted", 30),
    ("evidence was used before", 31),
    ("unknown dispute", 32),
    ("dispute is decided", 33),
    ("parameter is out of bounds", 34),
    ("only governance may do this", 35),
    ("genesis is inconsistent", 36),
];

/// How a refusal of the SDK's ends, and its code.
const SDK: [(&str, u32); 3] =
    [("insufficient funds", 5), ("invalid address", 7), ("invalid coins", 10)];

/// Codespace and code of the refusal with this sentence.
pub(super) fn code_of(sentence: &str) -> (&'static str, u32) {
    let (first, last) = (sentence.split(": ").next(), sentence.rsplit(": ").next());
    let ours = OURS.iter().find(|(words, _)| first == Some(*words));
    let sdk = SDK.iter().find(|(words, _)| last == Some(*words));
    let ours = ours.map(|(_, code)| ("datanet", *code));
    ours.or(sdk.map(|(_, code)| ("sdk", *code))).unwrap_or_else(|| panic!("no code: {sentence}"))
}
