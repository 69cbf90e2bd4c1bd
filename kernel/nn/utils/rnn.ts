// torch.nn.utils.rnn: sequences of different lengths in one batch.

export {
  PackedSequence,
  type PackPaddedOptions,
  type PadPackedOptions,
  type PadSequenceOptions,
  packPaddedSequence,
  packSequence,
  padPackedSequence,
  padSequence,
} from "../packedSequence";
