/**
 * The arguments of GEOSEARCH, GEOSEARCHSTORE and the GEORADIUS commands.
 *
 * @module
 */

import type { Args } from "../../command/args.ts";
import type { GeoArea } from "../../data/geo_area.ts";
import type { Position } from "../../data/geohash.ts";
import type { SortedSet } from "../../data/sorted_set.ts";
import { CommandError, Errors } from "../../resp/errors.ts";
import { requirePosition } from "./places.ts";
import { readLength, readPosition, readUnit } from "./units.ts";

const NEED_RADIUS = new CommandError("ERR need numeric radius");
const NEED_WIDTH = new CommandError("ERR need numeric width");
const NEED_HEIGHT = new CommandError("ERR need numeric height");
const NEGATIVE_RADIUS = new CommandError("ERR radius cannot be negative");
const NEGATIVE_BOX = new CommandError("ERR height or width cannot be negative");
const COUNT_NOT_POSITIVE = new CommandError("ERR COUNT must be > 0");
const ANY_WITHOUT_COUNT = new CommandError("ERR the ANY argument requires COUNT argument");

/** Which of the commands is being read. */
export interface SearchForm {
  /** How the centre is given: two coordinates or a member at fixed places, or by an option. */
  readonly centre: "position" | "member" | "option";
  /** Whether STORE and STOREDIST may be given, or the first argument is where to store, or nothing is stored. */
  readonly storing: "option" | "always" | "never";
}

/** What to search for, and what to do with what is found. */
export class Search {
  /** Undefined only where the key with the member to start from does not exist, or before all was read. */
  centre: Position | undefined;
  shape: AreaShape | undefined;
  /** Metres of the unit that distances are answered in. */
  unit = 1;
  withDistance = false;
  withHash = false;
  withPosition = false;
  order: "none" | "ascending" | "descending" = "none";
  /** At most so many results; 0: all. */
  count = 0;
  /** Whether any `count` results do, not just the nearest. */
  any = false;
  /** Where the results go instead of the reply. */
  storeKey: string | undefined;
  /** Whether distances are stored, not geohashes. */
  storeDistance = false;

  /** The area to search. */
  get area(): GeoArea | undefined {
    return this.centre && this.shape && { centre: this.centre, ...this.shape };
  }
}

/** An area without its place. */
type AreaShape = { kind: "circle"; radius: number } | { kind: "box"; width: number; height: number };

/** Reads and checks all arguments; `set` is what the key holds. */
export function readSearch(args: Args, form: SearchForm, set: SortedSet | undefined): Search {
  const reader = new SearchReader(args, form, set);
  reader.read();
  return reader.search;
}

class SearchReader {
  readonly search = new Search();
  readonly #args: Args;
  readonly #form: SearchForm;
  readonly #set: SortedSet | undefined;
  #byMember = false;
  #byPosition = false;

  constructor(args: Args, form: SearchForm, set: SortedSet | undefined) {
    this.#args = args;
    this.#form = form;
    this.#set = set;
  }

  read(): void {
    const { length } = this.#args;
    let index = this.#readFixed();
    while (index < length) index += this.#readOption(index, length - index - 1);
    this.#check();
  }

  /** Reads what stands at fixed places; index of the first option. */
  #readFixed(): number {
    const args = this.#args;
    const { search } = this;
    switch (this.#form.centre) {
      case "position":
        search.centre = readPosition(args, 2);
        this.#readCircle(4);
        return 6;
      case "member":
        // Without a key nothing is found, whatever the circle.
        if (this.#set !== undefined) {
          search.centre = requirePosition(this.#set, args, 2);
          this.#readCircle(3);
        }
        return 5;
      case "option":
        if (this.#form.storing === "never") return 2;
        search.storeKey = args.key(1);
        return 3;
    }
  }

  /** Reads the option at `index`, which `left` arguments follow; how many arguments it took. */
  #readOption(index: number, left: number): number {
    const args = this.#args;
    if (this.#readFlag(index)) return 1;
    if (args.is(index, "COUNT") && left >= 1) {
      this.search.count = args.clampedInt(index + 1);
      if (this.search.count <= 0) throw COUNT_NOT_POSITIVE;
      return 2;
    }
    if (this.#form.centre === "option") return this.#readAreaOption(index, left);
    const isDistance = args.is(index, "STOREDIST");
    if (this.#form.storing === "never" || left < 1 || !(isDistance || args.is(index, "STORE"))) {
      throw Errors.SYNTAX;
    }
    this.search.storeKey = args.key(index + 1);
    this.search.storeDistance = isDistance;
    return 2;
  }

  #readFlag(index: number): boolean {
    const args = this.#args;
    const { search } = this;
    if (args.is(index, "WITHDIST")) search.withDistance = true;
    else if (args.is(index, "WITHHASH")) search.withHash = true;
    else if (args.is(index, "WITHCOORD")) search.withPosition = true;
    else if (args.is(index, "ANY")) search.any = true;
    else if (args.is(index, "ASC")) search.order = "ascending";
    else if (args.is(index, "DESC")) search.order = "descending";
    else return false;
    return true;
  }

  /** As {@linkcode #readOption}, for what only GEOSEARCH and GEOSEARCHSTORE have. */
  #readAreaOption(index: number, left: number): number {
    const args = this.#args;
    const { search } = this;
    if (args.is(index, "STOREDIST") && this.#form.storing === "always") {
      search.storeDistance = true;
      return 1;
    }
    if (args.is(index, "FROMMEMBER") && left >= 1 && !this.#byPosition) {
      this.#byMember = true;
      if (this.#set !== undefined) search.centre = requirePosition(this.#set, args, index + 1);
      return 2;
    }
    if (args.is(index, "FROMLONLAT") && left >= 2 && !this.#byMember) {
      this.#byPosition = true;
      search.centre = readPosition(args, index + 1);
      return 3;
    }
    if (args.is(index, "BYRADIUS") && left >= 2 && search.shape?.kind !== "box") {
      this.#readCircle(index + 1);
      return 3;
    }
    if (args.is(index, "BYBOX") && left >= 3 && search.shape?.kind !== "circle") {
      this.#readBox(index + 1);
      return 4;
    }
    throw Errors.SYNTAX;
  }

  #readCircle(index: number): void {
    const radius = readLength(this.#args, index, NEED_RADIUS);
    if (radius < 0) throw NEGATIVE_RADIUS;
    const unit = readUnit(this.#args, index + 1);
    this.search.unit = unit;
    this.search.shape = { kind: "circle", radius: radius * unit };
  }

  #readBox(index: number): void {
    const width = readLength(this.#args, index, NEED_WIDTH);
    const height = readLength(this.#args, index + 1, NEED_HEIGHT);
    if (width < 0 || height < 0) throw NEGATIVE_BOX;
    const unit = readUnit(this.#args, index + 2);
    this.search.unit = unit;
    this.search.shape = { kind: "box", width: width * unit, height: height * unit };
  }

  /** Checks what only shows when all was read. */
  #check(): void {
    const { search } = this;
    const hasDetails = search.withDistance || search.withHash || search.withPosition;
    if (search.storeKey !== undefined && hasDetails) {
      const what = this.#form.storing === "always" ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
      throw new CommandError(`ERR ${what} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
    }
    if (this.#form.centre === "option") {
      if (!this.#byMember && !this.#byPosition) throw this.#exactlyOne("FROMMEMBER or FROMLONLAT");
      if (search.shape === undefined) throw this.#exactlyOne("BYRADIUS and BYBOX");
    }
    if (search.any && search.count === 0) throw ANY_WITHOUT_COUNT;
  }

  #exactlyOne(options: string): CommandError {
    return new CommandError(`ERR exactly one of ${options} can be specified for ${this.#args.text(0)}`);
  }
}
