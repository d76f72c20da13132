/**
 * What the program was built from. `scripts/build.ts` puts a file with the facts in the place of this one; a program that
 * runs from its sources says, as Redis does when built outside of a repository, that it does not know.
 *
 * @module
 */

/** The first eight digits of the commit, zeros if it is not known. */
export const COMMIT: string = "00000000";
/** 1 if there were changes that are in no commit, else 0. */
export const DIRTY: number = 0;
