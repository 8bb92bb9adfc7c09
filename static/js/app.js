// What HTML cannot do alone: find box, dialogs, toasts, unsaved changes, lost connections, uploads.
// Every page works without this file.
"use strict";

const $ = (selector, root = document) => root.querySelector(selector);
const on = (type, handler, target = document) => target.addEventListener(type, handler);

/* ---- dialogs: links and buttons open them, Esc, "Cancel" and the backdrop close them ---- */

function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  $("[autofocus], input:not([type=hidden]), textarea, select", dialog)?.focus();
}

const knowsCommands = "commandForElement" in HTMLButtonElement.prototype;

on("click", (event) => {
  const target = event.target.closest?.("[data-dialog], [commandfor], [data-close-dialog], [data-close-toast], [data-print], [data-copy]");
  if (event.target instanceof HTMLDialogElement && event.target.open && !event.target.hasAttribute("data-stays")) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) event.target.close();
  }
  if (!target) return;
  if (target.dataset.dialog && !event.ctrlKey && !event.metaKey) {
    const dialog = document.getElementById(target.dataset.dialog);
    if (dialog) {
      event.preventDefault();
      openDialog(dialog);
    }
  } else if (target.hasAttribute("commandfor") && !knowsCommands) {
    const dialog = document.getElementById(target.getAttribute("commandfor"));
    if (target.getAttribute("command") === "show-modal") openDialog(dialog);
    else if (target.getAttribute("command") === "close") dialog?.close();
  } else if (target.hasAttribute("data-close-dialog")) target.closest("dialog")?.close();
  else if (target.hasAttribute("data-close-toast")) target.closest(".toast")?.remove();
  else if (target.hasAttribute("data-print")) window.print();
  else if (target.dataset.copy) navigator.clipboard?.writeText(target.dataset.copy);
});

/* ---- keys: Ctrl K finds; one letter follows the control that names it ---- */

const isTyping = (element) => element.closest?.("input, textarea, select, [contenteditable], dialog[open]");

on("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    const dialog = document.getElementById("find");
    if (!dialog) return;
    event.preventDefault();
    openDialog(dialog);
  } else if (!event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) {
    const key = CSS.escape(event.key.toLowerCase());
    const control = key && $(`[data-key="${key}"]`);
    if (control) {
      event.preventDefault();
      control.click();
    }
  }
});

/* ---- the find box: arrows move, Enter opens ---- */

function choose(input, step) {
  const options = [...document.querySelectorAll("#find-list [role=option]")];
  if (!options.length) return;
  const now = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const next = (now + step + options.length) % options.length;
  options.forEach((option, index) => option.setAttribute("aria-selected", String(index === next)));
  options[next].scrollIntoView({ block: "nearest" });
  input.setAttribute("aria-activedescendant", options[next].id);
}

on("keydown", (event) => {
  const input = event.target.closest?.("#find [role=combobox]");
  if (!input) return;
  if (event.key === "Escape") {
    event.preventDefault(); // a search field would only empty itself
    input.closest("dialog").close();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    choose(input, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    const chosen = $("#find-list [aria-selected=true]");
    if (chosen) {
      event.preventDefault();
      chosen.click();
    }
  }
});

function settleFind() {
  const input = $("#find [role=combobox]");
  if (!input) return;
  input.removeAttribute("aria-activedescendant");
  input.setAttribute("aria-expanded", String(Boolean(document.getElementById("find-list"))));
  choose(input, 1);
}

/* ---- toasts ---- */

const region = document.getElementById("toasts");
const SHOWN_MS = 8000;

function fade(toast) {
  if (toast.getAttribute("role") === "alert") return; // bad news stays until it is read
  const later = () => setTimeout(() => (toast.matches(":hover, :focus-within") ? later() : toast.remove()), SHOWN_MS);
  later();
}

function toast(text, { kind = "ok", small = "", action = "", run = null } = {}) {
  const made = document.getElementById("toast-template").content.firstElementChild.cloneNode(true);
  const bad = kind === "bad" || kind === "error";
  made.setAttribute("role", bad ? "alert" : "status");
  made.firstElementChild.className = { ok: "g-ok", bad: "g-bad", error: "g-bad" }[kind] ?? "g-new";
  $("p", made).textContent = text;
  if (small) $("p", made).append(Object.assign(document.createElement("small"), { textContent: small }));
  if (run) {
    const button = $("button", made);
    button.removeAttribute("aria-label");
    button.removeAttribute("data-close-toast");
    button.textContent = action;
    button.addEventListener("click", () => {
      made.remove();
      run();
    });
  }
  region.replaceChildren(made); // one at a time
  fade(made);
}

region?.querySelectorAll(".toast").forEach(fade);
on("toast", (event) => toast(event.detail.text ?? event.detail.value, event.detail));

/* ---- unsaved changes: forms that ask for it with data-guard ---- */

const dirty = new Set();
const guarded = (element) => element.closest?.("form[data-guard]");

on("input", (event) => {
  const form = guarded(event.target);
  if (form) dirty.add(form);
});
on("submit", (event) => dirty.delete(event.target));
on("htmx:beforeSwap", (event) => dirty.forEach((form) => event.detail.target?.contains(form) && dirty.delete(form)));
on("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
}, window);

/* ---- htmx: answers that carry a form are shown; a lost connection loses nothing ---- */

function again(detail) {
  const form = detail.elt.closest("form");
  if (form && detail.requestConfig.verb !== "get") return () => form.requestSubmit();
  const type = detail.requestConfig.triggeringEvent?.type ?? "click";
  return () => window.htmx.trigger(detail.elt, type);
}

function failed(event, text) {
  const { elt, requestConfig } = event.detail;
  const form = elt.closest("form[data-guard]");
  if (form) dirty.add(form);
  const small = requestConfig.verb === "get" ? "" : region.dataset.kept;
  toast(text, { kind: "bad", small, action: region.dataset.again, run: again(event.detail) });
}

on("htmx:beforeSwap", (event) => {
  // 409: someone else was faster; 422: something to put right. Both come with what was typed.
  if (event.detail.xhr.status === 409 || event.detail.xhr.status === 422) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});
on("htmx:sendError", (event) => failed(event, region.dataset.lost));
on("htmx:timeout", (event) => failed(event, region.dataset.lost));
on("htmx:responseError", (event) => failed(event, toldBy(event.detail.xhr) ?? region.dataset.refused));

// The server's own sentence, where it sent one; it is shown once, with what can be done.
function toldBy(xhr) {
  try {
    return JSON.parse(xhr.getResponseHeader("HX-Trigger")).toast.text;
  } catch {
    return null;
  }
}

/* ---- what a form in place was refused for: each sentence beside its field, what has no field here as a toast ---- */

function say(control, sentence) {
  const made = document.getElementById("refused-template").content.firstElementChild.cloneNode(true);
  made.id = `${control.id || control.name}-refused`;
  made.dataset.described = control.getAttribute("aria-describedby") ?? "";
  $("span", made).textContent = sentence;
  control.setAttribute("aria-invalid", "true");
  control.setAttribute("aria-describedby", `${made.dataset.described} ${made.id}`.trim());
  (control.closest(".field") ?? control.form).append(made);
}

function unsay(form) {
  for (const made of form.querySelectorAll("[data-refused]")) {
    const control = $(`[aria-describedby~="${CSS.escape(made.id)}"]`, form);
    control?.removeAttribute("aria-invalid");
    control?.setAttribute("aria-describedby", made.dataset.described);
    made.remove();
  }
}

on("refused", (event) => {
  const form = event.target.closest("form");
  const rest = event.detail.text ? [event.detail.text] : [];
  for (const [name, sentence] of Object.entries(event.detail.fields)) {
    const found = form?.elements.namedItem(name);
    const control = found instanceof RadioNodeList ? found[0] : found;
    if (control?.checkVisibility()) say(control, sentence);
    else rest.push(sentence);
  }
  $("[aria-invalid=true]", form ?? document)?.focus();
  if (rest.length) toast([...new Set(rest)].join(" "), { kind: "bad" });
});
on("htmx:beforeRequest", (event) => event.target.tagName === "FORM" && unsay(event.target));

/* ---- who signed in again in another tab can send what stands in this one ---- */

function freshMark() {
  const name = `${document.body.dataset.csrf}=`;
  return document.cookie.split("; ").find((one) => one.startsWith(name))?.slice(name.length);
}

on("submit", (event) => {
  const field = $("input[name=csrfmiddlewaretoken]", event.target);
  if (field) field.value = freshMark() ?? field.value;
});
on("htmx:configRequest", (event) => {
  const { headers, parameters } = event.detail;
  const mark = freshMark();
  if (!mark) return;
  headers["X-CSRFToken"] = mark;
  if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = mark;
});

/* ---- uploads: a <progress> in the form shows how far ---- */

on("htmx:xhr:progress", (event) => {
  const bar = event.detail.lengthComputable && $("progress[data-upload]", event.target.closest("form") ?? event.target);
  if (!bar) return;
  bar.hidden = false;
  bar.max = event.detail.total;
  bar.value = event.detail.loaded;
});
on("htmx:afterRequest", (event) => {
  const bar = $("progress[data-upload]", event.target.closest?.("form") ?? document.createElement("i"));
  if (bar) bar.hidden = true;
});

/* ---- hx-preserve keeps what is half typed when its surroundings arrive anew; what was sent is done with ---- */

on("htmx:afterRequest", (event) => {
  const kept = event.detail.elt.closest?.("[hx-preserve]");
  // A refusal that is shown counts as successful for htmx: what it refused stays.
  if (!kept || !event.detail.successful || event.detail.xhr.status >= 400 || event.detail.requestConfig.verb === "get") return;
  event.detail.elt.closest("form")?.reset();
  kept.removeAttribute("open");
});

/* ---- a proposal that arrives beside an answer never takes the place of what is being typed ---- */

on("htmx:oobBeforeSwap", (event) => {
  const { target } = event.detail;
  if (target.hasAttribute("data-typed") && target.contains(document.activeElement)) event.detail.shouldSwap = false;
});

/* ---- the plan's rows arrive anew beside an answer: what is open, or being asked for, stays as and where it is ---- */

on("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.id !== "plan-rows") return;
  const anew = (one) => fragment.getElementById(one.id);
  const used = [...target.querySelectorAll(".d-row:has(.is-open, .htmx-request)")];
  // A chip on its way brings newer rows; an open row that the answer does not have would be lost with what is in it.
  event.detail.shouldSwap = !$(".chip.htmx-request", target) && used.every(anew);
  if (!event.detail.shouldSwap) return;
  for (const row of used) {
    const place = row.cloneNode();
    place.setAttribute("hx-preserve", "");
    anew(row).replaceWith(place);
  }
  for (const group of target.querySelectorAll(".group")) anew(group)?.toggleAttribute("open", group.open);
});

let stood = null; // the open row that is being read, and where on the screen it was

on("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "plan-asks") return;
  const inView = (row) => row.getBoundingClientRect().bottom > 0 && row.getBoundingClientRect().top < innerHeight;
  const open = [document.activeElement?.closest(".d-row"), ...document.querySelectorAll(".d-row:has(.is-open)")];
  const row = open.find((one) => one && $(".is-open", one) && inView(one));
  stood = row ? { row, top: row.getBoundingClientRect().top } : null;
});
on("htmx:afterSwap", (event) => {
  if (event.target.id !== "plan-asks" || !stood) return;
  scrollBy({ top: stood.row.getBoundingClientRect().top - stood.top, behavior: "instant" });
  stood = null;
});

/* ---- after every arrival of markup ---- */

function arrive(root) {
  $("[data-focus]", root)?.focus();
  openDialog($("dialog[data-open]", root));
}

on("change", (event) => event.target.closest("form[data-autosubmit]")?.requestSubmit());
on("htmx:afterSettle", (event) => {
  if (event.target.id === "find-results") settleFind();
  arrive(event.target);
});
arrive(document);

/* ---- a swap while the last one still fades in skips that animation: no fault, so nothing for the console ---- */

on("unhandledrejection", (event) => {
  const { name, message } = event.reason ?? {};
  if (["AbortError", "InvalidStateError"].includes(name) && /transition/i.test(message)) event.preventDefault();
}, window);

/* ---- several deliverables at once: how many are picked ---- */

function countPicked() {
  for (const words of document.querySelectorAll(".bulk b"))
    words.dataset.picked = document.querySelectorAll(".p-sel .tick:checked").length;
}
on("change", (event) => event.target.matches?.(".p-sel .tick") && countPicked());
on("htmx:afterSettle", countPicked);
on("pageshow", countPicked, window);
