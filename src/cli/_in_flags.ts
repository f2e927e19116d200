/** What the library says of its options and functions, and what a person at a command line can do instead. */
const WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(Cannot tell how .* is written: .*), or "dtype"$/s, "$1, or --dtype and --vocabulary for raw bytes"],
  [/^(Cannot read .*) without "vocabulary": /s, "$1 without --vocabulary: "],
  [/^(Cannot read .*) with (vocabulary|dtype) (\S+): its header/s, "$1 with --$2 $3: its header"],
  [/^(Cannot read .*) without a tensor's name: /s, "$1 without --tensor: "],
  [/^Cannot look for tensor "(.*)" in (".*"): only/s, "Cannot use --tensor $1 with $2: only"],
  [/^Cannot read rows (\S+): wanted 0 <= from < to/, "Cannot use --rows $1: wanted A:B with 0 <= A < B"],
  [/^Cannot use id (\S+) in target: /, "Cannot use id $1 in --target: "],
  [
    /^(Cannot read .*: it is no regular file); read pipes with fromStdin or fromStream$/s,
    "$1; send it to standard input (sluice ... - < FILE)",
  ],
  [
    /^(Cannot read .* parts of it \(Range\)); fetch it and use fromStream$/s,
    "$1; fetch it to standard input (curl ... | sluice ... -)",
  ],
  [
    /^(Cannot read a URL of .* that holds a password): wanted it in a header$/s,
    "$1; fetch it to standard input (curl ... | sluice ... -)",
  ],
  [/^(Cannot (?:read|trust) row \d+ of )\w+\({.*?"(?:path|url)":(".*?").*}\)/s, "$1$2"],
  [/^(Cannot read row \d+ of .* again): the source was .*$/s, "$1: it was changed while it was read"],
  [/^Cannot open a spill file for the second read: /, "Cannot keep a row in a temporary file for its second read: "],
  [/^(Cannot keep the row for its second read): the spill failed/, "$1: its temporary file failed"],
  [
    /^(Cannot keep the row .*) the spill limit of (\d+) bytes; raise the limit$/,
    "$1 $2 bytes; save the input to a file first",
  ],
  [/^Cannot zip streams of /, "Cannot compare sources of "],
  [/^Cannot zip (".*?"), which is/s, "Cannot compare $1, which is"],
  [/; convert one of them, as by .*$/s, "; convert one of them"],
  [
    /^Cannot load the (\w+) kernels on this host: available are (.*)$/,
    "Cannot use --backend $1 on this machine: wanted $2",
  ],
];

/** A message of the library's in the words of the command line. */
export function inFlags(message: string): string {
  return WORDS.reduce((text, [library, flags]) => text.replace(library, flags), message);
}
