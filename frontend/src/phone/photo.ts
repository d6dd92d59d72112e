// SPDX-License-Identifier: Apache-2.0
/** A photo made small enough for a slow line: at most 1600 px, JPEG, with what its camera wrote. */
import type { Photo } from "@/stores/kept";

import { exifOf, upright, withExif } from "./exif";
import { takenOf } from "./taken";

const LONGEST = 1600;
const QUALITY = 0.82;

/** Give the size a picture is drawn at; it never grows. */
export function shrunkSize(width: number, height: number): [number, number] {
  const scale = Math.min(1, LONGEST / Math.max(width, height));
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** Shrink a chosen file. What the browser cannot read goes as it is: the server says what is wrong with it. */
export async function shrink(file: File): Promise<Photo> {
  try {
    const picture = await createImageBitmap(file);
    const [width, height] = shrunkSize(picture.width, picture.height);
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [width, height];
    canvas.getContext("2d")?.drawImage(picture, 0, 0, width, height);
    picture.close();
    const small = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
    if (!small) return { blob: file, name: file.name };
    const segment = exifOf(new Uint8Array(await file.arrayBuffer()));
    const bytes = new Uint8Array(await small.arrayBuffer());
    const made = segment ? withExif(bytes, upright(segment)) : bytes;
    const name = file.name.replace(/\.\w+$/, "") + ".jpg";
    return { blob: new Blob([made as BlobPart], { type: "image/jpeg" }), name, taken: segment ? takenOf(segment) : {} };
  } catch {
    return { blob: file, name: file.name };
  }
}
