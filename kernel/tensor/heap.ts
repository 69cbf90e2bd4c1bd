// The block allocator over one WebAssembly memory. Knows blocks and bytes; knows no tensors.

const pageBytes = 65536;
const unit = 64; // every block starts on a cache line

/** The class of blocks that hold `bytes`: sizes 64, 128, 192, 256 bytes, then four to each power of two. */
export function blockClassOf(bytes: number): number {
  const units = Math.max(1, Math.ceil(bytes / unit));
  if (units <= 4) return units - 1;
  const exponent = 31 - Math.clz32(units - 1);
  return 4 * (exponent - 2) + ((units - 1) >>> (exponent - 2));
}

/**
 * Large blocks end an odd number of lines behind a page, so that neighbors begin at different places in their pages: a
 * processor takes loads and stores whose lowest twelve bits agree for dependent, and their lines share a few cache sets.
 */
const skew = 17 * unit;
const skewedFrom = 2 ** 16;

/** Class 99 holds 4 GiB, all that 32 bits address. */
const sizes = Array.from({ length: 100 }, (_, blockClass) => {
  if (blockClass < 4) return (blockClass + 1) * unit;
  const bytes = ((blockClass & 3) + 5) * 2 ** ((blockClass >> 2) - 1) * unit;
  return bytes < skewedFrom ? bytes : bytes + skew;
});

/** The size of a class's blocks, in bytes. */
export function blockBytes(blockClass: number): number {
  return sizes[blockClass]!;
}

interface Span {
  start: number;
  end: number;
}

/**
 * Reserves one memory up front and hands out blocks of it. The memory never grows, so no view of it ever detaches;
 * untouched pages cost address space only.
 */
export class Heap {
  readonly memory: WebAssembly.Memory;
  /** One past the highest byte ever handed out. */
  top: number;
  #limit: number;
  /** Freed small blocks by class, last freed first out: its lines are still in the cache. */
  #freed: number[][] = [];
  /** Address ranges that blocks are carved from, by address; at first the whole heap. Large blocks return to them. */
  #spans: Span[];

  /** `base` bytes at the start stay untouched for the kernels' own tables and packing buffers. */
  constructor(maxBytes: number, base: number) {
    this.memory = reserve(maxBytes);
    this.#limit = this.memory.buffer.byteLength;
    this.top = base;
    this.#spans = [{ start: base, end: this.#limit }];
  }

  /** Total bytes blocks may take. */
  get capacity(): number {
    return this.#limit;
  }

  /** Hands out nothing beyond that many bytes from here on. */
  bound(bytes: number): void {
    this.#limit = Math.max(this.top, Math.min(this.#limit, bytes));
    this.#spans = this.#spans
      .filter(({ start }) => start < this.#limit)
      .map(({ start, end }) => ({ start, end: Math.min(end, this.#limit) }));
  }

  /** A block of the class, or 0 where the heap has none left. */
  allocate(blockClass: number): number {
    const bytes = blockBytes(blockClass);
    if (bytes >= skewedFrom) return this.#carve(bytes);
    const list = this.#freed[blockClass];
    if (list !== undefined && list.length > 0) return list.pop()!;
    const last = this.#spans.at(-1); // what was never touched: ranges that large blocks have left stay whole
    return (last && this.#take(last, bytes)) || this.#carve(bytes);
  }

  free(pointer: number, blockClass: number): void {
    const bytes = blockBytes(blockClass);
    if (bytes >= skewedFrom) {
      this.#join(pointer, pointer + bytes);
      return;
    }
    const list = this.#freed[blockClass];
    if (list === undefined) this.#freed[blockClass] = [pointer];
    else list.push(pointer);
  }

  /** The first bytes of the smallest span that is large enough. */
  #carve(bytes: number): number {
    let best: Span | undefined;
    for (const span of this.#spans) {
      const size = span.end - span.start;
      if (size >= bytes && (best === undefined || size < best.end - best.start)) best = span;
    }
    return best === undefined ? 0 : this.#take(best, bytes);
  }

  /** The first bytes of a span, or 0 where it has less. */
  #take(span: Span, bytes: number): number {
    const { start } = span;
    if (!(span.end - start >= bytes)) return 0; // no number at all is no block
    span.start += bytes;
    if (span.start === span.end) this.#spans.splice(this.#spans.indexOf(span), 1);
    this.top = Math.max(this.top, start + bytes);
    return start;
  }

  /** A freed range becomes one with those beside it. */
  #join(start: number, end: number): void {
    const spans = this.#spans;
    let [low, high] = [0, spans.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle]!.start < start) low = middle + 1;
      else high = middle;
    }
    const before = spans[low - 1];
    const after = spans[low];
    const joinsBefore = before?.end === start;
    const joinsAfter = after?.start === end;
    if (joinsBefore && joinsAfter) {
      before.end = after.end;
      spans.splice(low, 1);
    } else if (joinsBefore) before.end = end;
    else if (joinsAfter) after.start = start;
    else spans.splice(low, 0, { start, end });
  }

  /** Joins all freed neighbors into spans again, so that many small blocks can serve one large one. */
  consolidate(): void {
    const free = this.#spans.filter((span) => span.end > span.start);
    this.#freed.forEach((list, blockClass) => {
      for (const start of list) free.push({ start, end: start + blockBytes(blockClass) });
    });
    free.sort((a, b) => a.start - b.start);
    const joined: Span[] = [];
    for (const span of free) {
      const last = joined.at(-1);
      if (last !== undefined && last.end === span.start) last.end = span.end;
      else joined.push(span);
    }
    this.#freed = [];
    this.#spans = joined;
  }
}

/** The largest memory the platform grants, up to `maxBytes`, halving; shared, so that threads may join. */
/** A page that is not isolated grants shared memory, but hides the class by which it is told apart. */
const mayShare = typeof SharedArrayBuffer !== "undefined";

function reserve(maxBytes: number): WebAssembly.Memory {
  let refusal: unknown;
  for (let bytes = maxBytes; bytes >= 2 ** 24; bytes /= 2) {
    const pages = Math.ceil(bytes / pageBytes);
    for (const shared of mayShare ? [true, false] : [false]) {
      try {
        return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
      } catch (error) {
        refusal = error;
      }
    }
  }
  throw new Error(
    `tensor memory: expected the platform to grant at least 16 MiB of WebAssembly memory, got ${String(refusal)}`,
  );
}
