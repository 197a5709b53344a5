// Requests to this server, as JSON both ways.

const token = document.querySelector('meta[name="winnow-token"]')?.content ?? "";

/// What the server said instead of an answer.
export class Problem extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/// Asks for something. A workspace that is being written to is asked again a few times.
export async function get(path, { signal } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await send(path, { signal });
    if (response.status !== 503 || attempt === 5) return answer(response);
    await pause(1000 * Math.min(2 ** attempt, 8), signal);
  }
}

/// Changes something. Not repeated by itself: the reader decides.
export async function post(path, body = {}) {
  return answer(await send(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Winnow-Token": token },
    body: JSON.stringify(body),
  }));
}

async function send(path, options) {
  try {
    return await fetch(path, { ...options, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", "The server does not answer. Is winnow-inspect still running?");
  }
}

async function answer(response) {
  let value = null;
  try {
    value = await response.json();
  } catch {
    throw new Problem(response.status, "broken", `The server's answer (${response.status}) cannot be read.`);
  }
  if (response.ok) return value;
  throw new Problem(response.status, value.error ?? "unknown", value.message ?? `Error ${response.status}`);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("aborted", "AbortError"));
    }, { once: true });
  });
}
