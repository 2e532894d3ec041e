// Who answered: the clinic marks each answer (web/mark.py). A hotel's page or a proxy under repair is no answer of it.
export const ours = (reply) => reply.type === "opaqueredirect" || reply.headers.has("X-Clinic");

document.addEventListener("htmx:beforeSwap", ({ detail }) => { if (!detail.xhr.getResponseHeader("X-Clinic")) detail.shouldSwap = false; });

// The answer itself, or a fault as if nobody had answered.
export function heard(reply) {
  if (!ours(reply)) throw new Error("answered by somebody else");
  return reply;
}
