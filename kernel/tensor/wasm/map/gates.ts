// What a recurrent layer does in one step between its matrix products: gates of LSTM and GRU, forward and backward, a row of the
// batch at a time. A row of `gates` is its gates one after the other, `size` numbers each, in PyTorch's order.

import { define, grainOf } from "../call/device";
import { once } from "../call/variants";
import { type Code, type FunctionBuilder, f32x4, i32, type Local, times } from "../emit/assembler";
import { type Call, compile, count, each, units } from "../emit/kernel";
import { eachVector, loadStep } from "../emit/loops";
import { held, sigmoid, tanh } from "../emit/math";

const one = (f: FunctionBuilder): Code => held(f, "one");
const rise = (f: FunctionBuilder, y: Local): Code => f32x4.mul(y.get, f32x4.sub(one(f), y.get)); // σ′ by σ
const slope = (f: FunctionBuilder, y: Local): Code => f32x4.sub(one(f), f32x4.mul(y.get, y.get)); // tanh′ by tanh

const bytesOf = (size: Local): Code => i32.shl(size.get, i32.const(2));

/** Pointers to the gates of a row: the first is given, each of the others follows `size` numbers on. */
const spread = (first: Local, others: readonly Local[], size: Local): Code =>
  others.map((gate, i) => gate.set(i32.add([first, ...others][i]!.get, bytesOf(size))));

/** From the end of a row of `gates` gates to the start of the next one, the first pointer being at the end of its gate. */
const nextRow = (first: Local, gates: number, size: Local): Code =>
  first.advance(i32.mul(bytesOf(size), i32.const(gates - 1)));

const σ = (x: number): number => 1 / (1 + Math.exp(-x));

const lstmStep = {
  ...{ gates: each(16, "size"), before: each(4, "size"), cell: each(4, "size"), hidden: each(4, "size") },
  ...{ rows: units, size: count },
};

/**
 * c = σ(f)·before + σ(i)·tanh(g), h = σ(o)·tanh(c) for gates i, f, g, o [rows, 4·size], which become σ(i), σ(f), tanh(g), σ(o);
 * `cell` may alias `before`.
 */
export const lstm = define<Call<typeof lstmStep>>({
  emit(device) {
    const { target } = device;
    const kernel = once(() =>
      compile(target, lstmStep, ({ gates, before, cell, hidden, rows, size }, f) => {
        const [row, forget, input, output] = f.integers(4);
        const [i, g, o, c] = f.vectors(4);
        return times(row, rows.get, [
          spread(gates, [forget, input, output], size),
          eachVector(
            f,
            size.get,
            [gates, forget, input, output, before, cell, hidden],
            1,
            [gates, forget, input, output, cell, hidden],
            (step, at) => [
              [i.set(sigmoid(target, f, loadStep(step, gates, at))), i.get],
              [c.set(sigmoid(target, f, loadStep(step, forget, at))), c.get],
              [g.set(tanh(target, f, loadStep(step, input, at))), g.get],
              [o.set(sigmoid(target, f, loadStep(step, output, at))), o.get],
              [
                c.set(f32x4.add(f32x4.mul(c.get, loadStep(step, before, at)), f32x4.mul(i.get, g.get))),
                c.get,
              ],
              f32x4.mul(o.get, tanh(target, f, c.get)),
            ],
          ),
          nextRow(gates, 4, size),
        ]);
      }),
    );
    return (call) => device.run(kernel(), call, grainOf(4 * call.size));
  },
  reference:
    (memory) =>
    ({ rows, size, ...call }) => {
      const gates = memory.floats(call.gates, 4 * rows * size);
      const [before, cell, hidden] = [call.before, call.cell, call.hidden].map((pointer) =>
        memory.floats(pointer, rows * size),
      ) as [Float32Array, Float32Array, Float32Array];
      for (let at = 0; at < rows * size; at++) {
        const first = at + 3 * size * Math.floor(at / size);
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => {
          const x = gates[first + gate * size]!;
          return gate === 2 ? Math.tanh(x) : σ(x);
        }) as [number, number, number, number];
        for (const [gate, value] of [i, f, g, o].entries()) gates[first + gate * size] = value;
        const c = f * before[at]! + i * g;
        cell[at] = c;
        hidden[at] = o * Math.tanh(c);
      }
    },
});

const lstmBack = {
  ...{ gates: each(16, "size"), before: each(4, "size"), dy: each(4, "size"), dHidden: each(4, "size") },
  ...{ dCell: each(4, "size"), dGates: each(16, "size"), rows: units, size: count },
};

/**
 * The gradient of an lstm step whose hidden state gets dy + dHidden and whose cell dCell: dGates of the gates before their
 * activation, and dCell becomes that of `before`. `gates` are as lstm left them.
 */
export const lstmBackward = define<Call<typeof lstmBack>>({
  emit(device) {
    const { target } = device;
    const kernel = once(() =>
      compile(target, lstmBack, ({ gates, before, dy, dHidden, dCell, dGates, rows, size }, f) => {
        const [row, forget, input, output, dForget, dInput, dOutput] = f.integers(7);
        const [i, g, o, c, kept, dh, dc] = f.vectors(7);
        return times(row, rows.get, [
          spread(gates, [forget, input, output], size),
          spread(dGates, [dForget, dInput, dOutput], size),
          eachVector(
            f,
            size.get,
            [
              ...[gates, forget, input, output, before, dy, dHidden],
              ...[dCell, dGates, dForget, dInput, dOutput],
            ],
            1,
            [dOutput, dGates, dForget, dInput, dCell],
            (step, at) => [
              [
                i.set(loadStep(step, gates, at)),
                kept.set(loadStep(step, forget, at)),
                g.set(loadStep(step, input, at)),
                o.set(loadStep(step, output, at)),
                c.set(f32x4.add(f32x4.mul(kept.get, loadStep(step, before, at)), f32x4.mul(i.get, g.get))),
                c.set(tanh(target, f, c.get)),
                dh.set(f32x4.add(loadStep(step, dy, at), loadStep(step, dHidden, at))),
                dc.set(
                  f32x4.add(loadStep(step, dCell, at), f32x4.mul(f32x4.mul(dh.get, o.get), slope(f, c))),
                ),
                f32x4.mul(f32x4.mul(dh.get, c.get), rise(f, o)),
              ],
              f32x4.mul(f32x4.mul(dc.get, g.get), rise(f, i)),
              f32x4.mul(f32x4.mul(dc.get, loadStep(step, before, at)), rise(f, kept)),
              f32x4.mul(f32x4.mul(dc.get, i.get), slope(f, g)),
              f32x4.mul(dc.get, kept.get),
            ],
          ),
          [nextRow(gates, 4, size), nextRow(dGates, 4, size)],
        ]);
      }),
    );
    return (call) => device.run(kernel(), call, grainOf(4 * call.size));
  },
  reference:
    (memory) =>
    ({ rows, size, ...call }) => {
      const gates = memory.floats(call.gates, 4 * rows * size);
      const dGates = memory.floats(call.dGates, 4 * rows * size);
      const [before, dy, dHidden, dCell] = [call.before, call.dy, call.dHidden, call.dCell].map((pointer) =>
        memory.floats(pointer, rows * size),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      for (let at = 0; at < rows * size; at++) {
        const first = at + 3 * size * Math.floor(at / size);
        const [i, f, g, o] = [0, 1, 2, 3].map((gate) => gates[first + gate * size]!) as [
          number,
          number,
          number,
          number,
        ];
        const c = Math.tanh(f * before[at]! + i * g);
        const dh = dy[at]! + dHidden[at]!;
        const dc = dCell[at]! + dh * o * (1 - c * c);
        const slopes = [dc * g * i * (1 - i), dc * before[at]! * f * (1 - f), dc * i * (1 - g * g)];
        for (const [gate, value] of [...slopes, dh * c * o * (1 - o)].entries()) {
          dGates[first + gate * size] = value;
        }
        dCell[at] = dc * f;
      }
    },
});

const gruStep = {
  ...{ gates: each(12, "size"), inner: each(12, "size"), before: each(4, "size"), hidden: each(4, "size") },
  ...{ rows: units, size: count },
};

/**
 * h = n + z·(before − n) for what the input (`gates`) and the hidden state (`inner`) give to r, z, n [rows, 3·size]: r = σ(r + r′),
 * z = σ(z + z′), n = tanh(n + r·n′), which `gates` become; `hidden` may alias `before`.
 */
export const gru = define<Call<typeof gruStep>>({
  emit(device) {
    const { target } = device;
    const kernel = once(() =>
      compile(target, gruStep, ({ gates, inner, before, hidden, rows, size }, f) => {
        const [row, update, fresh, innerUpdate, innerFresh] = f.integers(5);
        const [r, z, n] = f.vectors(3);
        const sum = (a: Code, b: Code) => f32x4.add(a, b);
        return times(row, rows.get, [
          spread(gates, [update, fresh], size),
          spread(inner, [innerUpdate, innerFresh], size),
          eachVector(
            f,
            size.get,
            [gates, update, fresh, inner, innerUpdate, innerFresh, before, hidden],
            1,
            [gates, update, fresh, hidden],
            (step, at) => [
              [r.set(sigmoid(target, f, sum(loadStep(step, gates, at), loadStep(step, inner, at)))), r.get],
              [
                z.set(sigmoid(target, f, sum(loadStep(step, update, at), loadStep(step, innerUpdate, at)))),
                z.get,
              ],
              [
                n.set(f32x4.mul(r.get, loadStep(step, innerFresh, at))),
                n.set(tanh(target, f, sum(loadStep(step, fresh, at), n.get))),
                n.get,
              ],
              sum(n.get, f32x4.mul(z.get, f32x4.sub(loadStep(step, before, at), n.get))),
            ],
          ),
          [nextRow(gates, 3, size), nextRow(inner, 3, size)],
        ]);
      }),
    );
    return (call) => device.run(kernel(), call, grainOf(3 * call.size));
  },
  reference:
    (memory) =>
    ({ rows, size, ...call }) => {
      const gates = memory.floats(call.gates, 3 * rows * size);
      const inner = memory.floats(call.inner, 3 * rows * size);
      const before = memory.floats(call.before, rows * size);
      const hidden = memory.floats(call.hidden, rows * size);
      for (let at = 0; at < rows * size; at++) {
        const first = at + 2 * size * Math.floor(at / size);
        const r = σ(gates[first]! + inner[first]!);
        const z = σ(gates[first + size]! + inner[first + size]!);
        const n = Math.tanh(gates[first + 2 * size]! + r * inner[first + 2 * size]!);
        for (const [gate, value] of [r, z, n].entries()) gates[first + gate * size] = value;
        hidden[at] = n + z * (before[at]! - n);
      }
    },
});

const gruBack = {
  ...{ gates: each(12, "size"), inner: each(12, "size"), before: each(4, "size"), dy: each(4, "size") },
  ...{ dHidden: each(4, "size"), dGates: each(12, "size"), dInner: each(12, "size") },
  ...{ rows: units, size: count },
};

/**
 * The gradient of a gru step whose hidden state gets dy + dHidden: dGates and dInner, and dHidden becomes what goes to `before`
 * past the gates. `gates` are as gru left them.
 */
export const gruBackward = define<Call<typeof gruBack>>({
  emit(device) {
    const { target } = device;
    const kernel = once(() =>
      compile(target, gruBack, ({ gates, inner, before, dy, dHidden, dGates, dInner, rows, size }, f) => {
        const [row, update, fresh, innerUpdate, innerFresh] = f.integers(5);
        const [dUpdate, dFresh, dInnerUpdate, dInnerFresh] = f.integers(4);
        const [r, z, n, dh, dr, dz, dn] = f.vectors(7);
        return times(row, rows.get, [
          spread(gates, [update, fresh], size),
          spread(inner, [innerUpdate, innerFresh], size),
          spread(dGates, [dUpdate, dFresh], size),
          spread(dInner, [dInnerUpdate, dInnerFresh], size),
          eachVector(
            f,
            size.get,
            [
              ...[gates, update, fresh, inner, innerUpdate, innerFresh, before, dy, dHidden],
              ...[dGates, dUpdate, dFresh, dInner, dInnerUpdate, dInnerFresh],
            ],
            1,
            [dGates, dUpdate, dFresh, dInner, dInnerUpdate, dInnerFresh, dHidden],
            (step, at) => [
              [
                r.set(loadStep(step, gates, at)),
                z.set(loadStep(step, update, at)),
                n.set(loadStep(step, fresh, at)),
                dh.set(f32x4.add(loadStep(step, dy, at), loadStep(step, dHidden, at))),
                dz.set(f32x4.mul(dh.get, f32x4.sub(loadStep(step, before, at), n.get))),
                dz.set(f32x4.mul(dz.get, rise(f, z))),
                dn.set(f32x4.mul(f32x4.mul(dh.get, f32x4.sub(one(f), z.get)), slope(f, n))),
                dr.set(f32x4.mul(f32x4.mul(dn.get, loadStep(step, innerFresh, at)), rise(f, r))),
                dr.get,
              ],
              dz.get,
              dn.get,
              dr.get,
              dz.get,
              f32x4.mul(dn.get, r.get),
              f32x4.mul(dh.get, z.get),
            ],
          ),
          [gates, inner, dGates, dInner].map((first) => nextRow(first, 3, size)),
        ]);
      }),
    );
    return (call) => device.run(kernel(), call, grainOf(3 * call.size));
  },
  reference:
    (memory) =>
    ({ rows, size, ...call }) => {
      const [gates, inner, dGates, dInner] = [call.gates, call.inner, call.dGates, call.dInner].map(
        (pointer) => memory.floats(pointer, 3 * rows * size),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      const [before, dy, dHidden] = [call.before, call.dy, call.dHidden].map((pointer) =>
        memory.floats(pointer, rows * size),
      ) as [Float32Array, Float32Array, Float32Array];
      for (let at = 0; at < rows * size; at++) {
        const first = at + 2 * size * Math.floor(at / size);
        const [r, z, n] = [0, 1, 2].map((gate) => gates[first + gate * size]!) as [number, number, number];
        const dh = dy[at]! + dHidden[at]!;
        const dz = dh * (before[at]! - n) * z * (1 - z);
        const dn = dh * (1 - z) * (1 - n * n);
        const dr = dn * inner[first + 2 * size]! * r * (1 - r);
        for (const [gate, value] of [dr, dz, dn].entries()) dGates[first + gate * size] = value;
        for (const [gate, value] of [dr, dz, dn * r].entries()) dInner[first + gate * size] = value;
        dHidden[at] = dh * z;
      }
    },
});
