// SPDX-License-Identifier: Apache-2.0
/** The live stream: replayed from the last number heard, opened anew with a fresh ticket when lost. */
import { desk, told } from "./client";

export interface Heard {
  name: string;
  payload?: Record<string, unknown>;
  [more: string]: unknown;
}
export type Hear = (heard: Heard) => void;

const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** Where to listen, with a ticket, after which fact. */
export interface Opening {
  url: string;
  ticket: string;
  after: number;
}

/** Listen until the returned function is called. `state` hears true when connected, false when lost; `first` spares asking for a ticket. */
export function listen(hear: Hear, state: (live: boolean) => void = () => {}, first?: Opening): () => void {
  let last = "";
  let given = first;
  let pause = FIRST_PAUSE;
  let source: EventSource | undefined;
  let timer = 0;
  let over = false;

  const retry = () => {
    state(false);
    if (over) return;
    timer = window.setTimeout(open, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  };

  async function open(): Promise<void> {
    try {
      const { url, ticket, after } = given ?? (await told(desk.GET("/api/desk/stream-ticket")));
      given = undefined;
      last ||= String(after);
      if (over) return;
      source = new EventSource(`${url}?ticket=${encodeURIComponent(ticket)}${last ? `&after=${last}` : ""}`);
    } catch {
      retry();
      return;
    }
    source.onopen = () => {
      pause = FIRST_PAUSE;
      state(true);
    };
    source.onmessage = (message: MessageEvent<string>) => {
      last = message.lastEventId || last;
      hear(JSON.parse(message.data) as Heard);
    };
    source.addEventListener("reset", (message) => {
      last = (message as MessageEvent).lastEventId || "";
      hear({ name: "reset" });
    });
    // A ticket lasts minutes: a lost stream asks for a new one instead of the browser's own retry.
    source.onerror = () => {
      source?.close();
      retry();
    };
  }

  void open();
  return () => {
    over = true;
    window.clearTimeout(timer);
    source?.close();
  };
}
