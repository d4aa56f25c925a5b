"use strict";

const $ = id => document.getElementById(id);
const finished = ["answered", "refused", "failed", "expired", "cancelled"];
const stages = ["queued", "intake", "tools", "answer", "done"];
let events = null;
let current = null;

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("Navigator does not answer. Is it running?");
  }
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Error(body?.detail ?? `The server answered ${response.status}.`);
  return body;
}

function say(id, text) {
  $(id).textContent = text ?? "";
  $(id).hidden = !text;
}

// ---- one question ----

$("ask").addEventListener("submit", async event => {
  event.preventDefault();
  say("problem", null);
  const question = $("question").value;
  try {
    const job = await call("/v1/chat/jobs", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()) },
      body: JSON.stringify({ question }),
    });
    show(job);
    follow(job);
  } catch (error) {
    say("problem", error.message);
  }
});

$("question").addEventListener("keydown", event => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("ask").requestSubmit();
  }
});

$("cancel").addEventListener("click", async () => {
  try {
    show(await call(current.links.cancel, { method: "DELETE" }));
  } catch (error) {
    say("problem", error.message);
  }
});

function follow(job) {
  events?.close();
  if (finished.includes(job.status)) return;
  events = new EventSource(job.links.events);
  events.addEventListener("job", event => {
    const changed = JSON.parse(event.data);
    if (finished.includes(changed.status)) events.close();
    if (changed.id === current.id) show(changed);
  });
}

function show(job) {
  current = job;
  const ended = finished.includes(job.status);
  const now = ended ? "done" : job.status === "queued" ? "queued" : job.stage;
  $("job").hidden = false;
  $("job-title").textContent = job.question.length > 140 ? job.question.slice(0, 140) + "…" : job.question;
  $("cancel").hidden = ended;
  for (const item of $("stages").children) {
    const place = stages.indexOf(item.dataset.stage);
    const badly = ended && job.status !== "answered" && item.dataset.stage === "done";
    item.className = badly ? "ended-badly" : item.dataset.stage === now ? "now" : place < stages.indexOf(now) ? "past" : "";
    item.textContent = item.dataset.stage !== "done" ? item.textContent : ended && job.status !== "answered" ? endings[job.status] : "Done";
    if (item.dataset.stage === now) item.setAttribute("aria-current", "step");
    else item.removeAttribute("aria-current");
  }
  $("status").textContent = ended ? summary(job) : "";
  showAnswer(job);
}

const endings = { refused: "Not answered", failed: "Failed", expired: "Ran out of time", cancelled: "Stopped" };

function summary(job) {
  if (job.status === "answered") return `Answered in ${(job.timings.total_ms / 1000).toFixed(1)} s.`;
  return job.error ? job.error.message : "Stopped at your wish.";
}

function showAnswer(job) {
  $("answer").hidden = !job.answer;
  if (!job.answer) return;
  const known = new Set(job.answer.citations.map(citation => String(citation.marker)));
  $("text").replaceChildren(...job.answer.text.split(/(\[\d+\])/).map(part => {
    const marker = /^\[(\d+)\]$/.exec(part)?.[1];
    if (!known.has(marker)) return document.createTextNode(part);
    const link = document.createElement("a");
    link.href = `#citation-${marker}`;
    link.textContent = part;
    return link;
  }));
  say("degraded", job.degraded.length ? `Answered without: ${job.degraded.join("; ")}` : null);
  $("sources-title").hidden = !job.answer.citations.length;
  $("citations").replaceChildren(...job.answer.citations.map(showCitation));
  $("origin").textContent = job.answer.model.startsWith("offline")
    ? "Quoted by rule: no language model is configured." : `Written by ${job.answer.model}.`;
}

function showCitation(citation) {
  const item = document.createElement("li");
  item.id = `citation-${citation.marker}`;
  item.value = citation.marker;
  const where = document.createElement("div");
  where.className = "where";
  where.textContent = citation.title + (citation.page ? `, page ${citation.page}` : "") + (citation.url ? ` — ${citation.url}` : "");
  const quote = document.createElement("blockquote");
  quote.textContent = citation.quote;
  item.append(where, quote);
  return item;
}

// ---- documents ----

$("upload").addEventListener("submit", async event => {
  event.preventDefault();
  say("upload-problem", null);
  const body = new FormData();
  body.append("file", $("file").files[0]);
  try {
    await call("/v1/documents", { method: "POST", body });
    $("upload").reset();
  } catch (error) {
    say("upload-problem", error.message);
  }
  await showDocuments();
});

async function showDocuments() {
  let list;
  try {
    list = await call("/v1/documents?limit=100");
  } catch (error) {
    say("upload-problem", error.message);
    return;
  }
  $("documents").replaceChildren(...list.data.map(entry => {
    const item = document.createElement("li");
    const title = document.createElement("span");
    title.textContent = entry.title;
    const state = document.createElement("span");
    state.className = `state ${entry.status}`;
    state.textContent = stateOf(entry);
    item.append(title, state);
    return item;
  }));
  if (list.data.some(entry => !["ready", "failed"].includes(entry.status))) setTimeout(showDocuments, 1000);
}

function stateOf(entry) {
  if (entry.status === "failed") return entry.error.message;
  if (entry.status === "embedding") return `${entry.embedded_passages} of ${entry.passages} passages`;
  if (entry.status !== "ready") return "being read…";
  return `${entry.pages ? `${entry.pages} pages, ` : ""}${entry.passages} passages`;
}

showDocuments();
