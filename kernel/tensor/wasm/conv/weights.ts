// Weights of a convolution into the panels that its tiles read, and sums of their gradients back into place.

import { type Code, type FunctionBuilder, f32x4, i32, type Local, times, v128 } from "../emit/assembler";
import { compile, shared } from "../emit/kernel";
import { filled, gather } from "../emit/lanes";
import type { Target } from "../emit/target";
import { panelsOf } from "./panels";
import type { Conv2dShape } from "./shape";

/** Where the weights of one group lie for a pass: bytes from lane to lane and from channel to channel of what it reads. */
export interface WeightLayout {
  readonly lanes: number;
  readonly lane: number;
  readonly channels: number;
  readonly channel: number;
  readonly taps: number;
  /** Taps in reverse order. */
  readonly flipped: boolean;
}

/** weight[out][in][tap] as the forward pass reads it: a lane for each out channel. */
export function forwardWeights(s: Conv2dShape): WeightLayout {
  const taps = s.kernelHeight * s.kernelWidth;
  const [lanes, channels] = [s.outChannels / s.groups, s.inChannels / s.groups];
  return { lanes, lane: channels * taps * 4, channels, channel: taps * 4, taps, flipped: false };
}

/** The same weights as the pass from dy to dx reads them: a lane for each in channel, turned by half a turn. */
export function backwardWeights(s: Conv2dShape): WeightLayout {
  const { lanes, lane, channels, channel, taps } = forwardWeights(s);
  return { lanes: channels, lane: channel, channels: lanes, channel: lane, taps, flipped: true };
}

/** Bytes of the packed weights of one group. */
export const packedWeights = (target: Target, layout: WeightLayout): number =>
  filled(target, layout.lanes) * layout.channels * layout.taps * 4;

/** Runs `body` for each panel in turn, told how many lanes each of its vectors has. */
export function eachLanePanel(
  f: FunctionBuilder,
  target: Target,
  layout: WeightLayout,
  from: Local,
  body: (lanes: number[]) => Code,
): Code {
  const left = f.local("i32");
  let lane = 0;
  return panelsOf(target, layout.lanes).map(({ vectors, count }) => {
    const full = Math.min(count, Math.floor((layout.lanes - lane) / (4 * vectors)));
    const codes = [
      full > 0
        ? times(left, i32.const(full), [
            body(new Array<number>(vectors).fill(4)),
            from.advance(4 * vectors * layout.lane),
          ])
        : [],
    ];
    lane += full * 4 * vectors;
    if (full < count) {
      const start = lane;
      codes.push(
        body(
          Array.from({ length: vectors }, (_, v) => Math.max(0, Math.min(4, layout.lanes - start - 4 * v))),
        ),
      );
    }
    return codes;
  });
}

export const packParameters = { weight: shared, packed: shared };

/** Lays the weights out panel after panel, in each [tap][channel][lane], zeros in lanes that are none. */
export function packKernel(target: Target, layout: WeightLayout) {
  return compile(target, packParameters, ({ weight, packed }, f) => {
    const [tap, from, taps, channels] = f.integers(4);
    const first = layout.flipped ? (layout.taps - 1) * 4 : 0;
    return eachLanePanel(f, target, layout, weight, (lanes) => [
      tap.set(i32.add(weight.get, i32.const(first))),
      times(taps, i32.const(layout.taps), [
        from.set(tap.get),
        times(channels, i32.const(layout.channels), [
          lanes.map((count, v) =>
            v128.store(packed.get, gather(from, count, layout.lane, 4 * v * layout.lane), v * 16),
          ),
          [from.advance(layout.channel), packed.advance(lanes.length * 16)],
        ]),
        tap.advance(layout.flipped ? -4 : 4),
      ]),
    ]);
  });
}

/** Puts the lanes of a value `stride` bytes apart, or adds them to what is there. */
export function placeLanes(
  value: Local,
  to: Local,
  lanes: number,
  stride: number,
  offset: number,
  accumulate: boolean,
): Code {
  return [
    accumulate ? value.set(f32x4.add(value.get, gather(to, lanes, stride, offset))) : [],
    Array.from({ length: lanes }, (_, l) => v128.storeLane(to.get, value.get, l, offset + l * stride)),
  ];
}

/** Goes through sums [channel][filled lane] four lanes at a time, `to` being where the first of them belongs. */
export function eachSum(
  f: FunctionBuilder,
  target: Target,
  layout: WeightLayout,
  sums: Local,
  first: Local,
  body: (lanes: number, to: Local) => Code,
): Code {
  const [to, channels, quads, channel] = f.integers(4);
  const unused = filled(target, layout.lanes) - layout.lanes;
  const rest = layout.lanes & 3;
  const four = (lanes: number): Code => [body(lanes, to), to.advance(lanes * layout.lane), sums.advance(16)];
  return [
    channel.set(first.get),
    times(channels, i32.const(layout.channels), [
      to.set(channel.get),
      times(quads, i32.const(layout.lanes >> 2), four(4)),
      rest > 0 ? four(rest) : [],
      [sums.advance((unused >> 2) * 16), channel.advance(layout.channel)],
    ]),
  ];
}

export const placeParameters = { sums: shared, dWeight: shared };

/** Puts sums [tap][channel][filled lane] to where the weights lie, or added to what is there. */
export function placeKernel(target: Target, layout: WeightLayout, accumulate: boolean) {
  return compile(target, placeParameters, ({ sums, dWeight }, f) => {
    const taps = f.local("i32");
    const value = f.local("v128");
    return times(taps, i32.const(layout.taps), [
      eachSum(f, target, layout, sums, dWeight, (lanes, to) => [
        value.set(v128.load(sums.get)),
        placeLanes(value, to, lanes, layout.lane, 0, accumulate),
      ]),
      dWeight.advance(4),
    ]);
  });
}
