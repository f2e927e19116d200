import { AutoModelForCausalLM, AutoTokenizer, LogitsProcessorList, Tensor } from "npm:@huggingface/transformers@4.3.1";
import { preset, sampler } from "../../mod.ts";
import { transformersLogitsProcessor } from "../../src/adapters/transformers.ts";

const name = "onnx-community/SmolLM2-135M-ONNX";
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForCausalLM.from_pretrained(name);

const list = new LogitsProcessorList();
list.push(transformersLogitsProcessor(sampler({ chain: preset("transformers", { temperature: 0.7, topP: 0.9 }) })));
const output = await model.generate({
  ...tokenizer("The river"),
  logits_processor: list,
  do_sample: false,
  max_new_tokens: 40,
});
if (output instanceof Tensor) console.log(tokenizer.batch_decode(output));
