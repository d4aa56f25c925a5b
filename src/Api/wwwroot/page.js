"use strict";

const $ = id => document.getElementById(id);
const finished = ["answered", "refused", "failed", "expired", "cancelled"];
const stages = ["queued", "intake", "tools", "answer", "done"];
const keyPlace = "navigator-key";
let events = null;
let current = null;
let conversation = null;

async function request(path, options = {}) {
  const key = sessionStorage.getItem(keyPlace);
  let response;
  try {
    response = await fetch(path, key ? { ...options, headers: { ...options.headers, Authorization: `Bearer ${key}` } } : options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("Navigator does not answer. Check that it is running.");
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => null);
  if (response.status === 401) askForKey(key ? problem?.detail : null);
  throw new Error(problem?.detail ?? `The server answered ${response.status}.`);
}

async function call(path, options) {
  const response = await request(path, options);
  return response.status === 204 ? null : await response.json();
}

// ---- the key: stored until the tab is closed, and sent to this server only ----

function askForKey(problem) {
  say("key-problem", problem);
  if ($("key-form").hidden) {
    $("key-form").hidden = false;
    $("key").focus();
  }
}

$("key-form").addEventListener("submit", async event => {
  event.preventDefault();
  sessionStorage.setItem(keyPlace, $("key").value.trim());
  $("key-form").hidden = true;
  $("key").value = "";
  for (const id of ["key-problem", "problem", "upload-problem"]) say(id, null);
  await showDocuments();
  showConversations();
});

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
      body: JSON.stringify(conversation ? { question, conversation_id: conversation } : { question }),
    });
    if (current?.conversation_id === job.conversation_id) remember(current);
    conversation = job.conversation_id;
    $("question").value = "";
    show(job);
    follow(job);
  } catch (error) {
    say("problem", error.message);
  }
});

$("anew").addEventListener("click", () => {
  events?.abort();
  [conversation, current] = [null, null];
  $("turns").replaceChildren();
  for (const id of ["said", "job", "anew"]) $(id).hidden = true;
  $("question").focus();
});

function remember(job) {
  const turn = document.createElement("details");
  const question = document.createElement("summary");
  question.textContent = job.question;
  const text = document.createElement("div");
  text.className = "text";
  text.textContent = job.answer?.text ?? summary(job);
  turn.append(question, text);
  $("turns").append(turn);
  $("said").hidden = false;
}

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
  events?.abort();
  if (finished.includes(job.status)) return;
  events = new AbortController();
  listen(job, events.signal);
}

// EventSource cannot send a key, so the stream is read with fetch. After an interruption it is opened again.
async function listen(job, signal) {
  while (!signal.aborted) {
    try {
      const response = await request(job.links.events, { signal });
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = "", part; !(part = await reader.read()).done;) {
        const said = (text + part.value).split("\n\n");
        text = said.pop();
        for (const one of said) {
          const data = one.split("\n").filter(line => line.startsWith("data:")).map(line => line.slice(5).trim()).join("\n");
          if (data && hear(JSON.parse(data))) return;
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      say("problem", error.message);
    }
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}

function hear(changed) {
  const ended = finished.includes(changed.status);
  say("problem", null);
  if (changed.id === current?.id) show(changed);
  if (ended) showConversations();
  return ended;
}

function show(job) {
  current = job;
  const ended = finished.includes(job.status);
  const now = ended ? "done" : job.status === "queued" ? "queued" : job.stage;
  $("job").hidden = false;
  $("job-title").textContent = job.question.length > 140 ? job.question.slice(0, 140) + "…" : job.question;
  $("cancel").hidden = ended;
  $("anew").hidden = !ended;
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
  return job.error ? job.error.message : "You stopped this question.";
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
  say("degraded", job.degraded.length ? `Limitations: ${job.degraded.join("; ")}` : null);
  $("sources-title").hidden = !job.answer.citations.length;
  $("citations").replaceChildren(...job.answer.citations.map(showCitation));
  $("next").hidden = !job.answer.follow_ups.length;
  $("next").replaceChildren(...job.answer.follow_ups.map(next => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet next";
    button.textContent = next;
    button.addEventListener("click", () => {
      $("question").value = next;
      $("ask").requestSubmit();
    });
    return button;
  }));
  $("origin").textContent = originOf(job);
  $("ranking").open = false;
}

function originOf(job) {
  const writer = job.answer.model.startsWith("offline") ? "Quoted by rule, without a language model." : job.answer.model === "rules" ? "Written by rule." : `Written by ${job.answer.model}.`;
  const understood = job.plan && job.plan.question !== job.question ? ` Understood as: “${job.plan.question}”` : "";
  const confidence = job.answer.confidence;
  const sure = !confidence ? "" : confidence >= 0.75 ? " Well supported." : confidence >= 0.5 ? " Supported." : " Weakly supported: please check the sources.";
  return writer + sure + understood;
}

function showCitation(citation) {
  const item = document.createElement("li");
  item.id = `citation-${citation.marker}`;
  item.value = citation.marker;
  const where = document.createElement("div");
  where.className = "where";
  const title = citation.title + (citation.page ? `, page ${citation.page}` : "");
  where.append(citation.link ? linkToOriginal(citation.link, title) : title, citation.url ? ` — ${citation.url}` : "");
  const quote = document.createElement("blockquote");
  quote.textContent = citation.quote;
  item.append(where, quote);
  return item;
}

// ---- how the passages were ranked, on demand ----

const shownCandidates = 12;

$("ranking").addEventListener("toggle", async () => {
  if (!$("ranking").open) return;
  const job = current;
  $("ranking-said").textContent = "Loading…";
  try {
    const { candidates } = await call(`${job.links.self}/retrieval`);
    const shown = candidates.slice(0, shownCandidates);
    const passages = await Promise.all(shown.map(one => call(`/v1/documents/${one.document_id}/passages/${one.passage_id}`).catch(() => null)));
    if (job !== current) return;
    $("ranking-said").textContent = candidates.length
      ? `${candidates.length} passages were compared with the question; these are the best ${shown.length}. The answer could use those with a rank.`
      : "No passages were compared with this question.";
    $("ranking-table").hidden = !candidates.length;
    $("candidates").replaceChildren(...shown.map((one, i) => showCandidate(one, passages[i])));
  } catch (error) {
    $("ranking-said").textContent = error.message;
  }
});

function showCandidate(candidate, passage) {
  const row = document.createElement("tr");
  row.className = candidate.rank ? "" : "dropped";
  const place = passage ? [passage.page && `Page ${passage.page}`, passage.headings.at(-1)].filter(Boolean).join(", ") : "Deleted since";
  const start = passage ? passage.text.slice(0, 120) + (passage.text.length > 120 ? "…" : "") : "";
  const leg = (rank, score) => rank ? `${score.toFixed(2)} (${rank}.)` : "—";
  const cells = [candidate.rank ?? candidate.dropped ?? "not among the best", place && start ? `${place}: ${start}` : place || start,
    leg(candidate.vector_rank, candidate.cosine), leg(candidate.lexical_rank, candidate.coverage), candidate.score.toFixed(2)];
  row.append(...cells.map(text => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  }));
  return row;
}

// ---- the documents that are quoted ----

function linkToOriginal(path, text) {
  const link = document.createElement("a");
  link.href = path;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = text;
  link.addEventListener("click", event => {
    if (!sessionStorage.getItem(keyPlace)) return;
    event.preventDefault();
    openWithKey(path);
  });
  return link;
}

// A link cannot send a key, so the file is fetched with the key and shown from memory.
async function openWithKey(path) {
  say("problem", null);
  // The tab is opened before the request, because browsers open a tab only in response to a click.
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    const response = await request(path);
    const disposition = response.headers.get("Content-Disposition") ?? "";
    const address = URL.createObjectURL(await response.blob());
    // A file shown from memory has this page's origin, so an attachment is never shown.
    if (tab && disposition.startsWith("inline")) {
      tab.location = address + (/#.*$/.exec(path)?.[0] ?? "");
    } else {
      tab?.close();
      const save = document.createElement("a");
      save.href = address;
      save.download = decodeURIComponent(/filename\*=UTF-8''([^;]*)/.exec(disposition)?.[1] ?? "document");
      save.click();
    }
    // The browser needs the address only until the file is loaded.
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    tab?.close();
    say("problem", error.message);
  }
}

// ---- conversations ----

async function showConversations() {
  let list;
  try {
    list = await call("/v1/conversations?limit=10");
  } catch {
    return; // questions can be asked without the list
  }
  $("talks").hidden = !list.data.length;
  $("conversations").replaceChildren(...list.data.map(entry => {
    const item = document.createElement("li");
    const open = document.createElement("button");
    open.type = "button";
    open.className = "link";
    open.textContent = entry.first_question.length > 90 ? entry.first_question.slice(0, 90) + "…" : entry.first_question;
    open.addEventListener("click", () => reopen(entry));
    const state = document.createElement("span");
    state.className = "state";
    state.textContent = `${entry.jobs} question${entry.jobs === 1 ? "" : "s"} `;
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "link";
    remove.textContent = "Delete";
    remove.setAttribute("aria-label", `Delete the conversation that begins with: ${entry.first_question}`);
    remove.addEventListener("click", async () => {
      try {
        await call(entry.links.delete, { method: "DELETE" });
        if (entry.id === conversation) $("anew").click();
      } catch (error) {
        say("problem", error.message);
      }
      await showConversations();
    });
    state.append(remove);
    item.append(open, state);
    return item;
  }));
}

async function reopen(entry) {
  try {
    const jobs = (await call(`${entry.links.jobs}&limit=100`)).data.reverse();
    $("anew").click();
    jobs.slice(0, -1).forEach(remember);
    conversation = entry.id;
    show(jobs.at(-1));
    follow(jobs.at(-1));
  } catch (error) {
    say("problem", error.message);
  }
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
    if ($("key-form").hidden) say("upload-problem", error.message);
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
  if (entry.status === "searchable") return `found by words; ${entry.embedded_passages} of ${entry.passages} passages by meaning`;
  if (entry.status !== "ready") return "being read…";
  return `${entry.pages ? `${entry.pages} pages, ` : ""}${entry.passages} passages`;
}

showDocuments();
showConversations();
