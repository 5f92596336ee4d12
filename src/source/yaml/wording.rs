/// The parser's other messages that are worth plainer words: part of the message, what is wrong, what to do.
const PLAINER: [(&str, &str, &str); 13] = [
    (
        "block sequence entries are not allowed",
        "a list cannot begin on the line of its key",
        "begin it on the next line",
    ),
    (
        "unexpected character",
        "a value cannot begin with this character",
        "quote the value",
    ),
    (
        "expected ',' or '}'",
        "this map of the form `{a: 1, b: 2}` goes wrong here",
        BRACKETS,
    ),
    (
        "expected ',' or ']'",
        "this list of the form `[a, b]` goes wrong here",
        BRACKETS,
    ),
    (
        "illegal placement of ':'",
        "no key can stand here",
        BRACKETS,
    ),
    ("misplaced bracket", "this bracket closes nothing", BRACKETS),
    (
        "invalid indentation in flow construct",
        "a bracket above is never closed",
        BRACKETS,
    ),
    (
        "did not find expected node content",
        "a value is missing here",
        BRACKETS,
    ),
    (
        "scanning an anchor or alias",
        "`*` and `&` begin the name of an anchor",
        "quote a value that begins with one, such as \"*\"",
    ),
    (
        "comments must be separated",
        "a `#` without a space before it",
        "put a space before the `#`",
    ),
    (
        "did not find expected <document start>",
        "text after the end of the document",
        "indent it as the lines above, and put a space after each key's `:`; a line `---` begins another document",
    ),
    (
        "':' must be followed by",
        "a tab after the colon",
        "put a space there",
    ),
    (
        "recursion limit",
        "brackets nested too deeply",
        "split the value",
    ),
];

const BRACKETS: &str =
    "close every `[` and `{`, and quote values that hold `,` `:` `[` `]` `{` or `}`";

/// What is wrong, and what to do about it, for a message of the parser that says too little.
pub(super) fn plainer(info: &str) -> Option<(&'static str, &'static str)> {
    PLAINER
        .iter()
        .find(|(part, ..)| info.contains(part))
        .map(|&(_, what, help)| (what, help))
}
