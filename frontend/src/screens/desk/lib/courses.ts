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
}

/** Put a course on width × height, the lowest at the bottom; nothing for one without a single value. */
export function drawn(course: Course, moment: number, width: number, height: number): Drawn | undefined {
  const rows = course.at.flatMap((at, n) => {
    const [low, high, mean] = [course.low[n], course.high[n], course.mean[n]];
    return typeof low === "number" && typeof high === "number" && typeof mean === "number" ? [{ at, low, high, mean }] : [];
  });
  if (!rows.length) return undefined;
  const [begin, end] = [rows[0]!.at, rows.at(-1)!.at];
  const [low, high] = [Math.min(...rows.map((row) => row.low)), Math.max(...rows.map((row) => row.high))];
  const x = (at: number) => (end > begin ? ((at - begin) / (end - begin)) * width : width / 2).toFixed(1);
  const y = (value: number) => (high > low ? height - ((value - low) / (high - low)) * height : height / 2).toFixed(1);
  const up = rows.map((row) => `${x(row.at)} ${y(row.high)}`);
  const down = rows.map((row) => `${x(row.at)} ${y(row.low)}`).reverse();
  return {
    band: `M${[...up, ...down].join("L")}Z`,
    line: rows.map((row) => `${x(row.at)},${y(row.mean)}`).join(" "),
    low, high, begin, end,
    mark: moment >= begin && moment <= end ? Number(x(moment)) : undefined,
  };
}
