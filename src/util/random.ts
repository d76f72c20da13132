/** Every value that is drawn by {@link Random.below} fits in a double exactly. */
const LARGEST_LIMIT = 2 ** 53;

/**
 * A small, fast, seedable generator: xoshiro128** (Blackman and Vigna 2018), its state filled from the seed
 * by splitmix32. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Equal seeds (32 bits) give equal sequences. */
  constructor(seed: number) {
    let state = seed | 0;
    const next = () => {
      state = (state + 0x9e3779b9) | 0;
      let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
      mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
      return mixed ^ (mixed >>> 16);
    };
    this.#a = next();
    this.#b = next();
    this.#c = next();
    this.#d = next();
  }

  /** Where in its sequence the generator is; when set, it goes on from there. */
  get state(): readonly [number, number, number, number] {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  set state(state: readonly [number, number, number, number]) {
    [this.#a, this.#b, this.#c, this.#d] = state;
  }

  /** An integer from 0 to 2^32 - 1. */
  uint32(): number {
    const scrambled = Math.imul(this.#b, 5);
    const result = Math.imul((scrambled << 7) | (scrambled >>> 25), 9) >>> 0;
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result;
  }

  /** An integer from 0 to n - 1, each as likely as the others; n from 1 to 2^53. */
  below(n: number): number {
    if (!(n >= 1 && n <= LARGEST_LIMIT)) throw new RangeError(`no integer lies from 0 up to ${n}`);
    const range = n <= 2 ** 32 ? 2 ** 32 : LARGEST_LIMIT;
    // Draws from the incomplete last multiple of n would favour small results.
    const limit = range - range % n;
    for (;;) {
      const draw = range === 2 ** 32 ? this.uint32() : this.#uint53();
      if (draw < limit) return draw % n;
    }
  }

  /** A number from 0 (included) to 1 (excluded) with 53 random bits. */
  float(): number {
    return this.#uint53() / LARGEST_LIMIT;
  }

  /** A string of `length` lower-case hexadecimal digits. */
  hex(length: number): string {
    let digits = "";
    while (digits.length < length) digits += this.uint32().toString(16).padStart(8, "0");
    return digits.slice(0, length);
  }

  #uint53(): number {
    return (this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6);
  }
}

/** A generator with a seed that nobody can guess. */
export function systemSeeded(): Random {
  return new Random(crypto.getRandomValues(new Uint32Array(1))[0]);
}
