import type { Backend } from "../../kernels/mod.ts";

/** SHA-256 of the saved states of `golden_test.ts`, version 2. */
export const GOLDEN: Readonly<Record<Backend, Readonly<Record<string, string>>>> = {
  fma: {
    maximum: "d2059860c9eb2b722983cb98a492781bb58c5faa14ca4ac7e274dbe1413500a9",
    sum: "616a36a815e01cf2fd458c41ce2325d2df6b8b470a7c46d704fc21ab4bd608be",
    moments: "72e6cc5a3e8bc78c9cda60d4819ac7ad9f46d9da0f566dce1026398f3cfc8b48",
    squares: "4fc0ee0a5977e1e47ee85fa5a30129d8e804e50eb00f464497599a683feae732",
  },
  simd: {
    maximum: "eb9cac437fb33569f2afc764552089d820757488728fdb114ed71f0a00b28a31",
    sum: "be059eaa6dcfe433c9de0a685d0290a42a03f016e97ab73c88e5a6ccace6242b",
    moments: "1287787ee8b82dfec419f5dff9d2925d251eb6ba4c4a8877bfaa83315a1acc5e",
    squares: "f594438d57897704c0607177f23fd5a38878648618d7d80e7a4763ab78e0196c",
  },
  reference: {
    maximum: "bb5e1bcfe744248fa329f27b65524ab9b3c2dce3785bdd39e382f9151d370e34",
    sum: "97087c4faaaee8ce0c00646b77401a08c84e69e34049921ade1e83aa9b8cdd29",
    moments: "c98d2a957e2706de497dac3655a7be7c1aadae33c311cef07fcf7ccb9b6a388d",
    squares: "2e24b91a76f16c1abf1a772e0926f70af98407a6274a784b2596ed486fa227e9",
  },
};
