// The pages work without this script. It shows times in the zone of the viewer, copies secrets, selects rows and keeps
// numbers current.
"use strict";

const language = document.documentElement.lang;

/** Shows each time in the zone of the viewer. The title keeps UTC. */
function localTimes(root) {
  const format = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (!Number.isNaN(date.getTime())) time.textContent = format.format(date);
  }
}

/** Adds a box to each table of rows that selects all of them. */
function selectAll() {
  for (const form of document.querySelectorAll("form[data-select]")) {
    const boxes = [...form.querySelectorAll("tbody input[type=checkbox]")];
    const head = form.querySelector("thead .tick");
    if (!head || boxes.length === 0) continue;
    const all = document.createElement("input");
    all.type = "checkbox";
    all.setAttribute("aria-label", head.textContent.trim());
    head.append(all);
    const buttons = [...form.querySelectorAll("button[name=action]")];
    const update = () => {
      const count = boxes.filter((box) => box.checked).length;
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
      for (const button of buttons) button.disabled = count === 0;
    };
    all.addEventListener("change", () => {
      for (const box of boxes) box.checked = all.checked;
      update();
    });
    for (const box of boxes) box.addEventListener("change", update);
    update();
  }
}

function copyButtons() {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = button.parentElement.querySelector("input");
      field.select();
      // Without TLS a browser has no clipboard; the field is selected then.
      if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
    });
  }
}

/** Fetches the page again and replaces its live parts, unless the user is in one of them. */
async function refresh() {
  const reply = await fetch(location.href, { headers: { "X-Page-Refresh": "1" } });
  if (!reply.ok || reply.redirected) return;
  const fresh = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.getElementById(part.id);
    if (!other || part.contains(document.activeElement)) continue;
    localTimes(other);
    if (part.innerHTML === other.innerHTML) continue;
    part.innerHTML = other.innerHTML;
    part.classList.add("changed");
    setTimeout(() => part.classList.remove("changed"), 2000);
  }
}

function live() {
  if (!document.querySelector("[data-live]")) return;
  let waiting = false;
  const soon = () => {
    if (waiting) return;
    waiting = true;
    setTimeout(() => {
      waiting = false;
      refresh().catch(() => {});
    }, 300);
  };
  let source = null;
  const open = () => {
    if (document.hidden || source) return;
    source = new EventSource(document.body.dataset.events);
    source.addEventListener("change", soon);
    // After a refusal a browser does not try again by itself.
    source.addEventListener("error", () => {
      if (source && source.readyState === EventSource.CLOSED) {
        source = null;
        setTimeout(open, 60000);
      }
    });
  };
  // A hidden page needs no connection.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) {
      soon();
      open();
    } else if (source) {
      source.close();
      source = null;
    }
  });
  open();
}

/** SHA-256 of parts, because a browser computes it by itself only over TLS, and not in parts. */
class Digest {
  static k = (() => {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p)) primes.push(n);
    return Uint32Array.from(primes, (p) => (Math.cbrt(p) % 1) * 2 ** 32);
  })();
  constructor() {
    this.h = Uint32Array.of(
      0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19);
    this.w = new Uint32Array(64);
    this.rest = new Uint8Array(0);
    this.length = 0;
  }
  update(bytes) {
    this.length += bytes.length;
    const all = new Uint8Array(this.rest.length + bytes.length);
    all.set(this.rest);
    all.set(bytes, this.rest.length);
    const view = new DataView(all.buffer);
    let at = 0;
    for (; at + 64 <= all.length; at += 64) this.block(view, at);
    this.rest = all.slice(at);
  }
  block(view, at) {
    const { h, w } = this, k = Digest.k, turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + 4 * i);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + w[i - 7] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, z] = h;
    for (let i = 0; i < 64; i++) {
      const one = (z + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + k[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      z = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, z].forEach((x, i) => { h[i] += x; });
  }
  end() {
    const bits = this.length * 8, tail = new Uint8Array(this.rest.length < 56 ? 64 - this.rest.length : 128 - this.rest.length);
    tail[0] = 0x80;
    const view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(tail.length - 4, bits >>> 0);
    this.update(tail);
    return [...this.h].map((x) => x.toString(16).padStart(8, "0")).join("");
  }
}

/** Sends a bundle in parts, and resumes where an earlier attempt ended. The server then shows what it has verified. */
function uploads() {
  const part = 1 << 20;
  for (const form of document.querySelectorAll("form[data-upload]")) {
    const words = form.dataset, field = form.querySelector("[data-file]");
    const progress = form.querySelector("progress"), status = form.querySelector("[data-status]");
    const command = form.querySelector("[data-command]");
    const call = async (method, path, body, type) => {
      const headers = { "X-Form-Code": words.form, "Content-Type": type };
      const reply = await fetch(words.root + path, { method, headers, body });
      // The session has ended; the sign-in is shown.
      if (reply.redirected) { location.href = reply.url; return new Promise(() => {}); }
      const text = await reply.text();
      if (reply.ok) return JSON.parse(text);
      const page = new DOMParser().parseFromString(text, "text/html").querySelector(".notice");
      let message = page ? page.textContent.trim() : "";
      if (!message) try { message = JSON.parse(text).message; } catch { /* the reply is not a message */ }
      throw new Error(message || reply.statusText);
    };
    const read = async (file, start) => new Uint8Array(await file.slice(start, start + part).arrayBuffer());
    const send = async (file) => {
      command.hidden = true;
      const first = await read(file, 0), ustar = String.fromCharCode(...first.slice(257, 262));
      if (ustar !== "ustar") {
        status.textContent = words.plain;
        command.hidden = false;
        command.firstElementChild.textContent = `asvin-pack sign ${JSON.stringify(file.name)} --key KEY.pem`;
        return;
      }
      progress.hidden = false;
      const digest = new Digest();
      for (let at = 0; at < file.size; at += part) {
        digest.update(await read(file, at));
        progress.value = (50 * at) / file.size;
        status.textContent = words.reading;
      }
      const request = { fileGroup: Number(words.group), size: file.size, digest: digest.end() };
      const upload = await call("POST", "/uploads", JSON.stringify(request), "application/json");
      if (upload.firmware) {
        location.href = `${words.root}/firmware/${upload.firmware.id}`;
        return;
      }
      status.textContent = words.sending;
      for (let at = upload.received; at < file.size; ) {
        const reply = await call(
          "PATCH", `/uploads/${upload.upload}?offset=${at}`, await read(file, at), "application/octet-stream");
        at = reply.received;
        progress.value = 50 + (50 * at) / file.size;
      }
      location.href = `${words.root}/uploads/${upload.upload}`;
    };
    const begin = (file) => send(file).catch((error) => { status.textContent = `${words.failed} ${error.message}`; });
    field.addEventListener("change", () => { if (field.files[0]) begin(field.files[0]); });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
      form.addEventListener(name, (event) => {
        event.preventDefault();
        form.classList.toggle("over", name === "dragenter" || name === "dragover");
        if (name === "drop" && event.dataTransfer.files[0]) begin(event.dataTransfer.files[0]);
      });
    }
  }
}

/** States the zone of times, and hides what the priority does not use. */
function rolloutForm() {
  for (const form of document.querySelectorAll("form[data-rollout]")) {
    const hint = form.querySelector("[data-zone]"), batch = form.querySelector("[data-batch]");
    hint.textContent = hint.dataset.zone;
    form.addEventListener("submit", () => {
      const start = form.elements.start.value;
      form.elements.zone.value = -new Date(start || Date.now()).getTimezoneOffset();
    });
    const update = () => { batch.hidden = form.elements.priority.value !== "batch"; };
    form.addEventListener("change", update);
    update();
  }
}

localTimes(document);
uploads();
rolloutForm();
selectAll();
copyButtons();
live();
