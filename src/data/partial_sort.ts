/**
 * Sorting when only a part of the result is wanted.
 *
 * Quicksort as J. L. Bentley and M. D. McIlroy made it ("Engineering a Sort Function", 1993), which leaves aside the
 * parts that the wanted range has nothing to do with: O(N + M log M) on average for M wanted of N elements, O(N^2) at
 * worst. It takes the same steps as the one of Redis, so that elements which compare equal come out in the same order.
 *
 * @module
 */

/** Negative, 0 or positive, as for `Array.prototype.sort`. */
export type Comparison<T> = (a: T, b: T) => number;

/** Fewer elements than this are sorted by insertion. */
const INSERTION_LIMIT = 7;
/** From more elements than this on the pivot is the median of nine. */
const MEDIAN_OF_NINE_LIMIT = 40;

/**
 * Brings the elements that belong at indexes `first` to `last` of the sorted array there, in order. The order of the
 * others is undefined, and equal elements may change places.
 */
export function sortRange<T>(items: T[], compare: Comparison<T>, first: number, last: number): void {
  sortPart(items, 0, items.length, compare, first, last);
}

/** Works on the elements `start` up to `end`. */
function sortPart<T>(
  items: T[],
  start: number,
  end: number,
  compare: Comparison<T>,
  first: number,
  last: number,
): void {
  const wanted = (from: number, to: number) => to - from > 1 && first < to && last >= from;
  while (end - start >= INSERTION_LIMIT) {
    swap(items, start, pivotOf(items, start, end, compare));
    const [less, greater] = partition(items, start, end, compare);
    if (wanted(start, start + less)) sortPart(items, start, start + less, compare, first, last);
    start = end - greater;
    if (!wanted(start, end)) return;
  }
  insertionSort(items, start, end, compare);
}

function insertionSort<T>(items: T[], start: number, end: number, compare: Comparison<T>): void {
  for (let i = start + 1; i < end; i++) {
    for (let j = i; j > start && compare(items[j - 1], items[j]) > 0; j--) swap(items, j, j - 1);
  }
}

/** Index of a median of three or, in larger parts, of three medians. */
function pivotOf<T>(items: T[], start: number, end: number, compare: Comparison<T>): number {
  const size = end - start;
  let low = start;
  let middle = start + (size >> 1);
  let high = end - 1;
  if (size === INSERTION_LIMIT) return middle;
  if (size > MEDIAN_OF_NINE_LIMIT) {
    const distance = size >> 3;
    low = median(items, low, low + distance, low + 2 * distance, compare);
    middle = median(items, middle - distance, middle, middle + distance, compare);
    high = median(items, high - 2 * distance, high - distance, high, compare);
  }
  return median(items, low, middle, high, compare);
}

function median<T>(items: T[], a: number, b: number, c: number, compare: Comparison<T>): number {
  if (compare(items[a], items[b]) < 0) {
    if (compare(items[b], items[c]) < 0) return b;
    return compare(items[a], items[c]) < 0 ? c : a;
  }
  if (compare(items[b], items[c]) > 0) return b;
  return compare(items[a], items[c]) < 0 ? a : c;
}

/**
 * Parts the elements by the pivot, which stands first: the lesser ones to the beginning, the greater ones to the end,
 * those equal to it between them. Answers how many are less and how many are greater.
 */
function partition<T>(
  items: T[],
  start: number,
  end: number,
  compare: Comparison<T>,
): [less: number, greater: number] {
  // Equal elements gather at both ends, before `equalLow` and behind `equalHigh`.
  let equalLow = start + 1;
  let equalHigh = end - 1;
  let low = start + 1;
  let high = end - 1;
  for (;;) {
    let order = 0;
    while (low <= high && (order = compare(items[low], items[start])) <= 0) {
      if (order === 0) swap(items, equalLow++, low);
      low++;
    }
    while (low <= high && (order = compare(items[high], items[start])) >= 0) {
      if (order === 0) swap(items, high, equalHigh--);
      high--;
    }
    if (low > high) break;
    swap(items, low++, high--);
  }
  const less = low - equalLow;
  const greater = equalHigh - high;
  swapRuns(items, start, low, Math.min(equalLow - start, less));
  swapRuns(items, low, end, Math.min(greater, end - equalHigh - 1));
  return [less, greater];
}

/** Exchanges `count` elements from `from` on with the `count` before `end`. */
function swapRuns<T>(items: T[], from: number, end: number, count: number): void {
  for (let i = 0; i < count; i++) swap(items, from + i, end - count + i);
}

function swap<T>(items: T[], a: number, b: number): void {
  const item = items[a];
  items[a] = items[b];
  items[b] = item;
}
