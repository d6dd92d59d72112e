// SPDX-License-Identifier: Apache-2.0
/** The course of a datastream as lines on a plane. Pure. */
import type { components } from "@/api/made/desk";

export type Course = components["schemas"]["CourseShown"];
export interface Drawn {
  band: string;
  line: string;
  low: number;
  high: number;
  begin: number;
  end: number;
  /** Where the moment lies, if within. */
  mark: number | undefined;
  /** How often no reading came for longer than usual: there the line breaks. */
  gaps: number;
}
/** What is known of a course beside its columns: ms between readings as declared, ms of its sums (0: single readings), the span drawn. */
export interface Known {
  every?: number;
  step?: number;
  begin?: number;
  end?: number;
}
interface Row { at: number; low: number; high: number; mean: number }
/** Single readings are missed after so many of their usual intervals; a sum is missed when its own span is empty. */
const MISSED = 3;
const EMPTY = 1.5;

/** Put a course on width × height, the lowest at the bottom; nothing for one without a single value. */
export function drawn(course: Pick<Course, "at" | "low" | "high" | "mean">, moment: number, width: number, height: number, known: Known = {}): Drawn | undefined {
  const rows = course.at.flatMap((at, n): Row[] => {
    const [low, high, mean] = [course.low[n], course.high[n], course.mean[n]];
    return typeof low === "number" && typeof high === "number" && typeof mean === "number" ? [{ at, low, high, mean }] : [];
  });
  if (!rows.length) return undefined;
  const [begin, end] = [known.begin ?? rows[0]!.at, known.end ?? rows.at(-1)!.at];
  const [low, high] = [Math.min(...rows.map((row) => row.low)), Math.max(...rows.map((row) => row.high))];
  const x = (at: number) => (end > begin ? ((at - begin) / (end - begin)) * width : width / 2).toFixed(1);
  const y = (value: number) => (high > low ? height - ((value - low) / (high - low)) * height : height / 2).toFixed(1);
  const runs = unbroken(rows, longest(rows, width, known));
  return {
    band: runs.map((run) => `M${[...run.map((row) => `${x(row.at)} ${y(row.high)}`), ...run.map((row) => `${x(row.at)} ${y(row.low)}`).reverse()].join("L")}Z`).join(""),
    // One reading on its own is a dot: a line of no length with round ends.
    line: runs.map((run) => `M${run.map((row) => `${x(row.at)} ${y(row.mean)}`).join("L")}${run.length > 1 ? "" : "h0"}`).join(""),
    low, high, begin, end,
    mark: moment >= begin && moment <= end ? Number(x(moment)) : undefined,
    gaps: runs.length - 1,
  };
}

/** The longest time between two columns that is no gap, in ms; without a declared interval the middle one of those seen is usual. */
function longest(rows: readonly Row[], width: number, { every = 0, step = 0, begin = 0, end = 0 }: Known): number {
  const apart = rows.slice(1).map((row, n) => row.at - rows[n]!.at).sort((a, b) => a - b);
  const usual = every ? Math.max(every, step, (end - begin) / width) : (apart[Math.floor(apart.length / 2)] ?? 0);
  return usual * (step ? EMPTY : MISSED);
}

/** Rows in runs without a gap. */
function unbroken(rows: readonly Row[], most: number): Row[][] {
  const runs: Row[][] = [];
  for (const row of rows) {
    const before = runs.at(-1)?.at(-1);
    if (before && row.at - before.at <= most) runs.at(-1)!.push(row);
    else runs.push([row]);
  }
  return runs;
}
