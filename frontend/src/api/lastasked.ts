// SPDX-License-Identifier: Apache-2.0
/**
 * Questions whose answers may overtake each other: a slow answer never covers what was asked later.
 * `const still = turn()` stands before a question; `still()` after its answer says whether nothing was asked since.
 */
export function lastAsked(): () => () => boolean {
  let newest = 0;
  return () => {
    const mine = ++newest;
    return () => mine === newest;
  };
}

/** For `then`: puts an answer into its place unless something was asked since. */
export function into<T>(still: () => boolean, place: { value: T }): (found: T) => void {
  return (found) => {
    if (still()) place.value = found;
  };
}
