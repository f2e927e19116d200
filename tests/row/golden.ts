import type { Backend } from "../../kernels/mod.ts";

/** SHA-256 of the saved states of `golden_test.ts`, version 2. Those with `moments` are of its eight lanes: its sums mean what they did, to another rounding. */
export const GOLDEN: Readonly<Record<Backend, Readonly<Record<string, string>>>> = {
  fma: {
    maximum: "d2059860c9eb2b722983cb98a492781bb58c5faa14ca4ac7e274dbe1413500a9",
    sum: "616a36a815e01cf2fd458c41ce2325d2df6b8b470a7c46d704fc21ab4bd608be",
    moments: "88bd41e2919d38e98e0d158e4471ad1dab46ec8901527619317cd6de34a8756a",
    squares: "4fc0ee0a5977e1e47ee85fa5a30129d8e804e50eb00f464497599a683feae732",
  },
  simd: {
    maximum: "eb9cac437fb33569f2afc764552089d820757488728fdb114ed71f0a00b28a31",
    sum: "be059eaa6dcfe433c9de0a685d0290a42a03f016e97ab73c88e5a6ccace6242b",
    moments: "13c730c2f9ce8217bc5d1eac95920c783d17791e07566e11937c198ab4c25118",
    squares: "f594438d57897704c0607177f23fd5a38878648618d7d80e7a4763ab78e0196c",
  },
  reference: {
    maximum: "bb5e1bcfe744248fa329f27b65524ab9b3c2dce3785bdd39e382f9151d370e34",
    sum: "97087c4faaaee8ce0c00646b77401a08c84e69e34049921ade1e83aa9b8cdd29",
    moments: "dd60cee42cf2cfe24f4bd5cf90129ddae120f27e7e2076ee038c449b1d95da39",
    squares: "2e24b91a76f16c1abf1a772e0926f70af98407a6274a784b2596ed486fa227e9",
  },
};
