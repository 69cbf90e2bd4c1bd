// Uniform random numbers: the stream of `../../random.ts`, number for number, whose state lies in memory between calls.

import { Generator } from "../../math/random";
import { define } from "../call/device";
import { once } from "../call/variants";
import { f32, i32, type Local, times } from "../emit/assembler";
import { type Call, compile, element, shared, units } from "../emit/kernel";

// Each number is the next of one stream, so a call is never cut.
const parameters = { state: shared, y: element, n: units };

/** y[n] = the next n uniform numbers of the generator whose four words (i32) lie at `state`, which go on with it. */
export const uniform = define<Call<typeof parameters>>({
  emit(device) {
    const kernel = once(() =>
      compile(device.target, parameters, ({ state, y, n }, f) => {
        const words = f.integers(4);
        const [a, b, c, d] = words;
        const [left, draw, shifted] = f.integers(3);
        const mix = (x: Local, by: Local) => x.set(i32.xor(x.get, by.get));
        return [
          words.map((word, i) => word.set(i32.load(state.get, 4 * i))),
          times(left, n.get, [
            draw.set(i32.mul(i32.rotl(i32.mul(b.get, i32.const(5)), i32.const(7)), i32.const(9))),
            shifted.set(i32.shl(b.get, i32.const(9))),
            [mix(c, a), mix(d, b), mix(b, c), mix(a, d), mix(c, shifted)],
            d.set(i32.rotl(d.get, i32.const(11))),
            f32.store(y.get, f32.mul(f32.fromI32(i32.shr(draw.get, i32.const(8))), f32.const(2 ** -24))),
            y.advance(4),
          ]),
          words.map((word, i) => i32.store(state.get, word.get, 4 * i)),
        ];
      }),
    );
    return (call) => device.run(kernel(), call);
  },
  reference: (memory) => (call) => {
    const words = memory.integers(call.state, 4);
    const generator = new Generator(0).setState([...words]);
    const y = memory.floats(call.y, call.n);
    for (let i = 0; i < call.n; i++) y[i] = generator.uniform();
    words.set(generator.getState());
  },
});
