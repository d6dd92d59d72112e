// SPDX-License-Identifier: Apache-2.0
// Keeps the phone's shell for times without a network. Answers of the interfaces are never kept here:
// what is written offline waits in the phone's own queue (stores/queue.ts).
const SHELL = "shell-__VERSION__";
const FILES = __FILES__;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELL).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys().then((keys) => Promise.all(keys.filter((key) => key !== SHELL).map((key) => caches.delete(key)))).then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (request.mode === "navigate" && url.pathname.startsWith("/m")) {
    event.respondWith(fetch(request).catch(() => caches.match("/m")));
  } else if (url.pathname.startsWith("/static/web/")) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
