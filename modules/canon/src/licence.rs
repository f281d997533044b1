//! Licences by SPDX id: which are accepted, and which an adapter trained on them may carry.

/// What a licence lets be done with what is made from the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Terms {
    /// No conditions.
    PublicDomain,
    /// Attribution or notices.
    Permissive,
    /// The same licence again.
    ShareAlike,
    /// No commercial use (and attribution).
    NonCommercial,
    /// No commercial use, and the same licence again.
    NonCommercialShareAlike,
}

/// Accepted licences, sorted by id. Those that forbid derivatives are not: training makes one.
const ACCEPTED: [(&str, Terms); 21] = [
    ("0BSD", Terms::PublicDomain),
    ("Apache-2.0", Terms::Permissive),
    ("BSD-2-Clause", Terms::Permissive),
    ("BSD-3-Clause", Terms::Permissive),
    ("CC-BY-3.0", Terms::Permissive),
    ("CC-BY-4.0", Terms::Permissive),
    ("CC-BY-NC-4.0", Terms::NonCommercial),
    ("CC-BY-NC-SA-4.0", Terms::NonCommercialShareAlike),
    ("CC-BY-SA-3.0", Terms::ShareAlike),
    ("CC-BY-SA-4.0", Terms::ShareAlike),
    ("CC0-1.0", Terms::PublicDomain),
    ("CDLA-Permissive-2.0", Terms::Permissive),
    ("CDLA-Sharing-1.0", Terms::ShareAlike),
    ("ISC", Terms::Permissive),
    ("MIT", Terms::Permissive),
    ("MIT-0", Terms::PublicDomain),
    ("ODC-By-1.0", Terms::Permissive),
    ("ODbL-1.0", Terms::ShareAlike),
    ("PDDL-1.0", Terms::PublicDomain),
    ("Unlicense", Terms::PublicDomain),
    ("blessing", Terms::PublicDomain),
];

/// Terms of an accepted licence; `None` when it is not accepted.
pub fn terms(id: &str) -> Option<Terms> {
    ACCEPTED.iter().find(|(known, _)| *known == id).map(|(_, terms)| *terms)
}

/// Whether what was made from data under `data` may be given under `given`.
///
/// | data | may be given under |
/// |---|---|
/// | public domain | anything |
/// | permissive | anything but public domain |
/// | share-alike | the same licence |
/// | non-commercial | non-commercial, with share-alike or without |
/// | non-commercial share-alike | the same licence |
pub fn allows(data: &str, given: &str) -> bool {
    let (Some(from), Some(to)) = (terms(data), terms(given)) else { return false };
    match from {
        Terms::PublicDomain => true,
        Terms::Permissive => to != Terms::PublicDomain,
        Terms::ShareAlike | Terms::NonCommercialShareAlike => data == given,
        Terms::NonCommercial => to >= Terms::NonCommercial,
    }
}

/// The first of the data's licences that forbids the given one.
pub fn contradiction<'a>(data: &'a [String], given: &str) -> Option<&'a str> {
    data.iter().map(String::as_str).find(|licence| !allows(licence, given))
}
