// Transformers as Vaswani et al. 2017 have them: layers of attention and of two products, in stacks that encode and decode.

import { full, gelu, relu, type Tensor } from "../tensor";
import { describe, optionsOf, requireInteger, requireKnown, requireNumber } from "../tensor/arguments";
import { MultiheadAttention, SpelledModule } from "./attention";
import { ModuleList } from "./containers";
import { deepcopy } from "./deepcopy";
import { Dropout } from "./dropout";
import { xavierUniform_ } from "./init";
import { Linear } from "./linear";
import { Module } from "./module";
import { LayerNorm } from "./normalization";
import { requireFloat32 } from "./scaledDotProduct";

/** What stands between the two products of a layer. */
export type TransformerActivation = "relu" | "gelu" | ((x: Tensor) => Tensor);

/** What a TransformerEncoderLayer or a TransformerDecoderLayer can be told. */
export interface TransformerLayerOptions {
  /** The width between the two products. Default 2048. */
  dimFeedforward?: number;
  /** The probability with which training drops an element. Default 0.1. */
  dropout?: number;
  /** "relu" (default), "gelu", or a function. */
  activation?: TransformerActivation;
  /** Added to the variance under the root of the norms. Default 1e-5. */
  layerNormEps?: number;
  /** Batches are [B, T, ...], not [T, B, ...]. Default false. */
  batchFirst?: boolean;
  /** Normalizes what goes into attention and products, not what comes out of them. Default false. */
  normFirst?: boolean;
}

/** Masks as MultiheadAttention takes them: bool, true where nobody may look, or float32, added to the scores. */
export interface EncoderLayerMasks {
  /** [T, T] or [B · heads, T, T] */
  srcMask?: Tensor | null;
  /** [B, T], or [T] without a batch */
  srcKeyPaddingMask?: Tensor | null;
  /** A position sees those up to itself only, besides what masks say. Default false. */
  isCausal?: boolean;
}

/** Masks as MultiheadAttention takes them: bool, true where nobody may look, or float32, added to the scores. */
export interface EncoderMasks {
  /** [T, T] or [B · heads, T, T] */
  mask?: Tensor | null;
  /** [B, T], or [T] without a batch */
  srcKeyPaddingMask?: Tensor | null;
  /** A position sees those up to itself only, besides what masks say. Default false. */
  isCausal?: boolean;
}

/** Masks as MultiheadAttention takes them: bool, true where nobody may look, or float32, added to the scores. */
export interface DecoderMasks {
  /** [T, T] or [B · heads, T, T], of the target on itself */
  tgtMask?: Tensor | null;
  /** [T, S] or [B · heads, T, S], of the target on the memory */
  memoryMask?: Tensor | null;
  /** [B, T], or [T] without a batch */
  tgtKeyPaddingMask?: Tensor | null;
  /** [B, S], or [S] without a batch */
  memoryKeyPaddingMask?: Tensor | null;
  /** A position of the target sees those up to itself only, besides what masks say. Default false. */
  tgtIsCausal?: boolean;
  /** A position of the target sees the memory up to its own place only, besides what masks say. Default false. */
  memoryIsCausal?: boolean;
}

const decoderMaskNames = [
  "tgtMask",
  "memoryMask",
  "tgtKeyPaddingMask",
  "memoryKeyPaddingMask",
  "tgtIsCausal",
  "memoryIsCausal",
] as const;

type DecoderMore = [
  memoryMask?: Tensor | null,
  tgtKeyPaddingMask?: Tensor | null,
  memoryKeyPaddingMask?: Tensor | null,
  tgtIsCausal?: boolean,
  memoryIsCausal?: boolean,
];

const layerOptionNames = [
  "dimFeedforward",
  "dropout",
  "activation",
  "layerNormEps",
  "batchFirst",
  "normFirst",
] as const;

type LayerMore = [
  dropout?: number | TransformerLayerOptions,
  activation?: TransformerActivation,
  layerNormEps?: number,
  batchFirst?: boolean,
  normFirst?: boolean,
];

type Settings = Required<TransformerLayerOptions>;

/** Settings with what was not given, checked. */
function settingsOf(layer: string, given: TransformerLayerOptions): Settings {
  const settings: Settings = {
    dimFeedforward: 2048,
    dropout: 0.1,
    activation: "relu",
    layerNormEps: 1e-5,
    batchFirst: false,
    normFirst: false,
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
  };
  const { dimFeedforward, activation } = settings;
  requireInteger(layer, "dimFeedforward", dimFeedforward, 1);
  requireNumber(layer, "layerNormEps", settings.layerNormEps);
  if (activation !== "relu" && activation !== "gelu" && typeof activation !== "function") {
    throw new RangeError(
      `${layer}: expected activation "relu", "gelu" or a function, got ${typeof activation === "string" ? `"${activation as string}"` : describe(activation)}`,
    );
  }
  return settings;
}

function activate({ activation }: Settings, x: Tensor): Tensor {
  if (typeof activation === "function") return activation(x);
  return activation === "gelu" ? gelu(x) : relu(x);
}

/**
 * Attention of a sequence on itself, then two products, each with a way around it and a LayerNorm: src [T, B, dModel], or [B, T, …] with
 * batchFirst, or [T, dModel] → the same. Throws a RangeError for other shapes and masks.
 */
export class TransformerEncoderLayer extends SpelledModule {
  readonly selfAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  protected readonly settings: Settings;

  constructor(
    readonly dModel: number,
    readonly nhead: number,
    options: TransformerLayerOptions | number = {},
    ...more: LayerMore
  ) {
    super();
    const { name } = new.target;
    const settings = settingsOf(
      name,
      optionsOf<TransformerLayerOptions>(name, layerOptionNames, options, more),
    );
    const { dimFeedforward, dropout, layerNormEps: eps, batchFirst } = settings;
    this.settings = settings;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, { eps });
    this.norm2 = new LayerNorm(dModel, { eps });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
  }

  override forward(
    src: Tensor,
    options: EncoderLayerMasks | Tensor | null = {},
    ...more: [srcKeyPaddingMask?: Tensor | null, isCausal?: boolean]
  ): Tensor {
    const { srcMask, srcKeyPaddingMask, isCausal } = optionsOf<EncoderLayerMasks>(
      this.constructor.name,
      ["srcMask", "srcKeyPaddingMask", "isCausal"],
      options,
      more,
    );
    requireFloat32(this.constructor.name, src, "src");
    const masks = { attnMask: srcMask, keyPaddingMask: srcKeyPaddingMask, isCausal, needWeights: false };
    const attend = (x: Tensor) => this.dropout1.forward(this.selfAttn.forward(x, x, x, masks)[0]);
    const feed = (x: Tensor) => {
      const inner = activate(this.settings, this.linear1.forward(x));
      return this.dropout2.forward(this.linear2.forward(this.dropout.forward(inner)));
    };
    if (this.settings.normFirst) {
      const x = src.add(attend(this.norm1.forward(src)));
      return x.add(feed(this.norm2.forward(x)));
    }
    const x = this.norm1.forward(src.add(attend(src)));
    return this.norm2.forward(x.add(feed(x)));
  }

  override extraRepr(): string {
    return reprOf(this.settings);
  }
}

/**
 * Attention of a target on itself, then on a memory, then two products, each with a way around it and a LayerNorm: tgt [T, B, dModel],
 * memory [S, B, dModel], or [B, T, …] with batchFirst, or without B → the shape of tgt. Throws a RangeError for other shapes and masks.
 */
export class TransformerDecoderLayer extends SpelledModule {
  readonly selfAttn: MultiheadAttention;
  readonly multiheadAttn: MultiheadAttention;
  readonly linear1: Linear;
  readonly dropout: Dropout;
  readonly linear2: Linear;
  readonly norm1: LayerNorm;
  readonly norm2: LayerNorm;
  readonly norm3: LayerNorm;
  readonly dropout1: Dropout;
  readonly dropout2: Dropout;
  readonly dropout3: Dropout;
  protected readonly settings: Settings;

  constructor(
    readonly dModel: number,
    readonly nhead: number,
    options: TransformerLayerOptions | number = {},
    ...more: LayerMore
  ) {
    super();
    const { name } = new.target;
    const settings = settingsOf(
      name,
      optionsOf<TransformerLayerOptions>(name, layerOptionNames, options, more),
    );
    const { dimFeedforward, dropout, layerNormEps: eps, batchFirst } = settings;
    this.settings = settings;
    this.selfAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.multiheadAttn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst });
    this.linear1 = new Linear(dModel, dimFeedforward);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dimFeedforward, dModel);
    this.norm1 = new LayerNorm(dModel, { eps });
    this.norm2 = new LayerNorm(dModel, { eps });
    this.norm3 = new LayerNorm(dModel, { eps });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
  }

  override forward(
    tgt: Tensor,
    memory: Tensor,
    options: DecoderMasks | Tensor | null = {},
    ...more: DecoderMore
  ): Tensor {
    const masks = optionsOf<DecoderMasks>(this.constructor.name, decoderMaskNames, options, more);
    requireFloat32(this.constructor.name, tgt, "tgt");
    requireFloat32(this.constructor.name, memory, "memory");
    const onItself = {
      attnMask: masks.tgtMask,
      keyPaddingMask: masks.tgtKeyPaddingMask,
      isCausal: masks.tgtIsCausal,
      needWeights: false,
    };
    const onMemory = {
      attnMask: masks.memoryMask,
      keyPaddingMask: masks.memoryKeyPaddingMask,
      isCausal: masks.memoryIsCausal,
      needWeights: false,
    };
    const attend = (x: Tensor) => this.dropout1.forward(this.selfAttn.forward(x, x, x, onItself)[0]);
    const look = (x: Tensor) =>
      this.dropout2.forward(this.multiheadAttn.forward(x, memory, memory, onMemory)[0]);
    const feed = (x: Tensor) => {
      const inner = activate(this.settings, this.linear1.forward(x));
      return this.dropout3.forward(this.linear2.forward(this.dropout.forward(inner)));
    };
    if (this.settings.normFirst) {
      const x = tgt.add(attend(this.norm1.forward(tgt)));
      const y = x.add(look(this.norm2.forward(x)));
      return y.add(feed(this.norm3.forward(y)));
    }
    const x = this.norm1.forward(tgt.add(attend(tgt)));
    const y = this.norm2.forward(x.add(look(x)));
    return this.norm3.forward(y.add(feed(y)));
  }

  override extraRepr(): string {
    return reprOf(this.settings);
  }
}

function reprOf({ normFirst, activation }: Settings): string {
  const words = [];
  if (normFirst) words.push("normFirst=true");
  if (typeof activation === "string" && activation !== "relu") words.push(`activation="${activation}"`);
  return words.join(", ");
}

/** More layers than this in a stack are a slip. */
const mostLayers = 1024;

function requireLayer<M extends Module>(
  stack: string,
  layer: unknown,
  kind: new (...given: never[]) => M,
  norm: unknown,
): void {
  if (!(layer instanceof kind)) {
    throw new TypeError(`${stack}: expected a ${kind.name}, got ${describe(layer)}`);
  }
  if (norm === null || norm instanceof Module) return;
  throw new TypeError(`${stack}: expected norm to be a module, got ${describe(norm)}`);
}

/**
 * `numLayers` copies of an encoder layer on top of each other, and a norm behind the last if one is given: src → the same shape. The copies
 * start from the same numbers, as PyTorch's.
 */
export class TransformerEncoder extends SpelledModule {
  readonly layers: ModuleList<TransformerEncoderLayer>;
  readonly norm: Module | null;

  constructor(
    encoderLayer: TransformerEncoderLayer,
    readonly numLayers: number,
    options: { norm?: Module | null } | Module | null = {},
    ...more: never[]
  ) {
    super();
    const { name } = new.target;
    const { norm = null } = optionsOf<{ norm?: Module | null }>(name, ["norm"], ...stackNorm(options, more));
    requireLayer(name, encoderLayer, TransformerEncoderLayer, norm);
    requireInteger(name, "numLayers", numLayers, 1, mostLayers);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => deepcopy(encoderLayer)));
    this.norm = norm;
  }

  override forward(
    src: Tensor,
    options: EncoderMasks | Tensor | null = {},
    ...more: [srcKeyPaddingMask?: Tensor | null, isCausal?: boolean]
  ): Tensor {
    const { mask, srcKeyPaddingMask, isCausal } = optionsOf<EncoderMasks>(
      this.constructor.name,
      ["mask", "srcKeyPaddingMask", "isCausal"],
      options,
      more,
    );
    let x = src;
    for (const layer of this.layers) x = layer.forward(x, { srcMask: mask, srcKeyPaddingMask, isCausal });
    return this.norm === null ? x : this.norm.forward(x);
  }
}

/**
 * `numLayers` copies of a decoder layer on top of each other, and a norm behind the last if one is given: tgt, memory → the shape of tgt.
 * The copies start from the same numbers, as PyTorch's.
 */
export class TransformerDecoder extends SpelledModule {
  readonly layers: ModuleList<TransformerDecoderLayer>;
  readonly norm: Module | null;

  constructor(
    decoderLayer: TransformerDecoderLayer,
    readonly numLayers: number,
    options: { norm?: Module | null } | Module | null = {},
    ...more: never[]
  ) {
    super();
    const { name } = new.target;
    const { norm = null } = optionsOf<{ norm?: Module | null }>(name, ["norm"], ...stackNorm(options, more));
    requireLayer(name, decoderLayer, TransformerDecoderLayer, norm);
    requireInteger(name, "numLayers", numLayers, 1, mostLayers);
    this.layers = new ModuleList(Array.from({ length: numLayers }, () => deepcopy(decoderLayer)));
    this.norm = norm;
  }

  override forward(
    tgt: Tensor,
    memory: Tensor,
    options: DecoderMasks | Tensor | null = {},
    ...more: DecoderMore
  ): Tensor {
    const masks = optionsOf<DecoderMasks>(this.constructor.name, decoderMaskNames, options, more);
    let x = tgt;
    for (const layer of this.layers) x = layer.forward(x, memory, masks);
    return this.norm === null ? x : this.norm.forward(x);
  }
}

/** A norm given by itself, which is an object with properties, is no options. */
function stackNorm(options: unknown, more: readonly unknown[]): [first: unknown, more: readonly unknown[]] {
  return options instanceof Module ? [{ norm: options }, more] : [options, more];
}

/** What a Transformer can be told. */
export interface TransformerOptions extends TransformerLayerOptions {
  /** The width of what goes in and comes out. Default 512. */
  dModel?: number;
  /** Heads of each attention; they share dModel. Default 8. */
  nhead?: number;
  /** Default 6. */
  numEncoderLayers?: number;
  /** Default 6. */
  numDecoderLayers?: number;
}

/** Masks as MultiheadAttention takes them: bool, true where nobody may look, or float32, added to the scores. */
export interface TransformerMasks extends DecoderMasks {
  /** [S, S] or [B · heads, S, S], of the source on itself */
  srcMask?: Tensor | null;
  /** [B, S], or [S] without a batch */
  srcKeyPaddingMask?: Tensor | null;
  /** A position of the source sees those up to itself only, besides what masks say. Default false. */
  srcIsCausal?: boolean;
}

/**
 * An encoder and a decoder with a LayerNorm behind each: src [S, B, dModel], tgt [T, B, dModel], or [B, T, …] with batchFirst, or without B
 * → the shape of tgt. All matrices start by xavierUniform_. Throws a RangeError for other shapes and masks.
 */
export class Transformer extends SpelledModule {
  readonly encoder: TransformerEncoder;
  readonly decoder: TransformerDecoder;
  readonly dModel: number;
  readonly nhead: number;

  constructor(
    options: TransformerOptions | number = {},
    ...more: [
      nhead?: number,
      numEncoderLayers?: number,
      numDecoderLayers?: number,
      dimFeedforward?: number,
      ...LayerMore,
    ]
  ) {
    super();
    const { name } = new.target;
    const {
      dModel = 512,
      nhead = 8,
      numEncoderLayers = 6,
      numDecoderLayers = 6,
      ...given
    } = optionsOf<TransformerOptions>(
      name,
      ["dModel", "nhead", "numEncoderLayers", "numDecoderLayers", ...layerOptionNames],
      options,
      more,
    );
    for (const [size, value] of Object.entries({ dModel, nhead, numEncoderLayers, numDecoderLayers })) {
      requireInteger(name, size, value, 1);
    }
    const settings = settingsOf(name, given);
    const norm = () => new LayerNorm(dModel, { eps: settings.layerNormEps });
    this.encoder = new TransformerEncoder(
      new TransformerEncoderLayer(dModel, nhead, settings),
      numEncoderLayers,
      norm(),
    );
    this.decoder = new TransformerDecoder(
      new TransformerDecoderLayer(dModel, nhead, settings),
      numDecoderLayers,
      norm(),
    );
    this.dModel = dModel;
    this.nhead = nhead;
    for (const parameter of this.parameters()) if (parameter.shape.length > 1) xavierUniform_(parameter);
  }

  override forward(
    src: Tensor,
    tgt: Tensor,
    options: TransformerMasks | Tensor | null = {},
    ...more: [
      tgtMask?: Tensor | null,
      memoryMask?: Tensor | null,
      srcKeyPaddingMask?: Tensor | null,
      tgtKeyPaddingMask?: Tensor | null,
      memoryKeyPaddingMask?: Tensor | null,
      srcIsCausal?: boolean,
      tgtIsCausal?: boolean,
      memoryIsCausal?: boolean,
    ]
  ): Tensor {
    const { srcMask, srcKeyPaddingMask, srcIsCausal, ...masks } = optionsOf<TransformerMasks>(
      this.constructor.name,
      [
        "srcMask",
        "tgtMask",
        "memoryMask",
        "srcKeyPaddingMask",
        "tgtKeyPaddingMask",
        "memoryKeyPaddingMask",
        "srcIsCausal",
        "tgtIsCausal",
        "memoryIsCausal",
      ],
      options,
      more,
    );
    requireFloat32(this.constructor.name, src, "src");
    requireFloat32(this.constructor.name, tgt, "tgt");
    const memory = this.encoder.forward(src, { mask: srcMask, srcKeyPaddingMask, isCausal: srcIsCausal });
    return this.decoder.forward(tgt, memory, masks);
  }

  /** The mask [size, size] that lets a position see those up to itself only: −∞ above the diagonal, else 0. */
  static generateSquareSubsequentMask(size: number): Tensor {
    requireKnown("generateSquareSubsequentMask", arguments, 1);
    requireInteger("generateSquareSubsequentMask", "size", size, 0);
    return full([size, size], Number.NEGATIVE_INFINITY).triu(1);
  }
}
