// SPDX-License-Identifier: Apache-2.0
/** How each kind of job reaches the server: photos first (each once), then the thing itself under its number. */
import { citizen, desk, field, ifVersion, once, Problem, told } from "@/api/client";
import type { Job, Photo } from "@/stores/kept";
import { putReceipt } from "@/stores/kept";

type Keep = (job: Job) => Promise<void>;

/** Send a job. Throws Problem; photos already taken by the server are remembered by `keep`. */
export async function send(job: Job, keep: Keep): Promise<void> {
  await uploads(job, keep);
  if (job.kind === "snap") await snap(job);
  else if (job.kind === "entry") await entry(job);
  else await move(job);
}

async function uploads(job: Job, keep: Keep): Promise<void> {
  for (const [number, photo] of job.photos.entries()) {
    if (photo.ref) continue;
    photo.ref = await upload(job, photo, `${job.id}-${number}`);
    await keep(job);
  }
}

async function upload(job: Job, photo: Photo, key: string): Promise<string> {
  const form = new FormData();
  form.append("file", new File([photo.blob], photo.name, { type: photo.blob.type || "image/jpeg" }));
  const options = { body: form as never, bodySerializer: (body: unknown) => body as FormData, headers: once(key) };
  if (job.kind === "snap") return (await told(citizen.POST("/api/citizen/photos", options))).photo;
  if (job.kind === "entry") return (await told(field.POST("/api/field/files", options))).id;
  return (await told(desk.POST("/api/desk/files", options))).id;
}

const refs = (job: Job): string[] => job.photos.map((photo) => photo.ref ?? "");

async function snap(job: Job): Promise<void> {
  const body = { ...job.body, photos: refs(job) } as never;
  const receipt = await told(citizen.POST("/api/citizen/reports", { body, headers: once(job.id) }));
  await putReceipt({ tracking: receipt.tracking, secret: receipt.secret, title: job.title, at: job.at });
}

async function entry(job: Job): Promise<void> {
  const one = { ...job.body, client_id: job.id, told_at: job.at, photos: refs(job) };
  const [answer] = await told(field.POST("/api/field/entries", { body: { entries: [one] } as never }));
  if (answer && (answer.outcome === "refused" || answer.outcome === "conflict")) {
    throw new Problem(422, answer.code, answer.detail || answer.outcome, answer.field ? [{ field: answer.field, detail: answer.detail }] : []);
  }
}

async function move(job: Job): Promise<void> {
  const { case_id, move: name, version, inputs, into = "photos" } = job.body as { case_id: string; move: string; version: number; inputs: object; into?: string };
  const withPhotos = job.photos.length ? { ...inputs, [into]: refs(job) } : inputs;
  await told(
    desk.POST("/api/desk/cases/{case_id}/moves/{move}", {
      params: { path: { case_id, move: name }, header: { ...ifVersion(version), ...once(job.id) } },
      body: { inputs: withPhotos } as never,
    }),
  );
}
