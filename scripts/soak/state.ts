/** What one client's keys hold according to the steps that it has sent, and whether a server agrees. */

/** Keys to values, in a form that compares by text; without the sets, whose losses to SPOP are the server's choice. */
export interface Observed {
  /** The value of each key, canonical. */
  readonly values: ReadonlyMap<string, string>;
  /** The members of each set. */
  readonly sets: ReadonlyMap<string, ReadonlySet<string>>;
}

/** A set of which some members may have been popped that nobody knows. */
interface PoppedSet {
  readonly members: Set<string>;
  /** How many members are gone, no matter which. */
  popped: number;
}

/** One consumer group's view of one stream. */
interface StreamState {
  /** Identifiers. */
  entries: string[];
  delivered: string;
  pending: string[];
}

/** The keys of one client. Every method does what the command of its name does. */
export class ClientState {
  readonly strings = new Map<string, string>();
  readonly lists = new Map<string, string[]>();
  readonly sets = new Map<string, PoppedSet>();
  readonly hashes = new Map<string, Map<string, string>>();
  readonly sortedSets = new Map<string, Map<string, number>>();
  readonly streams = new Map<string, StreamState>();
  /** Milliseconds since the epoch. */
  readonly deadlines = new Map<string, number>();

  increment(key: string, by: number): void {
    this.strings.set(key, String(Number(this.strings.get(key) ?? 0) + by));
  }

  push(key: string, element: string): void {
    this.#list(key).push(element);
  }

  /** LMOVE LEFT RIGHT. */
  move(from: string, to: string): void {
    const element = this.lists.get(from)?.shift();
    if (element !== undefined) this.#list(to).push(element);
  }

  addMember(key: string, member: string): void {
    this.#set(key).members.add(member);
  }

  /** SPOP; `member` is what it answered, undefined while nobody knows. */
  popMember(key: string, member: string | undefined): void {
    const set = this.#set(key);
    if (member === undefined) set.popped = Math.min(set.popped + 1, set.members.size);
    else set.members.delete(member);
  }

  setField(key: string, field: string, value: string | undefined): void {
    const hash = this.hashes.get(key) ?? new Map<string, string>();
    this.hashes.set(key, hash);
    if (value === undefined) hash.delete(field);
    else hash.set(field, value);
  }

  addScore(key: string, member: string, by: number): void {
    const scores = this.sortedSets.get(key) ?? new Map<string, number>();
    this.sortedSets.set(key, scores);
    scores.set(member, (scores.get(member) ?? 0) + by);
  }

  /** ZPOPMIN. */
  popLowest(key: string): void {
    const scores = this.sortedSets.get(key);
    const [lowest] = [...scores ?? []].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    if (lowest !== undefined) scores!.delete(lowest[0]);
  }

  /** XGROUP CREATE MKSTREAM, where no stream is. */
  createStream(key: string): void {
    this.streams.set(key, { entries: [], delivered: "0-0", pending: [] });
  }

  /** XADD MAXLEN. */
  addEntry(key: string, id: string, most: number): void {
    const stream = this.streams.get(key)!;
    stream.entries = [...stream.entries, id].slice(-most);
  }

  /** XREADGROUP COUNT. */
  readEntries(key: string, count: number): void {
    const stream = this.streams.get(key)!;
    const fresh = stream.entries.filter((id) => Number.parseInt(id) > Number.parseInt(stream.delivered));
    const read = fresh.slice(0, count);
    stream.delivered = read.at(-1) ?? stream.delivered;
    stream.pending.push(...read);
  }

  acknowledge(key: string, ids: readonly string[]): void {
    const stream = this.streams.get(key)!;
    stream.pending = stream.pending.filter((id) => !ids.includes(id));
  }

  deleteEntry(key: string, id: string): void {
    const stream = this.streams.get(key)!;
    stream.entries = stream.entries.filter((each) => each !== id);
  }

  rename(from: string, to: string): void {
    for (const values of this.#kinds()) {
      const value = values.get(from);
      values.delete(to);
      if (value !== undefined) values.set(to, value);
      values.delete(from);
    }
  }

  unlink(key: string): void {
    for (const values of this.#kinds()) values.delete(key);
  }

  clone(): ClientState {
    const copy = new ClientState();
    for (const [index, kind] of this.#kinds().entries()) {
      for (const [key, value] of structuredClone(kind)) copy.#kinds()[index].set(key, value);
    }
    return copy;
  }

  /** Whether the strings are the same; quicker than {@linkcode difference}. */
  hasStrings({ values }: Observed): boolean {
    for (const [key, value] of this.strings) {
      if (values.get(key) !== withDeadline(value, this.deadlines.get(key))) return false;
    }
    return true;
  }

  /** What is different from what a server holds; null if nothing is. */
  difference({ sets, values }: Observed): string | null {
    const expected = this.#canonical();
    for (const key of new Set([...expected.keys(), ...values.keys()])) {
      const [ours, theirs] = [expected.get(key), values.get(key)];
      if (ours !== theirs) return `${key}: expected ${ours ?? "nothing"}, found ${theirs ?? "nothing"}`;
    }
    for (const key of new Set([...this.sets.keys(), ...sets.keys()])) {
      const found = sets.get(key) ?? new Set();
      const { members, popped } = this.sets.get(key) ?? { members: new Set(), popped: 0 };
      if (found.size !== members.size - popped || !found.isSubsetOf(members)) {
        return `${key}: expected ${[...members]} less ${popped}, found ${[...found]}`;
      }
    }
    return null;
  }

  /** Takes over which members a server's sets have left. */
  settle({ sets }: Observed): void {
    for (const key of this.sets.keys()) {
      this.sets.set(key, { members: new Set(sets.get(key) ?? []), popped: 0 });
    }
  }

  #kinds(): Map<string, unknown>[] {
    return [
      ...[this.strings, this.lists, this.sets, this.hashes],
      ...[this.sortedSets, this.streams, this.deadlines],
    ];
  }

  #list(key: string): string[] {
    const list = this.lists.get(key) ?? [];
    this.lists.set(key, list);
    return list;
  }

  #set(key: string): PoppedSet {
    const set = this.sets.get(key) ?? { members: new Set(), popped: 0 };
    this.sets.set(key, set);
    return set;
  }

  /** Of all keys but sets; what is empty does not exist, streams excepted. */
  #canonical(): Map<string, string> {
    const values = new Map<string, string>();
    for (const [key, value] of this.strings) values.set(key, withDeadline(value, this.deadlines.get(key)));
    for (const [key, list] of this.lists) if (list.length > 0) values.set(key, JSON.stringify(list));
    for (const [key, hash] of this.hashes) if (hash.size > 0) values.set(key, sorted(hash));
    for (const [key, scores] of this.sortedSets) if (scores.size > 0) values.set(key, sorted(scores));
    for (const [key, { delivered, entries, pending }] of this.streams) {
      values.set(key, canonicalStream(entries, delivered, pending));
    }
    return values;
  }
}

/** A value and when it expires, as they are compared. */
export function withDeadline(value: string, deadline: number | undefined): string {
  return deadline === undefined ? value : `${value} until ${deadline}`;
}

/** Pairs in the order of their names, as they are compared. */
export function sorted(pairs: Iterable<readonly [string, string | number]>): string {
  return JSON.stringify([...pairs].map(([name, value]) => [name, String(value)]).sort());
}

/** A stream with one group, as it is compared. */
export function canonicalStream(
  entries: readonly string[],
  delivered: string,
  pending: readonly string[],
): string {
  return JSON.stringify({ entries, delivered, pending });
}
