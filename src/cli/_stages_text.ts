import { helpLines } from "./_help.ts";

/** The stages that a chain's file may name: each with the options that it must be given, and what it does. */
const STAGES: Readonly<Record<string, string>> = {
  "withTemperature temperature": "divide the logits; 0 is greedy. Also named temperature",
  "dynamicTemperature temperature, range": "a temperature that follows the entropy",
  "keepTopK k": "the k best",
  "keepTopP p": "the best that hold a share p",
  "keepMinP p": "those with a share p of the best one's probability",
  "keepTypical p": "those nearest to the entropy, up to a share p",
  "keepEpsilon epsilon": "those of at least this probability",
  "keepEta epsilon": "the same, by entropy",
  "keepTopH h": "the best that hold a share h of the entropy",
  "keepTopNSigma n": "those within n deviations of the best",
  "keepPLess": "those likelier than two draws are to agree",
  "xtc probability, threshold": "at times without the top choices",
  "mirostat": "a surprise that is steered to tau",
  "adaptiveP target": "probabilities steered to a target",
  "penalties": "repetition, frequency, presence",
  "dry multiplier": "against repeated sequences",
  "noRepeatNgram n": "no n tokens twice",
  "badWords words": "never these sequences",
  "suppress ids": "never these tokens",
  "force tokens": "first these tokens",
  "minLength tokens, end": "no end before so many tokens",
  "logitBias bias": "[[id, bias], ...] is added",
  "mask": "one of allow, deny, bits: other tokens are masked",
  "maskRows masks": "the bits of a mask for each row, in base64",
  "softcap cap": "cap * tanh(x / cap)",
};

/** The lines of a help. */
export function stagesText(): string {
  return Object.entries(STAGES).map(([stage, help]) => helpLines(stage, help)).join("");
}
