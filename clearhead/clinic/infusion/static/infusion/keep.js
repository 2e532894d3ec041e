// The chair's page outlives a reload while the clinic is away: the worker keeps it, this file tells the worker what is new.
export async function keepOpen(room) {
  if (!globalThis.isSecureContext || !("serviceWorker" in navigator)) return;
  try {
    const scope = new URL(".", new URL(room.dataset.worker, location.href)).pathname;
    await navigator.serviceWorker.register(room.dataset.worker, { scope, updateViaCache: "none" });
    const { active } = await navigator.serviceWorker.ready;
    const files = performance.getEntriesByType("resource").map((one) => new URL(one.name).pathname).filter((path) => path.startsWith("/static/"));
    active.postMessage({ begin: { path: location.pathname, files: [...new Set(files)] } });
  } catch { /* no worker here: a reload without the clinic shows the browser's own page, the queue is safe */ }
}

export const keepNewest = (parts) => navigator.serviceWorker?.controller?.postMessage({ newest: { path: location.pathname, parts } });

// What the worker kept, when it answered in the clinic's place.
export const keptParts = () => document.getElementById("kept-parts");
